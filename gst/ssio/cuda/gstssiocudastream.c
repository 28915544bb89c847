/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiocudastream
 * @title: GstSsioCudaStream
 * @short_description: work on a CUDA device that happens in order
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "context-private.h"
#include "gstssiocudastream.h"

struct _GstSsioCudaStream {
  gatomicrefcount refcount;
  GstSsioCudaContext *context;
  CUstream handle;
};

G_DEFINE_BOXED_TYPE (GstSsioCudaStream, gst_ssio_cuda_stream,
    gst_ssio_cuda_stream_ref, gst_ssio_cuda_stream_unref)

/**
 * gst_ssio_cuda_stream_new:
 * @context: a context
 * @error: (nullable): return location for an error
 *
 * Returns: (transfer full) (nullable): a new stream, or %NULL with @error set
 *   to a #GstResourceError
 *
 * Since: 0.1
 */
GstSsioCudaStream *
gst_ssio_cuda_stream_new (GstSsioCudaContext *context, GError **error)
{
  const GstSsioCudaDriver *driver;
  GstSsioCudaStream *stream;
  CUstream handle = NULL;
  gboolean made;

  g_return_val_if_fail (GST_IS_SSIO_CUDA_CONTEXT (context), NULL);

  driver = gst_ssio_cuda_context_get_driver (context);
  if (!gst_ssio_cuda_context_push (context, error))
    return NULL;
  made = gst_ssio_cuda_call (driver, error, cuStreamCreate, &handle,
      CU_STREAM_NON_BLOCKING);
  gst_ssio_cuda_context_pop (context);
  if (!made)
    return NULL;

  stream = g_new0 (GstSsioCudaStream, 1);
  g_atomic_ref_count_init (&stream->refcount);
  stream->context = gst_object_ref (context);
  stream->handle = handle;
  return stream;
}

/**
 * gst_ssio_cuda_stream_ref:
 * @stream: a stream
 *
 * Returns: (transfer full): @stream
 *
 * Since: 0.1
 */
GstSsioCudaStream *
gst_ssio_cuda_stream_ref (GstSsioCudaStream *stream)
{
  g_return_val_if_fail (stream != NULL, NULL);

  g_atomic_ref_count_inc (&stream->refcount);
  return stream;
}

/**
 * gst_ssio_cuda_stream_unref:
 * @stream: (transfer full): a stream
 *
 * The stream goes with its last reference; work on it still gets done.
 *
 * Since: 0.1
 */
void
gst_ssio_cuda_stream_unref (GstSsioCudaStream *stream)
{
  g_return_if_fail (stream != NULL);

  if (!g_atomic_ref_count_dec (&stream->refcount))
    return;
  if (gst_ssio_cuda_context_push (stream->context, NULL)) {
    gst_ssio_cuda_context_get_driver (stream->context)
        ->cuStreamDestroy (stream->handle);
    gst_ssio_cuda_context_pop (stream->context);
  }
  gst_object_unref (stream->context);
  g_free (stream);
}

/**
 * gst_ssio_cuda_stream_get_context:
 * @stream: a stream
 *
 * Returns: (transfer none): the context that it is of
 *
 * Since: 0.1
 */
GstSsioCudaContext *
gst_ssio_cuda_stream_get_context (const GstSsioCudaStream *stream)
{
  g_return_val_if_fail (stream != NULL, NULL);

  return stream->context;
}

/**
 * gst_ssio_cuda_stream_get_handle: (skip)
 * @stream: a stream
 *
 * Returns: (transfer none): the CUstream, which is the CUDA runtime's
 *   cudaStream_t too, valid as long as @stream
 *
 * Since: 0.1
 */
gpointer
gst_ssio_cuda_stream_get_handle (const GstSsioCudaStream *stream)
{
  g_return_val_if_fail (stream != NULL, NULL);

  return stream->handle;
}
