/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstssiopointfile.h"
#include "mixer.h"
#include "permutation.h"

#define NO_WINDOW G_MAXUINT64

/* Points that are fetched from memory at the same time. */
#define AT_ONCE 16

/* A batch whose points are at hand. */
typedef struct {
  GstMemory *memory;
  GstMapInfo map;
  guint64 start; /* of its points in the window's */
} Loaded;

struct _GstSsioMixer {
  const GstSsioOrder *order;
  guint point_size;
  guint n_batches;
  guint64 seed;
  GstSsioLoadFunc load;
  gpointer user_data;
  guint epoch;

  guint64 window; /* which one is loaded */
  guint64 first;  /* position of its first point */
  Loaded *loaded;
  guint n_loaded;
  GstSsioPermutation permutation;
};

GstSsioMixer *
gst_ssio_mixer_new (const GstSsioOrder *order, guint point_size,
    guint n_batches, guint64 seed, GstSsioLoadFunc load, gpointer user_data)
{
  GstSsioMixer *self = g_new0 (GstSsioMixer, 1);

  self->order = order;
  self->point_size = point_size;
  self->n_batches = n_batches;
  self->seed = seed;
  self->load = load;
  self->user_data = user_data;
  self->window = NO_WINDOW;
  self->loaded = g_new0 (Loaded, n_batches);
  return self;
}

void
gst_ssio_mixer_release (GstSsioMixer *self)
{
  while (self->n_loaded > 0) {
    Loaded *loaded = &self->loaded[--self->n_loaded];

    gst_memory_unmap (loaded->memory, &loaded->map);
    gst_memory_unref (loaded->memory);
  }
  self->window = NO_WINDOW;
}

void
gst_ssio_mixer_free (GstSsioMixer *self)
{
  gst_ssio_mixer_release (self);
  g_free (self->loaded);
  g_free (self);
}

void
gst_ssio_mixer_set_epoch (GstSsioMixer *self, guint epoch)
{
  gst_ssio_mixer_release (self);
  self->epoch = epoch;
}

static gboolean
load_batch (GstSsioMixer *self, guint64 index, GError **error)
{
  Loaded *loaded = &self->loaded[self->n_loaded];
  GstSsioBatch batch;

  gst_ssio_order_get_batch (self->order, index, &batch);
  if (self->n_loaded == 0)
    self->first = batch.position;
  loaded->start = batch.position - self->first;
  loaded->memory = self->load (self->user_data, &batch, error);
  if (!loaded->memory)
    return FALSE;
  gst_memory_map (loaded->memory, &loaded->map, GST_MAP_READ);
  self->n_loaded++;
  return TRUE;
}

static gboolean
load_window (GstSsioMixer *self, guint64 window, GError **error)
{
  const guint64 first = window * self->n_batches;
  const guint64 end = MIN (first + self->n_batches,
      gst_ssio_order_get_n_batches (self->order));
  const Loaded *last;
  guint64 index;

  gst_ssio_mixer_release (self);
  for (index = first; index < end; index++) {
    if (!load_batch (self, index, error)) {
      gst_ssio_mixer_release (self);
      return FALSE;
    }
  }
  last = &self->loaded[self->n_loaded - 1];
  gst_ssio_permutation_init (&self->permutation,
      last->start + last->map.size / self->point_size, self->seed,
      (window + 1) << 32 | self->epoch);
  self->window = window;
  return TRUE;
}

/* The point at that place among the window's. */
static const guint8 *
find_point (const GstSsioMixer *self, guint64 place)
{
  guint low = 0;
  guint high = self->n_loaded;

  while (low + 1 < high) {
    guint middle = low + (high - low) / 2;

    if (self->loaded[middle].start <= place)
      low = middle;
    else
      high = middle;
  }
  return self->loaded[low].map.data
         + (place - self->loaded[low].start) * self->point_size;
}

/* Copies n points, at most AT_ONCE, from places of the window. They are looked
 * for first, so that they come from memory at the same time. */
static void
copy_some (const GstSsioMixer *self, guint64 place, guint n, guint8 *points)
{
  const guint8 *from[AT_ONCE];
  guint i;

  for (i = 0; i < n; i++) {
    from[i] = find_point (self,
        gst_ssio_permutation_get (&self->permutation, place + i));
    __builtin_prefetch (from[i]);
  }
  for (i = 0; i < n; i++)
    memcpy (points + i * self->point_size, from[i], self->point_size);
}

/* Whether the files of all that was mixed still are what they were. */
static gboolean
check_files (const GstSsioMixer *self, GError **error)
{
  GstSsioPointFile *checked = NULL;
  guint i;

  for (i = 0; i < self->n_loaded; i++) {
    GstSsioPointFile *file
        = gst_ssio_memory_get_point_file (self->loaded[i].memory);

    if (file && file != checked && !gst_ssio_point_file_check (file, error))
      return FALSE;
    checked = file;
  }
  return TRUE;
}

gboolean
gst_ssio_mixer_copy (GstSsioMixer *self, guint64 index, guint64 position,
    guint64 n_points, guint8 *points, GError **error)
{
  const guint64 window = index / self->n_batches;
  guint64 at;

  if (self->window != window && !load_window (self, window, error))
    return FALSE;
  for (at = 0; at < n_points; at += AT_ONCE)
    copy_some (self, position - self->first + at, MIN (n_points - at, AT_ONCE),
        points + at * self->point_size);
  return check_files (self, error);
}
