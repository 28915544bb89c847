/* SPDX-License-Identifier: MIT */
/* A stream of a CUDA device with our kernels, and what is allocated for it.
 * All functions but gst_ssio_cuda_device_init() and
 * gst_ssio_cuda_device_begin_close() want the context to be current. */
#pragma once

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/gstssiocudastream.h>

G_BEGIN_DECLS

typedef struct {
  GstSsioCudaContext *context;
  const GstSsioCudaDriver *driver;
  guint n_multiprocessors;
  guint max_shared; /* bytes that a block can ask for */
  GstSsioCudaStream *owned_stream;
  CUstream stream; /* that one */
  CUmodule module;
  GArray *blocks;         /* of memory, all that there are */
  GPtrArray *host_blocks; /* of page-locked memory */
  gboolean is_closing;    /* with the context current */
} GstSsioCudaDevice;

/* Takes no resources of the device yet. */
void gst_ssio_cuda_device_init (GstSsioCudaDevice *device,
    GstSsioCudaContext *context);

gboolean gst_ssio_cuda_device_open (GstSsioCudaDevice *device, GError **error);

/* Makes the context current, and waits for the stream: then what else needs
 * both can be freed. */
void gst_ssio_cuda_device_begin_close (GstSsioCudaDevice *device);

/* Releases all, also after an error of any kind, and lets go of the context.
 */
void gst_ssio_cuda_device_close (GstSsioCudaDevice *device);

/* The memory stays until the device is closed; 0 with error set where there is
 * none. */
CUdeviceptr gst_ssio_cuda_device_alloc (GstSsioCudaDevice *device, gsize size,
    GError **error);
CUdeviceptr gst_ssio_cuda_device_alloc_zeroed (GstSsioCudaDevice *device,
    gsize size, GError **error);

/* Page-locked memory of the host, on the same terms. */
gpointer gst_ssio_cuda_device_alloc_host (GstSsioCudaDevice *device,
    gsize size, GError **error);

/* A copy of data, which it waits for. */
CUdeviceptr gst_ssio_cuda_device_upload (GstSsioCudaDevice *device,
    gconstpointer data, gsize size, GError **error);

/* A kernel that is launched with so much shared memory, or NULL with error
 * set. */
CUfunction gst_ssio_cuda_device_find_kernel (GstSsioCudaDevice *device,
    const gchar *name, guint shared_bytes, GError **error);

/* params is the kernel's only parameter. */
gboolean gst_ssio_cuda_device_launch (GstSsioCudaDevice *device,
    CUfunction kernel, guint grid_x, guint grid_y, guint shared_bytes,
    gpointer params, GError **error);

/* For the kernels' params. */
#define GST_SSIO_CUDA_POINTER(pointer) ((gpointer) (guintptr) (pointer))

G_END_DECLS
