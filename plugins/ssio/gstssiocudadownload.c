/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiocudadownload
 * @title: ssiocudadownload
 * @short_description: copies batches from a CUDA device to system memory
 *
 * Brings batches of points back from a CUDA device, so that elements which
 * compute on the CPU, and files, can follow. Batches that are in system memory
 * already pass through.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin ! ssiocudaupload ! \
 *     ssiocudadownload ! filesink location=copy.bin
 * ]| Copies a file of points to the device and back.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cuda/caps.h"
#include "elements.h"
#include "filtercaps.h"
#include "gstssiocudadownload.h"

struct _GstSsioCudaDownload {
  GstBaseTransform parent;

  GstSsioCudaStream *stream; /* NULL before the first batch */
  gboolean has_failed;
};

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_SSIO_CUDA_CAPS ";" GST_SSIO_SYSTEM_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_cuda_download_parent_class parent_class
G_DEFINE_TYPE (GstSsioCudaDownload, gst_ssio_cuda_download,
    GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (ssiocudadownload, "ssiocudadownload",
    GST_RANK_NONE, GST_TYPE_SSIO_CUDA_DOWNLOAD)

static GstCaps *
gst_ssio_cuda_download_transform_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *result = gst_ssio_caps_to_system (caps);

  if (direction == GST_PAD_SRC)
    result = gst_caps_merge (gst_ssio_caps_to_cuda (caps), result);
  return gst_ssio_filter_caps (result, filter);
}

static gboolean
gst_ssio_cuda_download_transform_size (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, gsize size, GstCaps *other_caps,
    gsize *other_size)
{
  *other_size = size;
  return TRUE;
}

static gboolean
gst_ssio_cuda_download_stop (GstBaseTransform *transform)
{
  GstSsioCudaDownload *self = GST_SSIO_CUDA_DOWNLOAD (transform);

  g_clear_pointer (&self->stream, gst_ssio_cuda_stream_unref);
  self->has_failed = FALSE;
  return TRUE;
}

/* A stream of the context that @memory is of. */
static gboolean
ensure_stream (GstSsioCudaDownload *self, GstMemory *memory, GError **error)
{
  GstSsioCudaContext *context = gst_ssio_cuda_memory_get_context (memory);

  if (self->stream
      && gst_ssio_cuda_stream_get_context (self->stream) != context)
    g_clear_pointer (&self->stream, gst_ssio_cuda_stream_unref);
  if (!self->stream)
    self->stream = gst_ssio_cuda_stream_new (context, error);
  return self->stream != NULL;
}

static gboolean
download_memory (GstSsioCudaDownload *self, GstMemory *memory, guint8 *bytes,
    GError **error)
{
  return gst_ssio_check_cuda_memory (memory, error)
         && ensure_stream (self, memory, error)
         && gst_ssio_cuda_memory_download (memory, self->stream, bytes, error);
}

static gboolean
download (GstSsioCudaDownload *self, GstBuffer *in, GstBuffer *out,
    GError **error)
{
  gboolean done = TRUE;
  GstMapInfo map;
  gsize at = 0;
  guint i;

  if (!gst_buffer_map (out, &map, GST_MAP_WRITE)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
        "cannot use the buffers that downstream offers: expected writable "
        "memory; check what stands after this element");
    return FALSE;
  }
  for (i = 0; done && i < gst_buffer_n_memory (in); i++) {
    GstMemory *memory = gst_buffer_peek_memory (in, i);

    done = download_memory (self, memory, map.data + at, error);
    at += memory->size;
  }
  gst_buffer_unmap (out, &map);
  return done;
}

/* An error is posted once, and no EOS follows it. */
static GstFlowReturn
gst_ssio_cuda_download_transform (GstBaseTransform *transform, GstBuffer *in,
    GstBuffer *out)
{
  GstSsioCudaDownload *self = GST_SSIO_CUDA_DOWNLOAD (transform);
  GError *error = NULL;

  if (self->has_failed)
    return GST_FLOW_FLUSHING;
  if (download (self, in, out, &error))
    return GST_FLOW_OK;
  self->has_failed = TRUE;
  gst_ssio_element_take_error (self, error);
  return GST_FLOW_FLUSHING;
}

static gboolean
gst_ssio_cuda_download_sink_event (GstBaseTransform *transform,
    GstEvent *event)
{
  if (GST_SSIO_CUDA_DOWNLOAD (transform)->has_failed
      && gst_event_ends_ssio_epoch (event)) {
    gst_event_unref (event);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)
      ->sink_event (transform, event);
}

static void
gst_ssio_cuda_download_class_init (GstSsioCudaDownloadClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "CUDA download of points", "Filter/Memory/PointCloud",
      "Copies batches of points from a CUDA device to system memory",
      "The Spatial-StreamIO developers");

  transform_class->stop = gst_ssio_cuda_download_stop;
  transform_class->transform_caps = gst_ssio_cuda_download_transform_caps;
  transform_class->transform_size = gst_ssio_cuda_download_transform_size;
  transform_class->sink_event = gst_ssio_cuda_download_sink_event;
  transform_class->transform = gst_ssio_cuda_download_transform;
  transform_class->passthrough_on_same_caps = TRUE;
}

static void
gst_ssio_cuda_download_init (GstSsioCudaDownload *self)
{
}
