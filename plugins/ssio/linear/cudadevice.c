/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cudadevice.h"
#include "kernel-abi.h"
#include "kernels.h"

void
gst_ssio_cuda_device_init (GstSsioCudaDevice *device,
    GstSsioCudaContext *context)
{
  device->context = gst_object_ref (context);
  device->driver = gst_ssio_cuda_context_get_driver (context);
  device->n_multiprocessors
      = MAX (1, gst_ssio_cuda_context_get_attribute (context,
                    CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
  device->max_shared = gst_ssio_cuda_context_get_attribute (context,
      CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  device->blocks = g_array_new (FALSE, FALSE, sizeof (CUdeviceptr));
  device->host_blocks = g_ptr_array_new ();
}

gboolean
gst_ssio_cuda_device_open (GstSsioCudaDevice *device, GError **error)
{
  GBytes *image = gst_ssio_kernels_get_image (error);
  gboolean is_open;

  if (!image)
    return FALSE;
  is_open = gst_ssio_cuda_call (device->driver, error, cuModuleLoadData,
      &device->module, g_bytes_get_data (image, NULL));
  g_bytes_unref (image);
  if (!is_open)
    return FALSE;
  device->owned_stream = gst_ssio_cuda_stream_new (device->context, error);
  if (!device->owned_stream)
    return FALSE;
  device->stream = gst_ssio_cuda_stream_get_handle (device->owned_stream);
  return TRUE;
}

/* A lost device refuses; what the host has of it goes all the same. */
void
gst_ssio_cuda_device_begin_close (GstSsioCudaDevice *device)
{
  device->is_closing = gst_ssio_cuda_context_push (device->context, NULL);
  if (device->stream)
    device->driver->cuStreamSynchronize (device->stream);
}

void
gst_ssio_cuda_device_close (GstSsioCudaDevice *device)
{
  const GstSsioCudaDriver *driver = device->driver;
  guint i;

  for (i = 0; i < device->blocks->len; i++)
    driver->cuMemFree (g_array_index (device->blocks, CUdeviceptr, i));
  for (i = 0; i < device->host_blocks->len; i++)
    driver->cuMemFreeHost (g_ptr_array_index (device->host_blocks, i));
  g_clear_pointer (&device->owned_stream, gst_ssio_cuda_stream_unref);
  if (device->module)
    driver->cuModuleUnload (device->module);
  g_array_unref (device->blocks);
  g_ptr_array_unref (device->host_blocks);
  if (device->is_closing)
    gst_ssio_cuda_context_pop (device->context);
  gst_object_unref (device->context);
}

CUdeviceptr
gst_ssio_cuda_device_alloc (GstSsioCudaDevice *device, gsize size,
    GError **error)
{
  CUdeviceptr block = 0;

  if (!gst_ssio_cuda_call (device->driver, error, cuMemAlloc, &block, size))
    return 0;
  g_array_append_val (device->blocks, block);
  return block;
}

CUdeviceptr
gst_ssio_cuda_device_alloc_zeroed (GstSsioCudaDevice *device, gsize size,
    GError **error)
{
  CUdeviceptr block = gst_ssio_cuda_device_alloc (device, size, error);

  if (!block
      || !gst_ssio_cuda_call (device->driver, error, cuMemsetD8Async, block, 0,
          size, device->stream))
    return 0;
  return block;
}

gpointer
gst_ssio_cuda_device_alloc_host (GstSsioCudaDevice *device, gsize size,
    GError **error)
{
  gpointer block = NULL;

  if (!gst_ssio_cuda_call (device->driver, error, cuMemHostAlloc, &block, size,
          CU_MEMHOSTALLOC_PORTABLE))
    return NULL;
  g_ptr_array_add (device->host_blocks, block);
  return block;
}

CUdeviceptr
gst_ssio_cuda_device_upload (GstSsioCudaDevice *device, gconstpointer data,
    gsize size, GError **error)
{
  const GstSsioCudaDriver *driver = device->driver;
  CUdeviceptr block = gst_ssio_cuda_device_alloc (device, size, error);

  if (!block
      || !gst_ssio_cuda_call (driver, error, cuMemcpyHtoDAsync, block, data,
          size, device->stream)
      || !gst_ssio_cuda_call (driver, error, cuStreamSynchronize,
          device->stream))
    return 0;
  return block;
}

CUfunction
gst_ssio_cuda_device_find_kernel (GstSsioCudaDevice *device, const gchar *name,
    guint shared_bytes, GError **error)
{
  CUfunction kernel = NULL;

  if (!gst_ssio_cuda_call (device->driver, error, cuModuleGetFunction, &kernel,
          device->module, name)
      || !gst_ssio_cuda_call (device->driver, error, cuFuncSetAttribute,
          kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
          shared_bytes))
    return NULL;
  /* a hint, so that as many blocks are at work as were planned */
  device->driver->cuFuncSetAttribute (kernel,
      CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, 100);
  return kernel;
}

gboolean
gst_ssio_cuda_device_launch (GstSsioCudaDevice *device, CUfunction kernel,
    guint grid_x, guint grid_y, guint shared_bytes, gpointer params,
    GError **error)
{
  void *parameters[] = { params };

  return gst_ssio_cuda_call (device->driver, error, cuLaunchKernel, kernel,
      grid_x, grid_y, 1, SSIO_KERNEL_THREADS, 1, 1, shared_bytes,
      device->stream, parameters, NULL);
}
