/* SPDX-License-Identifier: MIT */
/* Conversions of batches that are in a CUDA device's memory. */
#pragma once

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "kernel-convert-abi.h"
#include "plan.h"

G_BEGIN_DECLS

typedef struct _GstSsioConvertDevice GstSsioConvertDevice;

/* Runs plan, which must stay, over batches of at most batch_bytes bytes when
 * they are converted. NULL with error set where the device fails. */
GstSsioConvertDevice *gst_ssio_convert_device_new (GstSsioCudaContext *context,
    const GstSsioConvertPlan *plan, gsize batch_bytes, GError **error);

/* When all that it has begun is done. */
void gst_ssio_convert_device_free (GstSsioConvertDevice *device);

/* From any thread: whether gst_ssio_convert_device_acquire() must not wait. */
void gst_ssio_convert_device_set_flushing (GstSsioConvertDevice *device,
    gboolean flushing);

/* Waits until there is memory for so many bytes. GST_FLOW_FLUSHING leaves
 * error alone, GST_FLOW_ERROR sets it. */
GstFlowReturn gst_ssio_convert_device_acquire (GstSsioConvertDevice *device,
    gsize size, GstBuffer **out, GError **error);

/* Begins to convert in to out, which was acquired for it, and has those who
 * use out wait on the device. in is not needed any more. */
gboolean gst_ssio_convert_device_run (GstSsioConvertDevice *device,
    GstBuffer *in, GstBuffer *out, GError **error);

/* The kernel's parameters without what is in device memory, and the moves of
 * plan for it, as many as that has. Returns the bytes of shared memory that a
 * block needs. */
guint gst_ssio_convert_device_prepare (const GstSsioConvertPlan *plan,
    SsioConvertParams *params, SsioConvertMove *moves);

G_END_DECLS
