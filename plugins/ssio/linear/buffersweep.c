/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "buffersweep.h"
#include "evaluator-private.h"
#include "workers.h"

/* Points that a thread takes at once: some 100 microseconds of a small model,
 * long against a hand-over and short against a batch. */
#define CHUNK_POINTS 16384

/* A batch is held in parts of about this size, so that most of it can go while
 * the last chunks are still worked on. */
#define PART_BYTES (1 << 20)

struct _GstSsioBufferSweep {
  GstSsioBufferSweepConfig config;
  GstSsioWorkers *workers;
};

static void
work (const GstSsioChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  GstSsioBufferSweep *self = user_data;
  GstSsioSweepPart *part = chunk->owner;
  const GstSsioSweepChunk here
      = { part, (chunk->points - part->map.data) / self->config.point_size,
          chunk->points, chunk->n_points };

  self->config.work (&here, thread, result, self->config.user_data);
  if (!g_atomic_int_dec_and_test (&part->chunks_left))
    return;
  gst_buffer_unmap (part->buffer, &part->map);
  gst_buffer_unref (part->buffer);
  if (self->config.done)
    self->config.done (part, self->config.user_data);
  g_free (part->rows);
  g_clear_pointer (&part->batch, g_atomic_rc_box_release);
  g_free (part);
}

GstSsioBufferSweep *
gst_ssio_buffer_sweep_new (const GstSsioBufferSweepConfig *config)
{
  GstSsioBufferSweep *self = g_new0 (GstSsioBufferSweep, 1);

  self->config = *config;
  self->workers = gst_ssio_workers_new (config->n_threads, config->n_results,
      work, self);
  return self;
}

void
gst_ssio_buffer_sweep_free (GstSsioBufferSweep *self)
{
  gst_ssio_workers_drain (self->workers);
  gst_ssio_workers_free (self->workers);
  g_free (self);
}

static gboolean
push_part (GstSsioBufferSweep *self, GstBuffer *buffer, gpointer batch,
    gsize first_point, gsize n_points)
{
  const guint point_size = self->config.point_size;
  GstSsioSweepPart *part = g_new0 (GstSsioSweepPart, 1);
  GstSsioChunk chunk;
  gsize at;

  if (n_points * point_size == gst_buffer_get_size (buffer))
    part->buffer = gst_buffer_ref (buffer);
  else
    part->buffer = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY,
        first_point * point_size, n_points * point_size);
  if (!part->buffer
      || !gst_buffer_map (part->buffer, &part->map, GST_MAP_READ)) {
    gst_clear_buffer (&part->buffer);
    g_free (part);
    return FALSE;
  }
  part->batch = batch ? g_atomic_rc_box_acquire (batch) : NULL;
  part->first = first_point;
  part->n_points = n_points;
  if (self->config.row_size > 0)
    part->rows = g_malloc (n_points * self->config.row_size);
  part->chunks_left = (n_points + CHUNK_POINTS - 1) / CHUNK_POINTS;
  chunk.owner = part;
  chunk.points = part->map.data;
  for (at = 0; at < n_points; at += CHUNK_POINTS) {
    chunk.n_points = MIN (n_points - at, CHUNK_POINTS);
    gst_ssio_workers_push (self->workers, &chunk);
    chunk.points += chunk.n_points * point_size;
  }
  return TRUE;
}

gboolean
gst_ssio_buffer_sweep_push (GstSsioBufferSweep *self, GstBuffer *buffer,
    gpointer batch, GError **error)
{
  const guint point_size = self->config.point_size;
  const gsize size = gst_buffer_get_size (buffer);
  const gsize n_points = size / point_size;
  const gsize part_points
      = CHUNK_POINTS * MAX (PART_BYTES / CHUNK_POINTS / point_size, 1);
  gsize at = 0;

  if (size % point_size == 0) {
    while (at < n_points
           && push_part (self, buffer, batch, at,
               MIN (n_points - at, part_points)))
      at += MIN (n_points - at, part_points);
  }
  g_clear_pointer (&batch, g_atomic_rc_box_release);
  if (at * point_size == size)
    return TRUE;
  gst_ssio_evaluator_refuse (size, point_size, "readable memory", error);
  return FALSE;
}

void
gst_ssio_buffer_sweep_drain (GstSsioBufferSweep *self)
{
  gst_ssio_workers_drain (self->workers);
}

void
gst_ssio_buffer_sweep_collect (GstSsioBufferSweep *self, gdouble *sums)
{
  const gdouble *totals;
  guint i;

  gst_ssio_workers_drain (self->workers);
  totals = gst_ssio_workers_get_totals (self->workers);
  for (i = 0; i < self->config.n_results; i++)
    sums[i] += totals[i];
  gst_ssio_workers_reset_totals (self->workers);
}
