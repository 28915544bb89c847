/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../cudabatch.h"
#include "../cudalabels.h"
#include "batchgradient-private.h"
#include "trainplan.h"

/* What the kernels leave of a batch lies together, so that it comes in one
 * copy: the first point without a class, counts of points by class and
 * prediction and of ignored ones, and doubles: gradients, and sums of losses
 * and weights. */
typedef struct {
  GstSsioBatchGradient parent;
  GstSsioCudaDevice device;
  GstSsioTrainPlan *plan;
  guint point_size;
  guint n_inputs;
  guint n_classes;
  guint n_counts;
  guint n_doubles;
  guint n_blocks;
  CUfunction train, collect;
  CUdeviceptr weights, normalization, partials, results;
  gsize results_size;
  guint64 *downloaded; /* page-locked, as what is uploaded */
  gfloat *packed;      /* weights */
  gfloat *factors;     /* mean and factor of each input */
  guint64 n_points;    /* of the batch, so far */
} CudaGradient;

static guint64
get_doubles_offset (const CudaGradient *self)
{
  return (1 + (guint64) self->n_counts) * sizeof (guint64);
}

static gboolean
upload (CudaGradient *self, CUdeviceptr to, gconstpointer from, gsize size,
    GError **error)
{
  return gst_ssio_cuda_call (self->device.driver, error, cuMemcpyHtoDAsync, to,
      from, size, self->device.stream);
}

/* After a batch the stream is empty; where none was between two steps, the
 * weights of the first may still be on their way. */
static gboolean
upload_weights (CudaGradient *self, const GstSsioModel *model, GError **error)
{
  if (!gst_ssio_cuda_call (self->device.driver, error, cuStreamSynchronize,
          self->device.stream))
    return FALSE;
  gst_ssio_kernel_plan_pack_weights (model, self->packed);
  return upload (self, self->weights, self->packed,
      self->plan->params.sweep.n_weights * sizeof (gfloat), error);
}

static gboolean
cuda_gradient_set_weights (GstSsioBatchGradient *parent,
    const GstSsioModel *model, GError **error)
{
  CudaGradient *self = (CudaGradient *) parent;
  gboolean ok;

  if (!gst_ssio_cuda_context_push (self->device.context, error))
    return FALSE;
  ok = upload_weights (self, model, error);
  gst_ssio_cuda_context_pop (self->device.context);
  return ok;
}

static gboolean
cuda_gradient_set_normalization (GstSsioBatchGradient *parent,
    const gdouble *mean, const gdouble *divisor, GError **error)
{
  CudaGradient *self = (CudaGradient *) parent;
  gboolean ok;
  guint i;

  if (!gst_ssio_cuda_context_push (self->device.context, error))
    return FALSE;
  for (i = 0; i < self->n_inputs; i++) {
    self->factors[i] = mean[i];
    self->factors[self->n_inputs + i] = 1 / divisor[i];
  }
  self->plan->params.normalization
      = GST_SSIO_CUDA_POINTER (self->normalization);
  ok = upload (self, self->normalization, self->factors,
      2 * self->n_inputs * sizeof (gfloat), error);
  gst_ssio_cuda_context_pop (self->device.context);
  return ok;
}

/* No fault, and nothing counted. */
static gboolean
reset_results (CudaGradient *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->device.driver;
  CUstream stream = self->device.stream;

  self->n_points = 0;
  return gst_ssio_cuda_call (driver, error, cuMemsetD8Async, self->results,
             0xff, sizeof (guint64), stream)
         && gst_ssio_cuda_call (driver, error, cuMemsetD8Async,
             self->results + sizeof (guint64), 0,
             self->n_counts * sizeof (guint64), stream);
}

static gboolean
train_points (CUdeviceptr points, guint64 n_points, gpointer user_data,
    GError **error)
{
  CudaGradient *self = user_data;
  SsioTrainParams *params = &self->plan->params;
  SsioKernelRecords *records = &params->sweep.records;
  const guint64 n_tiles = (n_points + records->tile - 1) / records->tile;

  records->points = GST_SSIO_CUDA_POINTER (points);
  records->n_points = n_points;
  params->counts.first_point = self->n_points;
  self->n_points += n_points;
  return gst_ssio_cuda_device_launch (&self->device, self->train,
      MIN (n_tiles, self->n_blocks), 1, self->plan->shared_bytes, params,
      error);
}

