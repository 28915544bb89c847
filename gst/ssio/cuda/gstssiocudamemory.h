/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/cuda/gstssiocudastream.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_CAPS_FEATURE_CUDA_MEMORY:
 *
 * Caps feature of batches whose bytes are in a CUDA device's memory.
 *
 * Since: 0.1
 */
#define GST_SSIO_CAPS_FEATURE_CUDA_MEMORY "memory:CUDAMemory"

GST_SSIO_API
gboolean gst_ssio_is_cuda_memory (GstMemory *memory);

GST_SSIO_API
GstMemory *gst_ssio_cuda_memory_new (GstSsioCudaStream *stream, gsize size,
    GError **error);

GST_SSIO_API
GstSsioCudaContext *gst_ssio_cuda_memory_get_context (GstMemory *memory);

GST_SSIO_API
guint64 gst_ssio_cuda_memory_get_device_pointer (GstMemory *memory);

GST_SSIO_API
GstSsioCudaStream *gst_ssio_cuda_memory_get_stream (GstMemory *memory);

GST_SSIO_API
gpointer gst_ssio_cuda_memory_get_ready_event (GstMemory *memory);

GST_SSIO_API
gboolean gst_ssio_cuda_memory_begin_use (GstMemory *memory, gpointer stream,
    GError **error);

GST_SSIO_API
gboolean gst_ssio_cuda_memory_end_use (GstMemory *memory, gpointer stream,
    GError **error);

GST_SSIO_API
gboolean gst_ssio_cuda_memory_begin_write (GstMemory *memory, GError **error);

GST_SSIO_API
gboolean gst_ssio_cuda_memory_end_write (GstMemory *memory, GError **error);

GST_SSIO_API
gboolean gst_ssio_cuda_memory_download (GstMemory *memory,
    GstSsioCudaStream *stream, gpointer bytes, GError **error);

G_END_DECLS
