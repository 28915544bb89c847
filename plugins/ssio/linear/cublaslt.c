/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "cublaslt.h"
#include "sharedlibrary.h"

static GMutex lock; /* of what follows */
static GstSsioCublasLt library;
static gboolean is_loaded;

static gboolean
load (GError **error)
{
  /* the newest first */
  static const gchar *const names[] = { "libcublasLt.so.13",
    "libcublasLt.so.12", "libcublasLt.so.11", NULL };
#define SYMBOL(name, arguments) { #name, (gpointer *) &library.name },
  static const GstSsioSymbol symbols[]
      = { GST_SSIO_CUBLASLT_FUNCTIONS (SYMBOL){ NULL, NULL } };
#undef SYMBOL
  gchar *reason;

  if (gst_ssio_shared_library_open ("GST_SSIO_CUBLASLT_LIBRARY", names,
          symbols, &reason))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "a model this wide needs cuBLASLt (libcublasLt.so.13, .12 or .11, of "
      "the CUDA Toolkit), which cannot be opened: %s; install it, or let "
      "LD_LIBRARY_PATH name its folder",
      reason);
  g_free (reason);
  return FALSE;
}

const GstSsioCublasLt *
gst_ssio_cublaslt_get (GError **error)
{
  const GstSsioCublasLt *loaded;

  g_mutex_lock (&lock);
  if (!is_loaded)
    is_loaded = load (error);
  loaded = is_loaded ? &library : NULL;
  g_mutex_unlock (&lock);
  return loaded;
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
