/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "cublaslt.h"
#include "sharedlibrary.h"

static GstSsioCublasLt functions;

static const gchar *const names[]
    = { "libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", NULL };

#define SYMBOL(name, arguments) { #name, (gpointer *) &functions.name },
static const GstSsioSymbol symbols[]
    = { GST_SSIO_CUBLASLT_FUNCTIONS (SYMBOL){ NULL, NULL } };

static GstSsioSharedLibrary library = {
  .variable = "GST_SSIO_CUBLASLT_LIBRARY",
  .names = names,
  .symbols = symbols,
};

const GstSsioCublasLt *
gst_ssio_cublaslt_get (GError **error)
{
  gchar *reason;

  if (gst_ssio_shared_library_need (&library, &reason))
    return &functions;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "a model this wide needs cuBLASLt (libcublasLt.so.13, .12 or .11, of "
      "the CUDA Toolkit), which cannot be opened: %s; install it, or let "
      "LD_LIBRARY_PATH name its folder",
      reason);
  g_free (reason);
  return NULL;
}

gboolean
gst_ssio_cublaslt_check (cublasStatus_t status, const gchar *call,
    GError **error)
{
  if (status == CUBLAS_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR,
      status == CUBLAS_STATUS_ALLOC_FAILED ? GST_RESOURCE_ERROR_NO_SPACE_LEFT
                                           : GST_RESOURCE_ERROR_FAILED,
      "cuBLASLt: %s failed: status %d%s", call, status,
      status == CUBLAS_STATUS_NOT_INITIALIZED
          ? "; libcublasLt may be newer than the driver: update the driver, or "
            "let GST_SSIO_CUBLASLT_LIBRARY name an older one"
          : "");
  return FALSE;
}
