/* SPDX-License-Identifier: MIT */
/* From a depth buffer to the pixels of a picture. */
#pragma once

#include "palette.h"
#include "raster.h"

G_BEGIN_DECLS

typedef struct {
  guint8 *data;
  gsize stride; /* bytes from row to row */
  guint pixel_stride;
  guint offsets[4]; /* of the bytes for red, green, blue and what is set to
                     * 255; a pixel of three bytes has no such one */
} GstSsioImage;

typedef struct {
  gboolean is_set;
  gdouble low;  /* the palette's first color from here on down */
  gdouble high; /* the last one from here on up; above low */
} GstSsioColorRange;

typedef struct {
  GstSsioColor colors[GST_SSIO_N_COLORS];
  gboolean is_categorical; /* a value is the number of its color */
  gdouble low;
  gdouble factor;   /* from values above low to colors */
  gboolean shading; /* darkens points that lie deeper than those around */
} GstSsioPaint;

/* What the values of a raster span, but for one in a hundred at either end. */
GstSsioColorRange gst_ssio_paint_find_range (const GstSsioRaster *raster);

/* With a palette that is not auto, and the raster's own range where that is
 * not set. Where all values are the same, they have the color in the middle. */
void gst_ssio_paint_init (GstSsioPaint *paint, GstSsioPalette palette,
    const GstSsioColorRange *range, gboolean shading,
    const GstSsioRaster *raster);

/* Paints all pixels of an image of the raster's size. projection says how the
 * raster was drawn. */
void gst_ssio_paint (const GstSsioPaint *paint, const GstSsioRaster *raster,
    const GstSsioProjection *projection, const GstSsioImage *image);

G_END_DECLS
