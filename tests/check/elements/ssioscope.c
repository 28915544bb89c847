/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linearcheck.h"

#define CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,z:f4,intensity:f4\", " \
  "point-size=(int)16, batch-size=(int)1000"

/* 3 x 3 pixels; a point with x of 0, 1 or 2 has one in the middle row. */
#define SIZE "width=3,height=3"
#define MIDDLE_ROW 12
#define PLAIN \
  "color-by=intensity color-range=0,255 palette=gray point-size=1 " \
  "shading=false range=0,2,-1,1 "
#define RGB "video/x-raw,format=RGB," SIZE

static GstHarness *
scope_new (const gchar *properties, const gchar *video_caps)
{
  gchar *text = g_strdup_printf ("ssioscope %s", properties);
  GstElement *element = gst_parse_launch (text, NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *harness;

  fail_unless (element != NULL, "%s", text);
  gst_element_set_bus (element, bus);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_sink_caps_str (harness, video_caps);
  gst_object_unref (element);
  gst_object_unref (bus);
  g_free (text);
  return harness;
}

/* With batches like those of files, which have no times. */
static GstHarness *
scope_new_started (const gchar *properties, const gchar *video_caps)
{
  GstHarness *harness = scope_new (properties, video_caps);

  linear_start_stream (harness, CAPS);
  return harness;
}

static GstBuffer *
new_point (gfloat x, gfloat intensity)
{
  gfloat *point = g_new0 (gfloat, 4);

  point[0] = x;
  point[3] = intensity;
  return gst_buffer_new_wrapped (point, 16);
}

static void
push_point (GstHarness *harness, gfloat x, gfloat intensity)
{
  fail_unless_equals_int (gst_harness_push (harness, new_point (x, intensity)),
      GST_FLOW_OK);
}

static void
push_epoch (GstHarness *harness)
{
  const GstSsioEpoch epoch = { 0 };

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_ssio_epoch (&epoch)));
  linear_push_segment (harness);
}

/* Expects the next frame to have these grays in its middle row. */
static GstBuffer *
check_frame (GstHarness *harness, guint left, guint middle, guint right)
{
  GstBuffer *frame = gst_harness_try_pull (harness);
  const guint8 *row;
  GstMapInfo map;

  fail_unless (frame != NULL, "no frame");
  gst_buffer_map (frame, &map, GST_MAP_READ);
  fail_unless (map.size >= MIDDLE_ROW + 9);
  row = map.data + MIDDLE_ROW;
  fail_unless (row[0] == left && row[3] == middle && row[6] == right,
      "found %u, %u, %u", row[0], row[3], row[6]);
  gst_buffer_unmap (frame, &map);
  return frame;
}

static void
pull_frame (GstHarness *harness, guint left, guint middle, guint right,
    GstClockTime pts)
{
  GstBuffer *frame = check_frame (harness, left, middle, right);

  fail_unless_equals_uint64 (GST_BUFFER_PTS (frame), pts);
  gst_buffer_unref (frame);
}

static void
check_no_frame (GstHarness *harness)
{
  GstBuffer *frame = gst_harness_try_pull (harness);

  fail_unless (frame == NULL, "a frame");
}

/* The last of a type that came, or NULL. */
static GstEvent *
pull_event (GstHarness *harness, GstEventType type)
{
  GstEvent *found = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (harness))) {
    if (GST_EVENT_TYPE (event) == type) {
      gst_clear_event (&found);
      found = event;
    } else {
      gst_event_unref (event);
    }
  }
  return found;
}

static guint64
get_stat (GstHarness *harness, const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (harness->element, "stats", &stats, NULL);
  value = linear_get_uint64 (stats, name);
  gst_structure_free (stats);
  return value;
}

