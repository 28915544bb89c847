/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "shade.h"

/* Neighbours are looked for so far away, in pixels. */
static const guint radii[] = { 1, 3 };
#define MARGIN 3

/* A point is no darker for neighbours that are more pixels above it. */
#define MAX_ABOVE 3.0f

/* One pixel below its neighbours makes a point exp (-STRENGTH) as bright. */
#define STRENGTH 0.35f

/* Of a pixel without a point; far from what others have. */
#define NO_HEIGHT -1e30f

static gfloat
find_height (guint64 word, const GstSsioProjection *projection)
{
  gfloat nearness = gst_ssio_raster_get_nearness (word);
  gdouble height;

  if (word == 0)
    return NO_HEIGHT;
  if (projection->view == GST_SSIO_VIEW_TOP)
    height = projection->scale * (nearness - projection->center[2]);
  else /* a pixel is depth / scale long */
    height = projection->scale * logf (nearness * -projection->eye[2]);
  return CLAMP (height, -1e20, 1e20);
}

void
gst_ssio_shade_init (GstSsioShade *self, const GstSsioRaster *raster,
    const GstSsioProjection *projection)
{
  gsize n, i;
  guint column, row;

  self->width = raster->width;
  self->height = raster->height;
  self->stride = raster->width + 2 * MARGIN;
  n = self->stride * (raster->height + 2 * MARGIN);
  self->above = g_new (gfloat, raster->width);
  self->heights = g_new (gfloat, n);
  for (i = 0; i < n; i++)
    self->heights[i] = NO_HEIGHT;
  for (row = 0; row < raster->height; row++) {
    const guint64 *words = raster->words + (gsize) row * raster->width;
    gfloat *heights = self->heights + (row + MARGIN) * self->stride + MARGIN;

    for (column = 0; column < raster->width; column++)
      heights[column] = find_height (words[column], projection);
  }
}

void
gst_ssio_shade_clear (GstSsioShade *self)
{
  g_clear_pointer (&self->heights, g_free);
  g_clear_pointer (&self->above, g_free);
}

/* Adds how much the mean of two neighbours, on both sides of a pixel, is above
 * it, where both have a point. */
static void
add_above (const gfloat *heights, gssize offset, gfloat *above, guint n)
{
  const gfloat *before = heights - offset;
  const gfloat *after = heights + offset;
  guint i;

  for (i = 0; i < n; i++) {
    /* far below any pixel where one is missing */
    gfloat mean = (before[i] + after[i]) * 0.5f - heights[i];

    mean = mean < 0 ? 0 : mean;
    above[i] += mean > MAX_ABOVE ? MAX_ABOVE : mean;
  }
}

void
gst_ssio_shade_row (GstSsioShade *self, guint row, guint16 *brightness)
{
  const gfloat *heights
      = self->heights + (row + MARGIN) * self->stride + MARGIN;
  const gssize directions[]
      = { 1, self->stride, self->stride + 1, (gssize) self->stride - 1 };
  const gfloat strength
      = STRENGTH / (G_N_ELEMENTS (radii) * G_N_ELEMENTS (directions));
  guint r, d, i;

  for (i = 0; i < self->width; i++)
    self->above[i] = 0;
  for (r = 0; r < G_N_ELEMENTS (radii); r++) {
    for (d = 0; d < G_N_ELEMENTS (directions); d++)
      add_above (heights, radii[r] * directions[d], self->above, self->width);
  }
  for (i = 0; i < self->width; i++) {
    /* exp (-x) is about (1 - x / 8)^8 */
    gfloat eighth = 1 - self->above[i] * strength / 8;
    gfloat quarter = eighth * eighth;
    gfloat half = quarter * quarter;

    brightness[i] = (gint) (GST_SSIO_FULL_BRIGHTNESS * half * half);
  }
}
