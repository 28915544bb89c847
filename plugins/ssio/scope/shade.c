/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "shade.h"

/* Neighbours are looked for so far away, in pixels. */
static const gint radii[] = { 1, 3 };

/* A point is no darker for neighbours that are more pixels above it. */
#define MAX_ABOVE 3.0f

/* One pixel below its neighbours makes a point exp (-STRENGTH) as bright. */
#define STRENGTH 0.35f

static gfloat
find_height (guint64 word, const GstSsioProjection *projection)
{
  gfloat nearness = gst_ssio_raster_get_nearness (word);

  if (word == 0)
    return NAN;
  if (projection->view == GST_SSIO_VIEW_TOP)
    return projection->scale * (nearness - projection->center[2]);
  /* a pixel is depth / scale long */
  return projection->scale * logf (nearness * -projection->eye[2]);
}

void
gst_ssio_shade_init (GstSsioShade *self, const GstSsioRaster *raster,
    const GstSsioProjection *projection)
{
  gsize n = (gsize) raster->width * raster->height;
  gsize i;

  self->width = raster->width;
  self->height = raster->height;
  self->heights = g_new (gfloat, n);
  for (i = 0; i < n; i++)
    self->heights[i] = find_height (raster->words[i], projection);
}

void
gst_ssio_shade_clear (GstSsioShade *self)
{
  g_clear_pointer (&self->heights, g_free);
}

/* How much higher than its own a pixel's neighbour is; no higher where there
 * is none. */
static inline gfloat
get_above (const GstSsioShade *self, guint column, guint row, gint right,
    gint down, gfloat own)
{
  guint other_column = column + right;
  guint other_row = row + down;
  gfloat height;

  if (other_column >= self->width || other_row >= self->height)
    return 0;
  height = self->heights[(gsize) other_row * self->width + other_column];
  return isnan (height) ? 0 : height - own;
}

guint
gst_ssio_shade_get (const GstSsioShade *self, guint column, guint row)
{
  static const gint directions[][2]
      = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 1, -1 } };
  gfloat own = self->heights[(gsize) row * self->width + column];
  gfloat above = 0;
  guint r, d;

  for (r = 0; r < G_N_ELEMENTS (radii); r++) {
    for (d = 0; d < G_N_ELEMENTS (directions); d++) {
      gint right = radii[r] * directions[d][0];
      gint down = radii[r] * directions[d][1];
      gfloat mean = (get_above (self, column, row, right, down, own)
                        + get_above (self, column, row, -right, -down, own))
                    / 2;

      above += CLAMP (mean, 0, MAX_ABOVE);
    }
  }
  above /= G_N_ELEMENTS (radii) * G_N_ELEMENTS (directions);
  return 256 * expf (-STRENGTH * above);
}
