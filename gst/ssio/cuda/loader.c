/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>

#include "loader.h"

#define DEFAULT_LIBRARY "libcuda.so.1"

static GMutex lock; /* of what follows */
static GstSsioCudaDriver driver;
static gboolean is_loaded;

static GstResourceError
get_code (CUresult result)
{
  switch (result) {
  case CUDA_ERROR_OUT_OF_MEMORY:
    return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  case CUDA_ERROR_NO_DEVICE:
  case CUDA_ERROR_INVALID_DEVICE:
    return GST_RESOURCE_ERROR_NOT_FOUND;
  case CUDA_ERROR_DEVICE_UNAVAILABLE:
    return GST_RESOURCE_ERROR_BUSY;
  case CUDA_ERROR_NOT_PERMITTED:
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  default:
    return GST_RESOURCE_ERROR_FAILED;
  }
}

static const gchar *
get_advice (CUresult result, const gchar *call)
{
  switch (result) {
  case CUDA_ERROR_OUT_OF_MEMORY:
    if (g_str_has_prefix (call, "cuMemHost"))
      return "; make batch-size or slots smaller, or free memory of the machine "
             "(it is page-locked)";
    return "; make batch-size, slots or cache-size smaller, or free memory of "
           "the device (nvidia-smi shows who has it)";
  case CUDA_ERROR_NO_DEVICE:
    return "; check nvidia-smi and CUDA_VISIBLE_DEVICES";
  case CUDA_ERROR_INVALID_IMAGE:
  case CUDA_ERROR_NO_BINARY_FOR_GPU:
  case CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
    return "; this build has no kernels for the device and its driver: update "
           "the driver, or build with a CUDA Toolkit that knows the device and "
           "is no newer than the driver, or compute on the CPU by leaving out "
           "ssiocudaupload";
  default:
    return "";
  }
}

gboolean
gst_ssio_cuda_check (CUresult result, const gchar *call, GError **error)
{
  const char *text = NULL;

  if (result == CUDA_SUCCESS)
    return TRUE;
  if (driver.cuGetErrorString (result, &text) != CUDA_SUCCESS || !text)
    text = "unknown error";
  g_set_error (error, GST_RESOURCE_ERROR, get_code (result),
      "CUDA: %s failed: %s (%d)%s", call, text, result,
      get_advice (result, call));
  return FALSE;
}

#if GST_SSIO_ENABLE_CUDA

static gboolean
load_symbols (GModule *module)
{
#define LOAD(name, symbol, arguments) \
  if (!g_module_symbol (module, #symbol, (gpointer *) &driver.name)) \
    return FALSE;
  GST_SSIO_CUDA_FUNCTIONS (LOAD)
#undef LOAD
  return TRUE;
}

static gboolean
load (GError **error)
{
  const gchar *name = g_getenv ("GST_SSIO_CUDA_LIBRARY");
  GModule *module;
  gboolean found;

  if (!name || !*name)
    name = DEFAULT_LIBRARY;
  module = g_module_open (name, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  if (!module) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no NVIDIA driver: %s", g_module_error ());
    return FALSE;
  }
  found = load_symbols (module);
  if (!found)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s is not the NVIDIA driver that is needed: %s", name,
        g_module_error ());
  /* a driver that was initialised does not survive being unloaded */
  if (found)
    g_module_make_resident (module);
  g_module_close (module);
  return found;
}

#else /* !GST_SSIO_ENABLE_CUDA */

static gboolean
load (GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "this build has no CUDA (meson option cuda)");
  return FALSE;
}

#endif

const GstSsioCudaDriver *
gst_ssio_cuda_get_driver (GError **error)
{
  const GstSsioCudaDriver *loaded;

  g_mutex_lock (&lock);
  if (!is_loaded)
    is_loaded = load (error)
                && gst_ssio_cuda_check (driver.cuInit (0), "cuInit", error);
  loaded = is_loaded ? &driver : NULL;
  g_mutex_unlock (&lock);
  return loaded;
}
