/* SPDX-License-Identifier: MIT */
/* The class of each point, from the field that holds its label. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "classmap.h"

G_BEGIN_DECLS

#define GST_SSIO_TARGET_IGNORED (-1)

typedef struct _GstSsioTargets GstSsioTargets;

/* field is an index in layout. Labels go through map, where there is one; of
 * what comes out, ignore_label is ignored and the rest must be less than
 * n_classes. map must outlive the targets. */
GstSsioTargets *gst_ssio_targets_new (const GstSsioLayout *layout, guint field,
    const GstSsioClassMap *map, gint ignore_label, guint n_classes);

void gst_ssio_targets_free (GstSsioTargets *targets);

/* The class of each point, or GST_SSIO_TARGET_IGNORED. Returns how many there
 * were before the first point that has none: n_points where all is well. */
gsize gst_ssio_targets_read (const GstSsioTargets *targets,
    const guint8 *points, gsize n_points, gint32 *classes);

/* What is wrong with such a point, and the way out. Free with g_free(). */
gchar *gst_ssio_targets_explain (const GstSsioTargets *targets,
    const guint8 *point);

/* What it was made with, for devices. */
const GstSsioField *gst_ssio_targets_get_field (const GstSsioTargets *targets);
const GstSsioClassMap *
gst_ssio_targets_get_map (const GstSsioTargets *targets);
gint gst_ssio_targets_get_ignore_label (const GstSsioTargets *targets);
guint gst_ssio_targets_get_point_size (const GstSsioTargets *targets);

/* The ignored one of the n_classes classes, or GST_SSIO_TARGET_IGNORED where
 * the label to ignore is none of them. */
gint gst_ssio_targets_get_ignored (const GstSsioTargets *targets);

G_END_DECLS