static gboolean
download_results (CudaGradient *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->device.driver;
  CUstream stream = self->device.stream;
  SsioCollectParams params = {
    .partials = GST_SSIO_CUDA_POINTER (self->partials),
    .sums = GST_SSIO_CUDA_POINTER (self->results + get_doubles_offset (self)),
    .n_rows = self->n_blocks,
    .width = self->n_doubles,
  };

  return gst_ssio_cuda_device_launch (&self->device, self->collect,
             self->n_doubles, 1, SSIO_KERNEL_THREADS * sizeof (gdouble),
             &params, error)
         && gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync,
             self->downloaded, self->results, self->results_size, stream)
         && gst_ssio_cuda_call (driver, error, cuStreamSynchronize, stream);
}

static gboolean
run (CudaGradient *self, GstBuffer *buffer, GError **error)
{
  gboolean ok;

  if (!gst_ssio_cuda_context_push (self->device.context, error))
    return FALSE;
  ok = reset_results (self, error)
       && gst_ssio_cuda_device_read_buffer (&self->device, buffer,
           self->point_size, train_points, self, error)
       && download_results (self, error);
  gst_ssio_cuda_context_pop (self->device.context);
  return ok;
}

static void
count (const CudaGradient *self, GstSsioTrainSums *sums, guint64 *confusion)
{
  const guint64 *counts = self->downloaded + 1;
  const guint n = self->n_classes;
  guint i;

  for (i = 0; i < n * n; i++) {
    confusion[i] += counts[i];
    sums->n_counted += counts[i];
    sums->n_correct += i % (n + 1) == 0 ? counts[i] : 0;
  }
}

static gboolean
cuda_gradient_compute (GstSsioBatchGradient *parent, GstBuffer *buffer,
    gdouble *gradient, GstSsioTrainSums *sums, guint64 *confusion,
    gsize *first_wrong, GError **error)
{
  CudaGradient *self = (CudaGradient *) parent;
  const gdouble *doubles;

  if (!run (self, buffer, error))
    return FALSE;
  doubles = (const gdouble *) ((const guint8 *) self->downloaded
                               + get_doubles_offset (self));
  memcpy (gradient, doubles, parent->n_sums * sizeof (gdouble));
  *sums = (GstSsioTrainSums){ .loss = doubles[parent->n_sums],
    .weight = doubles[parent->n_sums + 1],
    .n_points = self->n_points };
  count (self, sums, confusion);
  *first_wrong = MIN (self->downloaded[0], self->n_points);
  return TRUE;
}

static void
cuda_gradient_unpack (const GstSsioBatchGradient *parent,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients)
{
  gst_ssio_train_plan_unpack (gradient, scale, gradients);
}

static const gchar *
cuda_gradient_get_kernels (const GstSsioBatchGradient *parent)
{
  return "CUDA";
}

static gchar *
cuda_gradient_describe (const GstSsioBatchGradient *parent)
{
  const CudaGradient *self = (const CudaGradient *) parent;

  return g_strdup_printf ("CUDA device %u",
      gst_ssio_cuda_context_get_device_id (self->device.context));
}

static void
cuda_gradient_free (GstSsioBatchGradient *parent)
{
  CudaGradient *self = (CudaGradient *) parent;

  gst_ssio_cuda_device_begin_close (&self->device);
  gst_ssio_cuda_device_close (&self->device);
  g_clear_pointer (&self->plan, gst_ssio_train_plan_free);
  g_free (self);
}

static const GstSsioBatchGradientClass cuda_gradient_class = {
  cuda_gradient_free,
  cuda_gradient_set_weights,
  cuda_gradient_set_normalization,
  cuda_gradient_compute,
  cuda_gradient_unpack,
  cuda_gradient_get_kernels,
  cuda_gradient_describe,
};

static gboolean
find_plan (CudaGradient *self, const GstSsioGradientInput *input,
    GError **error)
{
  self->plan = gst_ssio_train_plan_new (input->model, input->layout,
      input->fields, self->device.max_shared);
  if (!self->plan) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NOT_IMPLEMENTED,
        "the model is too wide to be trained in the shared memory of the CUDA "
        "device");
    return FALSE;
  }
  self->parent.n_sums = self->plan->params.n_gradients;
  self->n_doubles = self->parent.n_sums + GST_SSIO_TRAIN_PLAN_SUMS;
  self->n_counts = self->n_classes * self->n_classes + 1;
  self->n_blocks = self->plan->max_blocks * self->device.n_multiprocessors;
  self->results_size
      = get_doubles_offset (self) + self->n_doubles * sizeof (gdouble);
  return TRUE;
}

