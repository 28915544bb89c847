/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "floats.h"
#include "paint.h"
#include "shade.h"

/* Values that stand for all of a picture. */
#define MAX_SAMPLES 4096
/* One in so many is left out at either end. */
#define LEFT_OUT 100

#define LAST_COLOR (GST_SSIO_N_COLORS - 1)

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
    gst_ssio_floats_sort (samples, n);
    range.low = samples[n / LEFT_OUT];
    range.high = samples[n - 1 - n / LEFT_OUT];
  }
  g_free (samples);
  return range;
}

void
gst_ssio_paint_init (GstSsioPaint *paint, GstSsioPalette palette,
    const GstSsioColorRange *range, gboolean shading,
    const GstSsioRaster *raster)
{
  GstSsioColorRange used
      = range->is_set ? *range : gst_ssio_paint_find_range (raster);

  gst_ssio_palette_fill (palette, paint->colors);
  paint->is_categorical = palette == GST_SSIO_PALETTE_CATEGORIES;
  paint->shading = shading;
  paint->low = used.low;
  paint->factor
      = used.high > used.low ? LAST_COLOR / (used.high - used.low) : INFINITY;
}

/* Which color a value has. */
static inline guint
find_color (const GstSsioPaint *paint, gfloat value)
{
  gdouble part;

  if (paint->is_categorical)
    return fabsf (value) < G_MAXINT ? (gint) value & LAST_COLOR : 0;
  if (isinf (paint->factor)) /* all are the same */
    return LAST_COLOR / 2;
  part = (value - paint->low) * paint->factor;
  /* not for a NaN either */
  return part > 0 ? MIN (part, LAST_COLOR) + 0.5 : 0;
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

static void
paint_row (const GstSsioPaint *paint, const guint64 *words,
    const guint16 *brightness, guint n, const GstSsioImage *image,
    guint8 *pixel)
{
  const GstSsioColor background = { 0, 0, 0 };
  guint i;

  for (i = 0; i < n; i++) {
    GstSsioColor color = background;

    if (words[i] != 0)
      color = paint->colors[find_color (paint,
          gst_ssio_raster_get_value (words[i]))];
    put_pixel (image, pixel, color, brightness[i]);
    pixel += image->pixel_stride;
  }
}

void
gst_ssio_paint (const GstSsioPaint *paint, const GstSsioRaster *raster,
    const GstSsioProjection *projection, const GstSsioImage *image)
{
  guint16 *brightness = g_new (guint16, raster->width);
  GstSsioShade shade = { 0 };
  guint i, row;

  for (i = 0; i < raster->width; i++)
    brightness[i] = GST_SSIO_FULL_BRIGHTNESS;
  if (paint->shading)
    gst_ssio_shade_init (&shade, raster, projection);
  for (row = 0; row < raster->height; row++) {
    if (paint->shading)
      gst_ssio_shade_row (&shade, row, brightness);
    paint_row (paint, raster->words + (gsize) row * raster->width, brightness,
        raster->width, image, image->data + row * image->stride);
  }
  gst_ssio_shade_clear (&shade);
  g_free (brightness);
}
