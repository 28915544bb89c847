/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "converter.h"
#include "cuda/caps.h"

void
gst_ssio_converter_init (GstSsioConverter *self)
{
  g_mutex_init (&self->lock);
}

void
gst_ssio_converter_clear (GstSsioConverter *self)
{
  gst_ssio_converter_set_plan (self, NULL, 0, FALSE);
  g_mutex_clear (&self->lock);
}

/* Frees the one before. */
static void
set_device (GstSsioConverter *self, GstSsioConvertDevice *device)
{
  GstSsioConvertDevice *old;

  g_mutex_lock (&self->lock);
  old = self->device;
  self->device = device;
  if (device && self->flushing)
    gst_ssio_convert_device_set_flushing (device, TRUE);
  g_mutex_unlock (&self->lock);
  if (old)
    gst_ssio_convert_device_free (old);
}

void
gst_ssio_converter_set_plan (GstSsioConverter *self, GstSsioConvertPlan *plan,
    guint batch_size, gboolean on_device)
{
  set_device (self, NULL); /* which uses the plan before */
  g_clear_pointer (&self->plan, gst_ssio_convert_plan_free);
  self->plan = plan;
  self->batch_size = batch_size;
  self->on_device = on_device;
}

void
gst_ssio_converter_set_flushing (GstSsioConverter *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->device)
    gst_ssio_convert_device_set_flushing (self->device, flushing);
  g_mutex_unlock (&self->lock);
}

static gboolean
check_size (GstSsioConverter *self, gsize size, GError **error)
{
  const guint point_size = self->plan->from_size;

  if (size % point_size == 0 && size / point_size <= self->batch_size)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "a batch has %" G_GSIZE_FORMAT
      " bytes: expected at most %u points of %u bytes, as its caps say; check "
      "what stands before this element",
      size, self->batch_size, point_size);
  return FALSE;
}

static gboolean
convert_mapped (GstSsioConverter *self, const GstMapInfo *from, GstBuffer *out,
    GError **error)
{
  const gsize n = from->size / self->plan->from_size;
  GstMapInfo to;

  if (gst_buffer_get_sizes (out, NULL, NULL) != n * self->plan->to_size)
    gst_buffer_set_size (out, n * self->plan->to_size);
  if (!gst_buffer_map (out, &to, GST_MAP_WRITE)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
        "cannot use the buffers that downstream offers: expected writable "
        "memory; check what stands after this element");
    return FALSE;
  }
  gst_ssio_convert_plan_run (self->plan, from->data, n, to.data);
  gst_buffer_unmap (out, &to);
  return TRUE;
}

static gboolean
convert_here (GstSsioConverter *self, GstBuffer *in, GstBuffer *out,
    GError **error)
{
  gboolean is_converted;
  GstMapInfo from;

  if (!gst_buffer_map (in, &from, GST_MAP_READ)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "cannot read a batch: expected memory that can be mapped; check what "
        "stands before this element");
    return FALSE;
  }
  is_converted = check_size (self, from.size, error)
                 && convert_mapped (self, &from, out, error);
  gst_buffer_unmap (in, &from);
  return is_converted;
}

/* On the device that the batch is on. */
static gboolean
ensure_device (GstSsioConverter *self, GstBuffer *in, GError **error)
{
  GstSsioConvertDevice *device;
  GstMemory *memory;

  if (self->device)
    return TRUE;
  memory = gst_buffer_peek_memory (in, 0);
  if (!gst_ssio_check_cuda_memory (memory, error))
    return FALSE;
  device
      = gst_ssio_convert_device_new (gst_ssio_cuda_memory_get_context (memory),
          self->plan, (gsize) self->batch_size * self->plan->to_size, error);
  if (device)
    set_device (self, device);
  return device != NULL;
}

GstFlowReturn
gst_ssio_converter_acquire (GstSsioConverter *self, GstBuffer *in,
    GstBuffer **out, GError **error)
{
  const gsize size = gst_buffer_get_size (in);

  if (!check_size (self, size, error) || !ensure_device (self, in, error))
    return GST_FLOW_ERROR;
  return gst_ssio_convert_device_acquire (self->device,
      size / self->plan->from_size * self->plan->to_size, out, error);
}

gboolean
gst_ssio_converter_run (GstSsioConverter *self, GstBuffer *in, GstBuffer *out,
    GError **error)
{
  if (self->on_device && gst_buffer_get_size (in) > 0)
    return gst_ssio_convert_device_run (self->device, in, out, error);
  return convert_here (self, in, out, error);
}
