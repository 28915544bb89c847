/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiocudaupload
 * @title: ssiocudaupload
 * @short_description: brings batches to a CUDA device
 *
 * The place in a pipeline where batches of points go to a CUDA device.
 *
 * This version does not copy to devices yet: batches pass through in system
 * memory, and one warning message says why. A pipeline written with this
 * element runs on any machine. Where a device must be there, set
 * #GstSsioCudaUpload:require-device and the warning is an error.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin ! queue ! ssiocudaupload ! ssiolinear
 * ]|
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/gstssiocudacontext.h>

#include "elements.h"
#include "gstssiocudaupload.h"

#define DEFAULT_DEVICE_ID 0
#define DEFAULT_REQUIRE_DEVICE FALSE

enum {
  PROP_0,
  PROP_DEVICE_ID,
  PROP_REQUIRE_DEVICE,
};

struct _GstSsioCudaUpload {
  GstBaseTransform parent;

  /* under the object lock */
  guint device_id;
  gboolean require_device;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

G_DEFINE_TYPE (GstSsioCudaUpload, gst_ssio_cuda_upload,
    GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (ssiocudaupload, "ssiocudaupload", GST_RANK_NONE,
    GST_TYPE_SSIO_CUDA_UPLOAD)

static void
gst_ssio_cuda_upload_set_property (GObject *object, guint id,
    const GValue *value, GParamSpec *pspec)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_DEVICE_ID:
    self->device_id = g_value_get_uint (value);
    break;
  case PROP_REQUIRE_DEVICE:
    self->require_device = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_cuda_upload_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_DEVICE_ID:
    g_value_set_uint (value, self->device_id);
    break;
  case PROP_REQUIRE_DEVICE:
    g_value_set_boolean (value, self->require_device);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

/* Why batches will stay in system memory. */
static gchar *
find_reason (guint device_id)
{
  GstSsioCudaContext *context;
  GError *error = NULL;
  gchar *reason;

  context = gst_ssio_cuda_context_new (device_id, &error);
  if (context) {
    gst_object_unref (context);
    return g_strdup ("there is a CUDA device, but this version of the plugin "
                     "does not copy to devices yet");
  }
  reason = g_strdup (error->message);
  g_error_free (error);
  return reason;
}

static gboolean
gst_ssio_cuda_upload_start (GstBaseTransform *transform)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);
  gboolean require_device;
  guint device_id;
  gchar *reason;

  GST_OBJECT_LOCK (self);
  device_id = self->device_id;
  require_device = self->require_device;
  GST_OBJECT_UNLOCK (self);

  reason = find_reason (device_id);
  if (require_device)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
        ("Cannot upload to CUDA device %u: %s; set require-device=false to "
         "compute on the CPU",
            device_id, reason),
        (NULL));
  else
    GST_ELEMENT_WARNING (self, RESOURCE, NOT_FOUND,
        ("Batches stay in system memory and are computed on the CPU: %s",
            reason),
        (NULL));
  g_free (reason);
  return !require_device;
}

static void
gst_ssio_cuda_upload_class_init (GstSsioCudaUploadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  object_class->set_property = gst_ssio_cuda_upload_set_property;
  object_class->get_property = gst_ssio_cuda_upload_get_property;
  g_object_class_install_property (object_class, PROP_DEVICE_ID,
      g_param_spec_uint ("device-id", "Device ID",
          "Number of the CUDA device, as the driver counts", 0, G_MAXINT,
          DEFAULT_DEVICE_ID, flags));
  g_object_class_install_property (object_class, PROP_REQUIRE_DEVICE,
      g_param_spec_boolean ("require-device", "Require device",
          "Fail without a CUDA device, in place of a warning and system memory",
          DEFAULT_REQUIRE_DEVICE, flags));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "CUDA upload of points", "Filter/Memory/PointCloud",
      "Brings batches of points to a CUDA device, where there is one",
      "The Spatial-StreamIO developers");

  transform_class->start = gst_ssio_cuda_upload_start;
  transform_class->passthrough_on_same_caps = TRUE;
}

static void
gst_ssio_cuda_upload_init (GstSsioCudaUpload *self)
{
  self->device_id = DEFAULT_DEVICE_ID;
  self->require_device = DEFAULT_REQUIRE_DEVICE;
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}
