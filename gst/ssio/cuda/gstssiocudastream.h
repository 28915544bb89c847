/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

G_BEGIN_DECLS

/**
 * GstSsioCudaStream:
 *
 * A CUDA stream that does not synchronize with the default stream. Reference
 * counted; memory holds the stream that it is written on.
 *
 * Since: 0.1
 */
typedef struct _GstSsioCudaStream GstSsioCudaStream;

#define GST_TYPE_SSIO_CUDA_STREAM (gst_ssio_cuda_stream_get_type ())

GST_SSIO_API
GType gst_ssio_cuda_stream_get_type (void);

GST_SSIO_API
GstSsioCudaStream *gst_ssio_cuda_stream_new (GstSsioCudaContext *context,
    GError **error);

GST_SSIO_API
GstSsioCudaStream *gst_ssio_cuda_stream_ref (GstSsioCudaStream *stream);

GST_SSIO_API
void gst_ssio_cuda_stream_unref (GstSsioCudaStream *stream);

GST_SSIO_API
GstSsioCudaContext *
gst_ssio_cuda_stream_get_context (const GstSsioCudaStream *stream);

GST_SSIO_API
gpointer gst_ssio_cuda_stream_get_handle (const GstSsioCudaStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSsioCudaStream, gst_ssio_cuda_stream_unref)

G_END_DECLS
