/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiosink
 * @title: ssiosink
 * @short_description: records batches of points into files
 *
 * Writes batches to the file that #GstSsioSink:location names, or to many.
 *
 * ## Formats
 * By the extension of the name, or #GstSsioSink:format:
 *
 * - `.bin`: records as they come, which is as fast as a disk is. A sidecar,
 *   `OUT.bin.json`, says what they are, so that #ssiosrc needs no layout
 * - `.npy`: an array of points by fields where all have one type, with the
 *   fields' names in a sidecar; else a structured array
 * - `.ply`: binary_little_endian; #GstSsioSink:element-name names the points
 * - `.las`: LAS 1.4, point format 7 where there are colours (`red`, `green`,
 *   `blue`), else 6. Fields of LAS's names, as #ssiosrc has them, go where LAS
 *   has them; all others become "Extra Bytes", with their names and types
 *
 * Nothing is lost, or there is an error that says what would be. Integers of
 * x, y and z go to LAS as they are stored, with their scale and origin; floats
 * get the first scale of 0.001, 0.01, 0.0001 and finer that keeps all of the
 * first batch, as float32 or, of doubles, to 15 digits. `.npy` and `.ply` know
 * types only: bit fields and scaled integers have to be converted before, with
 * #ssioconvert. An origin that was subtracted, as the caps say, is added again,
 * or kept in the sidecar. What a LAS file has besides points, such as its
 * coordinate system, is not in the stream; whether times are GPS week time or
 * the standard time is concluded from their values.
 *
 * ## Complete files only
 * A file is `OUT.part` while it is written, and its sidecar `OUT.part.json`. At
 * its end the counts in its header are set, it is synced to the disk and gets
 * its name, so that a file under its final name is always complete. EOS is
 * posted after that. Going to READY without EOS ends the file as well: what
 * came is complete; where no points came, no file is made, and an old one
 * stays. After an error, or where the process is killed, the part stays:
 * #ssiosrc with recover=true reads it up to its last whole point. A part that
 * was left so is not overwritten: it is moved to `OUT.1.part`, or as many as
 * there are, with a warning.
 *
 * With #GstSsioSink:append, points go to the end of a `.bin` of the same layout
 * and origin, which is `OUT.part` meanwhile, or of a part that was left.
 *
 * ## Many files
 * A number in #GstSsioSink:location, as in `sweep-%05d.bin`, counts files from
 * 0: the next one begins where #GstSsioSink:max-points or
 * #GstSsioSink:max-bytes would be exceeded, which may be within a batch, or
 * with the first batch that is #GstSsioSink:max-time or more after the first
 * one of its file, by timestamps where buffers have them. The end of an epoch
 * (`ssio-epoch`, SEGMENT_DONE) ends a file too, and so do caps with another
 * layout; without a number, points that follow are an error then, as they
 * would replace what is complete. A file of that name that was there before is
 * replaced when the new one is complete.
 *
 * A flush, as of a seek, throws the file away that has not ended, as #filesink
 * does: a file never holds a part of one epoch and another. Files that have
 * ended stay; without a number, the one that follows takes their place once it
 * is complete.
 *
 * ## What did not come
 * A #queue before this element takes in what comes while the disk stalls or the
 * pipeline is paused, and nothing is lost as long as it has room: in
 * `max-size-bytes` and `max-size-time` too, of which a queue has 10 MB and a
 * second by default. Where batches were dropped all the same, as by a leaky
 * queue that was full, a warning message says so with the first of them, and at
 * the end of the epoch how many they were in all. Their offsets and #GstSsioBatchMeta tell, or else the
 * flag #GST_BUFFER_FLAG_DISCONT that a queue sets then.
 *
 * ## Messages
 * For each file that is complete, the element message `ssio-file` is posted
 * with the fields
 *
 * * `location` (string): its path
 * * `index` (uint): its number
 * * `points`, `bytes` (uint64): what it holds
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ssiosrc location=flight.las ! ssiosink location=flight.bin
 * ]| Writes the records of a LAS file without the file around them, for
 * `ssiosrc location=flight.bin`.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin ! ssiosink location=tile.ply
 * ]| Converts a tile to PLY.
 * |[
 * gst-launch-1.0 -m ssiosrc location=tile.bin ! queue ! \
 *     ssiosink location=part-%03d.npy max-points=1000000
 * ]| Cuts a tile into arrays of a million points.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/origin.h>