GST_START_TEST (an_epoch_of_a_file_is_a_frame_at_its_end)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB ",framerate=10/1");
  GstEvent *event;

  push_point (harness, 0, 10);
  push_point (harness, 2, 20);
  check_no_frame (harness);
  push_epoch (harness);
  pull_frame (harness, 10, 0, 20, 0);
  event = pull_event (harness, GST_EVENT_CUSTOM_DOWNSTREAM);
  fail_unless (event && gst_event_ends_ssio_epoch (event));
  gst_event_unref (event);

  push_point (harness, 1, 30);
  check_no_frame (harness);
  linear_push_eos (harness);
  pull_frame (harness, 0, 30, 0, GST_SECOND / 10);
  check_no_frame (harness);
  event = pull_event (harness, GST_EVENT_EOS);
  fail_unless (event != NULL);
  gst_event_unref (event);
  fail_unless_equals_uint64 (get_stat (harness, "frames"), 2);
  fail_unless_equals_uint64 (get_stat (harness, "points"), 3);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_can_be_a_frame_each_at_the_frame_rate)
{
  GstHarness *harness
      = scope_new_started (PLAIN "accumulate=none", RGB ",framerate=25/1");
  GstBuffer *frame;

  push_point (harness, 0, 10);
  frame = check_frame (harness, 10, 0, 0);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (frame), 0);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (frame), GST_SECOND / 25);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (frame), 0);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (frame), 1);
  gst_buffer_unref (frame);
  push_point (harness, 1, 20);
  pull_frame (harness, 0, 20, 0, GST_SECOND / 25);
  /* an empty batch is an empty frame */
  gst_harness_push (harness, gst_buffer_new ());
  pull_frame (harness, 0, 0, 0, 2 * GST_SECOND / 25);
  push_epoch (harness);
  check_no_frame (harness);
  push_point (harness, 2, 20);
  pull_frame (harness, 0, 0, 20, 3 * GST_SECOND / 25);
  linear_push_eos (harness);
  check_no_frame (harness);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (frames_can_show_the_epoch_so_far)
{
  GstHarness *harness
      = scope_new_started (PLAIN "accumulate=running", RGB ",framerate=0/1");

  push_point (harness, 0, 10);
  pull_frame (harness, 10, 0, 0, GST_CLOCK_TIME_NONE);
  push_point (harness, 1, 20);
  pull_frame (harness, 10, 20, 0, GST_CLOCK_TIME_NONE);
  push_epoch (harness);
  check_no_frame (harness);
  push_point (harness, 2, 30);
  pull_frame (harness, 0, 0, 30, GST_CLOCK_TIME_NONE);
  linear_push_eos (harness);
  check_no_frame (harness);
  linear_teardown (harness);
}
GST_END_TEST;

/* What an event of a TIME segment has, that starts there. */
static void
push_time_segment (GstHarness *harness, GstClockTime start)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_segment (&segment)));
}

GST_START_TEST (sweeps_with_times_are_frames_with_these_times)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB ",framerate=10/1");
  const GstSegment *segment;
  GstBuffer *batch, *frame;
  GstEvent *event;

  push_time_segment (harness, 7 * GST_SECOND);
  event = pull_event (harness, GST_EVENT_SEGMENT);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_uint64 (segment->start, 7 * GST_SECOND);
  gst_event_unref (event);
  batch = new_point (1, 40);
  GST_BUFFER_PTS (batch) = 8 * GST_SECOND;
  GST_BUFFER_DURATION (batch) = 5;
  fail_unless_equals_int (gst_harness_push (harness, batch), GST_FLOW_OK);
  frame = check_frame (harness, 0, 40, 0);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (frame), 8 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (frame), 5);
  gst_buffer_unref (frame);

  /* those of a file after them begin anew */
  linear_push_segment (harness);
  event = pull_event (harness, GST_EVENT_SEGMENT);
  fail_unless (event != NULL);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_uint64 (segment->start, 0);
  gst_event_unref (event);
  linear_push_eos (harness);
  check_no_frame (harness);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (downstream_gets_one_segment_in_time)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB ",framerate=10/1");
  const GstSegment *segment;
  GstEvent *event = pull_event (harness, GST_EVENT_SEGMENT);
  GstFormat format;
  gint64 position;

  gst_event_parse_segment (event, &segment);
  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_uint64 (segment->start, 0);
  gst_event_unref (event);
  push_point (harness, 0, 10);
  push_epoch (harness);
  pull_frame (harness, 10, 0, 0, 0);
  fail_unless (pull_event (harness, GST_EVENT_SEGMENT) == NULL);

  /* a segment that is done is an epoch's end */
  push_point (harness, 1, 10);
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 2)));
  pull_frame (harness, 0, 10, 0, GST_SECOND / 10);
  event = pull_event (harness, GST_EVENT_SEGMENT_DONE);
  gst_event_parse_segment_done (event, &format, &position);
  fail_unless_equals_int (format, GST_FORMAT_TIME);
  fail_unless_equals_int64 (position, GST_SECOND / 5);
  gst_event_unref (event);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_flush_throws_points_away_and_starts_time_anew)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB ",framerate=10/1");
  GstEvent *event;

  push_point (harness, 0, 10);
  push_epoch (harness);
  pull_frame (harness, 10, 0, 0, 0);
  push_point (harness, 1, 10);
  linear_flush (harness);
  event = pull_event (harness, GST_EVENT_SEGMENT);
  fail_unless (event != NULL);
  gst_event_unref (event);
  push_point (harness, 2, 30);
  linear_push_eos (harness);
  pull_frame (harness, 0, 0, 30, 0);
  check_no_frame (harness);

  /* and after EOS */
  linear_flush (harness);
  push_point (harness, 1, 40);
  linear_push_eos (harness);
  pull_frame (harness, 0, 40, 0, 0);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_after_a_frame_that_was_refused_are_refused)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB);
  const GstSsioEpoch epoch = { 0 };

  push_point (harness, 0, 10);
  gst_pad_set_active (harness->sinkpad, FALSE);
  gst_harness_push_event (harness, gst_event_new_ssio_epoch (&epoch));
  fail_unless_equals_int (gst_harness_push (harness, new_point (0, 10)),
      GST_FLOW_FLUSHING);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_stream_without_points_is_an_empty_frame)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB ",framerate=10/1");

  linear_push_eos (harness);
  pull_frame (harness, 0, 0, 0, 0);
  check_no_frame (harness);
  linear_teardown (harness);

  /* EOS after the last epoch's end does not make another */
  harness = scope_new_started (PLAIN, RGB ",framerate=10/1");
  push_point (harness, 0, 10);
  push_epoch (harness);
  pull_frame (harness, 10, 0, 0, 0);
  linear_push_eos (harness);
  check_no_frame (harness);
  linear_teardown (harness);

  /* no caps, no frame */
  harness = scope_new (PLAIN, RGB);
  gst_harness_push_event (harness, gst_event_new_stream_start ("test"));
  linear_push_eos (harness);
  check_no_frame (harness);
  linear_teardown (harness);
}
GST_END_TEST;

