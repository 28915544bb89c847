/* SPDX-License-Identifier: MIT */
/* The NVIDIA driver, opened at run time: nothing here needs it to be there.
 * The environment variable GST_SSIO_CUDA_LIBRARY names another library than
 * libcuda.so.1, which is how tests have one that needs no GPU. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

#include "driver.h"

G_BEGIN_DECLS

/* The initialised driver, or NULL with error set: GST_RESOURCE_ERROR_NOT_FOUND
 * where there is none or no device. The table is never freed. */
GST_SSIO_API
const GstSsioCudaDriver *gst_ssio_cuda_get_driver (GError **error);

/* Whether a call, of that name, succeeded; else error is set. This is the one
 * place where a result turns into a GError, a GstResourceError to be shown to
 * users as it is. */
GST_SSIO_API
gboolean gst_ssio_cuda_check (CUresult result, const gchar *call,
    GError **error);

/* Calls a function of the loaded driver, and checks the result. */
#define gst_ssio_cuda_call(driver, error, function, ...) \
  gst_ssio_cuda_check ((driver)->function (__VA_ARGS__), #function, error)

G_END_DECLS