#include "arrivals.h"
#include "elements.h"
#include "gstssiosink.h"
#include "record/recorder.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_sink_debug);
#define GST_CAT_DEFAULT ssio_sink_debug

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_FORMAT,
  PROP_ELEMENT_NAME,
  PROP_APPEND,
  PROP_MAX_POINTS,
  PROP_MAX_BYTES,
  PROP_MAX_TIME,
  N_PROPS
};

struct _GstSsioSink {
  GstBaseSink parent;

  GstSsioRecorderConfig config; /* under the object lock */

  /* of the streaming thread */
  GstSsioRecorder *recorder; /* NULL while stopped, and after an error */
  gboolean has_failed;
  GError *error; /* why, until it is posted */
  guint point_size;
  guint batch_size;
  GstSsioArrivals arrivals; /* of the epoch */
  guint64 n_told;           /* batches that a warning has said are missing */
  GstSsioPointFile *file;   /* where the last batch was mapped from */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_sink_parent_class parent_class
G_DEFINE_TYPE (GstSsioSink, gst_ssio_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (ssiosink, "ssiosink", GST_RANK_NONE,
    GST_TYPE_SSIO_SINK)

static void
take_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

static void
gst_ssio_sink_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSsioRecorderConfig *config = &GST_SSIO_SINK (object)->config;

  GST_OBJECT_LOCK (object);
  switch (id) {
  case PROP_LOCATION:
    take_string (&config->location, value);
    break;
  case PROP_FORMAT:
    config->format = g_value_get_enum (value);
    break;
  case PROP_ELEMENT_NAME:
    take_string (&config->element, value);
    break;
  case PROP_APPEND:
    config->append = g_value_get_boolean (value);
    break;
  case PROP_MAX_POINTS:
    config->max_points = g_value_get_uint64 (value);
    break;
  case PROP_MAX_BYTES:
    config->max_bytes = g_value_get_uint64 (value);
    break;
  case PROP_MAX_TIME:
    config->max_time = g_value_get_uint64 (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
gst_ssio_sink_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  const GstSsioRecorderConfig *config = &GST_SSIO_SINK (object)->config;

  GST_OBJECT_LOCK (object);
  switch (id) {
  case PROP_LOCATION:
    g_value_set_string (value, config->location);
    break;
  case PROP_FORMAT:
    g_value_set_enum (value, config->format);
    break;
  case PROP_ELEMENT_NAME:
    g_value_set_string (value, config->element);
    break;
  case PROP_APPEND:
    g_value_set_boolean (value, config->append);
    break;
  case PROP_MAX_POINTS:
    g_value_set_uint64 (value, config->max_points);
    break;
  case PROP_MAX_BYTES:
    g_value_set_uint64 (value, config->max_bytes);
    break;
  case PROP_MAX_TIME:
    g_value_set_uint64 (value, config->max_time);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
gst_ssio_sink_finalize (GObject *object)
{
  GstSsioSink *self = GST_SSIO_SINK (object);

  g_free (self->config.location);
  g_free (self->config.element);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
on_complete (const GstSsioRecordedFile *file, gpointer user_data)
{
  GstSsioSink *self = user_data;

  GST_INFO_OBJECT (self, "%s is complete: %" G_GUINT64_FORMAT " points",
      file->path, file->n_points);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("ssio-file", "location", G_TYPE_STRING,
              file->path, "index", G_TYPE_UINT, file->index, "points",
              G_TYPE_UINT64, file->n_points, "bytes", G_TYPE_UINT64,
              file->n_bytes, NULL)));
}

static void
on_moved (const gchar *from, const gchar *to, gpointer user_data)
{
  GST_ELEMENT_WARNING (user_data, RESOURCE, OPEN_WRITE,
      ("A recording of %s that had not ended was left behind: it is kept as "
       "%s, which ssiosrc reads with recover=true",
          from, to),
      (NULL));
}

/* As in ssiolinear: for another flow upstream would post an error of its own,
 * or send an EOS that looks like the end of a complete epoch. */
static GstFlowReturn
refuse (GstSsioSink *self)
{
  if (self->error)
    gst_ssio_element_take_error (self, g_steal_pointer (&self->error));
  return GST_FLOW_FLUSHING;
}

/* What was written so far stays. */
static void
fail (GstSsioSink *self, GError *error)
{
  g_clear_pointer (&self->recorder, gst_ssio_recorder_free);
  self->has_failed = TRUE;
  self->error = error;
}

static void
reset_arrivals (GstSsioSink *self)
{
  gst_ssio_arrivals_reset (&self->arrivals);
  self->n_told = 0;
}

/* Makes the first file here, so that the state change fails where that cannot
 * be, which gst-launch-1.0 is sure to see. */
static gboolean
start (GstSsioSink *self)
{
  const GstSsioRecorderCalls calls = { on_complete, on_moved };
  GstSsioRecorderConfig config;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  config = self->config;
  config.location = g_strdup (config.location);
  config.element = g_strdup (config.element);
  GST_OBJECT_UNLOCK (self);
  reset_arrivals (self);
  self->recorder = gst_ssio_recorder_new (&config, &calls, self, &error);
  if (error)
    gst_ssio_element_take_error (self, error);
  g_free (config.location);
  g_free (config.element);
  return self->recorder != NULL;
}

/* FALSE after an error: then nothing is complete, nor ends. */
static gboolean
end_file (GstSsioSink *self)
{
  GError *error = NULL;

  if (!self->has_failed
      && (!gst_ssio_source_file_is_intact (self->file, &error)
          || !gst_ssio_recorder_end (self->recorder, &error)))
    fail (self, error);
  if (self->has_failed)
    refuse (self);
  return !self->has_failed;
}

/* A file without points would only replace one that has some. */
static void
stop (GstSsioSink *self)
{
  if (self->recorder && gst_ssio_recorder_has_points (self->recorder))
    end_file (self);
  g_clear_pointer (&self->recorder, gst_ssio_recorder_free);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  g_clear_error (&self->error);
  self->has_failed = FALSE;
}

static gboolean
take_caps (GstSsioSink *self, GstCaps *caps, GError **error)
{
  GstSsioRecordPoints points = { NULL };
  gboolean ok;

  points.layout
      = gst_ssio_layout_new_from_caps (caps, &self->batch_size, error);
  if (!points.layout)
    return FALSE;
  points.has_origin = gst_ssio_origin_from_caps (caps, points.origin);
  self->point_size = gst_ssio_layout_get_point_size (points.layout);
  ok = gst_ssio_recorder_set_points (self->recorder, &points, error);
  gst_ssio_record_points_clear (&points);
  return ok;
}

/* TRUE also for caps that cannot be used, whose error waits for a batch in
 * PLAYING: see ssiolinear. */
static gboolean
gst_ssio_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstSsioSink *self = GST_SSIO_SINK (sink);
  GError *error = NULL;

  if (!self->has_failed && !take_caps (self, caps, &error)) {
    GST_WARNING_OBJECT (self, "%s", error->message);
    fail (self, error);
  }
  return TRUE;
}

/* Points of live sources say when they are from. */
static guint64
get_time (GstBuffer *buffer)
{
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    return GST_BUFFER_PTS (buffer);
  return g_get_monotonic_time () * GST_USECOND;
}

static gboolean
write_batch (GstSsioSink *self, GstBuffer *buffer, GError **error)
{
  GstMapInfo map;
  gboolean ok;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "cannot map a batch of %" G_GSIZE_FORMAT " bytes for reading",
        gst_buffer_get_size (buffer));
    return FALSE;
  }
  ok = map.size % self->point_size == 0;
  if (!ok)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "a batch of %" G_GSIZE_FORMAT
        " bytes: expected whole points of %u bytes, as the caps say",
        map.size, self->point_size);
  else
    ok = gst_ssio_recorder_write (self->recorder, map.data,
        map.size / self->point_size, get_time (buffer), error);
  gst_buffer_unmap (buffer, &map);
  return ok;
}

