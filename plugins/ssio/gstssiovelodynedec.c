/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiovelodynedec
 * @title: ssiovelodynedec
 * @short_description: makes batches of points from a Velodyne's UDP packets
 *
 * Turns the data packets of a Velodyne VLP-16 (Puck LITE) or HDL-32E into
 * batches of points: a revolution each. Buffers are the payload of one UDP
 * packet each, without caps or with `application/x-velodyne`, as #udpsrc and
 * #pcapparse have them. A pipeline has one of this for each sensor, which has a
 * port of its own.
 *
 * ## Points
 * The layout is that of the ROS driver's clouds,
 * `x:f4,y:f4,z:f4,intensity:f4,ring:u2,time:f4`, 22 bytes a point:
 *
 * - `x`, `y`, `z` in metres, forward, left and up, as ROS and KITTI have them:
 *   x is the manuals' Y, where the azimuth is 0, and y their -X. Elevations are
 *   those of the manuals' tables, for the VLP-16 with its vertical corrections;
 *   a channel's azimuth is interpolated from the time at which it fires
 * - `intensity`: the calibrated reflectivity, 0 to 255
 * - `ring`: the channel, from 0 for the lowest elevation
 * - `time`: seconds since the batch's PTS
 *
 * What has no return is left out. With dual return, a channel's last return is
 * followed by the other one that the sensor sends, the strongest or, where that
 * is the last, the second strongest.
 *
 * ## Batches
 * A batch ends where the azimuth passes #GstSsioVelodyneDec:cut-angle. The
 * first one begins where the stream does, and at the end of the stream what is
 * there is pushed. A sensor that stands still, or is so slow that a revolution
 * has more points, has its batches cut at `batch-size`. A revolution without a
 * point is a GAP event.
 *
 * The PTS is that of the first firing: when its packet came (its DTS, as
 * #udpsrc and #pcapparse set it, or else its PTS), and the time into the
 * packet. Offsets and #GstSsioBatchMeta count points and revolutions from the
 * start. Batches in or before which packets are missing have the flag DISCONT.
 *
 * The latency is a revolution: 200 ms, the longest, until one was seen.
 *
 * ## What can go wrong
 * Packets that are lost, as the sensor's times tell, and packets of other
 * sizes, contents and models are passed over and counted in
 * #GstSsioVelodyneDec:stats. Warnings tell of the first, and then at most every
 * ten seconds; and so they do where the sensor's clock jumps. Position packets
 * (512 bytes) count as other, without a warning. Where a field of view was set
 * in the sensor, losses cannot be told from what it leaves out and are not
 * counted; and where a packet goes on over what is left out, the time of the
 * points after it is estimated from the speed.
 *
 * With #GstSsioVelodyneDec:timeout, a sensor that is silent for longer in
 * PLAYING is an error.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 udpsrc port=2368 buffer-size=4000000 ! \
 *     ssiovelodynedec timeout=2000000000 ! queue ! ssiolinear features=x,y,z
 * ]| Runs a model over a live sensor's revolutions.
 * |[
 * gst-launch-1.0 filesrc location=drive.pcap ! pcapparse dst-port=2368 ! \
 *     ssiovelodynedec ! filesink location=drive.bin
 * ]| Writes the points of a recording; ssiosrc reads them again with
 * `layout=x,y,z,intensity,ring:u2,time`.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "elements.h"
#include "gstssiovelodynedec.h"
#include "velodyne/decoder.h"
#include "velodyne/silence.h"
#include "velodyne/warnings.h"

GST_DEBUG_CATEGORY_STATIC (ssio_velodyne_dec_debug);
#define GST_CAT_DEFAULT ssio_velodyne_dec_debug

#define MODEL_AUTO 0

enum {
  PROP_0,
  PROP_MODEL,
  PROP_CUT_ANGLE,
  PROP_MIN_RANGE,
  PROP_MAX_RANGE,
  PROP_TIMEOUT,
  PROP_STATS,
};

struct _GstSsioVelodyneDec {
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;
  GstSsioSilence silence;

  /* under the object lock */
  gint model;
  gdouble cut_angle;
  gdouble min_range;
  gdouble max_range;
  guint64 timeout;
  GstSsioVelodyneStats stats;
  GstClockTime latency;
  gboolean has_measured; /* it */

