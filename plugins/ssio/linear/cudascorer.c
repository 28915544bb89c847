/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "cudalabels.h"
#include "cudascorer.h"
#include "kernel-abi.h"

/* Of the rows of outputs. */
#define ROWS_BYTES (32 << 20)
#define MAX_CHUNK_POINTS 65536

#define SCORE_BLOCKS 4 /* a multiprocessor */

#define NO_FAULT G_MAXUINT64

/* A batch since the last collect. */
typedef struct {
  guint64 first_point;
  gboolean has_meta;
  GstSsioBatchMeta meta;
} Batch;

struct _GstSsioCudaScorer {
  GstSsioCudaDevice *device;
  GstSsioOutcomes outcomes;
  guint64 chunk; /* points */
  guint n_counts;
  guint n_blocks;
  guint shared_bytes;
  CUfunction score, keep_fault, collect;
  SsioScoreParams params;
  CUdeviceptr losses, loss;
  CUdeviceptr state; /* the fault, counts, and the fault's record */
  gsize state_bytes;
  guint8 *results; /* page-locked: the download of the state and the loss */

  GArray *batches; /* Batch */
  guint64 n_points;

  CUdeviceptr predictions; /* of a chunk */
  guint row_size;
  guint8 *rows; /* page-locked: their download */
  guint64 next_row;
};

static gsize
get_record_offset (const GstSsioCudaScorer *self)
{
  return (1 + (gsize) self->n_counts) * sizeof (guint64);
}

/* No fault, and nothing counted. */
static gboolean
reset_state (GstSsioCudaScorer *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->device->driver;

  g_array_set_size (self->batches, 0);
  self->n_points = 0;
  return gst_ssio_cuda_call (driver, error, cuMemsetD8Async, self->state, 0xff,
             sizeof (guint64), self->device->stream)
         && gst_ssio_cuda_call (driver, error, cuMemsetD8Async,
             self->state + sizeof (guint64), 0,
             self->n_counts * sizeof (guint64), self->device->stream);
}

static gboolean
open_labels (GstSsioCudaScorer *self, GError **error)
{
  SsioScoreParams *params = &self->params;
  SsioKernelCounts *counts = &params->counts;

  params->scores = 1;
  self->n_counts = params->n_outputs * params->n_outputs + 1;
  counts->in_shared = params->n_outputs <= SSIO_SHARED_CLASSES;
  if (counts->in_shared)
    self->shared_bytes += self->n_counts * sizeof (guint32);
  self->state_bytes = get_record_offset (self) + params->point_size;
  self->state
      = gst_ssio_cuda_device_alloc (self->device, self->state_bytes, error);
  if (!self->state
      || !(self->results = gst_ssio_cuda_device_alloc_host (self->device,
               self->state_bytes + sizeof (gdouble), error))
      || !reset_state (self, error))
    return FALSE;
  counts->fault = GST_SSIO_CUDA_POINTER (self->state);
  counts->counts = counts->fault + 1;
  params->record = (guint8 *) counts->fault + get_record_offset (self);
  return gst_ssio_cuda_labels_upload (self->device, self->outcomes.targets,
      params->n_outputs, &params->labels, error);
}

static gboolean
open_predictions (GstSsioCudaScorer *self, GError **error)
{
  const GstSsioPredictionsType type = self->outcomes.type;

  self->row_size
      = gst_ssio_predictions_type_get_row_size (type, self->params.n_outputs);
  self->rows = gst_ssio_cuda_device_alloc_host (self->device,
      self->chunk * self->row_size, error);
  if (!self->rows)
    return FALSE;
  if (type == GST_SSIO_PREDICTIONS_LOGITS) {
    self->predictions = gst_ssio_cuda_scorer_get_rows (self);
    return TRUE;
  }
  if (type == GST_SSIO_PREDICTIONS_PROBABILITIES)
    self->params.prediction = SSIO_SCORE_PROBABILITIES;
  else
    self->params.prediction
        = self->row_size == 1 ? SSIO_SCORE_U1 : SSIO_SCORE_U2;
  self->predictions = gst_ssio_cuda_device_alloc (self->device,
      self->chunk * self->row_size, error);
  self->params.predictions = GST_SSIO_CUDA_POINTER (self->predictions);
  return self->predictions != 0;
}