/* Tells of batches that did not come, if there are more than were told of. */
static void
warn_of_missing (GstSsioSink *self)
{
  const GstSsioArrivals *arrivals = &self->arrivals;

  if (arrivals->missed_batches <= self->n_told)
    return;
  self->n_told = arrivals->missed_batches;
  GST_ELEMENT_WARNING (self, STREAM, FAILED,
      ("The recording is not complete: %" G_GUINT64_FORMAT
       " batches (%" G_GUINT64_FORMAT
       " points) did not come up to here; they were dropped before, as a leaky "
       "queue does that is full: give it more room, or a faster disk to this "
       "element",
          arrivals->missed_batches, arrivals->missed_points),
      (NULL));
}

static void
take_arrival (GstSsioSink *self, GstBuffer *buffer)
{
  gst_ssio_arrivals_add (&self->arrivals, buffer, self->point_size);
  if (self->n_told == 0)
    warn_of_missing (self);
}

static GstFlowReturn
gst_ssio_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstSsioSink *self = GST_SSIO_SINK (sink);
  GError *error = NULL;

  if (self->has_failed)
    return refuse (self);
  if (self->point_size == 0)
    return GST_FLOW_NOT_NEGOTIATED;
  gst_ssio_source_file_note (&self->file, buffer);
  take_arrival (self, buffer);
  if (!write_batch (self, buffer, &error)) {
    fail (self, error);
    return refuse (self);
  }
  return GST_FLOW_OK;
}

