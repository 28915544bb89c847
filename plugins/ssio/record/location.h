/* SPDX-License-Identifier: MIT */
/* Where recordings go: one file, or as many as a pattern numbers. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  gchar *text;
  gsize start; /* of the pattern in it */
  gsize end;   /* one past it; 0 where there is none */
} GstSsioRecordLocation;

/* The pattern is one %d, or %5d, or %05d. FALSE with error set where there is
 * no location, or more than one. */
gboolean gst_ssio_record_location_parse (GstSsioRecordLocation *location,
    const gchar *text, GError **error);

void gst_ssio_record_location_clear (GstSsioRecordLocation *location);

gboolean
gst_ssio_record_location_has_pattern (const GstSsioRecordLocation *location);

/* The path of file number index. Free with g_free(). */
gchar *
gst_ssio_record_location_get_path (const GstSsioRecordLocation *location,
    guint index);

G_END_DECLS
