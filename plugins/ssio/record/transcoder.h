/* SPDX-License-Identifier: MIT */
/* Makes records of a file's format out of those that come, without losing
 * anything: a value that has no place in the format is an error. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

typedef struct _GstSsioTranscoder GstSsioTranscoder;

/* Bytes that no field is put to are 0. */
GstSsioTranscoder *gst_ssio_transcoder_new (guint point_size,
    guint record_size);

void gst_ssio_transcoder_free (GstSsioTranscoder *transcoder);

/* Puts a field to another place: its bytes where that is all it takes, what is
 * stored where both have the same scale and origin, and else its value. Names
 * are kept as pointers. */
void gst_ssio_transcoder_add (GstSsioTranscoder *transcoder,
    const GstSsioField *from, const GstSsioField *to);

/* The same bytes in all records. */
void gst_ssio_transcoder_add_constant (GstSsioTranscoder *transcoder,
    guint offset, guint8 byte);

/* Whether all records would be as they come. */
gboolean gst_ssio_transcoder_is_copy (const GstSsioTranscoder *transcoder);

/* FALSE with error set, which says what of which point would be lost; they
 * count from first_point. */
gboolean gst_ssio_transcoder_run (const GstSsioTranscoder *transcoder,
    const guint8 *points, gsize n_points, guint8 *records, guint64 first_point,
    GError **error);

/* Whether a value can be stored as that field, which is an integer, and comes
 * back as it is: as float32 where that is what it was, else to 15 digits. */
gboolean gst_ssio_field_holds_value (const GstSsioField *field, gdouble value,
    gboolean is_float32, gint64 *stored);

G_END_DECLS