  /* of the streaming thread */
  GstSsioVelodyneDecoder decoder;
  GstSsioVelodyneWarnings warnings;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-velodyne"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_velodyne_dec_parent_class parent_class
G_DEFINE_TYPE (GstSsioVelodyneDec, gst_ssio_velodyne_dec, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (ssiovelodynedec, "ssiovelodynedec", GST_RANK_NONE,
    GST_TYPE_SSIO_VELODYNE_DEC)

static const GEnumValue models[] = {
  { MODEL_AUTO, "That of the first data packet", "auto" },
  { 1, "VLP-16 and Puck LITE", "vlp16" },
  { 2, "HDL-32E", "hdl32e" },
  { 0, NULL, NULL },
};

static GType
gst_ssio_velodyne_model_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioVelodyneModel", models));
  return type;
}

static void
gst_ssio_velodyne_dec_set_property (GObject *object, guint id,
    const GValue *value, GParamSpec *pspec)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_MODEL:
    self->model = g_value_get_enum (value);
    break;
  case PROP_CUT_ANGLE:
    self->cut_angle = g_value_get_double (value);
    break;
  case PROP_MIN_RANGE:
    self->min_range = g_value_get_double (value);
    break;
  case PROP_MAX_RANGE:
    self->max_range = g_value_get_double (value);
    break;
  case PROP_TIMEOUT:
    self->timeout = g_value_get_uint64 (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_velodyne_dec_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_MODEL:
    g_value_set_enum (value, self->model);
    break;
  case PROP_CUT_ANGLE:
    g_value_set_double (value, self->cut_angle);
    break;
  case PROP_MIN_RANGE:
    g_value_set_double (value, self->min_range);
    break;
  case PROP_MAX_RANGE:
    g_value_set_double (value, self->max_range);
    break;
  case PROP_TIMEOUT:
    g_value_set_uint64 (value, self->timeout);
    break;
  case PROP_STATS:
    g_value_take_boxed (value,
        gst_ssio_velodyne_stats_to_structure (&self->stats));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_velodyne_dec_finalize (GObject *object)
{
  gst_ssio_silence_clear (&GST_SSIO_VELODYNE_DEC (object)->silence);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* The first whole revolution tells, and longer ones later. Speeds vary a
 * little, which must not change a pipeline's latency all the time. */
static void
update_latency (GstSsioVelodyneDec *self)
{
  GstClockTime period = self->decoder.period;
  gboolean changes;

  GST_OBJECT_LOCK (self);
  changes = period > 0 && (period > self->latency || !self->has_measured);
  if (changes) {
    self->latency = period + period / 20;
    self->has_measured = TRUE;
  }
  GST_OBJECT_UNLOCK (self);
  if (changes)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_latency (GST_OBJECT (self)));
}

/* Shows outside of the streaming thread what a packet has changed. */
static void
publish (GstSsioVelodyneDec *self)
{
  GST_OBJECT_LOCK (self);
  self->stats = self->decoder.stats;
  GST_OBJECT_UNLOCK (self);
  update_latency (self);
}

static GstFlowReturn
take (GstSsioVelodyneDec *self, GstBuffer *buffer, const GstMapInfo *map)
{
  GstSsioVelodyneDecoder *decoder = &self->decoder;
  GstFlowReturn flow = GST_FLOW_OK;
  GstSsioVelodyneKind kind = GST_SSIO_VELODYNE_OTHER_SIZE;

  gst_ssio_silence_break (&self->silence);
  if (GST_BUFFER_IS_DISCONT (buffer))
    flow = gst_ssio_velodyne_decoder_drain (decoder);
  if (flow == GST_FLOW_OK) {
    flow = gst_ssio_velodyne_decoder_take (decoder, map->data, map->size,
        GST_BUFFER_DTS_OR_PTS (buffer), &kind);
    publish (self);
    gst_ssio_velodyne_warnings_packet (&self->warnings, GST_ELEMENT (self),
        decoder, kind, map->size);
  }
  gst_ssio_silence_done (&self->silence, kind == GST_SSIO_VELODYNE_DATA);
  return flow;
}

static GstFlowReturn
gst_ssio_velodyne_dec_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (parent);
  GstFlowReturn flow;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    GST_ELEMENT_ERROR (self, RESOURCE, READ,
        ("cannot read the memory of a packet"), (NULL));
    return GST_FLOW_ERROR;
  }
  flow = take (self, buffer, &map);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return flow;
}

