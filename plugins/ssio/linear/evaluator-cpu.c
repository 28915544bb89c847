/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "buffersweep.h"
#include "centring.h"
#include "evaluator-private.h"
#include "forward.h"
#include "scorer.h"

typedef struct {
  GstSsioEvaluator parent;
  GstSsioForward *forward;
  GstSsioBufferSweep *sweep;
  guint point_size;
  guint n_outputs;
  guint n_threads;
  gpointer *scratch; /* one a thread */

  GstSsioOutcomes outcomes;
  GstSsioScorer *scorer;     /* NULL where outputs are summed only */
  GstSsioCentring *centring; /* NULL where inputs are as they are */
  guint64 n_pushed;
  gdouble *totals; /* of the outputs, and of the losses */
} CpuEvaluator;

/* What goes with a buffer's parts. */
typedef struct {
  guint64 order;
  guint64 row; /* of predictions */
  gboolean has_meta;
  GstSsioBatchMeta meta;
  gboolean has_bias;
  gfloat bias[];
} Batch;

/* A chunk in the hands of a thread. */
typedef struct {
  CpuEvaluator *self;
  const GstSsioSweepChunk *chunk;
  guint thread;
  gdouble *loss;
} Work;

static void
score_block (const GstSsioOutputs *outputs, gpointer user_data)
{
  Work *work = user_data;
  CpuEvaluator *self = work->self;
  const GstSsioSweepChunk *chunk = work->chunk;
  const Batch *batch = chunk->part->batch;
  const gsize first
      = chunk->first + (outputs->points - chunk->points) / self->point_size;
  const GstSsioScorerPlace place = { batch->order, chunk->part->first + first,
    batch->has_meta ? &batch->meta : NULL };
  guint8 *rows = chunk->part->rows;

  if (rows)
    rows += first * gst_ssio_scorer_get_row_size (self->scorer);
  gst_ssio_scorer_score (self->scorer, work->thread, self->forward, outputs,
      &place, rows, work->loss);
}

static void
work_on_chunk (const GstSsioSweepChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  CpuEvaluator *self = user_data;
  const Batch *batch = chunk->part->batch;
  Work work = { self, chunk, thread, result + self->n_outputs };

  gst_ssio_forward_run_blocks (self->forward, self->scratch[thread],
      batch && batch->has_bias ? batch->bias : NULL, chunk->points,
      chunk->n_points, result, self->scorer ? score_block : NULL, &work);
}

static void
hand_rows_over (GstSsioSweepPart *part, gpointer user_data)
{
  CpuEvaluator *self = user_data;
  const Batch *batch = part->batch;

  if (self->outcomes.predictions)
    gst_ssio_predictions_write (self->outcomes.predictions,
        batch->row + part->first, part->n_points,
        g_steal_pointer (&part->rows));
}

static void
cpu_evaluator_free (GstSsioEvaluator *evaluator)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  guint i;

  g_clear_pointer (&self->sweep, gst_ssio_buffer_sweep_free);
  for (i = 0; i < self->n_threads; i++)
    gst_ssio_forward_free_scratch (self->scratch[i]);
  g_free (self->scratch);
  g_free (self->totals);
  gst_ssio_forward_free (self->forward);
  g_clear_pointer (&self->centring, gst_ssio_centring_free);
  g_clear_pointer (&self->scorer, gst_ssio_scorer_free);
  g_free (self);
}

static gboolean
describe_batch (CpuEvaluator *self, GstBuffer *buffer, Batch *batch,
    GError **error)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

  batch->order = self->n_pushed++;
  batch->has_meta = meta != NULL;
  if (meta)
    batch->meta = *meta;
  if (self->outcomes.predictions
      && (!gst_ssio_data_files_find_row (self->outcomes.files, meta,
              gst_buffer_get_size (buffer) / self->point_size, &batch->row,
              error)
          || !gst_ssio_predictions_check (self->outcomes.predictions, error)))
    return FALSE;
  batch->has_bias = self->centring != NULL;
  return !self->centring
         || gst_ssio_centring_compute_bias (self->centring, buffer,
             batch->bias, error);
}

