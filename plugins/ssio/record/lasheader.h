/* SPDX-License-Identifier: MIT */
/* What a LAS 1.4 file has before its points. */
#pragma once

#include "lasplan.h"

G_BEGIN_DECLS

#define GST_SSIO_LAS_N_RETURNS 15

/* What only all points know. */
typedef struct {
  guint64 n_points;
  guint64 by_return[GST_SSIO_LAS_N_RETURNS + 1]; /* by number; 0 is none */
  gint32 min[GST_SSIO_LAS_N_AXES];               /* as they are stored */
  gint32 max[GST_SSIO_LAS_N_AXES];
} GstSsioLasTotals;

void gst_ssio_las_totals_init (GstSsioLasTotals *totals);

/* Adds records of format 6 or 7. */
void gst_ssio_las_totals_add (GstSsioLasTotals *totals, const guint8 *records,
    gsize n_records, guint record_size);

/* The header, and the record that describes extra bytes, if there are any. */
GByteArray *gst_ssio_las_header_make (const GstSsioLasPlan *plan,
    const GstSsioLasTotals *totals, gboolean has_standard_gps_time);

G_END_DECLS