/* What goes out is in time, whatever comes in is. */
static GstEvent *
take_segment (GstEvent *event)
{
  const GstSegment *segment;
  GstSegment in_time;
  GstEvent *result;

  gst_event_parse_segment (event, &segment);
  if (segment->format == GST_FORMAT_TIME)
    return event;
  gst_segment_init (&in_time, GST_FORMAT_TIME);
  result = gst_event_new_segment (&in_time);
  gst_event_set_seqnum (result, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return result;
}

/* What comes before an event goes out before it. */
static void
drain (GstSsioVelodyneDec *self)
{
  gst_ssio_velodyne_decoder_drain (&self->decoder);
  publish (self);
}

static void
end_stream (GstSsioVelodyneDec *self)
{
  /* until something comes again; PLAYING may be yet to come */
  gst_ssio_silence_break (&self->silence);
  drain (self);
  gst_ssio_velodyne_warnings_end (&self->warnings, GST_ELEMENT (self),
      &self->decoder);
}

static gboolean
gst_ssio_velodyne_dec_sink_event (GstPad *pad, GstObject *parent,
    GstEvent *event)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (parent);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_CAPS:
    gst_event_unref (event);
    return TRUE;
  case GST_EVENT_STREAM_START:
    drain (self);
    break;
  case GST_EVENT_SEGMENT:
    drain (self);
    event = take_segment (event);
    break;
  case GST_EVENT_EOS:
    end_stream (self);
    break;
  case GST_EVENT_FLUSH_STOP:
    gst_ssio_velodyne_decoder_flush (&self->decoder);
    gst_ssio_silence_done (&self->silence, TRUE);
    return gst_pad_push_event (self->srcpad, event);
  default:
    break;
  }
  if (!GST_EVENT_IS_SERIALIZED (event))
    return gst_pad_push_event (self->srcpad, event);
  return gst_ssio_velodyne_output_event (&self->decoder.output, event);
}

static gboolean
answer_latency (GstSsioVelodyneDec *self, GstQuery *query)
{
  GstClockTime min, max, latency;
  gboolean is_live;

  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE;
  gst_query_parse_latency (query, &is_live, &min, &max);
  GST_OBJECT_LOCK (self);
  latency = self->latency;
  GST_OBJECT_UNLOCK (self);
  min += latency;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += latency;
  gst_query_set_latency (query, is_live, min, max);
  return TRUE;
}