static void
start_segment (GstSsioSink *self, GstEvent *event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  gst_ssio_arrivals_start_segment (&self->arrivals, segment);
}

static void
end_arrivals (GstSsioSink *self, GstEvent *event)
{
  gst_ssio_arrivals_end (&self->arrivals, event, GST_BASE_SINK_PAD (self),
      self->batch_size);
  warn_of_missing (self);
  reset_arrivals (self);
}

static gboolean
gst_ssio_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstSsioSink *self = GST_SSIO_SINK (sink);

  if (gst_event_ends_ssio_epoch (event)) {
    end_arrivals (self, event);
    if (!end_file (self)) {
      gst_event_unref (event);
      return TRUE;
    }
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    start_segment (self, event);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    reset_arrivals (self);
    if (self->recorder)
      gst_ssio_recorder_restart (self->recorder);
  }
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

static GstStateChangeReturn
gst_ssio_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstSsioSink *self = GST_SSIO_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;

  result
      = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return result;
}

static void
install_limits (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_MAX_POINTS,
      g_param_spec_uint64 ("max-points", "Maximum points",
          "Most points in a file, before the next one begins (0 = no limit)",
          0, G_MAXUINT64, 0, flags));
  g_object_class_install_property (class, PROP_MAX_BYTES,
      g_param_spec_uint64 ("max-bytes", "Maximum bytes",
          "Most bytes in a file, with its header, before the next one begins; "
          "it has one point at least (0 = no limit)",
          0, G_MAXUINT64, 0, flags));
  g_object_class_install_property (class, PROP_MAX_TIME,
      g_param_spec_uint64 ("max-time", "Maximum time",
          "Nanoseconds from a file's first batch to that which begins the next "
          "one, by their timestamps, or without by when they come (0 = no "
          "limit)",
          0, G_MAXUINT64, 0, flags));
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (class, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "The file to write, or files that are numbered (sweep-%05d.bin)",
          NULL, flags));
  g_object_class_install_property (class, PROP_FORMAT,
      g_param_spec_enum ("format", "Format", "What to write",
          gst_ssio_record_format_get_type (), GST_SSIO_RECORD_FORMAT_AUTO,
          flags));
  g_object_class_install_property (class, PROP_ELEMENT_NAME,
      g_param_spec_string ("element-name", "Element name",
          "What PLY files call the points (unset = vertex)", NULL, flags));
  g_object_class_install_property (class, PROP_APPEND,
      g_param_spec_boolean ("append", "Append",
          "Go on at the end of a .bin file of the same layout, in place of "
          "replacing it",
          FALSE, flags));
  install_limits (class, flags);
}

static void
gst_ssio_sink_class_init (GstSsioSinkClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_sink_debug, "ssiosink", 0, "point file sink");

  object_class->set_property = gst_ssio_sink_set_property;
  object_class->get_property = gst_ssio_sink_get_property;
  object_class->finalize = gst_ssio_sink_finalize;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Point cloud sink",
      "Sink/File", "Records batches of points into files",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_sink_change_state;

  sink_class->set_caps = gst_ssio_sink_set_caps;
  sink_class->event = gst_ssio_sink_event;
  sink_class->render = gst_ssio_sink_render;
}

static void
gst_ssio_sink_init (GstSsioSink *self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  gst_base_sink_set_sync (sink, FALSE);
  /* it would keep a batch in memory that nobody asks for */
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
}
