/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssioconvert
 * @title: ssioconvert
 * @short_description: makes one layout of points into another
 *
 * Chooses fields of points, puts them in another order, and casts them to
 * other types, as videoconvert does for video. What comes out is
 * what follows asks for, by the layout in its caps, or what
 * #GstSsioConvert:fields says. Where nothing has to change, batches pass
 * through.
 *
 * Fields are known by their names and keep their values: the scale and origin
 * of scaled integers, such as those of LAS files, are applied where they
 * become floats, and converted where they become other scaled integers. Bit
 * fields become whole integers. Bytes that no field has become 0. The `origin`
 * in the caps, which was subtracted from coordinates, stays what has to be
 * added to them.
 *
 * Casts to integers round to nearest, halves to even, and saturate; a NaN
 * becomes 0. Casts to floats round to nearest even, and doubles too large for
 * an f4 become infinite. Where types and scales say that values may lose
 * digits or be out of range, as with i4 to f4, f8 to f4, or any float to an
 * integer, the element ends in an error, unless #GstSsioConvert:lossy is set.
 *
 * With #GstSsioConvert:normalize, values of some fields are multiplied and
 * moved on their way, by `name*scale+offset`. Such fields become f4 where
 * nobody says otherwise, or f8 where an f4 may lose digits.
 *
 * Batches in a CUDA device's memory are converted there, with the same results.
 *
 * Of several layouts that what follows takes, it gets the cheapest: the one
 * that comes in, else the smallest that can be, else that with the fewest
 * casts.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ssiosrc location=scan.las ! ssioconvert lossy=true \
 *     fields="x:f4,y:f4,z:f4,intensity:f4" ! filesink location=scan.bin
 * ]| Writes a LAS file as rows of four floats.
 * |[
 * gst-launch-1.0 -v ssiosrc location=tile.bin ! ssioconvert ! \
 *     'pointcloud/x-raw,layout=(string)"x:f8,y:f8,z:f8"' ! fakesink
 * ]| The coordinates alone, as doubles.
 * |[
 * gst-launch-1.0 ssiosrc location=scan.las ! \
 *     ssioconvert fields=x,y,z,intensity normalize="intensity*0.0000152590" ! \
 *     ssiolinear
 * ]| Intensities from 0 to 1, coordinates as they are.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "convert/converter.h"
#include "convert/negotiate.h"
#include "convert/settings.h"
#include "cuda/caps.h"
#include "elements.h"
#include "filtercaps.h"
#include "gstssioconvert.h"
#include "linear/kernels.h"
#include "need.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_convert_debug);
#define GST_CAT_DEFAULT ssio_convert_debug

struct _GstSsioConvert {
  GstBaseTransform parent;

  /* under the object lock */
  GstSsioConvertSettings settings;
  GstSsioConvertWish wish; /* what they come to, while started */

