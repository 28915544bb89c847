/* SPDX-License-Identifier: MIT */
/* The points of a buffer as a CUDA device's kernels read them. */
#pragma once

#include "cudadevice.h"

G_BEGIN_DECLS

/* Puts work on the device's stream, with its context current. */
typedef gboolean (*GstSsioCudaWork) (CUdeviceptr points, guint64 n_points,
    gpointer user_data, GError **error);

/* Calls work for the points of each of buffer's memories, in their order, and
 * holds each until what work put on the stream is done. FALSE with error set
 * where one is not of the device, or holds no whole number of points. */
gboolean gst_ssio_cuda_device_read_buffer (GstSsioCudaDevice *device,
    GstBuffer *buffer, guint point_size, GstSsioCudaWork work,
    gpointer user_data, GError **error);

G_END_DECLS
