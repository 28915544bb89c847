/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiocudaupload
 * @title: ssiocudaupload
 * @short_description: copies batches to a CUDA device
 *
 * Copies batches of points to a CUDA device on a stream of its own and pushes
 * them at once: who computes with them waits for the copy on the device, so
 * that disk, bus and device work at the same time. #GstSsioCudaUpload:slots
 * batches are on their way or in use; only where all are, the element waits. No
 * batch is held back for this, so that a live stream gets no latency here;
 * timestamps, flags and meta stay as they are.
 *
 * A batch keeps the buffer it comes from until its copy is done. How the bytes
 * get there is #GstSsioCudaUpload:staging; the result is the same. With
 * `staging=pinned`, ssiosrc reads the file into page-locked buffers, which the
 * device copies from; other sources' bytes are copied into such buffers first.
 * With `register`, the mapped file itself is page-locked, where kernel, driver
 * and file system can do that. `auto` tries both of these ways of copying a
 * mapped file on the first batches, and tells the debug log (category
 * ssiostaging) which is faster.
 *
 * With `cache=device`, batches stay in device memory as long as there is room
 * for them, and from the second epoch on they are not copied again, unless
 * their file has changed. Once a whole epoch is there, ssiosrc no longer makes
 * the file's pages present: another branch of the pipeline that reads the same
 * batches on the CPU waits for the disk itself then.
 *
 * Where there is no CUDA device, or none that can be used, batches pass
 * through in system memory and one warning message says why: a pipeline with
 * this element runs on any machine. Where a device must be there, set
 * #GstSsioCudaUpload:require-device and the warning is an error.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin ! queue ! ssiocudaupload ! ssiolinear
 * ]| Computes on the device, or on the CPU where there is none.
 * |[
 * gst-launch-1.0 -v ssiosrc location=tile.bin epochs=10 ! queue ! \
 *     ssiocudaupload cache=device ! ssiolinear
 * ]| Reads and uploads the tile once, and computes ten times.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cuda/caps.h"
#include "cuda/proposal.h"
#include "cuda/uploader.h"
#include "cuda/uploadsettings.h"
#include "elements.h"
#include "filtercaps.h"
#include "gstssiocudaupload.h"
#include "need.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_cuda_upload_debug);
#define GST_CAT_DEFAULT ssio_cuda_upload_debug

struct _GstSsioCudaUpload {
  GstBaseTransform parent;

  /* under the object lock */
  GstSsioUploadSettings settings;
  gboolean is_open;
  GstSsioCudaContext *context; /* NULL while closed, or without a device */
  GstSsioUploader *uploader;   /* NULL as the context is */

  /* of the streaming thread */
  gboolean has_failed;
  gint told_need;         /* what upstream was told last, -1 for nothing */
  GstSsioPointFile *file; /* where the last batch was mapped from */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));
static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_SSIO_CUDA_CAPS ";" GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_cuda_upload_parent_class parent_class
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
  if (!gst_ssio_upload_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_cuda_upload_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ssio_upload_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static GstSsioUploadSettings
get_settings (GstSsioCudaUpload *self)
{
  GstSsioUploadSettings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return settings;
}

/* What other threads ask for. */
static void
set_device (GstSsioCudaUpload *self, gboolean is_open,
    GstSsioCudaContext *context, GstSsioUploader *uploader)
{
  GST_OBJECT_LOCK (self);
  self->is_open = is_open;
  self->context = context;
  self->uploader = uploader;
  GST_OBJECT_UNLOCK (self);
}

/* From any thread: who waits for a slot must not do so while flushing. */
static void
set_flushing (GstSsioCudaUpload *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->uploader)
    gst_ssio_uploader_set_flushing (self->uploader, flushing);
  GST_OBJECT_UNLOCK (self);
}

/* TRUE where the element can work all the same. */
static gboolean
report_no_device (GstSsioCudaUpload *self,
    const GstSsioUploadSettings *settings, GError *error)
{
  if (settings->require_device)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
        ("Cannot upload to CUDA device %u: %s; set require-device=false to "
         "compute on the CPU",
            settings->device_id, error->message),
        (NULL));
  else
    GST_ELEMENT_WARNING (self, RESOURCE, NOT_FOUND,
        ("Batches stay in system memory and are computed on the CPU: %s",
            error->message),
        (NULL));
  g_error_free (error);
  return !settings->require_device;
}

static gboolean
gst_ssio_cuda_upload_start (GstBaseTransform *transform)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);
  const GstSsioUploadSettings settings = get_settings (self);
  GstSsioCudaContext *context;
  GstSsioUploader *uploader;
  GError *error = NULL;

  self->has_failed = FALSE;
  self->told_need = -1;
  context = gst_ssio_cuda_context_ensure (GST_ELEMENT (self),
      settings.device_id, &error);
  if (!context) {
    set_device (self, TRUE, NULL, NULL);
    return report_no_device (self, &settings, error);
  }
  uploader = gst_ssio_uploader_new (context, &settings.uploader, &error);
  if (uploader) {
    set_device (self, TRUE, context, uploader);
    return TRUE;
  }
  gst_ssio_element_take_error (self, error);
  gst_object_unref (context);
  return FALSE;
}

