/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_CUDA_CONTEXT_TYPE:
 *
 * Type of the #GstContext in which elements share a #GstSsioCudaContext. Its
 * structure has the field "context", the object.
 *
 * Since: 0.1
 */
#define GST_SSIO_CUDA_CONTEXT_TYPE "gst.ssio.CudaContext"

#define GST_TYPE_SSIO_CUDA_CONTEXT (gst_ssio_cuda_context_get_type ())

/**
 * GstSsioCudaContext:
 *
 * A CUDA device and its primary context, which this process shares with the
 * CUDA runtime, cuBLAS and PyTorch. It is retained until the object goes, and
 * current in a thread only between gst_ssio_cuda_context_push() and
 * gst_ssio_cuda_context_pop().
 *
 * Since: 0.1
 */
GST_SSIO_API
G_DECLARE_FINAL_TYPE (GstSsioCudaContext, gst_ssio_cuda_context, GST,
    SSIO_CUDA_CONTEXT, GstObject)

GST_SSIO_API
GstSsioCudaContext *gst_ssio_cuda_context_new (guint device_id,
    GError **error);

GST_SSIO_API
guint gst_ssio_cuda_context_get_device_id (GstSsioCudaContext *context);

GST_SSIO_API
gboolean gst_ssio_cuda_context_push (GstSsioCudaContext *context,
    GError **error);

GST_SSIO_API
void gst_ssio_cuda_context_pop (GstSsioCudaContext *context);

GST_SSIO_API
GstSsioCudaContext *gst_ssio_cuda_context_ensure (GstElement *element,
    guint device_id, GError **error);

GST_SSIO_API
gboolean gst_ssio_cuda_context_answer_query (GstSsioCudaContext *context,
    GstQuery *query);

G_END_DECLS
