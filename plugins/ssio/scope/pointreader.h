/* SPDX-License-Identifier: MIT */
/* From batches of any layout to what a picture needs of a point: where it is
 * and the number that colours it, as float32 columns.
 *
 * Coordinates of a map are too large for float32. So what is in the middle of
 * the first points, as an integer, is subtracted from all before they are
 * rounded. The very first may be anywhere: zeros, say, of what was not seen. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "box.h"

G_BEGIN_DECLS

/* Points that are read at once, few enough to stay in a core's cache. */
#define GST_SSIO_READER_POINTS 2048

enum {
  GST_SSIO_COLUMN_X,
  GST_SSIO_COLUMN_Y,
  GST_SSIO_COLUMN_Z,
  GST_SSIO_COLUMN_VALUE,
  GST_SSIO_N_COLUMNS
};

typedef struct {
  gfloat columns[GST_SSIO_N_COLUMNS][GST_SSIO_READER_POINTS];
  gsize n;
} GstSsioChunk;

/* Where column coordinates are: those of the files minus these. */
typedef struct {
  gboolean is_set;
  gdouble origin[GST_SSIO_N_AXES];
} GstSsioPlace;

typedef struct _GstSsioPointReader GstSsioPointReader;

/* subtracted is what the layout's coordinates lack of the files'. color_by is
 * a field, or height, class or prediction. NULL with error set where the
 * layout lacks a field. */
GstSsioPointReader *gst_ssio_point_reader_new (const GstSsioLayout *layout,
    const gdouble subtracted[GST_SSIO_N_AXES], const gchar *color_by,
    GError **error);

void gst_ssio_point_reader_free (GstSsioPointReader *reader);

guint gst_ssio_point_reader_get_point_size (const GstSsioPointReader *reader);

/* Whether the value says what a point is, and not how much of something. */
gboolean
gst_ssio_point_reader_is_categorical (const GstSsioPointReader *reader);

/* What is to be added to values, for those of the files. */
gdouble
gst_ssio_point_reader_get_value_origin (const GstSsioPointReader *reader,
    const GstSsioPlace *place);

/* Reads n points, at most GST_SSIO_READER_POINTS, but for those with a
 * coordinate that is not finite. The first points set the place, unless it is
 * set. FALSE with error set where that is out of range. */
gboolean gst_ssio_point_reader_read (GstSsioPointReader *reader,
    const guint8 *points, gsize n, GstSsioPlace *place, GstSsioChunk *chunk,
    GError **error);

G_END_DECLS
