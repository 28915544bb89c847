/* SPDX-License-Identifier: MIT */
/* Neighbouring fields of a point that are converted at once, in the lanes of a
 * vector. */
#pragma once

#include "loops.h"

G_BEGIN_DECLS

#define GST_SSIO_CONVERT_LANES 4
#define GST_SSIO_CONVERT_BYTES 16 /* of a vector that is loaded */

typedef enum {
  GST_SSIO_LANES_BYTES, /* that only change their order */
  GST_SSIO_LANES_I4,    /* any integers of up to 31 bits, or i4 */
  GST_SSIO_LANES_F4,
  GST_SSIO_LANES_F8,
} GstSsioLanes;

typedef struct {
  guint first_move; /* of those that it stands for */
  guint n_moves;    /* and lanes, but for bytes */
  guint from;       /* of the bytes that are loaded */
  guint to;
  guint size; /* bytes that are written of each point */
  guint unit; /* the largest power of 2 that is no larger */
  GstSsioLanes load;
  GstSsioLanes store;
  gboolean is_picked; /* I4 lanes are masked and shifted, F4 lanes are not in
                         the order of the point */
  gboolean is_plain;  /* all casts are */

  guint8 gather[GST_SSIO_CONVERT_BYTES]; /* which bytes are a lane's */
  guint8 pack[GST_SSIO_CONVERT_BYTES];   /* which of I4 lanes are written */
  guint8 tail[GST_SSIO_CONVERT_BYTES];   /* which of those come last */
  gint32 mask[GST_SSIO_CONVERT_LANES];
  gint32 left[GST_SSIO_CONVERT_LANES];
  gint32 right[GST_SSIO_CONVERT_LANES];
  gdouble scale[GST_SSIO_CONVERT_LANES];
  gdouble offset[GST_SSIO_CONVERT_LANES];
  gint32 minimum[GST_SSIO_CONVERT_LANES]; /* for I4 */
  gint32 maximum[GST_SSIO_CONVERT_LANES];
} GstSsioConvertRow;

/* Rows for neighbouring moves of points of to_size bytes, none where this
 * processor has no vectors for them. What a row writes behind its fields is 0,
 * and for moves after it to write again. */
GArray *gst_ssio_convert_find_rows (const GArray *moves, guint to_size);

/* Converts as many points as can be read without passing end, and returns how
 * many. */
gsize gst_ssio_convert_row_run (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n, const guint8 *end);

/* The same for n points that can be read, where there are rows. */
void gst_ssio_convert_row_run_vectors (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n);

G_END_DECLS
