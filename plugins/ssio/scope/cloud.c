/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "cloud.h"

/* Cubes are counted along an axis with so many bits. */
#define AXIS_BITS 21

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

/* A number of the cube that a point is in, never 0. */
static guint64
find_cube (const GstSsioCloud *self, gsize i, const GstSsioBox *box,
    gdouble size)
{
  guint64 cube = 1;
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    cube = cube << AXIS_BITS
           | (guint64) ((self->columns[axis][i] - box->min[axis]) / size);
  return cube;
}

/* A set of numbers other than 0, of at most 2^bits / 2. */
typedef struct {
  guint64 *slots;
  guint bits;
} Set;

/* FALSE where it was there. Fibonacci hashing: Knuth, The Art of Computer
 * Programming 3, 6.4. */
static gboolean
add (Set *set, guint64 number)
{
  gsize slot
      = number * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> (64 - set->bits);

  while (set->slots[slot] != 0) {
    if (set->slots[slot] == number)
      return FALSE;
    slot = (slot + 1) & (((gsize) 1 << set->bits) - 1);
  }
  set->slots[slot] = number;
  return TRUE;
}

static void
keep_one_a_cube (GstSsioCloud *self, const GstSsioBox *box, gdouble size)
{
  Set set = { .bits = g_bit_storage (self->n) + 1 };
  gsize kept = 0;
  gsize i;
  guint c;

  set.slots = g_new0 (guint64, (gsize) 1 << set.bits);
  for (i = 0; i < self->n; i++) {
    if (!add (&set, find_cube (self, i, box, size)))
      continue;
    for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
      self->columns[c][kept] = self->columns[c][i];
    kept++;
  }
  self->n = kept;
  g_free (set.slots);
}

gdouble
gst_ssio_cloud_thin (GstSsioCloud *self, const GstSsioBox *box, gdouble size,
    gsize n_most)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    size = MAX (size,
        (box->max[axis] - box->min[axis]) / ((1 << AXIS_BITS) - 1));
  for (;;) {
    keep_one_a_cube (self, box, size);
    if (self->n <= n_most)
      return size;
    size *= 2;
  }
}