/* The size and the frame rate that come of what downstream takes, and of more
 * in the caps of batches. */
static void
check_negotiated (const gchar *batches, const gchar *downstream, gint width,
    gint height, gint numerator)
{
  GstHarness *harness = scope_new ("", downstream);
  gchar *text = g_strconcat (CAPS, batches, NULL);
  const gchar *format;
  GstStructure *structure;
  gint found[2], fps[2];
  GstCaps *caps;

  linear_start_stream (harness, text);
  caps = gst_pad_get_current_caps (harness->sinkpad);
  fail_unless (caps != NULL, "%s", downstream);
  structure = gst_caps_get_structure (caps, 0);
  format = gst_structure_get_string (structure, "format");
  fail_unless (format != NULL);
  gst_structure_get_int (structure, "width", &found[0]);
  gst_structure_get_int (structure, "height", &found[1]);
  gst_structure_get_fraction (structure, "framerate", &fps[0], &fps[1]);
  fail_unless_equals_int (found[0], width);
  fail_unless_equals_int (found[1], height);
  fail_unless_equals_int (fps[0], numerator);
  fail_unless_equals_int (fps[1], 1);
  gst_caps_unref (caps);
  g_free (text);
  linear_teardown (harness);
}

GST_START_TEST (frames_are_as_downstream_wants_them)
{
  check_negotiated ("", "video/x-raw", 1024, 768, 10);
  check_negotiated ("", "video/x-raw,width=640", 640, 480, 10);
  check_negotiated ("", "video/x-raw,height=300", 400, 300, 10);
  check_negotiated ("", "video/x-raw,width=1920,height=1080", 1920, 1080, 10);
  check_negotiated ("", "video/x-raw,width=[1,320]", 320, 240, 10);
  check_negotiated ("", "video/x-raw,framerate=30/1", 1024, 768, 30);
  check_negotiated (", framerate=(fraction)20/1", "video/x-raw", 1024, 768,
      20);
}
GST_END_TEST;

