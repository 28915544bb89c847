/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <stdlib.h>

#include "paint.h"
#include "shade.h"

/* Values that stand for all of a picture. */
#define MAX_SAMPLES 4096
/* One in so many is left out at either end. */
#define LEFT_OUT 100

static gint
compare (gconstpointer a, gconstpointer b)
{
  gfloat left = *(const gfloat *) a;
  gfloat right = *(const gfloat *) b;

  return (left > right) - (left < right);
}

/* Of finite values, as many as the picture's pixels have, at equal steps. */
static guint
take_samples (const GstSsioRaster *raster, gfloat samples[MAX_SAMPLES])
{
  gsize n_pixels = (gsize) raster->width * raster->height;
  gsize n_points = 0;
  gsize taken = 0;
  gsize step, i;
  guint n = 0;

  for (i = 0; i < n_pixels; i++)
    n_points += raster->words[i] != 0;
  step = (n_points + MAX_SAMPLES - 1) / MAX_SAMPLES;
  for (i = 0; i < n_pixels; i++) {
    gfloat value;

    if (raster->words[i] == 0 || taken++ % step != 0)
      continue;
    value = gst_ssio_raster_get_value (raster->words[i]);
    if (isfinite (value))
      samples[n++] = value;
  }
  return n;
}

GstSsioColorRange
gst_ssio_paint_find_range (const GstSsioRaster *raster)
{
  gfloat *samples = g_new (gfloat, MAX_SAMPLES);
  guint n = take_samples (raster, samples);
  GstSsioColorRange range = { .is_set = n > 0 };

  if (n > 0) {
    qsort (samples, n, sizeof (*samples), compare);
    range.low = samples[n / LEFT_OUT];
    range.high = samples[n - 1 - n / LEFT_OUT];
  }
  g_free (samples);
  return range;
}

/* Which color a value has. */
static inline guint
find_color (gfloat value, const GstSsioPaint *paint,
    const GstSsioColorRange *range)
{
  const gdouble last = GST_SSIO_N_COLORS - 1;
  gdouble part;

  if (!isfinite (value))
    return value > 0 ? last : 0;
  if (paint->palette == GST_SSIO_PALETTE_CATEGORIES)
    return fabsf (value) < G_MAXINT ? (gint) value & (GST_SSIO_N_COLORS - 1)
                                    : 0;
  if (range->high <= range->low) /* all are the same */
    return last / 2;
  part = (value - range->low) / (range->high - range->low);
  return CLAMP (part, 0, 1) * last + 0.5;
}

static inline void
put_pixel (const GstSsioImage *image, guint8 *pixel, GstSsioColor color,
    guint brightness)
{
  pixel[image->offsets[0]] = color.red * brightness >> 8;
  pixel[image->offsets[1]] = color.green * brightness >> 8;
  pixel[image->offsets[2]] = color.blue * brightness >> 8;
  if (image->pixel_stride > 3)
    pixel[image->offsets[3]] = 255;
}

void
gst_ssio_paint (const GstSsioPaint *paint, const GstSsioRaster *raster,
    const GstSsioProjection *projection, const GstSsioImage *image)
{
  const GstSsioColor background = { 0, 0, 0 };
  GstSsioColor colors[GST_SSIO_N_COLORS];
  GstSsioColorRange range = paint->range;
  GstSsioShade shade = { 0 };
  guint column, row;

  if (!range.is_set)
    range = gst_ssio_paint_find_range (raster);
  gst_ssio_palette_fill (paint->palette, colors);
  if (paint->shading)
    gst_ssio_shade_init (&shade, raster, projection);
  for (row = 0; row < raster->height; row++) {
    const guint64 *words = raster->words + (gsize) row * raster->width;
    guint8 *pixel = image->data + row * image->stride;

    for (column = 0; column < raster->width; column++) {
      guint brightness = 256;
      GstSsioColor color = background;

      if (words[column] != 0) {
        gfloat value = gst_ssio_raster_get_value (words[column]);

        color = colors[find_color (value, paint, &range)];
        if (paint->shading)
          brightness = gst_ssio_shade_get (&shade, column, row);
      }
      put_pixel (image, pixel, color, brightness);
      pixel += image->pixel_stride;
    }
  }
  gst_ssio_shade_clear (&shade);
}