static gboolean
find_kernels (GstSsioCudaScorer *self, GError **error)
{
  return (self->score = gst_ssio_cuda_device_find_kernel (self->device,
              "ssio_score_rows", self->shared_bytes, error))
         && (self->keep_fault = gst_ssio_cuda_device_find_kernel (self->device,
                 "ssio_keep_fault", 0, error))
         && (self->collect = gst_ssio_cuda_device_find_kernel (self->device,
                 "ssio_collect_partials",
                 SSIO_KERNEL_THREADS * sizeof (gdouble), error));
}

static gboolean
open_scorer (GstSsioCudaScorer *self, GError **error)
{
  CUdeviceptr rows;

  self->shared_bytes = SSIO_KERNEL_THREADS * sizeof (gdouble);
  self->n_blocks = SCORE_BLOCKS * self->device->n_multiprocessors;
  if (!(rows = gst_ssio_cuda_device_alloc (self->device,
            self->chunk * self->params.n_outputs * sizeof (gfloat), error))
      || !(self->losses = gst_ssio_cuda_device_alloc_zeroed (self->device,
               self->n_blocks * sizeof (gdouble), error))
      || !(self->loss = gst_ssio_cuda_device_alloc (self->device,
               sizeof (gdouble), error)))
    return FALSE;
  self->params.rows = GST_SSIO_CUDA_POINTER (rows);
  self->params.losses = GST_SSIO_CUDA_POINTER (self->losses);
  return (!self->outcomes.targets || open_labels (self, error))
         && (!self->outcomes.predictions || open_predictions (self, error))
         && find_kernels (self, error);
}

GstSsioCudaScorer *
gst_ssio_cuda_scorer_new (GstSsioCudaDevice *device, guint n_classes,
    guint point_size, const GstSsioOutcomes *outcomes, GError **error)
{
  GstSsioCudaScorer *self = g_new0 (GstSsioCudaScorer, 1);

  self->device = device;
  self->outcomes = *outcomes;
  self->chunk
      = CLAMP (ROWS_BYTES / sizeof (gfloat) / n_classes, 1, MAX_CHUNK_POINTS);
  self->params.n_outputs = n_classes;
  self->params.point_size = point_size;
  self->batches = g_array_new (FALSE, FALSE, sizeof (Batch));
  if (open_scorer (self, error))
    return self;
  gst_ssio_cuda_scorer_free (self);
  return NULL;
}

void
gst_ssio_cuda_scorer_free (GstSsioCudaScorer *self)
{
  g_array_unref (self->batches);
  g_free (self);
}

CUdeviceptr
gst_ssio_cuda_scorer_get_rows (const GstSsioCudaScorer *self)
{
  return (CUdeviceptr) (guintptr) self->params.rows;
}

guint64
gst_ssio_cuda_scorer_get_chunk (const GstSsioCudaScorer *self)
{
  return self->chunk;
}

gboolean
gst_ssio_cuda_scorer_begin_batch (GstSsioCudaScorer *self,
    const GstSsioBatchMeta *meta, guint64 n_points, GError **error)
{
  Batch batch = { .first_point = self->n_points, .has_meta = meta != NULL };

  if (meta)
    batch.meta = *meta;
  if (self->outcomes.targets)
    g_array_append_val (self->batches, batch);
  return !self->outcomes.predictions
         || (gst_ssio_data_files_find_row (self->outcomes.files, meta,
                 n_points, &self->next_row, error)
             && gst_ssio_predictions_check (self->outcomes.predictions,
                 error));
}