GST_START_TEST (every_format_has_its_bytes_in_order)
{
  static const struct {
    const gchar *format;
    guint n_bytes;
    guint8 bytes[4];
  } formats[] = {
    { "RGBA", 4, { 68, 1, 84, 255 } },
    { "RGBx", 4, { 68, 1, 84, 255 } },
    { "BGRA", 4, { 84, 1, 68, 255 } },
    { "BGRx", 4, { 84, 1, 68, 255 } },
    { "ARGB", 4, { 255, 68, 1, 84 } },
    { "xRGB", 4, { 255, 68, 1, 84 } },
    { "ABGR", 4, { 255, 84, 1, 68 } },
    { "xBGR", 4, { 255, 84, 1, 68 } },
    { "RGB", 3, { 68, 1, 84, 0 } },
    { "BGR", 3, { 84, 1, 68, 0 } },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *caps
        = g_strdup_printf ("video/x-raw,format=%s," SIZE, formats[i].format);
    GstHarness *harness = scope_new_started (PLAIN "palette=viridis", caps);
    GstBuffer *frame;
    GstMapInfo map;

    push_point (harness, 0, 0);
    linear_push_eos (harness);
    frame = gst_harness_try_pull (harness);
    fail_unless (frame != NULL, "%s", formats[i].format);
    gst_buffer_map (frame, &map, GST_MAP_READ);
    /* rows begin at multiples of four bytes */
    fail_unless_equals_int (map.size, 3 * MIDDLE_ROW);
    fail_unless (memcmp (map.data + MIDDLE_ROW, formats[i].bytes,
                     formats[i].n_bytes)
                     == 0,
        "%s", formats[i].format);
    gst_buffer_unmap (frame, &map);
    gst_buffer_unref (frame);
    linear_teardown (harness);
    g_free (caps);
  }
}
GST_END_TEST;

GST_START_TEST (other_caps_in_the_middle_of_an_epoch_keep_its_points)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB);
  gdouble *point = g_new0 (gdouble, 5);

  push_point (harness, 0, 10);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"gps_time:f8,intensity:f8,z:f8,y:f8,"
      "x:f8-1\", point-size=(int)40, batch-size=(int)10, "
      "origin=(double)<1, 0, 0>");
  point[1] = 20;
  point[4] = 2;
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_wrapped (point, 40)),
      GST_FLOW_OK);
  linear_push_eos (harness);
  gst_buffer_unref (check_frame (harness, 10, 0, 20));
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (properties_take_effect_with_the_next_frame)
{
  GstHarness *harness
      = scope_new_started (PLAIN "accumulate=none", RGB ",framerate=0/1");

  push_point (harness, 1, 100);
  pull_frame (harness, 0, 100, 0, GST_CLOCK_TIME_NONE);
  g_object_set (harness->element, "point-size", 3, NULL);
  push_point (harness, 1, 100);
  pull_frame (harness, 100, 100, 100, GST_CLOCK_TIME_NONE);
  gst_util_set_object_arg (G_OBJECT (harness->element), "palette", "viridis");
  g_object_set (harness->element, "point-size", 1, NULL);
  push_point (harness, 1, 0);
  pull_frame (harness, 0, 68, 0, GST_CLOCK_TIME_NONE);
  linear_teardown (harness);
}
GST_END_TEST;

/* Expects an error for the next batch, and that nothing ends then. */
static void
check_fails (GstHarness *harness, GstBuffer *batch, GQuark domain, gint code,
    const gchar *part)
{
  fail_unless_equals_int (gst_harness_push (harness, batch),
      GST_FLOW_FLUSHING);
  linear_push_eos (harness);
  check_no_frame (harness);
  fail_unless (pull_event (harness, GST_EVENT_EOS) == NULL);
  ssio_check_posted_error (harness->element, domain, code, part, NULL);
  linear_teardown (harness);
}

GST_START_TEST (what_cannot_be_drawn_is_one_error_and_no_end)
{
  GstHarness *harness = scope_new_started ("color-by=nothing", RGB);

  check_fails (harness, new_point (0, 0), GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "color-by=nothing: expected height");

  harness = scope_new (PLAIN, RGB);
  linear_start_stream (harness,
      "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,intensity:f4\", "
      "point-size=(int)12, batch-size=(int)10");
  check_fails (harness, new_point (0, 0), GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "no field \"z\"");

  harness = scope_new_started (PLAIN, RGB);
  check_fails (harness, gst_buffer_new_allocate (NULL, 17, NULL),
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "17 bytes: expected a multiple of 16");
}
GST_END_TEST;

GST_START_TEST (a_range_that_is_none_is_one_error)
{
  static const gchar *const settings[] = { "range=1", "range=0,1,2",
    "range=0,1,2,3,4", "range=1,0,2,3", "range=0,1,2,2", "range=a,1,2,3",
    "range=0,1,2,3,4,5,6", "range=nan,1,2,3", "color-range=1",
    "color-range=1,1", "color-range=2,1", "color-range=0,1,2" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    GstElement *pipeline
        = ssio_check_launch ("fakesrc ! capsfilter caps=\"%s\" ! "
                             "ssioscope %s ! fakesink",
            "pointcloud/x-raw,point-size=1,batch-size=1", settings[i]);

    ssio_check_error (pipeline, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS, settings[i], "expected auto", NULL);
    gst_object_unref (pipeline);
  }
}
GST_END_TEST;

