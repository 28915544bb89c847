/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "nccl.h"
#include "sharedlibrary.h"

static GstSsioNccl functions;

static const gchar *const names[] = { "libnccl.so.2", NULL };

#define SYMBOL(name, type, arguments) { #name, (gpointer *) &functions.name },
static const GstSsioSymbol symbols[]
    = { GST_SSIO_NCCL_FUNCTIONS (SYMBOL){ NULL, NULL } };

static GstSsioSharedLibrary library = {
  .variable = "GST_SSIO_NCCL_LIBRARY",
  .names = names,
  .symbols = symbols,
};

const GstSsioNccl *
gst_ssio_nccl_get (GError **error)
{
  gchar *reason;

  if (gst_ssio_shared_library_need (&library, &reason))
    return &functions;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "no NCCL: %s", reason);
  g_free (reason);
  return NULL;
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
