/* SPDX-License-Identifier: MIT */
/* A depth buffer: of each pixel, the point that is nearest to the eye. What is
 * in it does not depend on the order in which points were drawn. */
#pragma once

#include "camera.h"

G_BEGIN_DECLS

/* The upper half is how near the point is, the lower its value's bits; 0 where
 * there is no point. The larger word wins. */
typedef struct {
  guint width;
  guint height;
  guint64 *words; /* row by row */
} GstSsioRaster;

/* To a new one of that size, which is empty, unless it has the size. A raster
 * begins with all zeros. */
void gst_ssio_raster_resize (GstSsioRaster *raster, guint width, guint height);

void gst_ssio_raster_clear (GstSsioRaster *raster);

/* Takes its points out. */
void gst_ssio_raster_wipe (GstSsioRaster *raster);

/* Draws n points, one pixel each. Returns how many lie in the picture, which is
 * of the raster's size. */
gsize gst_ssio_raster_draw (GstSsioRaster *raster,
    const GstSsioProjection *projection, const gfloat *x, const gfloat *y,
    const gfloat *z, const gfloat *values, gsize n);

/* The same points in another raster, where each covers a square of size pixels
 * a side: around its own pixel, and for an even size one pixel more above and
 * to the left. The nearest still wins, as if all had been drawn so. */
void gst_ssio_raster_widen (const GstSsioRaster *raster, guint size,
    GstSsioRaster *wide);

/* How many pixels a side points should cover, so that those of a surface leave
 * few gaps. */
guint gst_ssio_raster_suggest_size (const GstSsioRaster *raster);

/* Of a word that is not 0. From the top: the height z. In perspective: 1 /
 * depth. */
gfloat gst_ssio_raster_get_nearness (guint64 word);

gfloat gst_ssio_raster_get_value (guint64 word);

G_END_DECLS
