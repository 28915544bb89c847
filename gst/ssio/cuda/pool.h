/* SPDX-License-Identifier: MIT */
/* A pool of batches in device memory. */
#pragma once

#include "gstssiocudamemory.h"

G_BEGIN_DECLS

/* n_buffers buffers of size bytes, which are written on stream, all made at
 * once: they are used in turn, so that who fills one seldom has to wait for
 * those who read it. Active until gst_buffer_pool_set_active(). NULL with
 * error set where the device has no memory for them. */
GST_SSIO_API
GstBufferPool *gst_ssio_cuda_pool_new (GstSsioCudaStream *stream, guint size,
    guint n_buffers, GError **error);

/* Waits until a buffer is free, which then can be written on its stream. The
 * context is current. GST_FLOW_FLUSHING leaves error alone, GST_FLOW_ERROR
 * sets it. */
GST_SSIO_API
GstFlowReturn gst_ssio_cuda_pool_acquire (GstBufferPool *pool,
    GstBuffer **buffer, GError **error);

G_END_DECLS
