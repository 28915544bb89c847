/* SPDX-License-Identifier: MIT */
/* Points of any layout to float32 columns. */
#pragma once

#include "gstssiolayout.h"

G_BEGIN_DECLS

typedef struct _GstSsioGather GstSsioGather;

/* Column i will hold the field of index fields[i]. */
GST_SSIO_API
GstSsioGather *gst_ssio_gather_new (const GstSsioLayout *layout,
    const guint *fields, guint n_fields);

GST_SSIO_API
void gst_ssio_gather_free (GstSsioGather *gather);

/* Column i is written to columns + i * column_stride, which counts floats and
 * is at least n_points. Values are rounded to nearest even; integers too
 * large for a float32 lose digits, doubles too large become infinite. */
GST_SSIO_API
void gst_ssio_gather_columns (const GstSsioGather *gather,
    const guint8 *points, gsize n_points, gfloat *columns,
    gsize column_stride);

G_END_DECLS
