/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "cloud.h"
#include "cubes.h"

/* So many cubes, or all, are counted to tell how many there are. */
#define SAMPLED_CUBES 16384

void
gst_ssio_cloud_clear (GstSsioCloud *self)
{
  guint c;

  for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
    g_free (self->columns[c]);
  *self = (GstSsioCloud){ 0 };
}

void
gst_ssio_cloud_wipe (GstSsioCloud *self)
{
  self->n = 0;
}

static void
reserve (GstSsioCloud *self, gsize n)
{
  guint c;

  if (n <= self->n_allocated)
    return;
  self->n_allocated = MAX (n, 2 * self->n_allocated);
  for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
    self->columns[c] = g_renew (gfloat, self->columns[c], self->n_allocated);
}

void
gst_ssio_cloud_append (GstSsioCloud *self, const GstSsioChunk *chunk)
{
  guint c;

  reserve (self, self->n + chunk->n);
  for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
    memcpy (self->columns[c] + self->n, chunk->columns[c],
        chunk->n * sizeof (gfloat));
  self->n += chunk->n;
}

/* Which cube, along an axis, a point is in. */
static inline guint
find_cube (const GstSsioCloud *self, gsize i, guint axis,
    const GstSsioBox *box, gdouble size)
{
  return (self->columns[axis][i] - box->min[axis]) / size;
}

static void
keep_one_a_cube (GstSsioCloud *self, const GstSsioBox *box, gdouble size)
{
  GstSsioCubes *cubes = gst_ssio_cubes_new ();
  gsize kept = 0;
  gsize i;
  guint c;

  for (i = 0; i < self->n; i++) {
    if (!gst_ssio_cubes_add (cubes,
            find_cube (self, i, GST_SSIO_COLUMN_X, box, size),
            find_cube (self, i, GST_SSIO_COLUMN_Y, box, size),
            find_cube (self, i, GST_SSIO_COLUMN_Z, box, size)))
      continue;
    for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
      self->columns[c][kept] = self->columns[c][i];
    kept++;
  }
  self->n = kept;
  gst_ssio_cubes_free (cubes);
}

/* How many cubes there are, of which one in 2^shift is looked at: much less
 * work, and memory, than to keep a point of each. */
static gsize
count_cubes (const GstSsioCloud *self, const GstSsioBox *box, gdouble size,
    guint shift)
{
  GstSsioCubes *cubes = gst_ssio_cubes_new ();
  gsize n = 0;
  gsize i;

  for (i = 0; i < self->n; i++) {
    guint x = find_cube (self, i, GST_SSIO_COLUMN_X, box, size);
    guint y = find_cube (self, i, GST_SSIO_COLUMN_Y, box, size);
    guint z = find_cube (self, i, GST_SSIO_COLUMN_Z, box, size);

    if (gst_ssio_cubes_is_sampled (x, y, z, shift))
      n += gst_ssio_cubes_add (cubes, x, y, z);
  }
  gst_ssio_cubes_free (cubes);
  return n << shift;
}

/* The least doubling of size of which there are about n_most cubes, or fewer.
 */
static gdouble
find_size (const GstSsioCloud *self, const GstSsioBox *box, gdouble size,
    gsize n_most)
{
  guint shift = 0;

  while (n_most >> shift > SAMPLED_CUBES)
    shift++;
  while (count_cubes (self, box, size, shift) > n_most)
    size *= 2;
  return size;
}

gdouble
gst_ssio_cloud_thin (GstSsioCloud *self, const GstSsioBox *box, gdouble size,
    gsize n_most)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    size = MAX (size, (box->max[axis] - box->min[axis]) / GST_SSIO_CUBES_MAX);
  for (;;) {
    size = find_size (self, box, size, n_most);
    keep_one_a_cube (self, box, size);
    if (self->n <= n_most)
      return size;
    size *= 2;
  }
}
