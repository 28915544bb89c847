/* SPDX-License-Identifier: MIT */
/* From the stored number of one field to that of another, and whether all that
 * the first can say survives. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* What becomes of a stored number: it is multiplied by scale, moved by offset,
 * each rounded as a double, and cast. A plain cast does neither. */
typedef struct {
  gboolean is_plain;
  gdouble scale;
  gdouble offset;
} GstSsioCast;

/* Keeps the value of a field, which stored * scale + origin is. normalize, or
 * NULL, is a field whose scale and origin its value is multiplied by and moved
 * by first. */
GstSsioCast gst_ssio_cast_make (const GstSsioField *from,
    const GstSsioField *to, const GstSsioField *normalize);

/* Whether different values may become one, or values may be out of range.
 * Floats that stay as large are not lossy, whatever they are scaled by. */
gboolean gst_ssio_cast_is_lossy (const GstSsioCast *cast,
    const GstSsioField *from, const GstSsioField *to);

/* Below which neighbouring integers stay apart in floats of that type. */
gdouble gst_ssio_cast_get_limit (const GstSsioCast *cast, GstSsioType type);

/* Whether the bytes can move as they are. */
gboolean gst_ssio_cast_is_copy (const GstSsioCast *cast,
    const GstSsioField *from, const GstSsioField *to);

/* The largest integer that a field of that type, or those bits, stores. */
guint64 gst_ssio_cast_get_maximum (const GstSsioField *field);

gboolean gst_ssio_type_is_float (GstSsioType type);

G_END_DECLS
