/* SPDX-License-Identifier: MIT */
/* What elements and the library see of a CUDA context beyond the public
 * interface. */
#pragma once

#include "gstssiocudacontext.h"
#include "loader.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_ssio_cuda_debug);

/* The lowest compute capability that kernels are built for, times ten. */
#define GST_SSIO_CUDA_MIN_CAPABILITY 75

/* Never NULL, never freed. */
GST_SSIO_API
const GstSsioCudaDriver *
gst_ssio_cuda_context_get_driver (GstSsioCudaContext *context);

GST_SSIO_API
CUdevice gst_ssio_cuda_context_get_device (GstSsioCudaContext *context);

/* A CUdevice_attribute of the device; 0 where the driver does not know it. */
GST_SSIO_API
gint gst_ssio_cuda_context_get_attribute (GstSsioCudaContext *context,
    gint attribute);

G_END_DECLS
