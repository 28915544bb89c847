/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cublaslt.h"
#include "kernel-abi.h"
#include "kernelplan.h"
#include "widesweep.h"

/* Of the activations of a chunk of points, and of what cuBLASLt may use. */
#define ACTIVATION_BYTES (64 << 20)
#define WORKSPACE_BYTES (32 << 20)
#define MAX_CHUNK_POINTS 65536

/* Blocks of the kernels between the products. */
#define GATHER_BLOCKS 16 /* a multiprocessor */
#define ACTIVATE_ROWS 1024

/* The product of a layer for some number of points. cuBLASLt counts by
 * columns, where the weights are [n_in][n_out] and to be transposed. */
typedef struct {
  guint64 n_points; /* 0 for none yet */
  cublasLtMatrixLayout_t weights;
  cublasLtMatrixLayout_t inputs;
  cublasLtMatrixLayout_t outputs;
  cublasLtMatmulAlgo_t algo;
} Product;

typedef struct {
  guint n_in;
  guint n_out;
  CUdeviceptr weight;
  CUdeviceptr bias;
  Product whole; /* of a whole chunk */
  Product rest;  /* of the last number of points that was less */
} Layer;

struct _GstSsioWideSweep {
  GstSsioCudaDevice *device;
  const GstSsioCublasLt *library;
  cublasLtHandle_t handle;
  cublasLtMatmulDesc_t desc;
  cublasLtMatmulPreference_t preference;
  CUdeviceptr workspace;
  CUfunction gather, activate, add;
  guint n_layers;
  Layer *layers;
  guint point_size;
  CUdeviceptr fields;
  CUdeviceptr activations[2]; /* of a chunk, the inputs in the first */
  guint64 chunk;              /* points */
  CUdeviceptr partials;
  guint n_rows;
};

static void
clear_product (GstSsioWideSweep *self, Product *product)
{
  if (product->weights)
    self->library->cublasLtMatrixLayoutDestroy (product->weights);
  if (product->inputs)
    self->library->cublasLtMatrixLayoutDestroy (product->inputs);
  if (product->outputs)
    self->library->cublasLtMatrixLayoutDestroy (product->outputs);
  *product = (Product){ 0 };
}

void
gst_ssio_wide_sweep_free (GstSsioWideSweep *self)
{
  guint l;

  for (l = 0; l < self->n_layers; l++) {
    clear_product (self, &self->layers[l].whole);
    clear_product (self, &self->layers[l].rest);
  }
  if (self->preference)
    self->library->cublasLtMatmulPreferenceDestroy (self->preference);
  if (self->desc)
    self->library->cublasLtMatmulDescDestroy (self->desc);
  if (self->handle)
    self->library->cublasLtDestroy (self->handle);
  g_free (self->layers);
  g_free (self);
}

static gboolean
open_library (GstSsioWideSweep *self, GError **error)
{
  const gint32 transposed = CUBLAS_OP_T;
  const guint64 workspace = WORKSPACE_BYTES;

  self->library = gst_ssio_cublaslt_get (error);
  return self->library
         && gst_ssio_cublaslt_call (self->library, error, cublasLtCreate,
             &self->handle)
         && gst_ssio_cublaslt_call (self->library, error,
             cublasLtMatmulDescCreate, &self->desc, CUBLAS_COMPUTE_32F,
             CUDA_R_32F)
         && gst_ssio_cublaslt_call (self->library, error,
             cublasLtMatmulDescSetAttribute, self->desc,
             CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof (transposed))
         && gst_ssio_cublaslt_call (self->library, error,
             cublasLtMatmulPreferenceCreate, &self->preference)
         && gst_ssio_cublaslt_call (self->library, error,
             cublasLtMatmulPreferenceSetAttribute, self->preference,
             CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
             sizeof (workspace));
}

static gboolean
find_kernels (GstSsioWideSweep *self, GError **error)
{
  return (self->gather = gst_ssio_cuda_device_find_kernel (self->device,
              "ssio_gather_rows", 0, error))
         && (self->activate = gst_ssio_cuda_device_find_kernel (self->device,
                 "ssio_activate_rows", 0, error))
         && (self->add = gst_ssio_cuda_device_find_kernel (self->device,
                 "ssio_add_rows", 0, error));
}

