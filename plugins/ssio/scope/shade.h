/* SPDX-License-Identifier: MIT */
/* How dark the points of a picture are by their depth alone, so that edges and
 * hollows are seen whatever the colors are; a simple relative of eye-dome
 * lighting (Boucheny, 2009). */
#pragma once

#include "raster.h"

G_BEGIN_DECLS

/* As brightness of a point that keeps its color. */
#define GST_SSIO_FULL_BRIGHTNESS 256

typedef struct {
  guint width;
  guint height;
  gsize stride;    /* of heights; there is a margin around the picture */
  gfloat *heights; /* towards the eye, in pixels */
  gfloat *above;   /* of a row: how much its neighbours are above a pixel */
} GstSsioShade;

void gst_ssio_shade_init (GstSsioShade *shade, const GstSsioRaster *raster,
    const GstSsioProjection *projection);
void gst_ssio_shade_clear (GstSsioShade *shade);

/* The brightness of a row's points. A plane, and a point on its own, have the
 * full one; pixels without a point have any. */
void gst_ssio_shade_row (GstSsioShade *shade, guint row, guint16 *brightness);

G_END_DECLS
