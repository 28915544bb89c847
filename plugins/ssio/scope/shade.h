/* SPDX-License-Identifier: MIT */
/* How dark the points of a picture are by their depth alone, so that edges and
 * hollows are seen whatever the colors are; a simple relative of eye-dome
 * lighting (Boucheny, 2009). */
#pragma once

#include "raster.h"

G_BEGIN_DECLS

typedef struct {
  guint width;
  guint height;
  gfloat *heights; /* towards the eye, in pixels; NaN where there is none */
} GstSsioShade;

void gst_ssio_shade_init (GstSsioShade *shade, const GstSsioRaster *raster,
    const GstSsioProjection *projection);
void gst_ssio_shade_clear (GstSsioShade *shade);

/* Of a pixel that has a point: 256 for one that keeps its color, less for
 * darker ones. A plane and a point on its own keep theirs. */
guint gst_ssio_shade_get (const GstSsioShade *shade, guint column, guint row);

G_END_DECLS