static gboolean
upload_layer (GstSsioWideSweep *self, Layer *layer,
    const GstSsioLinearLayer *from, GError **error)
{
  layer->n_in = from->n_in;
  layer->n_out = from->n_out;
  layer->weight = gst_ssio_cuda_device_upload (self->device, from->weight,
      (gsize) from->n_in * from->n_out * sizeof (gfloat), error);
  if (!layer->weight)
    return FALSE;
  layer->bias = gst_ssio_cuda_device_upload (self->device, from->bias,
      from->n_out * sizeof (gfloat), error);
  return layer->bias != 0;
}

static gboolean
upload_fields (GstSsioWideSweep *self, const GstSsioLayout *layout,
    const guint *fields, guint n_in, GError **error)
{
  SsioKernelField *made
      = gst_ssio_kernel_plan_make_fields (layout, fields, n_in);

  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->fields = gst_ssio_cuda_device_upload (self->device, made,
      n_in * sizeof (*made), error);
  g_free (made);
  return self->fields != 0;
}

static gboolean
alloc_activations (GstSsioWideSweep *self, GError **error)
{
  gsize widths[2] = { self->layers[0].n_in, 0 };
  guint l, i;

  for (l = 0; l < self->n_layers; l++)
    widths[(l + 1) % 2] = MAX (widths[(l + 1) % 2], self->layers[l].n_out);
  self->chunk
      = CLAMP (ACTIVATION_BYTES / sizeof (gfloat) / (widths[0] + widths[1]), 1,
          MAX_CHUNK_POINTS);
  for (i = 0; i < 2; i++) {
    self->activations[i] = gst_ssio_cuda_device_alloc (self->device,
        self->chunk * widths[i] * sizeof (gfloat), error);
    if (!self->activations[i])
      return FALSE;
  }
  self->workspace
      = gst_ssio_cuda_device_alloc (self->device, WORKSPACE_BYTES, error);
  return self->workspace != 0;
}

GstSsioWideSweep *
gst_ssio_wide_sweep_new (GstSsioCudaDevice *device, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, CUdeviceptr partials,
    guint n_rows, GError **error)
{
  GstSsioWideSweep *self = g_new0 (GstSsioWideSweep, 1);
  gboolean made;
  guint l;

  self->device = device;
  self->partials = partials;
  self->n_rows = n_rows;
  self->n_layers = model->n_layers;
  self->layers = g_new0 (Layer, model->n_layers);
  made = open_library (self, error) && find_kernels (self, error)
         && upload_fields (self, layout, fields, model->layers[0].n_in, error);
  for (l = 0; l < model->n_layers && made; l++)
    made = upload_layer (self, &self->layers[l], &model->layers[l], error);
  if (!made || !alloc_activations (self, error))
    g_clear_pointer (&self, gst_ssio_wide_sweep_free);
  return self;
}

static gboolean
make_product (GstSsioWideSweep *self, const Layer *layer, guint64 n_points,
    Product *product, GError **error)
{
  const GstSsioCublasLt *library = self->library;
  cublasLtMatmulHeuristicResult_t found;
  int n_found = 0;

  clear_product (self, product);
  if (!gst_ssio_cublaslt_call (library, error, cublasLtMatrixLayoutCreate,
          &product->weights, CUDA_R_32F, layer->n_in, layer->n_out,
          layer->n_in)
      || !gst_ssio_cublaslt_call (library, error, cublasLtMatrixLayoutCreate,
          &product->inputs, CUDA_R_32F, layer->n_in, n_points, layer->n_in)
      || !gst_ssio_cublaslt_call (library, error, cublasLtMatrixLayoutCreate,
          &product->outputs, CUDA_R_32F, layer->n_out, n_points, layer->n_out)
      || !gst_ssio_cublaslt_call (library, error,
          cublasLtMatmulAlgoGetHeuristic, self->handle, self->desc,
          product->weights, product->inputs, product->outputs,
          product->outputs, self->preference, 1, &found, &n_found))
    return FALSE;
  if (n_found == 0 || found.state != CUBLAS_STATUS_SUCCESS) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "cuBLASLt has no way to compute %u outputs of %u inputs", layer->n_out,
        layer->n_in);
    return FALSE;
  }
  product->algo = found.algo;
  product->n_points = n_points;
  return TRUE;
}

