/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "raster.h"

#define POINTS_AT_ONCE 256

/* More than that shows squares, and not points. */
#define MAX_SUGGESTED_SIZE 5
/* So many pixels to each side are looked at to find how dense points are; of
 * one in so many pixels that have a point. */
#define AROUND 3
#define SAMPLE_STEP 17
/* A point's square against its share of the surface, a side: with squares as
 * large as that share, exp(-1) of the surface would stay empty. */
#define SIZE_OF_SHARE 1.4

void
gst_ssio_raster_resize (GstSsioRaster *self, guint width, guint height)
{
  if (self->words && self->width == width && self->height == height)
    return;
  g_free (self->words);
  self->width = width;
  self->height = height;
  self->words = g_new0 (guint64, (gsize) width * height);
}

void
gst_ssio_raster_clear (GstSsioRaster *self)
{
  g_free (self->words);
  *self = (GstSsioRaster){ 0 };
}

void
gst_ssio_raster_wipe (GstSsioRaster *self)
{
  if (self->words)
    memset (self->words, 0,
        (gsize) self->width * self->height * sizeof (*self->words));
}

/* Numbers that are ordered as the floats are, 0 for none that is finite. */
static inline guint32
order_float (gfloat value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof (bits));
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/* Where some points are in the picture, and how near. */
typedef struct {
  gdouble columns[POINTS_AT_ONCE]; /* -1 of one that is not seen */
  gdouble rows[POINTS_AT_ONCE];
  gfloat nearness[POINTS_AT_ONCE];
} Places;

static void
find_from_top (const GstSsioProjection *projection, const gfloat *x,
    const gfloat *y, const gfloat *z, guint n, Places *places)
{
  const gdouble *center = projection->center;
  const gdouble width = projection->width;
  const gdouble height = projection->height;
  guint i;

  for (i = 0; i < n; i++) {
    places->columns[i] = width / 2 + projection->scale * (x[i] - center[0]);
    places->rows[i] = height / 2 - projection->scale * (y[i] - center[1]);
    places->nearness[i] = z[i];
  }
}

static void
find_from_aside (const GstSsioProjection *projection, const gfloat *x,
    const gfloat *y, const gfloat *z, guint n, Places *places)
{
  const gdouble *center = projection->center;
  const gdouble *right = projection->right;
  const gdouble *up = projection->up;
  const gdouble *forward = projection->forward;
  const gdouble *eye = projection->eye;
  const gdouble width = projection->width;
  const gdouble height = projection->height;
  guint i;

  for (i = 0; i < n; i++) {
    gdouble dx = x[i] - center[0];
    gdouble dy = y[i] - center[1];
    gdouble dz = z[i] - center[2];
    gdouble depth
        = dx * forward[0] + dy * forward[1] + dz * forward[2] - eye[2];
    gdouble scale = projection->scale / depth;
    gdouble column
        = width / 2 + scale * (dx * right[0] + dy * right[1] - eye[0]);

    places->columns[i] = depth > projection->near ? column : -1;
    places->rows[i]
        = height / 2 - scale * (dx * up[0] + dy * up[1] + dz * up[2] - eye[1]);
    places->nearness[i] = 1 / depth;
  }
}

static gsize
draw_places (GstSsioRaster *self, const Places *places, const gfloat *values,
    guint n)
{
  const gdouble width = self->width;
  const gdouble height = self->height;
  gsize n_drawn = 0;
  guint i;

  for (i = 0; i < n; i++) {
    gdouble column = places->columns[i];
    gdouble row = places->rows[i];
    guint64 *word;
    guint64 drawn;
    guint32 bits;

    if (!(column >= 0 && column < width && row >= 0 && row < height))
      continue;
    word = &self->words[(gsize) row * self->width + (gsize) column];
    memcpy (&bits, &values[i], sizeof (bits));
    drawn = (guint64) order_float (places->nearness[i]) << 32 | bits;
    *word = MAX (*word, drawn);
    n_drawn++;
  }
  return n_drawn;
}

gsize
gst_ssio_raster_draw (GstSsioRaster *self, const GstSsioProjection *projection,
    const gfloat *x, const gfloat *y, const gfloat *z, const gfloat *values,
    gsize n)
{
  Places places;
  gsize n_drawn = 0;
  gsize i;

  for (i = 0; i < n; i += POINTS_AT_ONCE) {
    guint n_now = MIN (n - i, POINTS_AT_ONCE);

    if (projection->view == GST_SSIO_VIEW_TOP)
      find_from_top (projection, x + i, y + i, z + i, n_now, &places);
    else
      find_from_aside (projection, x + i, y + i, z + i, n_now, &places);
    n_drawn += draw_places (self, &places, values + i, n_now);
  }
  return n_drawn;
}