static void
check_warning (GstElement *element, GQuark domain, gint code,
    const gchar *part)
{
  GstMessage *message = ssio_check_pop (element, GST_MESSAGE_WARNING);
  GError *error;

  fail_unless (message != NULL, "no warning");
  gst_message_parse_warning (message, &error, NULL);
  ssio_check_gerror (&error, domain, code, part);
  gst_message_unref (message);
}

GST_START_TEST (a_picture_of_nothing_is_warned_of_once)
{
  GstHarness *harness = scope_new_started (PLAIN "accumulate=none", RGB);
  GstBus *bus = gst_element_get_bus (harness->element);

  push_point (harness, 500, 10);
  check_warning (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "None of 1 points is in the picture");
  push_point (harness, NAN, 10);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  fail_unless_equals_uint64 (get_stat (harness, "outside"), 1);
  fail_unless_equals_uint64 (get_stat (harness, "not-finite"), 1);
  gst_object_unref (bus);
  linear_teardown (harness);
}
GST_END_TEST;

static void
change_size (GstHarness *harness)
{
  gst_harness_set_sink_caps_str (harness,
      "video/x-raw,format=RGB,width=3,height=4");
  gst_pad_push_event (harness->sinkpad, gst_event_new_reconfigure ());
}

/* range=auto keeps points until the end, a given range cannot. */
GST_START_TEST (a_new_size_within_an_epoch_is_warned_of_where_points_are_lost)
{
  GstHarness *harness = scope_new_started (PLAIN, RGB);
  GstBuffer *frame;
  guint8 row[9];
  GstBus *bus;

  push_point (harness, 0, 10);
  change_size (harness);
  push_point (harness, 1, 20);
  check_warning (harness->element, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "size has changed within an epoch");
  linear_teardown (harness);

  /* not where the picture is done */
  harness = scope_new_started (PLAIN "accumulate=none", RGB);
  bus = gst_element_get_bus (harness->element);
  push_point (harness, 0, 10);
  change_size (harness);
  push_point (harness, 1, 20);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_object_unref (bus);
  linear_teardown (harness);

  harness = scope_new_started (PLAIN "range=auto", RGB);
  bus = gst_element_get_bus (harness->element);
  push_point (harness, 0, 10);
  push_point (harness, 2, 30);
  change_size (harness);
  push_point (harness, 1, 20);
  linear_push_eos (harness);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  /* in the row below the picture's middle, which is an edge */
  frame = gst_harness_try_pull (harness);
  gst_buffer_extract (frame, 2 * MIDDLE_ROW, row, sizeof (row));
  fail_unless (row[0] == 10 && row[3] == 20 && row[6] == 30);
  gst_buffer_unref (frame);
  gst_object_unref (bus);
  linear_teardown (harness);
}
GST_END_TEST;

static Suite *
ssioscope_suite (void)
{
  Suite *suite = suite_create ("ssioscope");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, an_epoch_of_a_file_is_a_frame_at_its_end);
  tcase_add_test (tcase, batches_can_be_a_frame_each_at_the_frame_rate);
  tcase_add_test (tcase, frames_can_show_the_epoch_so_far);
  tcase_add_test (tcase, sweeps_with_times_are_frames_with_these_times);
  tcase_add_test (tcase, downstream_gets_one_segment_in_time);
  tcase_add_test (tcase, a_flush_throws_points_away_and_starts_time_anew);
  tcase_add_test (tcase, batches_after_a_frame_that_was_refused_are_refused);
  tcase_add_test (tcase, a_stream_without_points_is_an_empty_frame);
  tcase_add_test (tcase, frames_are_as_downstream_wants_them);
  tcase_add_test (tcase, every_format_has_its_bytes_in_order);
  tcase_add_test (tcase, other_caps_in_the_middle_of_an_epoch_keep_its_points);
  tcase_add_test (tcase, properties_take_effect_with_the_next_frame);
  tcase_add_test (tcase, what_cannot_be_drawn_is_one_error_and_no_end);
  tcase_add_test (tcase, a_range_that_is_none_is_one_error);
  tcase_add_test (tcase, a_picture_of_nothing_is_warned_of_once);
  tcase_add_test (tcase,
      a_new_size_within_an_epoch_is_warned_of_where_points_are_lost);
  return suite;
}

SSIO_CHECK_MAIN (ssioscope)
