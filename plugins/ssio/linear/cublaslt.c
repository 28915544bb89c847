/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>
#include <gst/gst.h>

#include "cublaslt.h"

static GMutex lock; /* of what follows */
static GstSsioCublasLt library;
static gboolean is_loaded;

/* The newest first. */
static const gchar *const names[] = {
  "libcublasLt.so.13",
  "libcublasLt.so.12",
  "libcublasLt.so.11",
};

/* Another version may be in the process, of PyTorch say. */
#define FLAGS (G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL)

static GModule *
open_library (void)
{
  const gchar *name = g_getenv ("GST_SSIO_CUBLASLT_LIBRARY");
  GModule *module = NULL;
  guint i;

  if (name && *name)
    return g_module_open (name, FLAGS);
  for (i = 0; i < G_N_ELEMENTS (names) && !module; i++)
    module = g_module_open (names[i], FLAGS);
  return module;
}

static gboolean
load_symbols (GModule *module)
{
#define LOAD(name, arguments) \
  if (!g_module_symbol (module, #name, (gpointer *) &library.name)) \
    return FALSE;
  GST_SSIO_CUBLASLT_FUNCTIONS (LOAD)
#undef LOAD
  return TRUE;
}

static gboolean
load (GError **error)
{
  GModule *module = open_library ();
  gboolean found = module && load_symbols (module);

  if (found)
    g_module_make_resident (module);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "a model this wide needs cuBLASLt (libcublasLt.so.13, .12 or .11, of "
        "the CUDA Toolkit), which cannot be opened: %s; install it, or let "
        "LD_LIBRARY_PATH name its folder",
        g_module_error ());
  if (module)
    g_module_close (module);
  return found;
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
