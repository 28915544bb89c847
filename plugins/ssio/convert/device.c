/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/pool.h>

#include "device.h"
#include "linear/cudadevice.h"

#define KERNEL "ssio_convert_points"

/* Batches that others hold, while one more is converted. */
#define N_BUFFERS 4

/* Of shared memory: less than any device has without asking for more, and
 * little enough for some blocks at once. */
#define MAX_SHARED (24 << 10)
#define MAX_TILE (2 * SSIO_KERNEL_THREADS)
#define MIN_TILE (SSIO_KERNEL_THREADS / 4)

#define BLOCKS_A_MULTIPROCESSOR 8

struct _GstSsioConvertDevice {
  GstSsioCudaDevice device;
  CUfunction kernel;
  SsioConvertParams params;
  guint shared_bytes;
  gsize batch_bytes;
  GstBufferPool *pool;
};

static guint
find_kind (GstSsioType type)
{
  if (gst_ssio_type_is_float (type))
    return SSIO_KERNEL_FLOAT;
  return type <= GST_SSIO_TYPE_I8 ? SSIO_KERNEL_SIGNED : SSIO_KERNEL_UNSIGNED;
}

static SsioConvertMove
make_move (const GstSsioConvertMove *move)
{
  return (SsioConvertMove){
    .mask = move->mask,
    .scale = move->cast.scale,
    .offset = move->cast.offset,
    .from = move->from,
    .to = move->to,
    .size = move->size,
    .shift = move->shift,
    .from_kind = find_kind (move->from_type),
    .from_size = gst_ssio_type_get_size (move->from_type),
    .to_kind = find_kind (move->to_type),
    .is_copy = move->is_copy,
    .is_plain = move->cast.is_plain,
  };
}

/* The largest tile that fits; none where points are large. */
static guint
find_stage (SsioConvertParams *params)
{
  guint tile;

  for (tile = MAX_TILE; tile >= MIN_TILE; tile /= 2) {
    const guint64 out = ((guint64) tile * params->from_size + 15) / 16 * 16;
    const guint64 bytes = out + (guint64) tile * params->to_size;

    if (bytes > MAX_SHARED)
      continue;
    params->is_staged = TRUE;
    params->tile = tile;
    params->out = out;
    return bytes;
  }
  params->tile = SSIO_KERNEL_THREADS;
  return 0;
}

guint
gst_ssio_convert_device_prepare (const GstSsioConvertPlan *plan,
    SsioConvertParams *params, SsioConvertMove *moves)
{
  guint i;

  *params = (SsioConvertParams){
    .n_moves = plan->moves->len,
    .from_size = plan->from_size,
    .to_size = plan->to_size,
    .has_gaps = plan->has_gaps,
  };
  for (i = 0; i < plan->moves->len; i++)
    moves[i] = make_move (&g_array_index (plan->moves, GstSsioConvertMove, i));
  return find_stage (params);
}

static gboolean
upload_moves (GstSsioConvertDevice *self, const GstSsioConvertPlan *plan,
    GError **error)
{
  SsioConvertMove *moves = g_new (SsioConvertMove, plan->moves->len);
  CUdeviceptr uploaded;

  self->shared_bytes
      = gst_ssio_convert_device_prepare (plan, &self->params, moves);
  uploaded = gst_ssio_cuda_device_upload (&self->device, moves,
      plan->moves->len * sizeof (*moves), error);
  self->params.moves = GST_SSIO_CUDA_POINTER (uploaded);
  g_free (moves);
  return uploaded != 0;
}

static gboolean
open_device (GstSsioConvertDevice *self, const GstSsioConvertPlan *plan,
    GError **error)
{
  if (self->batch_bytes > G_MAXUINT) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "a batch of %" G_GSIZE_FORMAT
        " bytes: expected less than 4 GiB; make batch-size smaller",
        self->batch_bytes);
    return FALSE;
  }
  if (!gst_ssio_cuda_device_open (&self->device, error)
      || !upload_moves (self, plan, error))
    return FALSE;
  self->kernel = gst_ssio_cuda_device_find_kernel (&self->device, KERNEL,
      self->shared_bytes, error);
  if (!self->kernel)
    return FALSE;
  self->pool = gst_ssio_cuda_pool_new (self->device.owned_stream,
      self->batch_bytes, N_BUFFERS, error);
  return self->pool != NULL;
}

GstSsioConvertDevice *
gst_ssio_convert_device_new (GstSsioCudaContext *context,
    const GstSsioConvertPlan *plan, gsize batch_bytes, GError **error)
{
  GstSsioConvertDevice *self;
  gboolean is_open;

  if (!gst_ssio_cuda_context_push (context, error))
    return NULL;
  self = g_new0 (GstSsioConvertDevice, 1);
  self->batch_bytes = batch_bytes;
  gst_ssio_cuda_device_init (&self->device, context);
  is_open = open_device (self, plan, error);
  gst_ssio_cuda_context_pop (context);
  if (is_open)
    return self;
  gst_ssio_convert_device_free (self);
  return NULL;
}

