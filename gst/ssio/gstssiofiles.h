/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_FILES_NAME:
 *
 * Name of the structure in the event that says which files a stream is of.
 *
 * Since: 0.1
 */
#define GST_SSIO_FILES_NAME "ssio-files"

GST_SSIO_API
GstEvent *gst_event_new_ssio_files (const gchar *const *locations,
    const guint64 *points, guint n_files);

GST_SSIO_API
gboolean gst_event_parse_ssio_files (GstEvent *event, guint *n_files,
    gchar ***locations, guint64 **points);

G_END_DECLS
