/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/context-private.h>

#include "cudacall.h"
#include "cudatile.h"
#include "linear/evaluator.h"

/* What the host does for each measurement is spread over so many passes. */
#define PASSES 10

struct _SsioCudaTile {
  const SsioTile *tile;
  GstMemory *memory;
  GstBuffer *whole;
  GPtrArray *batches; /* GstBuffer; parts of the same memory */
  GstSsioEvaluator *evaluator;
};

static void
upload (SsioCudaTile *self, GstSsioCudaContext *context)
{
  const GstSsioCudaDriver *driver = gst_ssio_cuda_context_get_driver (context);
  GError *error = NULL;
  GstSsioCudaStream *stream = gst_ssio_cuda_stream_new (context, &error);
  CUstream handle;

  if (stream)
    self->memory = gst_ssio_cuda_memory_new (stream, self->tile->size, &error);
  if (!self->memory || !gst_ssio_cuda_context_push (context, &error))
    ssio_fail ("%s", error->message);
  handle = gst_ssio_cuda_stream_get_handle (stream);
  ssio_cuda_must (driver, cuMemcpyHtoDAsync,
      gst_ssio_cuda_memory_get_device_pointer (self->memory),
      self->tile->points, self->tile->size, handle);
  ssio_cuda_must (driver, cuStreamSynchronize, handle);
  if (!gst_ssio_cuda_memory_end_write (self->memory, &error))
    ssio_fail ("%s", error->message);
  gst_ssio_cuda_context_pop (context);
  gst_ssio_cuda_stream_unref (stream);
}

static GstBuffer *
wrap (GstMemory *memory)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

static void
cut (SsioCudaTile *self)
{
  const gsize batch = (gsize) SSIO_TILE_BATCH * self->tile->point_size;
  gsize at;

  self->whole = wrap (gst_memory_ref (self->memory));
  self->batches
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  for (at = 0; at < self->tile->size; at += batch)
    g_ptr_array_add (self->batches, wrap (gst_memory_share (self->memory, at,
                                        MIN (batch, self->tile->size - at))));
}

SsioCudaTile *
ssio_cuda_tile_new (GstSsioCudaContext *context, const SsioTile *tile)
{
  SsioCudaTile *self = g_new0 (SsioCudaTile, 1);
  GError *error = NULL;

  self->tile = tile;
  upload (self, context);
  cut (self);
  self->evaluator = gst_ssio_cuda_evaluator_new (context, tile->model,
      tile->layout, ssio_tile_fields, &error);
  if (!self->evaluator)
    ssio_fail ("%s", error->message);
  return self;
}

void
ssio_cuda_tile_free (SsioCudaTile *self)
{
  gst_ssio_evaluator_free (self->evaluator);
  g_ptr_array_unref (self->batches);
  gst_buffer_unref (self->whole);
  gst_memory_unref (self->memory);
  g_free (self);
}

GstMemory *
ssio_cuda_tile_get_memory (SsioCudaTile *self)
{
  return self->memory;
}

gchar *
ssio_cuda_tile_describe (SsioCudaTile *self)
{
  return gst_ssio_evaluator_describe (self->evaluator);
}

static void
push (SsioCudaTile *self, GstBuffer *buffer)
{
  GError *error = NULL;

  if (!gst_ssio_evaluator_push (self->evaluator, buffer, &error))
    ssio_fail ("%s", error->message);
}

static void
run_passes (SsioCudaTile *self, gboolean in_batches, guint n_passes,
    gdouble *sums)
{
  GError *error = NULL;
  guint pass, i;

  for (pass = 0; pass < n_passes; pass++) {
    if (!in_batches)
      push (self, self->whole);
    for (i = 0; in_batches && i < self->batches->len; i++)
      push (self, g_ptr_array_index (self->batches, i));
  }
  if (!gst_ssio_evaluator_collect (self->evaluator, sums, &error))
    ssio_fail ("%s", error->message);
}

gdouble
ssio_cuda_tile_measure (SsioCudaTile *self, gboolean in_batches, GArray *means)
{
  gdouble warm_up[SSIO_TILE_OUTPUTS] = { 0 };
  gdouble sums[SSIO_TILE_OUTPUTS] = { 0 };
  gdouble seconds;
  gint64 start;
  guint i;

  run_passes (self, in_batches, 1, warm_up);
  start = g_get_monotonic_time ();
  run_passes (self, in_batches, PASSES, sums);
  seconds = (g_get_monotonic_time () - start) / 1e6 / PASSES;

  for (i = 0; i < SSIO_TILE_OUTPUTS; i++)
    sums[i] /= (gdouble) self->tile->n_points * PASSES;
  g_array_set_size (means, 0);
  g_array_append_vals (means, sums, SSIO_TILE_OUTPUTS);
  return seconds;
}
