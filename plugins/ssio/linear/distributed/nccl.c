/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "nccl.h"
#include "sharedlibrary.h"

static GMutex lock; /* of what follows */
static GstSsioNccl library;
static gboolean is_loaded;

static gboolean
load (GError **error)
{
  static const gchar *const names[] = { "libnccl.so.2", NULL };
#define SYMBOL(name, type, arguments) { #name, (gpointer *) &library.name },
  static const GstSsioSymbol symbols[]
      = { GST_SSIO_NCCL_FUNCTIONS (SYMBOL){ NULL, NULL } };
#undef SYMBOL
  gchar *reason;

  if (gst_ssio_shared_library_open ("GST_SSIO_NCCL_LIBRARY", names, symbols,
          &reason))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "no NCCL: %s", reason);
  g_free (reason);
  return FALSE;
}

const GstSsioNccl *
gst_ssio_nccl_get (GError **error)
{
  const GstSsioNccl *loaded;

  g_mutex_lock (&lock);
  if (!is_loaded)
    is_loaded = load (error);
  loaded = is_loaded ? &library : NULL;
  g_mutex_unlock (&lock);
  return loaded;
}

gboolean
gst_ssio_nccl_check (const GstSsioNccl *nccl, ncclResult_t status,
    const gchar *call, GError **error)
{
  if (status == ncclSuccess)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "NCCL: %s failed: %s (%d); NCCL_DEBUG=INFO tells more, and "
      "GST_SSIO_NCCL_LIBRARY=none leaves the sums to MPI",
      call, nccl->ncclGetErrorString (status), status);
  return FALSE;
}
