/* SPDX-License-Identifier: MIT */
/* How records of any layout become LAS 1.4 ones of point format 6 or 7: fields
 * of the format's names go where it has them, all others behind them as "Extra
 * Bytes", which have names, types, scales and offsets of their own. */
#pragma once

#include "transcoder.h"

G_BEGIN_DECLS

#define GST_SSIO_LAS_N_AXES 3

typedef struct {
  guint format;          /* 7 where there are colours, else 6 */
  GArray *fields;        /* GstSsioField of the format, names owned */
  GArray *extras;        /* GstSsioField of the extra bytes */
  GArray *extra_sources; /* index of the field that each comes from */
  gboolean is_whole;     /* all of the format's fields are there */
  gboolean has_gps_time;
  guint record_length;
} GstSsioLasPlan;

/* layout has no origin left to add. FALSE with error set. */
gboolean gst_ssio_las_plan_init (GstSsioLasPlan *plan,
    const GstSsioLayout *layout, GError **error);

void gst_ssio_las_plan_clear (GstSsioLasPlan *plan);

/* Its scale and offset are the plan's to set. */
GstSsioField *gst_ssio_las_plan_get_axis (const GstSsioLasPlan *plan,
    guint axis);

/* Once the axes have theirs. */
GstSsioTranscoder *
gst_ssio_las_plan_make_transcoder (const GstSsioLasPlan *plan,
    const GstSsioLayout *layout);

/* The payload of the record that describes the extra bytes. */
GByteArray *gst_ssio_las_plan_describe_extras (const GstSsioLasPlan *plan);

G_END_DECLS