static gboolean
gst_ssio_cuda_upload_stop (GstBaseTransform *transform)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);
  GstSsioCudaContext *context = self->context;
  GstSsioUploader *uploader = self->uploader;

  set_device (self, FALSE, NULL, NULL);
  g_clear_pointer (&uploader, gst_ssio_uploader_free);
  gst_clear_object (&context);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  return TRUE;
}

/* What @caps of system memory can become. GstBaseTransform would pass batches
 * through wherever downstream takes them as they are, so that there is no such
 * choice where it takes them on the device as well. */
static GstCaps *
caps_for_output (GstSsioCudaUpload *self, GstCaps *caps)
{
  GstCaps *cuda = gst_ssio_caps_to_cuda (caps);
  GstCaps *taken
      = gst_pad_peer_query_caps (GST_BASE_TRANSFORM_SRC_PAD (self), cuda);
  gboolean is_open, has_device;

  GST_OBJECT_LOCK (self);
  is_open = self->is_open;
  has_device = self->context != NULL;
  GST_OBJECT_UNLOCK (self);

  if (!is_open) { /* both may be */
    gst_caps_unref (taken);
    return gst_caps_merge (cuda, gst_ssio_caps_to_system (caps));
  }
  gst_caps_unref (cuda);
  if (has_device && !gst_caps_is_empty (taken))
    return taken;
  gst_caps_unref (taken);
  return gst_ssio_caps_to_system (caps);
}

static GstCaps *
gst_ssio_cuda_upload_transform_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *result
      = direction == GST_PAD_SINK
            ? caps_for_output (GST_SSIO_CUDA_UPLOAD (transform), caps)
            : gst_ssio_caps_to_system (caps);

  return gst_ssio_filter_caps (result, filter);
}

/* An error is posted once, or was by the source: NULL. Until READY, batches are
 * answered as if it were flushing: for another flow, upstream would post an
 * error of its own, or send an EOS that looks like the end of a complete
 * epoch. */
static void
fail (GstSsioCudaUpload *self, GError *error)
{
  self->has_failed = TRUE;
  if (error)
    gst_ssio_element_take_error (self, error);
}

/* Lets the source know when the bytes of batches are no longer needed, or are
 * so again. */
static void
tell_need (GstSsioCudaUpload *self)
{
  gboolean needs = gst_ssio_uploader_needs_bytes (self->uploader);

  if (needs == self->told_need)
    return;
  self->told_need = needs;
  gst_pad_push_event (GST_BASE_TRANSFORM_SINK_PAD (self),
      gst_ssio_event_new_need (needs));
}

/* There is a device, but what follows does not take batches there. */
static void
check_output (GstSsioCudaUpload *self, GstCaps *out)
{
  const gchar *reason
      = "what follows does not take them on a device (ssiolinear does where "
        "this was built with nvcc, but for normalize=center-xy)";
  GError *error = NULL;

  if (gst_ssio_caps_are_cuda (out))
    return;
  if (!get_settings (self).require_device) {
    GST_ELEMENT_WARNING (self, RESOURCE, NOT_FOUND,
        ("Batches stay in system memory: %s", reason), (NULL));
    return;
  }
  g_set_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "batches cannot go to the device: %s; set require-device=false to "
      "compute on the CPU",
      reason);
  fail (self, error);
}

/* Another layout makes other batches of the same file. */
static gboolean
gst_ssio_cuda_upload_set_caps (GstBaseTransform *transform, GstCaps *in,
    GstCaps *out)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);

  GST_INFO_OBJECT (self, "batches go %s",
      gst_ssio_caps_are_cuda (out) ? "to the device" : "through");
  if (self->uploader) {
    gst_ssio_uploader_forget (self->uploader);
    tell_need (self);
    check_output (self, out);
  }
  return TRUE;
}

static gboolean
gst_ssio_cuda_upload_propose_allocation (GstBaseTransform *transform,
    GstQuery *decide_query, GstQuery *query)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);

  if (gst_base_transform_is_passthrough (transform))
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->propose_allocation (transform, decide_query, query);
  return self->uploader
         && gst_ssio_propose_pinned (query,
             gst_ssio_uploader_get_allocator (self->uploader),
             get_settings (self).uploader.staging == GST_SSIO_STAGING_PINNED);
}

/* Buffers come from the uploader, whatever downstream offers. */
static gboolean
gst_ssio_cuda_upload_decide_allocation (GstBaseTransform *transform,
    GstQuery *query)
{
  return TRUE;
}