static gboolean
multiply (GstSsioWideSweep *self, Layer *layer, CUdeviceptr in,
    CUdeviceptr out, guint64 n_points, GError **error)
{
  const gfloat one = 1;
  const gfloat zero = 0;
  Product *product = n_points == self->chunk ? &layer->whole : &layer->rest;

  if (product->n_points != n_points
      && !make_product (self, layer, n_points, product, error))
    return FALSE;
  return gst_ssio_cublaslt_call (self->library, error, cublasLtMatmul,
      self->handle, self->desc, &one, GST_SSIO_CUDA_POINTER (layer->weight),
      product->weights, GST_SSIO_CUDA_POINTER (in), product->inputs, &zero,
      GST_SSIO_CUDA_POINTER (out), product->outputs,
      GST_SSIO_CUDA_POINTER (out), product->outputs, &product->algo,
      GST_SSIO_CUDA_POINTER (self->workspace), WORKSPACE_BYTES,
      self->device->stream);
}

static gboolean
gather (GstSsioWideSweep *self, CUdeviceptr points, guint64 n_points,
    GError **error)
{
  SsioGatherParams params = {
    .records = {
      .points = GST_SSIO_CUDA_POINTER (points),
      .n_points = n_points,
      .fields = GST_SSIO_CUDA_POINTER (self->fields),
      .n_inputs = self->layers[0].n_in,
      .point_size = self->point_size,
    },
    .rows = GST_SSIO_CUDA_POINTER (self->activations[0]),
  };
  guint64 n_blocks
      = (n_points * self->layers[0].n_in + SSIO_KERNEL_THREADS - 1)
        / SSIO_KERNEL_THREADS;

  return gst_ssio_cuda_device_launch (self->device, self->gather,
      MIN (n_blocks, GATHER_BLOCKS * self->device->n_multiprocessors), 1, 0,
      &params, error);
}

/* What follows the product: bias and ReLU, or the sums. Bias and ReLU are
 * ours, since cuBLASLt does not say what its ReLU makes of a NaN. */
static gboolean
finish_layer (GstSsioWideSweep *self, guint number, guint64 n_points,
    GError **error)
{
  const Layer *layer = &self->layers[number];
  const gboolean is_last = number + 1 == self->n_layers;
  SsioRowsParams params = {
    .rows = GST_SSIO_CUDA_POINTER (self->activations[(number + 1) % 2]),
    .bias = GST_SSIO_CUDA_POINTER (layer->bias),
    .partials = GST_SSIO_CUDA_POINTER (self->partials),
    .n_rows = n_points,
    .width = layer->n_out,
  };

  return gst_ssio_cuda_device_launch (self->device,
      is_last ? self->add : self->activate,
      (layer->n_out + SSIO_KERNEL_THREADS - 1) / SSIO_KERNEL_THREADS,
      MIN (n_points, is_last ? self->n_rows : ACTIVATE_ROWS), 0, &params,
      error);
}

static gboolean
run_chunk (GstSsioWideSweep *self, CUdeviceptr points, guint64 n_points,
    GError **error)
{
  guint l;

  if (!gather (self, points, n_points, error))
    return FALSE;
  for (l = 0; l < self->n_layers; l++) {
    if (!multiply (self, &self->layers[l], self->activations[l % 2],
            self->activations[(l + 1) % 2], n_points, error)
        || !finish_layer (self, l, n_points, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_wide_sweep_run (GstSsioWideSweep *self, CUdeviceptr points,
    guint64 n_points, GError **error)
{
  guint64 at;

  for (at = 0; at < n_points; at += self->chunk) {
    if (!run_chunk (self, points + at * self->point_size,
            MIN (n_points - at, self->chunk), error))
      return FALSE;
  }
  return TRUE;
}