  /* of the streaming thread, but for flushing; it has no plan before caps, and
   * after an error */
  GstSsioConverter converter;
  gboolean has_failed;
  GstSsioPointFile *file; /* where the last batch was mapped from */
};

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_SSIO_CUDA_CAPS ";" GST_SSIO_SYSTEM_CAPS));
static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_SSIO_CUDA_CAPS ";" GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_convert_parent_class parent_class
G_DEFINE_TYPE (GstSsioConvert, gst_ssio_convert, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (ssioconvert, "ssioconvert", GST_RANK_NONE,
    GST_TYPE_SSIO_CONVERT)

static void
gst_ssio_convert_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ssio_convert_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_convert_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ssio_convert_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_convert_finalize (GObject *object)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (object);

  gst_ssio_convert_settings_clear (&self->settings);
  gst_ssio_converter_clear (&self->converter);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* For any thread; to be cleared. */
static GstSsioConvertWish
copy_wish (GstSsioConvert *self)
{
  GstSsioConvertWish wish;

  GST_OBJECT_LOCK (self);
  wish = gst_ssio_convert_wish_copy (&self->wish);
  GST_OBJECT_UNLOCK (self);
  return wish;
}

/* An error is posted once. Until READY, batches are answered as if the element
 * was flushing: for another flow, upstream would post an error of its own, or
 * send an EOS that looks like the end of a complete epoch. */
static GstFlowReturn
fail (GstSsioConvert *self, GError *error)
{
  self->has_failed = TRUE;
  if (error)
    gst_ssio_element_take_error (self, error);
  return GST_FLOW_FLUSHING;
}

static void
take_wish (GstSsioConvert *self, GstSsioConvertWish wish)
{
  GST_OBJECT_LOCK (self);
  gst_ssio_convert_wish_clear (&self->wish);
  self->wish = wish;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_ssio_convert_start (GstBaseTransform *transform)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GstSsioConvertWish wish;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  wish = gst_ssio_convert_wish_read (&self->settings, &error);
  GST_OBJECT_UNLOCK (self);
  self->has_failed = FALSE;
  gst_ssio_converter_set_flushing (&self->converter, FALSE);
  take_wish (self, wish);
  if (!error)
    return TRUE;
  gst_ssio_element_take_error (self, error);
  return FALSE;
}

static gboolean
gst_ssio_convert_stop (GstBaseTransform *transform)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);

  take_wish (self, (GstSsioConvertWish){ 0 });
  gst_ssio_converter_set_plan (&self->converter, NULL, 0, FALSE);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  return TRUE;
}

static GstCaps *
gst_ssio_convert_transform_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GstSsioConvertWish wish = copy_wish (self);
  GstCaps *result;

  if (direction == GST_PAD_SINK)
    result = gst_ssio_convert_caps_settle (&wish, caps,
        gst_ssio_convert_caps_for_output (&wish, caps),
        GST_BASE_TRANSFORM_SRC_PAD (self));
  else
    result = gst_ssio_convert_caps_for_input (&wish, caps);
  gst_ssio_convert_wish_clear (&wish);
  if (!gst_ssio_kernels_are_built ()) /* converts on the CPU alone */
    result = gst_ssio_convert_caps_take_system (result);
  return gst_ssio_filter_caps (result, filter);
}

/* Where nothing that upstream has can become what follows takes, it is for the
 * caps event to say, which can tell why: so all is taken here. */
static gboolean
gst_ssio_convert_query (GstBaseTransform *transform, GstPadDirection direction,
    GstQuery *query)
{
  GstCaps *caps, *filter;

  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION
      && GST_SSIO_CONVERT (transform)->has_failed)
    return FALSE;
  if (!GST_BASE_TRANSFORM_CLASS (parent_class)
           ->query (transform, direction, query))
    return FALSE;
  if (direction != GST_PAD_SINK || GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return TRUE;
  gst_query_parse_caps (query, &filter);
  gst_query_parse_caps_result (query, &caps);
  if (!filter || !gst_caps_is_empty (caps))
    return TRUE;
  caps = gst_pad_get_pad_template_caps (
      GST_BASE_TRANSFORM_SINK_PAD (transform));
  caps = gst_ssio_filter_caps (caps, filter);
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
  return TRUE;
}

/* The same for caps that are already chosen. */
static gboolean
gst_ssio_convert_accept_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps)
{
  GstCaps *points, *possible;
  gboolean are_accepted;

  if (direction != GST_PAD_SINK)
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->accept_caps (transform, direction, caps);
  points = gst_pad_get_pad_template_caps (
      GST_BASE_TRANSFORM_SINK_PAD (transform));
  possible
      = gst_ssio_convert_transform_caps (transform, GST_PAD_SINK, caps, NULL);
  are_accepted
      = gst_caps_is_subset (caps, points) && !gst_caps_is_empty (possible);
  gst_caps_unref (possible);
  gst_caps_unref (points);
  return are_accepted;
}

/* Ends in an error where nothing that points of caps can become is taken by
 * what follows. */