/* The writer has them before the next chunk takes their place. */
static gboolean
take_predictions (GstSsioCudaScorer *self, guint64 n_points, GError **error)
{
  const GstSsioCudaDriver *driver = self->device->driver;
  const gsize size = n_points * self->row_size;

  if (!gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync, self->rows,
          self->predictions, size, self->device->stream)
      || !gst_ssio_cuda_call (driver, error, cuStreamSynchronize,
          self->device->stream))
    return FALSE;
  gst_ssio_predictions_write (self->outcomes.predictions, self->next_row,
      n_points, g_memdup2 (self->rows, size));
  self->next_row += n_points;
  return TRUE;
}

gboolean
gst_ssio_cuda_scorer_score (GstSsioCudaScorer *self, CUdeviceptr points,
    guint64 n_points, GError **error)
{
  SsioScoreParams *params = &self->params;
  const guint64 n_blocks
      = (n_points + SSIO_KERNEL_THREADS - 1) / SSIO_KERNEL_THREADS;

  params->points = GST_SSIO_CUDA_POINTER (points);
  params->n_points = n_points;
  params->counts.first_point = self->n_points;
  if ((params->scores || params->prediction != SSIO_SCORE_NONE)
      && !gst_ssio_cuda_device_launch (self->device, self->score,
          MIN (n_blocks, self->n_blocks), 1, self->shared_bytes, params,
          error))
    return FALSE;
  if (params->scores
      && !gst_ssio_cuda_device_launch (self->device, self->keep_fault, 1, 1, 0,
          params, error))
    return FALSE;
  self->n_points += n_points;
  return !self->outcomes.predictions
         || take_predictions (self, n_points, error);
}

/* The state and the sum of the losses to the host. */
static gboolean
download (GstSsioCudaScorer *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->device->driver;
  CUstream stream = self->device->stream;
  SsioCollectParams params = {
    .partials = GST_SSIO_CUDA_POINTER (self->losses),
    .sums = GST_SSIO_CUDA_POINTER (self->loss),
    .n_rows = self->n_blocks,
    .width = 1,
  };

  return gst_ssio_cuda_device_launch (self->device, self->collect, 1, 1,
             SSIO_KERNEL_THREADS * sizeof (gdouble), &params, error)
         && gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync,
             self->results, self->loss, sizeof (gdouble), stream)
         && gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync,
             self->results + sizeof (gdouble), self->state, self->state_bytes,
             stream)
         && gst_ssio_cuda_call (driver, error, cuStreamSynchronize, stream);
}

static void
set_fault (const GstSsioCudaScorer *self, guint64 point, const guint8 *record,
    GError **error)
{
  guint i = self->batches->len - 1;
  const Batch *batch;
  gchar *where, *what;

  while (g_array_index (self->batches, Batch, i).first_point > point)
    i--;
  batch = &g_array_index (self->batches, Batch, i);
  where = gst_ssio_data_files_describe (self->outcomes.files,
      batch->has_meta ? &batch->meta : NULL, point - batch->first_point);
  what = gst_ssio_targets_explain (self->outcomes.targets, record);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s: %s",
      where, what);
  g_free (where);
  g_free (what);
}

gboolean
gst_ssio_cuda_scorer_collect (GstSsioCudaScorer *self, GError **error)
{
  GstSsioTally *tally = self->outcomes.tally;
  const guint n_classes = self->params.n_outputs;
  const guint64 *state;
  gdouble loss;
  guint i;

  if (!self->outcomes.targets)
    return TRUE;
  if (!download (self, error))
    return FALSE;
  memcpy (&loss, self->results, sizeof (loss));
  state = (const guint64 *) (self->results + sizeof (gdouble));
  if (state[0] != NO_FAULT) {
    set_fault (self, state[0],
        (const guint8 *) state + get_record_offset (self), error);
    return FALSE;
  }
  for (i = 0; i < n_classes * n_classes; i++)
    tally->confusion[i] += state[1 + i];
  tally->n_ignored += state[1 + i];
  tally->loss += loss;
  return reset_state (self, error);
}