/* Has each word of n be at least what stands in others. */
static inline void
raise_words (guint64 *words, const guint64 *others, gsize n)
{
  gsize i;

  for (i = 0; i < n; i++)
    words[i] = MAX (words[i], others[i]);
}

/* Has each row have the largest words of those from before to after of each. */
static void
widen_rows (const GstSsioRaster *self, guint64 *wide, guint before,
    guint after)
{
  guint width = self->width;
  guint row, k;

  memcpy (wide, self->words,
      (gsize) width * self->height * sizeof (*self->words));
  for (row = 0; row < self->height; row++) {
    const guint64 *words = self->words + (gsize) row * width;
    guint64 *out = wide + (gsize) row * width;

    for (k = 1; k <= before && k < width; k++)
      raise_words (out + k, words, width - k);
    for (k = 1; k <= after && k < width; k++)
      raise_words (out, words + k, width - k);
  }
}

static void
widen_columns (const guint64 *words, GstSsioRaster *wide, guint before,
    guint after)
{
  guint width = wide->width;
  guint height = wide->height;
  guint row, other;

  for (row = 0; row < height; row++) {
    guint64 *out = wide->words + (gsize) row * width;
    guint first = row > before ? row - before : 0;
    guint last = MIN (row + after, height - 1);

    memcpy (out, words + (gsize) row * width, width * sizeof (*words));
    for (other = first; other <= last; other++)
      raise_words (out, words + (gsize) other * width, width);
  }
}

void
gst_ssio_raster_widen (const GstSsioRaster *self, guint size,
    GstSsioRaster *wide)
{
  guint after = size / 2;
  guint before = size - 1 - after;
  guint64 *rows = g_new (guint64, (gsize) self->width * self->height);

  gst_ssio_raster_resize (wide, self->width, self->height);
  widen_rows (self, rows, before, after);
  widen_columns (rows, wide, before, after);
  g_free (rows);
}

/* The part of the pixels around one that have a point. */
static gdouble
find_cover_around (const GstSsioRaster *self, guint column, guint row)
{
  guint left = column > AROUND ? column - AROUND : 0;
  guint right = MIN (column + AROUND, self->width - 1);
  guint top = row > AROUND ? row - AROUND : 0;
  guint bottom = MIN (row + AROUND, self->height - 1);
  guint n_covered = 0;
  guint n_pixels = (right - left + 1) * (bottom - top + 1) - 1;
  guint c, r;

  for (r = top; r <= bottom; r++) {
    for (c = left; c <= right; c++)
      n_covered += self->words[(gsize) r * self->width + c] != 0;
  }
  return n_pixels > 0 ? (n_covered - 1) / (gdouble) n_pixels : 1;
}

/* Points that fall at random on a surface, d to a pixel, leave exp(-d) of its
 * pixels empty. */
guint
gst_ssio_raster_suggest_size (const GstSsioRaster *self)
{
  gsize n_pixels = (gsize) self->width * self->height;
  gdouble cover = 0;
  gsize n_covered = 0;
  guint n_samples = 0;
  gdouble density;
  gsize i;

  for (i = 0; i < n_pixels; i++) {
    if (self->words[i] == 0 || n_covered++ % SAMPLE_STEP != 0)
      continue;
    cover += find_cover_around (self, i % self->width, i / self->width);
    n_samples++;
  }
  if (n_samples == 0)
    return 1;
  cover /= n_samples;
  if (cover >= 1)
    return 1;
  if (cover <= 0)
    return MAX_SUGGESTED_SIZE;
  density = -log (1 - cover);
  return CLAMP (ceil (SIZE_OF_SHARE / sqrt (density)), 1, MAX_SUGGESTED_SIZE);
}

gfloat
gst_ssio_raster_get_nearness (guint64 word)
{
  guint32 ordered = word >> 32;
  guint32 bits = ordered & 0x80000000 ? ordered & 0x7fffffff : ~ordered;
  gfloat nearness;

  memcpy (&nearness, &bits, sizeof (nearness));
  return nearness;
}

gfloat
gst_ssio_raster_get_value (guint64 word)
{
  guint32 bits = word;
  gfloat value;

  memcpy (&value, &bits, sizeof (value));
  return value;
}