static gboolean
check_peer (GstSsioConvert *self, GstCaps *caps)
{
  GstBaseTransform *transform = GST_BASE_TRANSFORM (self);
  GstCaps *possible
      = gst_ssio_convert_transform_caps (transform, GST_PAD_SINK, caps, NULL);
  GError *error = NULL;
  const gboolean are_any = gst_ssio_convert_caps_check_peer (possible,
      GST_BASE_TRANSFORM_SRC_PAD (transform), &error);

  gst_caps_unref (possible);
  if (!are_any)
    fail (self, error);
  return are_any;
}

static GstCaps *
gst_ssio_convert_fixate_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, GstCaps *other)
{
  GstSsioConvertWish wish;

  if (direction != GST_PAD_SINK)
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->fixate_caps (transform, direction, caps, other);
  wish = copy_wish (GST_SSIO_CONVERT (transform));
  other = gst_ssio_convert_caps_choose (&wish, caps, other);
  gst_ssio_convert_wish_clear (&wish);
  return other;
}

/* Caps that cannot be are an error of our own. */
static gboolean
gst_ssio_convert_set_caps (GstBaseTransform *transform, GstCaps *in,
    GstCaps *out)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GstSsioConvertWish wish;
  GstSsioConvertPlan *plan;
  GError *error = NULL;

  if (self->has_failed)
    return TRUE;
  wish = copy_wish (self);
  plan = gst_ssio_convert_caps_plan (&wish, in, out, &error);
  gst_ssio_convert_wish_clear (&wish);
  if (plan)
    GST_INFO_OBJECT (self, "%u moves, of which %u in rows; %s",
        plan->moves->len, plan->rows->len,
        plan->is_identity ? "passthrough" : "converts");
  else
    fail (self, error);
  gst_base_transform_set_passthrough (transform, plan && plan->is_identity);
  gst_ssio_converter_set_plan (&self->converter, plan,
      gst_ssio_convert_caps_get_int (out, "batch-size"),
      gst_ssio_caps_are_cuda (out));
  return TRUE;
}

static gboolean
gst_ssio_convert_transform_size (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, gsize size, GstCaps *other_caps,
    gsize *other_size)
{
  const guint point_size
      = MAX (gst_ssio_convert_caps_get_int (caps, "point-size"), 1);

  *other_size = size / point_size
                * gst_ssio_convert_caps_get_int (other_caps, "point-size");
  return TRUE;
}

static gboolean
gst_ssio_convert_decide_allocation (GstBaseTransform *transform,
    GstQuery *query)
{
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (gst_ssio_caps_are_cuda (caps)) /* whatever downstream offers */
    return TRUE;
  gst_ssio_convert_choose_pool (query);
  return GST_BASE_TRANSFORM_CLASS (parent_class)
      ->decide_allocation (transform, query);
}

/* Device memory is this element's own. */
static GstFlowReturn
gst_ssio_convert_prepare_output_buffer (GstBaseTransform *transform,
    GstBuffer *in, GstBuffer **out)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GError *error = NULL;
  GstFlowReturn flow;

  if (self->has_failed)
    return GST_FLOW_FLUSHING;
  if (!self->converter.on_device
      || gst_base_transform_is_passthrough (transform)
      || gst_buffer_get_size (in) == 0)
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->prepare_output_buffer (transform, in, out);
  flow = gst_ssio_converter_acquire (&self->converter, in, out, &error);
  if (flow == GST_FLOW_ERROR)
    return fail (self, error);
  if (flow == GST_FLOW_OK)
    GST_BASE_TRANSFORM_CLASS (parent_class)
        ->copy_metadata (transform, in, *out);
  return flow;
}

static GstFlowReturn
gst_ssio_convert_transform (GstBaseTransform *transform, GstBuffer *in,
    GstBuffer *out)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GError *error = NULL;

  gst_ssio_source_file_note (&self->file, in);
  if (gst_ssio_converter_run (&self->converter, in, out, &error))
    return GST_FLOW_OK;
  return fail (self, error);
}

