/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gmodule.h>

#include "loader.h"

#if GST_SSIO_ENABLE_CUDA

#define LIBRARY "libcuda.so.1"

/* The driver API's ABI, as in the CUDA Toolkit's cuda.h. */
typedef int CUresult;
#define CUDA_SUCCESS 0

typedef struct {
  CUresult (*cuInit) (unsigned int flags);
  CUresult (*cuDeviceGetCount) (int *count);
  CUresult (*cuGetErrorString) (CUresult result, const char **text);
} Driver;

static gboolean
load_symbols (GModule *module, Driver *driver)
{
  return g_module_symbol (module, "cuInit", (gpointer *) &driver->cuInit)
         && g_module_symbol (module, "cuDeviceGetCount",
             (gpointer *) &driver->cuDeviceGetCount)
         && g_module_symbol (module, "cuGetErrorString",
             (gpointer *) &driver->cuGetErrorString);
}

static gboolean
check_result (const Driver *driver, CUresult result, const gchar *call,
    GError **error)
{
  const char *text = NULL;

  if (result == CUDA_SUCCESS)
    return TRUE;
  if (driver->cuGetErrorString (result, &text) != CUDA_SUCCESS || !text)
    text = "unknown error";
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "%s: %s failed: %s (%d)", LIBRARY, call, text, result);
  return FALSE;
}

static gboolean
count_devices (GModule *module, guint device_id, GError **error)
{
  Driver driver;
  int count = 0;

  if (!load_symbols (module, &driver)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s is no CUDA driver: %s", LIBRARY, g_module_error ());
    return FALSE;
  }
  if (!check_result (&driver, driver.cuInit (0), "cuInit", error)
      || !check_result (&driver, driver.cuDeviceGetCount (&count),
          "cuDeviceGetCount", error))
    return FALSE;
  if (device_id >= (guint) count) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no CUDA device %u: the driver has %d device(s), counted from 0",
        device_id, count);
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_cuda_find_device (guint device_id, GError **error)
{
  GModule *module = g_module_open (LIBRARY, G_MODULE_BIND_LAZY);
  gboolean found;

  if (!module) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no NVIDIA driver: %s", g_module_error ());
    return FALSE;
  }
  found = count_devices (module, device_id, error);
  /* a driver that was initialised does not survive being unloaded */
  g_module_make_resident (module);
  g_module_close (module);
  return found;
}

#else /* !GST_SSIO_ENABLE_CUDA */

gboolean
gst_ssio_cuda_find_device (guint device_id, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "this build has no CUDA (meson option cuda)");
  return FALSE;
}

#endif
