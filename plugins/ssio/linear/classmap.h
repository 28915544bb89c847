/* SPDX-License-Identifier: MIT */
/* Raw labels to classes, as SemanticKITTI's learning_map has them. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstSsioClassMap GstSsioClassMap;

/* setting is "raw:class,raw:class" or the name of a file with a line
 * "raw: class" for each, where # begins a comment. Of a file with a line
 * "learning_map:", as semantic-kitti.yaml, only the indented lines after it
 * count. NULL with error set. */
GstSsioClassMap *gst_ssio_class_map_new (const gchar *setting, GError **error);

void gst_ssio_class_map_free (GstSsioClassMap *map);

/* FALSE where the map does not have raw. */
gboolean gst_ssio_class_map_find (const GstSsioClassMap *map, gint64 raw,
    gint *class_index);

/* The class of label *first and of those that follow, *n in all, where
 * GST_SSIO_CLASS_MAP_ABSENT is none. */
#define GST_SSIO_CLASS_MAP_ABSENT G_MININT32
const gint *gst_ssio_class_map_get_table (const GstSsioClassMap *map,
    gint *first, guint *n);

G_END_DECLS
