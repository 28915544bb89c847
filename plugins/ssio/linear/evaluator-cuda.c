/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cudabatch.h"
#include "cudascorer.h"
#include "evaluator-private.h"
#include "sweepplan.h"
#include "widesweep.h"

/* Rows of partial sums of a model that is too wide for shared memory: many
 * blocks where it has few outputs, and a bounded size where it has many. */
#define WIDE_ROWS 512
#define WIDE_PARTIALS (1 << 20)

typedef struct {
  GstSsioEvaluator parent;
  GstSsioCudaDevice device;
  guint point_size;
  guint n_outputs;

  /* one or the other */
  GstSsioSweepPlan *plan;
  GstSsioWideSweep *wide;

  GstSsioCudaScorer *scorer; /* NULL where outputs are summed only */

  CUfunction sweep; /* the plan's */
  CUfunction collect;
  guint n_rows;         /* of partial sums */
  CUdeviceptr partials; /* [n_rows][n_outputs], 0 between two epochs */
  CUdeviceptr sums;
  gdouble *results; /* page-locked: the download of the sums */
} CudaEvaluator;

static void
cuda_evaluator_free (GstSsioEvaluator *evaluator)
{
  CudaEvaluator *self = (CudaEvaluator *) evaluator;

  gst_ssio_cuda_device_begin_close (&self->device);
  g_clear_pointer (&self->wide, gst_ssio_wide_sweep_free);
  g_clear_pointer (&self->scorer, gst_ssio_cuda_scorer_free);
  gst_ssio_cuda_device_close (&self->device);
  g_clear_pointer (&self->plan, gst_ssio_sweep_plan_free);
  g_free (self);
}

static gboolean
alloc_sums (CudaEvaluator *self, GError **error)
{
  const gsize row = self->n_outputs * sizeof (gdouble);

  return (self->partials = gst_ssio_cuda_device_alloc_zeroed (&self->device,
              self->n_rows * row, error))
         && (self->sums
             = gst_ssio_cuda_device_alloc (&self->device, row, error))
         && (self->results
             = gst_ssio_cuda_device_alloc_host (&self->device, row, error))
         && (self->collect = gst_ssio_cuda_device_find_kernel (&self->device,
                 "ssio_collect_partials",
                 SSIO_KERNEL_THREADS * sizeof (gdouble), error));
}

/* What the plan's kernel needs on the device. */
static gboolean
upload_plan (CudaEvaluator *self, GError **error)
{
  GstSsioSweepPlan *plan = self->plan;
  SsioSweep *sweep = &plan->params.sweep;
  CUdeviceptr fields, weights;

  fields = gst_ssio_cuda_device_upload (&self->device, plan->fields,
      sweep->records.n_inputs * sizeof (SsioKernelField), error);
  if (!fields)
    return FALSE;
  weights = gst_ssio_cuda_device_upload (&self->device, plan->weights,
      sweep->n_weights * sizeof (gfloat), error);
  if (!weights)
    return FALSE;
  sweep->records.fields = GST_SSIO_CUDA_POINTER (fields);
  sweep->weights = GST_SSIO_CUDA_POINTER (weights);
  sweep->partials = GST_SSIO_CUDA_POINTER (self->partials);
  self->sweep = gst_ssio_cuda_device_find_kernel (&self->device, plan->kernel,
      plan->shared_bytes, error);
  return self->sweep != NULL;
}

static gboolean
cuda_evaluator_open (CudaEvaluator *self, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, GError **error)
{
  if (!gst_ssio_cuda_device_open (&self->device, error))
    return FALSE;
  self->plan = gst_ssio_sweep_plan_new (model, layout, fields,
      self->device.max_shared);
  if (self->plan)
    self->n_rows = self->plan->max_blocks * self->device.n_multiprocessors;
  else
    self->n_rows = CLAMP (WIDE_PARTIALS / self->n_outputs, 1, WIDE_ROWS);
  if (!alloc_sums (self, error))
    return FALSE;
  if (self->plan)
    return upload_plan (self, error);
  self->wide = gst_ssio_wide_sweep_new (&self->device, model, layout, fields,
      self->partials, self->n_rows, error);
  return self->wide != NULL;
}

/* For each point something else than sums. */
static gboolean
open_scorer (CudaEvaluator *self, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields,
    const GstSsioOutcomes *outcomes, GError **error)
{
  CUdeviceptr rows;

  if (!gst_ssio_cuda_device_open (&self->device, error))
    return FALSE;
  self->plan = gst_ssio_sweep_plan_new_rows (model, layout, fields,
      self->device.max_shared);
  if (!self->plan) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NOT_IMPLEMENTED,
        "the model is too wide for the shared memory of the CUDA device");
    return FALSE;
  }
  self->n_rows = self->plan->max_blocks * self->device.n_multiprocessors;
  self->scorer = gst_ssio_cuda_scorer_new (&self->device, self->n_outputs,
      self->point_size, outcomes, error);
  if (!self->scorer)
    return FALSE;
  rows = gst_ssio_cuda_scorer_get_rows (self->scorer);
  self->plan->params.layers.rows = GST_SSIO_CUDA_POINTER (rows);
  return alloc_sums (self, error) && upload_plan (self, error);
}

