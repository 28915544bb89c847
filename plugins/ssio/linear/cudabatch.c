/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "cudabatch.h"
#include "evaluator-private.h"

/* Where a launch fails after others, those still read the memory: its end is
 * on the stream in any case, or waited for. */
static gboolean
read_memory (GstSsioCudaDevice *device, GstMemory *memory, guint point_size,
    GstSsioCudaWork work, gpointer user_data, GError **error)
{
  const CUdeviceptr points = gst_ssio_cuda_memory_get_device_pointer (memory);
  const guint64 n_points = memory->size / point_size;
  gboolean is_done;

  if (n_points == 0)
    return TRUE;
  if (!gst_ssio_cuda_memory_begin_use (memory, device->stream, error))
    return FALSE;
  is_done = work (points, n_points, user_data, error);
  if (gst_ssio_cuda_memory_end_use (memory, device->stream,
          is_done ? error : NULL))
    return is_done;
  device->driver->cuStreamSynchronize (device->stream);
  return FALSE;
}

static gboolean
can_read (const GstSsioCudaDevice *device, GstMemory *memory, guint point_size)
{
  return gst_ssio_is_cuda_memory (memory) && memory->size % point_size == 0
         && gst_ssio_cuda_context_get_device_id (
                gst_ssio_cuda_memory_get_context (memory))
                == gst_ssio_cuda_context_get_device_id (device->context);
}

gboolean
gst_ssio_cuda_device_read_buffer (GstSsioCudaDevice *device, GstBuffer *buffer,
    guint point_size, GstSsioCudaWork work, gpointer user_data, GError **error)
{
  const guint n = gst_buffer_n_memory (buffer);
  gboolean is_done = TRUE;
  guint i;

  for (i = 0; i < n; i++) {
    if (!can_read (device, gst_buffer_peek_memory (buffer, i), point_size)) {
      gst_ssio_evaluator_refuse (gst_buffer_get_size (buffer), point_size,
          "memory of the CUDA device that computes", error);
      return FALSE;
    }
  }
  if (!gst_ssio_cuda_context_push (device->context, error))
    return FALSE;
  for (i = 0; i < n && is_done; i++)
    is_done = read_memory (device, gst_buffer_peek_memory (buffer, i),
        point_size, work, user_data, error);
  gst_ssio_cuda_context_pop (device->context);
  return is_done;
}