static gboolean
gst_ssio_velodyne_dec_src_query (GstPad *pad, GstObject *parent,
    GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return answer_latency (GST_SSIO_VELODYNE_DEC (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

static void
on_silence (GstElement *element)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (element);
  GstSsioVelodyneStats stats;
  GstClockTime timeout;

  GST_OBJECT_LOCK (self);
  stats = self->stats;
  timeout = self->timeout;
  GST_OBJECT_UNLOCK (self);
  GST_ELEMENT_ERROR (self, RESOURCE, READ,
      ("the sensor is silent: no data packet came for %.3f s (timeout), after "
       "%" G_GUINT64_FORMAT " of them and %" G_GUINT64_FORMAT
       " other packets; "
       "check its power and cable, that it sends to an address of this machine "
       "and to the port of udpsrc (2368 unless set), and the firewall",
          timeout / (gdouble) GST_SECOND, stats.packets, stats.other),
      (NULL));
}

static void
start (GstSsioVelodyneDec *self)
{
  GstSsioVelodyneSettings settings;

  GST_OBJECT_LOCK (self);
  settings.model
      = gst_ssio_velodyne_model_find (models[self->model].value_nick);
  settings.cut_angle = self->cut_angle;
  settings.min_range = self->min_range;
  settings.max_range = self->max_range;
  self->stats = (GstSsioVelodyneStats){ 0 };
  self->latency = GST_SSIO_VELODYNE_MAX_PERIOD;
  self->has_measured = FALSE;
  GST_OBJECT_UNLOCK (self);
  self->warnings = (GstSsioVelodyneWarnings){ .lost = { 0 } };
  gst_ssio_velodyne_decoder_start (&self->decoder, &settings);
  gst_ssio_silence_done (&self->silence, TRUE);
}

static void
listen (GstSsioVelodyneDec *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime timeout;

  GST_OBJECT_LOCK (self);
  timeout = self->timeout;
  GST_OBJECT_UNLOCK (self);
  if (!clock)
    clock = gst_system_clock_obtain ();
  if (timeout > 0)
    gst_ssio_silence_start (&self->silence, clock, timeout);
  gst_object_unref (clock);
}

static GstStateChangeReturn
gst_ssio_velodyne_dec_change_state (GstElement *element,
    GstStateChange transition)
{
  GstSsioVelodyneDec *self = GST_SSIO_VELODYNE_DEC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    start (self);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    listen (self);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    gst_ssio_silence_stop (&self->silence);

  result
      = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    gst_ssio_velodyne_decoder_stop (&self->decoder);
  return result;
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (class, PROP_MODEL,
      g_param_spec_enum ("model", "Model",
          "The sensor; packets of known others are passed over",
          gst_ssio_velodyne_model_get_type (), MODEL_AUTO, flags));
  g_object_class_install_property (class, PROP_CUT_ANGLE,
      g_param_spec_double ("cut-angle", "Cut angle",
          "The sensor's azimuth where batches begin, in degrees, clockwise "
          "from above (0 = forward, 180 = behind)",
          0, 360, 0, flags));
  g_object_class_install_property (class, PROP_MIN_RANGE,
      g_param_spec_double ("min-range", "Minimum range",
          "Distance of the nearest points that are kept, in metres", 0,
          GST_SSIO_VELODYNE_MAX_DISTANCE, 0, flags));
  g_object_class_install_property (class, PROP_MAX_RANGE,
      g_param_spec_double ("max-range", "Maximum range",
          "Distance of the farthest points that are kept, in metres (the "
          "default is the largest that packets can have)",
          0, GST_SSIO_VELODYNE_MAX_DISTANCE, GST_SSIO_VELODYNE_MAX_DISTANCE,
          flags));
  g_object_class_install_property (class, PROP_TIMEOUT,
      g_param_spec_uint64 ("timeout", "Timeout",
          "Error after this many nanoseconds in PLAYING without a data packet "
          "(0 = wait for ever)",
          0, G_MAXINT64, 0, flags));
  g_object_class_install_property (class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counts since the start: data packets, lost packets, other packets, "
          "revolutions and points, as guint64",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_ssio_velodyne_dec_class_init (GstSsioVelodyneDecClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_velodyne_dec_debug, "ssiovelodynedec", 0,
      "points of Velodyne packets");

  object_class->set_property = gst_ssio_velodyne_dec_set_property;
  object_class->get_property = gst_ssio_velodyne_dec_get_property;
  object_class->finalize = gst_ssio_velodyne_dec_finalize;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Velodyne packet decoder", "Decoder/Network/PointCloud",
      "Makes batches of points, a revolution each, from the UDP packets of a "
      "Velodyne VLP-16 or HDL-32E",
      "The Spatial-StreamIO developers");
  gst_type_mark_as_plugin_api (gst_ssio_velodyne_model_get_type (), 0);
  element_class->change_state = gst_ssio_velodyne_dec_change_state;
}

static void
gst_ssio_velodyne_dec_init (GstSsioVelodyneDec *self)
{
  GstElement *element = GST_ELEMENT (self);

  self->max_range = GST_SSIO_VELODYNE_MAX_DISTANCE;
  gst_ssio_silence_init (&self->silence, element, on_silence);
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_ssio_velodyne_dec_chain);
  gst_pad_set_event_function (self->sinkpad, gst_ssio_velodyne_dec_sink_event);
  gst_element_add_pad (element, self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->srcpad, gst_ssio_velodyne_dec_src_query);
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (element, self->srcpad);
  self->decoder.output.pad = self->srcpad;
}