static gboolean
run_plan (CudaEvaluator *self, CUdeviceptr points, guint64 n_points,
    GError **error)
{
  SsioKernelRecords *records = &self->plan->params.sweep.records;
  guint64 n_tiles;

  records->points = GST_SSIO_CUDA_POINTER (points);
  records->n_points = n_points;
  n_tiles = (n_points + records->tile - 1) / records->tile;
  return gst_ssio_cuda_device_launch (&self->device, self->sweep,
      MIN (n_tiles, self->n_rows), 1, self->plan->shared_bytes,
      &self->plan->params, error);
}

static gboolean
sweep_points (CUdeviceptr points, guint64 n_points, gpointer user_data,
    GError **error)
{
  CudaEvaluator *self = user_data;
  guint64 at, n, chunk;

  if (self->wide)
    return gst_ssio_wide_sweep_run (self->wide, points, n_points, error);
  if (!self->scorer)
    return run_plan (self, points, n_points, error);
  chunk = gst_ssio_cuda_scorer_get_chunk (self->scorer);
  for (at = 0; at < n_points; at += n) {
    const CUdeviceptr from = points + at * self->point_size;

    n = MIN (n_points - at, chunk);
    if (!run_plan (self, from, n, error)
        || !gst_ssio_cuda_scorer_score (self->scorer, from, n, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
cuda_evaluator_push (GstSsioEvaluator *evaluator, GstBuffer *buffer,
    GError **error)
{
  CudaEvaluator *self = (CudaEvaluator *) evaluator;

  return (!self->scorer
             || gst_ssio_cuda_scorer_begin_batch (self->scorer,
                 gst_buffer_get_ssio_batch_meta (buffer),
                 gst_buffer_get_size (buffer) / self->point_size, error))
         && gst_ssio_cuda_device_read_buffer (&self->device, buffer,
             self->point_size, sweep_points, self, error);
}

static gboolean
download_sums (CudaEvaluator *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->device.driver;
  SsioCollectParams params = {
    .partials = GST_SSIO_CUDA_POINTER (self->partials),
    .sums = GST_SSIO_CUDA_POINTER (self->sums),
    .n_rows = self->n_rows,
    .width = self->n_outputs,
  };

  return gst_ssio_cuda_device_launch (&self->device, self->collect,
             self->n_outputs, 1, SSIO_KERNEL_THREADS * sizeof (gdouble),
             &params, error)
         && gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync,
             self->results, self->sums, self->n_outputs * sizeof (gdouble),
             self->device.stream)
         && gst_ssio_cuda_call (driver, error, cuStreamSynchronize,
             self->device.stream);
}

static gboolean
cuda_evaluator_collect (GstSsioEvaluator *evaluator, gdouble *sums,
    GError **error)
{
  CudaEvaluator *self = (CudaEvaluator *) evaluator;
  gboolean is_done;
  guint o;

  if (!gst_ssio_cuda_context_push (self->device.context, error))
    return FALSE;
  is_done = download_sums (self, error)
            && (!self->scorer
                || gst_ssio_cuda_scorer_collect (self->scorer, error));
  gst_ssio_cuda_context_pop (self->device.context);
  for (o = 0; o < self->n_outputs && is_done; o++)
    sums[o] += self->results[o];
  return is_done;
}

static gchar *
cuda_evaluator_describe (GstSsioEvaluator *evaluator)
{
  CudaEvaluator *self = (CudaEvaluator *) evaluator;

  return g_strdup_printf ("CUDA device %u, %s",
      gst_ssio_cuda_context_get_device_id (self->device.context),
      self->plan ? self->plan->kernel : "cuBLASLt");
}

static const GstSsioEvaluatorClass cuda_evaluator_class = {
  cuda_evaluator_free,
  cuda_evaluator_push,
  cuda_evaluator_collect,
  cuda_evaluator_describe,
};

/* outcomes is NULL where there are none. */
static GstSsioEvaluator *
new_evaluator (GstSsioCudaContext *context, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields,
    const GstSsioOutcomes *outcomes, GError **error)
{
  CudaEvaluator *self;
  gboolean is_open;

  if (!gst_ssio_cuda_context_push (context, error))
    return NULL;
  self = g_new0 (CudaEvaluator, 1);
  self->parent.klass = &cuda_evaluator_class;
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (model);
  gst_ssio_cuda_device_init (&self->device, context);
  is_open = outcomes
                ? open_scorer (self, model, layout, fields, outcomes, error)
                : cuda_evaluator_open (self, model, layout, fields, error);
  gst_ssio_cuda_context_pop (context);
  if (is_open)
    return &self->parent;
  cuda_evaluator_free (&self->parent);
  return NULL;
}

GstSsioEvaluator *
gst_ssio_cuda_evaluator_new (GstSsioCudaContext *context,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, GError **error)
{
  return new_evaluator (context, model, layout, fields, NULL, error);
}

GstSsioEvaluator *
gst_ssio_cuda_outcome_evaluator_new (GstSsioCudaContext *context,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, const GstSsioOutcomes *outcomes, GError **error)
{
  return new_evaluator (context, model, layout, fields, outcomes, error);
}
