/* SPDX-License-Identifier: MIT */
/* A pool of batches in device memory. */
#pragma once

#include "gstssiocudamemory.h"

G_BEGIN_DECLS

/* At most max_buffers buffers of size bytes, which are written on stream. It
 * is active until gst_buffer_pool_set_active(). */
GST_SSIO_API
GstBufferPool *gst_ssio_cuda_pool_new (GstSsioCudaStream *stream, guint size,
    guint max_buffers);

/* Waits until a buffer is free and no work on the device uses it any more.
 * The context is current. GST_FLOW_FLUSHING leaves error alone, GST_FLOW_ERROR
 * sets it. */
GST_SSIO_API
GstFlowReturn gst_ssio_cuda_pool_acquire (GstBufferPool *pool,
    GstBuffer **buffer, GError **error);

G_END_DECLS