/* What follows may take other caps from now on, none of which can be. */
static GstFlowReturn
gst_ssio_convert_submit_input_buffer (GstBaseTransform *transform,
    gboolean is_discont, GstBuffer *in)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GstFlowReturn flow;
  GstCaps *caps;

  if (self->has_failed) {
    gst_buffer_unref (in);
    return GST_FLOW_FLUSHING;
  }
  flow = GST_BASE_TRANSFORM_CLASS (parent_class)
             ->submit_input_buffer (transform, is_discont, in);
  if (flow != GST_FLOW_NOT_NEGOTIATED)
    return flow;
  caps = gst_pad_get_current_caps (GST_BASE_TRANSFORM_SINK_PAD (transform));
  if (caps && !check_peer (self, caps))
    flow = GST_FLOW_FLUSHING;
  gst_clear_caps (&caps);
  return flow;
}

/* After an error, downstream is told no more. */
static gboolean
handle_caps (GstSsioConvert *self, GstEvent *event)
{
  gboolean are_set;
  GstCaps *caps;

  if (self->has_failed) {
    gst_event_unref (event);
    return TRUE;
  }
  gst_event_parse_caps (event, &caps);
  gst_caps_ref (caps);
  are_set = GST_BASE_TRANSFORM_CLASS (parent_class)
                ->sink_event (GST_BASE_TRANSFORM (self), event);
  if (!are_set && !self->has_failed)
    are_set = !check_peer (self, caps);
  gst_caps_unref (caps);
  return are_set;
}

/* No epoch ends after an error, or where the file was damaged under the
 * batches, whose memory stays here. */
static gboolean
gst_ssio_convert_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  GstSsioConvert *self = GST_SSIO_CONVERT (transform);
  GError *error = NULL;

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START)
    gst_ssio_converter_set_flushing (&self->converter, TRUE);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_ssio_converter_set_flushing (&self->converter, FALSE);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    return handle_caps (self, event);
  if (gst_event_ends_ssio_epoch (event)) {
    if (!self->has_failed
        && !gst_ssio_source_file_is_intact (self->file, &error))
      fail (self, error);
    if (self->has_failed) {
      gst_event_unref (event);
      return TRUE;
    }
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)
      ->sink_event (transform, event);
}

/* Who needs no more bytes of batches speaks of those that are converted. */
static gboolean
gst_ssio_convert_src_event (GstBaseTransform *transform, GstEvent *event)
{
  gboolean are_needed;

  if (!gst_base_transform_is_passthrough (transform)
      && gst_ssio_event_parse_need (event, &are_needed)) {
    gst_event_unref (event);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->src_event (transform, event);
}

static GstStateChangeReturn
gst_ssio_convert_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_ssio_converter_set_flushing (&GST_SSIO_CONVERT (element)->converter,
        TRUE);
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_ssio_convert_class_init (GstSsioConvertClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_convert_debug, "ssioconvert", 0,
      "conversion of layouts");

  object_class->set_property = gst_ssio_convert_set_property;
  object_class->get_property = gst_ssio_convert_get_property;
  object_class->finalize = gst_ssio_convert_finalize;
  gst_ssio_convert_settings_install (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Converter of points",
      "Filter/Converter/PointCloud",
      "Chooses, orders, casts and normalizes the fields of points",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_convert_change_state;

  transform_class->start = gst_ssio_convert_start;
  transform_class->stop = gst_ssio_convert_stop;
  transform_class->transform_caps = gst_ssio_convert_transform_caps;
  transform_class->query = gst_ssio_convert_query;
  transform_class->accept_caps = gst_ssio_convert_accept_caps;
  transform_class->fixate_caps = gst_ssio_convert_fixate_caps;
  transform_class->set_caps = gst_ssio_convert_set_caps;
  transform_class->transform_size = gst_ssio_convert_transform_size;
  transform_class->decide_allocation = gst_ssio_convert_decide_allocation;
  transform_class->submit_input_buffer = gst_ssio_convert_submit_input_buffer;
  transform_class->prepare_output_buffer
      = gst_ssio_convert_prepare_output_buffer;
  transform_class->transform = gst_ssio_convert_transform;
  transform_class->sink_event = gst_ssio_convert_sink_event;
  transform_class->src_event = gst_ssio_convert_src_event;
}

static void
gst_ssio_convert_init (GstSsioConvert *self)
{
  gst_ssio_converter_init (&self->converter);
}