static gboolean
gst_ssio_cuda_upload_query (GstBaseTransform *transform,
    GstPadDirection direction, GstQuery *query)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);
  GstSsioCudaContext *context;
  gboolean answered;

  GST_OBJECT_LOCK (self);
  context = self->context ? gst_object_ref (self->context) : NULL;
  GST_OBJECT_UNLOCK (self);
  answered = gst_ssio_cuda_context_answer_query (context, query);
  gst_clear_object (&context);
  return answered
         || GST_BASE_TRANSFORM_CLASS (parent_class)
                ->query (transform, direction, query);
}

static GstFlowReturn
upload (GstSsioCudaUpload *self, GstBuffer *in, GstBuffer **out)
{
  GError *error = NULL;
  GstFlowReturn flow;

  if (self->has_failed)
    return GST_FLOW_FLUSHING;
  gst_ssio_source_file_note (&self->file, in);
  flow = gst_ssio_uploader_upload (self->uploader, in, out, &error);
  if (flow == GST_FLOW_ERROR) {
    fail (self, error);
    flow = GST_FLOW_FLUSHING;
  }
  tell_need (self);
  return flow;
}

static GstFlowReturn
gst_ssio_cuda_upload_generate_output (GstBaseTransform *transform,
    GstBuffer **out)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);
  GstBuffer *in = transform->queued_buf;
  GstFlowReturn flow;

  if (gst_base_transform_is_passthrough (transform) && !self->has_failed)
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->generate_output (transform, out);
  *out = NULL;
  if (!in)
    return GST_FLOW_OK;
  transform->queued_buf = NULL;
  flow = upload (self, in, out);
  gst_buffer_unref (in);
  return flow;
}

/* Waits for the copies under way, so that an epoch which ends is there.
 * FALSE where it must not end. */
static gboolean
finish_epoch (GstSsioCudaUpload *self)
{
  GError *error = NULL;

  if (self->has_failed)
    return FALSE;
  if (self->uploader && !gst_ssio_uploader_drain (self->uploader, &error)) {
    fail (self, error);
    return FALSE;
  }
  if (!gst_ssio_source_file_is_intact (self->file, &error)) {
    fail (self, error);
    return FALSE;
  }
  if (self->uploader) {
    gst_ssio_uploader_end_epoch (self->uploader);
    tell_need (self);
  }
  return TRUE;
}

/* What was on its way is of no use any more. */
static void
throw_away (GstSsioCudaUpload *self)
{
  GError *error = NULL;

  if (self->uploader && !self->has_failed
      && !gst_ssio_uploader_drain (self->uploader, &error))
    fail (self, error);
  set_flushing (self, FALSE);
}

static gboolean
gst_ssio_cuda_upload_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  GstSsioCudaUpload *self = GST_SSIO_CUDA_UPLOAD (transform);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_START:
    set_flushing (self, TRUE);
    break;
  case GST_EVENT_FLUSH_STOP:
    throw_away (self);
    break;
  default:
    break;
  }
  if (gst_event_ends_ssio_epoch (event) && !finish_epoch (self)) {
    gst_event_unref (event);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)
      ->sink_event (transform, event);
}

static GstStateChangeReturn
gst_ssio_cuda_upload_change_state (GstElement *element,
    GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    set_flushing (GST_SSIO_CUDA_UPLOAD (element), TRUE);
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_ssio_cuda_upload_class_init (GstSsioCudaUploadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_cuda_upload_debug, "ssiocudaupload", 0,
      "upload of points to CUDA devices");

  object_class->set_property = gst_ssio_cuda_upload_set_property;
  object_class->get_property = gst_ssio_cuda_upload_get_property;
  gst_ssio_upload_settings_install (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "CUDA upload of points", "Filter/Memory/PointCloud",
      "Copies batches of points to a CUDA device, where there is one",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_cuda_upload_change_state;

  transform_class->start = gst_ssio_cuda_upload_start;
  transform_class->stop = gst_ssio_cuda_upload_stop;
  transform_class->transform_caps = gst_ssio_cuda_upload_transform_caps;
  transform_class->set_caps = gst_ssio_cuda_upload_set_caps;
  transform_class->propose_allocation
      = gst_ssio_cuda_upload_propose_allocation;
  transform_class->decide_allocation = gst_ssio_cuda_upload_decide_allocation;
  transform_class->query = gst_ssio_cuda_upload_query;
  transform_class->sink_event = gst_ssio_cuda_upload_sink_event;
  transform_class->generate_output = gst_ssio_cuda_upload_generate_output;
  transform_class->passthrough_on_same_caps = TRUE;
}

static void
gst_ssio_cuda_upload_init (GstSsioCudaUpload *self)
{
  gst_ssio_upload_settings_init (&self->settings);
}
