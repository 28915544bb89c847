/* SPDX-License-Identifier: MIT */
/* How points of one layout become those of another: a list of moves, made once
 * and run over every batch. */
#pragma once

#include "loops.h"
#include "rows.h"

G_BEGIN_DECLS

typedef struct {
  guint from_size; /* bytes from one point to the next */
  guint to_size;
  gboolean is_identity; /* the bytes of points are right as they are */
  gboolean has_gaps;    /* not all bytes of a point are written */
  guint n_casts;        /* fields that do not move as they are */
  GArray *moves;        /* of GstSsioConvertMove, in the order of to */
  GArray *rows;         /* of GstSsioConvertRow: the moves that have no loop */
} GstSsioConvertPlan;

/* Fields are found by their names and keep their values: scale and origin of
 * both layouts are applied. normalize, or NULL, has fields whose scale and
 * origin values are multiplied by and moved by on their way. Casts saturate
 * and round to nearest even; floats too large for f4 become infinite, a NaN
 * becomes 0 in an integer. Bytes of a point that no field has become 0.
 *
 * NULL with error set to GST_STREAM_ERROR_FORMAT where from has no such field;
 * where to has bit fields that are not in from just so; and, unless
 * allow_lossy, where values may lose digits or be out of range. */
GstSsioConvertPlan *gst_ssio_convert_plan_new (const GstSsioLayout *from,
    const GstSsioLayout *to, const GstSsioLayout *normalize,
    gboolean allow_lossy, GError **error);

void gst_ssio_convert_plan_free (GstSsioConvertPlan *plan);

/* to has room for n points, and does not overlap from. */
void gst_ssio_convert_plan_run (const GstSsioConvertPlan *plan,
    const guint8 *from, gsize n_points, guint8 *to);

/* The same without vectors, for comparison. */
void gst_ssio_convert_plan_run_scalar (const GstSsioConvertPlan *plan,
    const guint8 *from, gsize n_points, guint8 *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSsioConvertPlan, gst_ssio_convert_plan_free)

G_END_DECLS