void
gst_ssio_convert_device_free (GstSsioConvertDevice *self)
{
  gst_ssio_cuda_device_begin_close (&self->device);
  if (self->pool) {
    gst_buffer_pool_set_active (self->pool, FALSE);
    gst_object_unref (self->pool);
  }
  gst_ssio_cuda_device_close (&self->device);
  g_free (self);
}

void
gst_ssio_convert_device_set_flushing (GstSsioConvertDevice *self,
    gboolean flushing)
{
  gst_buffer_pool_set_flushing (self->pool, flushing);
}

GstFlowReturn
gst_ssio_convert_device_acquire (GstSsioConvertDevice *self, gsize size,
    GstBuffer **out, GError **error)
{
  GstSsioCudaContext *context = self->device.context;
  GstFlowReturn flow;

  if (!gst_ssio_cuda_context_push (context, error))
    return GST_FLOW_ERROR;
  flow = gst_ssio_cuda_pool_acquire (self->pool, out, error);
  gst_ssio_cuda_context_pop (context);
  if (flow == GST_FLOW_OK)
    gst_buffer_set_size (*out, size);
  return flow;
}

static gboolean
launch (GstSsioConvertDevice *self, GstMemory *in, CUdeviceptr to,
    GError **error)
{
  SsioConvertParams *params = &self->params;
  const guint64 n_points = in->size / params->from_size;
  const guint64 n_tiles = (n_points + params->tile - 1) / params->tile;
  const CUdeviceptr from = gst_ssio_cuda_memory_get_device_pointer (in);

  params->from = GST_SSIO_CUDA_POINTER (from);
  params->to = GST_SSIO_CUDA_POINTER (to);
  params->n_points = n_points;
  return gst_ssio_cuda_device_launch (&self->device, self->kernel,
      MIN (n_tiles,
          (guint64) BLOCKS_A_MULTIPROCESSOR * self->device.n_multiprocessors),
      1, self->shared_bytes, params, error);
}

/* Where something fails after the launch, its end is waited for. */
static gboolean
convert_memory (GstSsioConvertDevice *self, GstMemory *in, CUdeviceptr to,
    GError **error)
{
  CUstream stream = self->device.stream;
  gboolean is_launched;

  if (in->size == 0)
    return TRUE;
  if (!gst_ssio_cuda_memory_begin_use (in, stream, error))
    return FALSE;
  is_launched = launch (self, in, to, error);
  if (gst_ssio_cuda_memory_end_use (in, stream, is_launched ? error : NULL))
    return is_launched;
  self->device.driver->cuStreamSynchronize (stream);
  return FALSE;
}

static gboolean
check_memory (GstSsioConvertDevice *self, GstMemory *memory, GError **error)
{
  if (gst_ssio_is_cuda_memory (memory)
      && memory->size % self->params.from_size == 0
      && gst_ssio_cuda_context_get_device_id (
             gst_ssio_cuda_memory_get_context (memory))
             == gst_ssio_cuda_context_get_device_id (self->device.context))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "a batch has memory of type %s and %" G_GSIZE_FORMAT
      " bytes: expected points of %u bytes, all on one CUDA device; check "
      "what stands before this element",
      memory->allocator->mem_type, memory->size, self->params.from_size);
  return FALSE;
}

static gboolean
convert_memories (GstSsioConvertDevice *self, GstBuffer *in, GstMemory *out,
    GError **error)
{
  CUdeviceptr to = gst_ssio_cuda_memory_get_device_pointer (out);
  guint i;

  for (i = 0; i < gst_buffer_n_memory (in); i++) {
    GstMemory *memory = gst_buffer_peek_memory (in, i);

    if (!check_memory (self, memory, error)
        || !convert_memory (self, memory, to, error))
      return FALSE;
    to += memory->size / self->params.from_size * self->params.to_size;
  }
  return TRUE;
}

gboolean
gst_ssio_convert_device_run (GstSsioConvertDevice *self, GstBuffer *in,
    GstBuffer *out, GError **error)
{
  GstSsioCudaContext *context = self->device.context;
  GstMemory *memory = gst_buffer_peek_memory (out, 0);
  gboolean is_done;

  if (!gst_ssio_cuda_context_push (context, error))
    return FALSE;
  is_done = convert_memories (self, in, memory, error)
            && gst_ssio_cuda_memory_end_write (memory, error);
  gst_ssio_cuda_context_pop (context);
  return is_done;
}
