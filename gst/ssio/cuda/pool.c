/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pool.h"

#define GST_TYPE_SSIO_CUDA_POOL (gst_ssio_cuda_pool_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioCudaPool, gst_ssio_cuda_pool, GST, SSIO_CUDA_POOL,
    GstBufferPool)

struct _GstSsioCudaPool {
  GstBufferPool parent;

  GstSsioCudaStream *stream;
  guint size;
  GError *error; /* of the last allocation, in the thread that acquires */
};

G_DEFINE_TYPE (GstSsioCudaPool, gst_ssio_cuda_pool, GST_TYPE_BUFFER_POOL)

static GstFlowReturn
gst_ssio_cuda_pool_alloc_buffer (GstBufferPool *pool, GstBuffer **buffer,
    GstBufferPoolAcquireParams *params)
{
  GstSsioCudaPool *self = GST_SSIO_CUDA_POOL (pool);
  GstMemory *memory
      = gst_ssio_cuda_memory_new (self->stream, self->size, &self->error);

  if (!memory)
    return GST_FLOW_ERROR;
  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, memory);
  return GST_FLOW_OK;
}

static void
gst_ssio_cuda_pool_finalize (GObject *object)
{
  GstSsioCudaPool *self = GST_SSIO_CUDA_POOL (object);

  /* frees the buffers, which are on the stream */
  G_OBJECT_CLASS (gst_ssio_cuda_pool_parent_class)->finalize (object);
  gst_ssio_cuda_stream_unref (self->stream);
  g_clear_error (&self->error);
}

static void
gst_ssio_cuda_pool_class_init (GstSsioCudaPoolClass *class)
{
  G_OBJECT_CLASS (class)->finalize = gst_ssio_cuda_pool_finalize;
  GST_BUFFER_POOL_CLASS (class)->alloc_buffer
      = gst_ssio_cuda_pool_alloc_buffer;
}

static void
gst_ssio_cuda_pool_init (GstSsioCudaPool *self)
{
}

/* GstBufferPool would do so itself for a minimum, but leaks what it has made
 * where it cannot make all. */
static gboolean
make_buffers (GstBufferPool *pool, guint n_buffers)
{
  GstBuffer **buffers = g_new0 (GstBuffer *, n_buffers);
  GstFlowReturn flow = GST_FLOW_OK;
  guint i;

  for (i = 0; i < n_buffers && flow == GST_FLOW_OK; i++)
    flow = gst_buffer_pool_acquire_buffer (pool, &buffers[i], NULL);
  for (i = 0; i < n_buffers; i++)
    gst_clear_buffer (&buffers[i]);
  g_free (buffers);
  return flow == GST_FLOW_OK;
}

GstBufferPool *
gst_ssio_cuda_pool_new (GstSsioCudaStream *stream, guint size, guint n_buffers,
    GError **error)
{
  GstSsioCudaPool *self = g_object_new (GST_TYPE_SSIO_CUDA_POOL, NULL);
  GstBufferPool *pool = GST_BUFFER_POOL (gst_object_ref_sink (self));
  GstStructure *config = gst_buffer_pool_get_config (pool);

  self->stream = gst_ssio_cuda_stream_ref (stream);
  self->size = size;
  gst_buffer_pool_config_set_params (config, NULL, size, 0, n_buffers);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  if (make_buffers (pool, n_buffers))
    return pool;
  g_propagate_error (error, g_steal_pointer (&self->error));
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  return NULL;
}

GstFlowReturn
gst_ssio_cuda_pool_acquire (GstBufferPool *pool, GstBuffer **buffer,
    GError **error)
{
  GstSsioCudaPool *self = GST_SSIO_CUDA_POOL (pool);
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (pool, buffer, NULL);

  /* a buffer is made anew where somebody has kept the memory of one */
  if (flow == GST_FLOW_ERROR)
    g_propagate_error (error, g_steal_pointer (&self->error));
  if (flow == GST_FLOW_OK
      && !gst_ssio_cuda_memory_begin_write (gst_buffer_peek_memory (*buffer,
                                                0),
          error)) {
    gst_clear_buffer (buffer);
    flow = GST_FLOW_ERROR;
  }
  return flow;
}
