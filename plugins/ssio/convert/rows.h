/* SPDX-License-Identifier: MIT */
/* Up to four fields of a point that are converted at once, in the lanes of a
 * vector. */
#pragma once

#include "loops.h"

G_BEGIN_DECLS

#define GST_SSIO_CONVERT_LANES 4

typedef enum {
  GST_SSIO_LANES_I4, /* any integers of up to 31 bits, or i4 */
  GST_SSIO_LANES_F4,
  GST_SSIO_LANES_F8,
} GstSsioLanes;

typedef struct {
  guint first_move; /* of those that it stands for */
  guint n_moves;    /* and lanes */
  guint from;       /* of the bytes that are loaded */
  guint to;
  guint size; /* bytes that are written of each point */
  GstSsioLanes load;
  GstSsioLanes store;
  gboolean has_bits; /* lanes are masked and shifted */
  guint8 gather[16]; /* which byte goes to a lane's; not for F8 */
  guint8 pack[16];   /* which bytes of I4 lanes are written */
  gint32 mask[GST_SSIO_CONVERT_LANES];
  gint32 left[GST_SSIO_CONVERT_LANES];
  gint32 right[GST_SSIO_CONVERT_LANES];
  gdouble scale[GST_SSIO_CONVERT_LANES];
  gdouble offset[GST_SSIO_CONVERT_LANES];
  gdouble minimum[GST_SSIO_CONVERT_LANES]; /* for I4 */
  gdouble maximum[GST_SSIO_CONVERT_LANES];
} GstSsioConvertRow;

/* Rows for neighbouring moves, none where this processor has no vectors for
 * them. */
GArray *gst_ssio_convert_find_rows (const GArray *moves);

/* Converts as many points as can be read without passing end, and returns how
 * many. */
gsize gst_ssio_convert_row_run (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n, const guint8 *end);

G_END_DECLS