static gboolean
alloc_all (CudaGradient *self, GError **error)
{
  GstSsioCudaDevice *device = &self->device;
  const gsize weights_size
      = self->plan->params.sweep.n_weights * sizeof (gfloat);
  const gsize factors_size = 2 * self->n_inputs * sizeof (gfloat);

  if (!(self->weights
          = gst_ssio_cuda_device_alloc (device, weights_size, error))
      || !(self->normalization
           = gst_ssio_cuda_device_alloc (device, factors_size, error))
      || !(self->partials = gst_ssio_cuda_device_alloc_zeroed (device,
               (gsize) self->n_blocks * self->n_doubles * sizeof (gdouble),
               error))
      || !(self->results
           = gst_ssio_cuda_device_alloc (device, self->results_size, error))
      || !(self->downloaded = gst_ssio_cuda_device_alloc_host (device,
               self->results_size, error))
      || !(self->packed
           = gst_ssio_cuda_device_alloc_host (device, weights_size, error))
      || !(self->factors
           = gst_ssio_cuda_device_alloc_host (device, factors_size, error)))
    return FALSE;
  memset (self->packed, 0, weights_size);
  return TRUE;
}

static CUdeviceptr
upload_class_weights (CudaGradient *self, const gfloat *class_weights,
    GError **error)
{
  gfloat *values = g_new (gfloat, self->n_classes);
  CUdeviceptr uploaded;
  guint i;

  for (i = 0; i < self->n_classes; i++)
    values[i] = class_weights ? class_weights[i] : 1;
  uploaded = gst_ssio_cuda_device_upload (&self->device, values,
      self->n_classes * sizeof (gfloat), error);
  g_free (values);
  return uploaded;
}

static gboolean
set_params (CudaGradient *self, const GstSsioGradientInput *input,
    GError **error)
{
  SsioTrainParams *params = &self->plan->params;
  CUdeviceptr fields, class_weights;

  if (!(fields
          = gst_ssio_cuda_device_upload (&self->device, self->plan->fields,
              self->n_inputs * sizeof (SsioKernelField), error))
      || !(class_weights
           = upload_class_weights (self, input->class_weights, error))
      || !gst_ssio_cuda_labels_upload (&self->device, input->targets,
          self->n_classes, &params->labels, error))
    return FALSE;
  params->sweep.records.fields = GST_SSIO_CUDA_POINTER (fields);
  params->sweep.weights = GST_SSIO_CUDA_POINTER (self->weights);
  params->sweep.partials = GST_SSIO_CUDA_POINTER (self->partials);
  params->class_weights = GST_SSIO_CUDA_POINTER (class_weights);
  params->counts.fault = GST_SSIO_CUDA_POINTER (self->results);
  params->counts.counts = params->counts.fault + 1;
  return TRUE;
}

static gboolean
find_kernels (CudaGradient *self, GError **error)
{
  return (self->train = gst_ssio_cuda_device_find_kernel (&self->device,
              "ssio_train_layers", self->plan->shared_bytes, error))
         && (self->collect = gst_ssio_cuda_device_find_kernel (&self->device,
                 "ssio_collect_partials",
                 SSIO_KERNEL_THREADS * sizeof (gdouble), error));
}

static gboolean
open_gradient (CudaGradient *self, const GstSsioGradientInput *input,
    GError **error)
{
  return gst_ssio_cuda_device_open (&self->device, error)
         && find_plan (self, input, error) && alloc_all (self, error)
         && set_params (self, input, error) && find_kernels (self, error)
         && upload_weights (self, input->model, error);
}

GstSsioBatchGradient *
gst_ssio_cuda_batch_gradient_new (GstSsioCudaContext *context,
    const GstSsioGradientInput *input, GError **error)
{
  CudaGradient *self;
  gboolean is_open;

  if (!gst_ssio_cuda_context_push (context, error))
    return NULL;
  self = g_new0 (CudaGradient, 1);
  self->parent.klass = &cuda_gradient_class;
  self->point_size = gst_ssio_layout_get_point_size (input->layout);
  self->n_inputs = input->model->layers[0].n_in;
  self->n_classes = gst_ssio_model_get_n_outputs (input->model);
  gst_ssio_cuda_device_init (&self->device, context);
  self->parent.context = self->device.context;
  is_open = open_gradient (self, input, error);
  gst_ssio_cuda_context_pop (context);
  if (is_open)
    return &self->parent;
  cuda_gradient_free (&self->parent);
  return NULL;
}
