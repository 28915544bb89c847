/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "evaluator-private.h"
#include "forward.h"
#include "workers.h"

/* Points that a thread takes at once: some 100 microseconds of a small model,
 * long against a hand-over and short against a batch. */
#define CHUNK_POINTS 16384

/* A batch is held in parts of about this size, so that most of it can go while
 * the last chunks are still worked on. */
#define PART_BYTES (1 << 20)

typedef struct {
  GstSsioEvaluator parent;
  GstSsioForward *forward;
  GstSsioWorkers *workers;
  guint point_size;
  guint n_outputs;
  guint n_threads;
  gpointer *scratch; /* one a thread */
} CpuEvaluator;

/* A part of a buffer being worked on. */
typedef struct {
  GstBuffer *buffer;
  GstMapInfo map;
  gint chunks_left; /* atomic */
} Part;

static void
work (const GstSsioChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  CpuEvaluator *self = user_data;
  Part *part = chunk->owner;

  gst_ssio_forward_run (self->forward, self->scratch[thread], chunk->points,
      chunk->n_points, result);
  if (g_atomic_int_dec_and_test (&part->chunks_left)) {
    gst_buffer_unmap (part->buffer, &part->map);
    gst_buffer_unref (part->buffer);
    g_free (part);
  }
}

static void
cpu_evaluator_free (GstSsioEvaluator *evaluator)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  guint i;

  gst_ssio_workers_drain (self->workers);
  gst_ssio_workers_free (self->workers);
  for (i = 0; i < self->n_threads; i++)
    gst_ssio_forward_free_scratch (self->scratch[i]);
  g_free (self->scratch);
  gst_ssio_forward_free (self->forward);
  g_free (self);
}

static gboolean
push_part (CpuEvaluator *self, GstBuffer *buffer, gsize first_point,
    gsize n_points)
{
  Part *part = g_new (Part, 1);
  GstSsioChunk chunk;
  gsize at;

  if (n_points * self->point_size == gst_buffer_get_size (buffer))
    part->buffer = gst_buffer_ref (buffer);
  else
    part->buffer = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY,
        first_point * self->point_size, n_points * self->point_size);
  if (!part->buffer
      || !gst_buffer_map (part->buffer, &part->map, GST_MAP_READ)) {
    gst_clear_buffer (&part->buffer);
    g_free (part);
    return FALSE;
  }
  part->chunks_left = (n_points + CHUNK_POINTS - 1) / CHUNK_POINTS;
  chunk.owner = part;
  chunk.points = part->map.data;
  for (at = 0; at < n_points; at += CHUNK_POINTS) {
    chunk.n_points = MIN (n_points - at, CHUNK_POINTS);
    gst_ssio_workers_push (self->workers, &chunk);
    chunk.points += chunk.n_points * self->point_size;
  }
  return TRUE;
}

static gboolean
cpu_evaluator_push (GstSsioEvaluator *evaluator, GstBuffer *buffer,
    GError **error)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  gsize size = gst_buffer_get_size (buffer);
  gsize n_points = size / self->point_size;
  gsize part_points
      = CHUNK_POINTS * MAX (PART_BYTES / CHUNK_POINTS / self->point_size, 1);
  gsize at = 0;

  if (size % self->point_size == 0) {
    while (at < n_points
           && push_part (self, buffer, at, MIN (n_points - at, part_points)))
      at += MIN (n_points - at, part_points);
  }
  if (at * self->point_size == size)
    return TRUE;
  gst_ssio_evaluator_refuse (size, self->point_size, "readable memory", error);
  return FALSE;
}

static gboolean
cpu_evaluator_collect (GstSsioEvaluator *evaluator, gdouble *sums,
    GError **error)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  const gdouble *totals;
  guint i;

  gst_ssio_workers_drain (self->workers);
  totals = gst_ssio_workers_get_totals (self->workers);
  for (i = 0; i < self->n_outputs; i++)
    sums[i] += totals[i];
  gst_ssio_workers_reset_totals (self->workers);
  return TRUE;
}

static gchar *
cpu_evaluator_describe (GstSsioEvaluator *evaluator)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;

  return g_strdup_printf ("%s, %u threads",
      gst_ssio_forward_get_isa (self->forward), self->n_threads);
}

static const GstSsioEvaluatorClass cpu_evaluator_class = {
  cpu_evaluator_free,
  cpu_evaluator_push,
  cpu_evaluator_collect,
  cpu_evaluator_describe,
};

GstSsioEvaluator *
gst_ssio_cpu_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads)
{
  CpuEvaluator *self = g_new0 (CpuEvaluator, 1);
  guint i;

  self->parent.klass = &cpu_evaluator_class;
  self->forward = gst_ssio_forward_new (model, layout, fields);
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (model);
  self->n_threads = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->scratch = g_new0 (gpointer, self->n_threads);
  for (i = 0; i < self->n_threads; i++)
    self->scratch[i] = gst_ssio_forward_new_scratch (self->forward);
  self->workers
      = gst_ssio_workers_new (self->n_threads, self->n_outputs, work, self);
  return &self->parent;
}