static gboolean
has_failed (CpuEvaluator *self, GError **error)
{
  if (!self->scorer || !gst_ssio_scorer_has_failed (self->scorer))
    return FALSE;
  /* what comes before the point that was found is at work, at least */
  gst_ssio_buffer_sweep_drain (self->sweep);
  gst_ssio_scorer_set_error (self->scorer, error);
  return TRUE;
}

static gboolean
cpu_evaluator_push (GstSsioEvaluator *evaluator, GstBuffer *buffer,
    GError **error)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  Batch *batch = NULL;

  if (has_failed (self, error))
    return FALSE;
  if (self->scorer || self->centring) {
    batch = g_atomic_rc_box_alloc0 (
        sizeof (Batch)
        + (self->centring ? gst_ssio_centring_get_width (self->centring) : 0)
              * sizeof (gfloat));
    if (!describe_batch (self, buffer, batch, error)) {
      g_atomic_rc_box_release (batch);
      return FALSE;
    }
  }
  return gst_ssio_buffer_sweep_push (self->sweep, buffer, batch, error);
}

static gboolean
cpu_evaluator_collect (GstSsioEvaluator *evaluator, gdouble *sums,
    GError **error)
{
  CpuEvaluator *self = (CpuEvaluator *) evaluator;
  GstSsioTally *tally = self->outcomes.tally;
  guint i;

  for (i = 0; i <= self->n_outputs; i++)
    self->totals[i] = 0;
  gst_ssio_buffer_sweep_collect (self->sweep, self->totals);
  if (has_failed (self, error))
    return FALSE;
  for (i = 0; i < self->n_outputs; i++)
    sums[i] += self->totals[i];
  if (tally) {
    gst_ssio_scorer_collect (self->scorer, tally);
    tally->loss += self->totals[self->n_outputs];
  }
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

static void
open_sweep (CpuEvaluator *self)
{
  GstSsioBufferSweepConfig config = {
    .n_threads = self->n_threads,
    .point_size = self->point_size,
    .n_results = self->n_outputs + 1,
    .work = work_on_chunk,
    .done = hand_rows_over,
    .user_data = self,
  };

  if (self->outcomes.predictions)
    config.row_size = gst_ssio_scorer_get_row_size (self->scorer);
  self->sweep = gst_ssio_buffer_sweep_new (&config);
}

GstSsioEvaluator *
gst_ssio_outcome_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads,
    const GstSsioOutcomes *outcomes, GError **error)
{
  CpuEvaluator *self = g_new0 (CpuEvaluator, 1);
  guint i;

  self->parent.klass = &cpu_evaluator_class;
  self->outcomes = *outcomes;
  self->forward = gst_ssio_forward_new (model, layout, fields);
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (model);
  self->totals = g_new0 (gdouble, self->n_outputs + 1);
  self->n_threads = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->scratch = g_new0 (gpointer, self->n_threads);
  for (i = 0; i < self->n_threads; i++)
    self->scratch[i] = gst_ssio_forward_new_scratch (self->forward);
  if (outcomes->targets || outcomes->predictions)
    self->scorer = gst_ssio_scorer_new (self->n_outputs, outcomes->targets,
        outcomes->files, outcomes->type, self->n_threads);
  open_sweep (self);
  if (outcomes->center_xy
      && !(self->centring
           = gst_ssio_centring_new (model, layout, fields, error))) {
    cpu_evaluator_free (&self->parent);
    return NULL;
  }
  return &self->parent;
}

GstSsioEvaluator *
gst_ssio_cpu_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads)
{
  static const GstSsioOutcomes none = { 0 };

  return gst_ssio_outcome_evaluator_new (model, layout, fields, n_threads,
      &none, NULL);
}
