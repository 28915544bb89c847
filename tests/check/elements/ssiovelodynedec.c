/* SPDX-License-Identifier: MIT */
/* Packets in, revolutions out: what an element has to see to. What points are
 * like is tested elsewhere. */

#include <math.h>

#include "ssiocheck.h"
#include "velodyne/points.h"
#include "velodyne/velodynecheck.h"

#define BATCH_SIZE 127283
#define LATENCY (200 * GST_MSECOND)

static GstHarness *harness;
static GstBus *bus;
static VelodyneCheck sensor;

static void
make_harness (const gchar *settings)
{
  GstElement *element
      = gst_object_ref_sink (ssio_check_launch ("ssiovelodynedec %s",
          settings));

  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  bus = gst_bus_new ();
  gst_element_set_bus (harness->element, bus);
  gst_harness_set_src_caps_str (harness, "application/x-velodyne");
}

static void
set_up (void)
{
  velodyne_check_init (&sensor);
}

static void
tear_down (void)
{
  gst_harness_teardown (g_steal_pointer (&harness));
  /* messages hold the element, which holds the bus */
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (g_steal_pointer (&bus));
}

static void
push (GstBuffer *packet)
{
  fail_unless_equals_int (gst_harness_push (harness, packet), GST_FLOW_OK);
}

static void
push_next (guint n)
{
  while (n-- > 0)
    push (velodyne_check_next (&sensor));
}

static void
push_size (gsize size)
{
  push (gst_buffer_new_allocate (NULL, size, NULL));
}

static void
push_eos (void)
{
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
}

static guint64
get_stat (const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

/* Takes the next warning, which must say that; NULL: there is none. */
static void
expect_warning (GQuark domain, gint code, const gchar *part)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  GError *error = NULL;

  if (!part) {
    fail_unless (message == NULL);
    return;
  }
  fail_unless (message != NULL, "no warning of %s", part);
  gst_message_parse_warning (message, &error, NULL);
  ssio_check_gerror (&error, domain, code, part);
  gst_message_unref (message);
}

static void
expect_no_warning (void)
{
  expect_warning (0, 0, NULL);
}

/* The next buffer, of so many points. */
static GstBuffer *
pull (guint n_points)
{
  GstBuffer *buffer = gst_harness_try_pull (harness);

  fail_unless (buffer != NULL);
  fail_unless_equals_int (gst_buffer_get_size (buffer),
      n_points * sizeof (GstSsioVelodynePoint));
  return buffer;
}

static void
expect_points (guint n_points)
{
  gst_buffer_unref (pull (n_points));
}

static void
expect_nothing (void)
{
  fail_unless (gst_harness_try_pull (harness) == NULL);
}

static void
expect_batch (GstBuffer *buffer, guint64 batch, guint64 from, guint64 n_points,
    GstClockTime pts)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

  fail_unless_equals_uint64 (meta->batch, batch);
  fail_unless_equals_uint64 (meta->first_point, from);
  fail_unless_equals_uint64 (meta->n_points, n_points);
  fail_unless_equals_int (meta->epoch, 0);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), from);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), from + n_points);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
}

/* The sensor's clock has microseconds. */
static void
expect_about (GstClockTime time, GstClockTime expected)
{
  fail_unless (ABS (GST_CLOCK_DIFF (time, expected)) <= GST_USECOND,
      "%" GST_TIME_FORMAT ", expected %" GST_TIME_FORMAT, GST_TIME_ARGS (time),
      GST_TIME_ARGS (expected));
}

GST_START_TEST (test_a_batch_is_a_revolution)
{
  GstBuffer *buffer;
  guint i;

  make_harness ("");
  push_next (REVOLUTION_PACKETS);
  expect_nothing ();
  push_next (3 * REVOLUTION_PACKETS);
  for (i = 0; i < 3; i++) {
    buffer = pull (REVOLUTION_POINTS);
    expect_batch (buffer, i, i * REVOLUTION_POINTS, REVOLUTION_POINTS,
        i * REVOLUTION_NS);
    expect_about (GST_BUFFER_DURATION (buffer), REVOLUTION_NS);
    fail_unless (buffer->pool != NULL);
    fail_unless_equals_int (GST_BUFFER_IS_DISCONT (buffer), i == 0);
    gst_buffer_unref (buffer);
  }
  expect_nothing ();
  fail_unless_equals_uint64 (get_stat ("packets"), 4 * REVOLUTION_PACKETS);
  fail_unless_equals_uint64 (get_stat ("revolutions"), 3);
  fail_unless_equals_uint64 (get_stat ("points"), 3 * REVOLUTION_POINTS);
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_caps_say_the_layout)
{
  GstCaps *caps, *expected;

  make_harness ("");
  push_next (1);
  caps = gst_pad_get_current_caps (harness->sinkpad);
  expected = gst_caps_from_string (
      "pointcloud/x-raw, "
      "layout=\"x:f4,y:f4,z:f4,intensity:f4,ring:u2,time:f4\", "
      "point-size=22, batch-size=127283");
  fail_unless (gst_caps_is_equal (caps, expected));
  gst_caps_unref (expected);
  gst_caps_unref (caps);
  tear_down ();
}
GST_END_TEST

/* Blocks from 60 degrees on, up to the cut at 90. */
GST_START_TEST (test_revolutions_begin_at_the_cut_angle)
{
  GstSsioVelodynePoint *points;
  GstBuffer *buffer;
  GstMapInfo map;

  make_harness ("cut-angle=90");
  sensor.azimuth = 6000;
  push_next (REVOLUTION_PACKETS + 10);
  expect_points (3000 / 40 * 32);
  buffer = pull (REVOLUTION_POINTS);
  /* x is forward: the first point is to the right */
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  points = (GstSsioVelodynePoint *) map.data;
  fail_unless (fabs (points[0].x) < 1e-5 && points[0].y < -4.8);
  fail_unless_equals_float (points[0].time, 0);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_the_end_of_the_stream_pushes_what_is_there)
{
  make_harness ("");
  push_next (REVOLUTION_PACKETS + 2);
  push_eos ();
  expect_points (REVOLUTION_POINTS);
  expect_points (2 * PACKET_POINTS);
  expect_nothing ();
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_lost_packets_are_counted_and_warned_of_in_time)
{
  GstBuffer *buffer;

  make_harness ("");
  push_next (10);
  velodyne_check_skip (&sensor, 3);
  push_next (10);
  expect_warning (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "3 packets");
  velodyne_check_skip (&sensor, 2);
  push_next (REVOLUTION_PACKETS);
  expect_no_warning ();
  fail_unless_equals_uint64 (get_stat ("lost"), 5);

  buffer = pull (REVOLUTION_POINTS - 5 * PACKET_POINTS);
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  expect_about (GST_BUFFER_DURATION (buffer), REVOLUTION_NS);
  gst_buffer_unref (buffer);
  push_eos ();
  expect_warning (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "2 packets");
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_revolution_after_a_loss_is_no_longer_torn)
{
  GstBuffer *buffer;

  make_harness ("");
  push_next (10);
  velodyne_check_skip (&sensor, 1);
  push_next (2 * REVOLUTION_PACKETS);
  gst_buffer_unref (gst_harness_pull (harness));
  buffer = pull (REVOLUTION_POINTS);
  fail_if (GST_BUFFER_IS_DISCONT (buffer));
  gst_buffer_unref (buffer);
  tear_down ();
}
GST_END_TEST

/* Two revolutions and some: nobody knows where the first ended. */
GST_START_TEST (test_a_long_loss_ends_the_revolution)
{
  make_harness ("");
  push_next (10);
  velodyne_check_skip (&sensor, 2 * REVOLUTION_PACKETS + 5);
  push_next (REVOLUTION_PACKETS);
  expect_points (10 * PACKET_POINTS);
  expect_points ((REVOLUTION_PACKETS - 15) * PACKET_POINTS);
  fail_unless_equals_uint64 (get_stat ("lost"), 2 * REVOLUTION_PACKETS + 5);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_late_packet_is_not_lost)
{
  GstBuffer *late;

  make_harness ("");
  push_next (5);
  late = velodyne_check_next (&sensor);
  push_next (1);
  push (late);
  push_next (REVOLUTION_PACKETS);
  expect_points (REVOLUTION_POINTS);
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_clock_that_is_set_is_no_loss)
{
  make_harness ("");
  push_next (5);
  sensor.time += 20 * 60 * GST_SECOND;
  push_next (REVOLUTION_PACKETS);
  expect_points (5 * PACKET_POINTS);
  expect_points ((REVOLUTION_PACKETS - 5) * PACKET_POINTS);
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "clock jumped");
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

/* Only in the first quarter of the turn, which is 225 blocks; packets go on over
 * the rest. */
GST_START_TEST (test_a_limited_field_of_view_keeps_time)
{
  const guint n_points = 225 * 32;
  GstClockTime duration = 225 * GST_USECOND * 110.592;
  const GstSsioVelodynePoint *last;
  GstBuffer *buffer;
  GstMapInfo map;
  guint i;

  make_harness ("");
  sensor.dark = 9000;
  push_next (REVOLUTION_PACKETS);
  for (i = 0; i < 3; i++) {
    buffer = pull (n_points);
    fail_unless_equals_int (GST_BUFFER_IS_DISCONT (buffer), i == 0);
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    last = (GstSsioVelodynePoint *) map.data + n_points - 1;
    expect_about (last->time * GST_SECOND, duration - (55296 - 15 * 2304));
    gst_buffer_unmap (buffer, &map);
    expect_about (GST_BUFFER_DURATION (buffer), duration);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  /* a batch is whole when the next one begins */
  expect_about (gst_harness_query_latency (harness), REVOLUTION_NS * 21 / 20);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_azimuths_that_tremble_hide_no_loss)
{
  GstBuffer *packet;
  GstMapInfo map;

  make_harness ("");
  packet = velodyne_check_next (&sensor);
  fail_unless (gst_buffer_map (packet, &map, GST_MAP_READWRITE));
  velodyne_check_put_azimuth (map.data, 6, 5 * 40 - 1);
  gst_buffer_unmap (packet, &map);
  push (packet);
  velodyne_check_skip (&sensor, 3);
  push_next (1);
  fail_unless_equals_uint64 (get_stat ("lost"), 3);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_new_stream_begins_a_new_batch)
{
  make_harness ("");
  push_next (3);
  gst_harness_push_event (harness, gst_event_new_stream_start ("new"));
  expect_points (3 * PACKET_POINTS);
  tear_down ();
}
GST_END_TEST

/* They cannot be told apart, but something is said. */
GST_START_TEST (test_two_sensors_on_one_port_are_warned_of)
{
  VelodyneCheck other;
  guint i;

  make_harness ("");
  velodyne_check_init (&other);
  other.time = 1000 * GST_SECOND;
  for (i = 0; i < 5; i++) {
    push_next (1);
    push (velodyne_check_next (&other));
  }
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "same port");
  expect_no_warning ();
  fail_unless_equals_uint64 (get_stat ("packets"), 10);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_other_packets_are_counted_and_warned_of_in_time)
{
  guint i;

  make_harness ("");
  push_next (1);
  push_size (1205);
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, "1205 bytes");
  push_size (0);
  for (i = 0; i < 1000; i++)
    push_size (1207);
  expect_no_warning ();
  fail_unless_equals_uint64 (get_stat ("other"), 1002);
  fail_unless_equals_uint64 (get_stat ("packets"), 1);
  push_next (1);
  push_eos ();
  expect_points (2 * PACKET_POINTS);
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "1001 more, 1002 in all");
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_position_packets_are_counted_without_a_warning)
{
  make_harness ("");
  push_next (1);
  push_size (512);
  fail_unless_equals_uint64 (get_stat ("other"), 1);
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_unknown_models_are_named)
{
  make_harness ("");
  sensor.product_id = 0x28;
  push_next (1);
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "product id 0x28");
  fail_unless_equals_uint64 (get_stat ("other"), 1);
  push_eos ();
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "no data packet");
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_given_model_takes_packets_without_one)
{
  make_harness ("model=hdl32e");
  sensor.product_id = 0;
  sensor.return_mode = 0;
  push_next (1);
  push_eos ();
  expect_points (PACKET_POINTS);
  expect_no_warning ();
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_given_model_passes_others_over)
{
  make_harness ("model=hdl32e");
  push_next (1);
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "expected packets of model hdl32e");
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_stream_without_packets_is_warned_of)
{
  make_harness ("");
  push_eos ();
  expect_warning (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "dst-port");
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_ranges_leave_points_out)
{
  make_harness ("min-range=6");
  push_next (1);
  sensor.distance = 3000;
  push_next (1);
  push_eos ();
  expect_points (PACKET_POINTS);
  tear_down ();
}
GST_END_TEST

/* Caps come first, and what was held for them in its order. */
GST_START_TEST (test_events_come_in_order)
{
  static const GstEventType types[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT, GST_EVENT_TAG };
  const GstSegment *segment;
  GstSegment bytes;
  GstEvent *event;
  guint i;

  make_harness ("");
  gst_segment_init (&bytes, GST_FORMAT_BYTES);
  gst_harness_push_event (harness, gst_event_new_segment (&bytes));
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new_empty ()));
  push_next (1);
  /* the harness had pushed a segment of its own */
  while ((event = gst_harness_try_pull_event (harness))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
      gst_event_parse_segment (event, &segment);
      fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
    }
    gst_event_unref (event);
  }
  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    event = gst_pad_get_sticky_event (harness->sinkpad, types[i], 0);
    fail_unless (event != NULL, "no %s", gst_event_type_get_name (types[i]));
    gst_event_unref (event);
  }
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_new_segment_begins_a_new_batch)
{
  GstSegment segment;

  make_harness ("");
  push_next (3);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  expect_points (3 * PACKET_POINTS);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_flush_throws_away_what_is_there)
{
  GstSegment segment;
  GstBuffer *buffer;

  make_harness ("");
  push_next (3);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  fail_unless_equals_int (gst_harness_push (harness,
                              velodyne_check_next (&sensor)),
      GST_FLOW_FLUSHING);
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  push_next (2);
  push_eos ();
  buffer = pull (2 * PACKET_POINTS);
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  expect_batch (buffer, 0, 0, 2 * PACKET_POINTS, 4 * PACKET_NS);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_flush_before_the_first_packet_keeps_the_order)
{
  GstSegment segment;

  make_harness ("");
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 5;
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  push_next (1);
  push_eos ();
  expect_points (PACKET_POINTS);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_discontinuity_ends_the_batch)
{
  GstBuffer *packet;

  make_harness ("");
  push_next (2);
  velodyne_check_skip (&sensor, 3);
  packet = velodyne_check_next (&sensor);
  GST_BUFFER_FLAG_SET (packet, GST_BUFFER_FLAG_DISCONT);
  push (packet);
  expect_points (2 * PACKET_POINTS);
  fail_unless_equals_uint64 (get_stat ("lost"), 0);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_packets_without_a_time_make_batches_without_one)
{
  GstBuffer *packet = velodyne_check_next (&sensor);
  GstBuffer *buffer;

  make_harness ("");
  GST_BUFFER_PTS (packet) = GST_CLOCK_TIME_NONE;
  push (packet);
  push_eos ();
  buffer = pull (PACKET_POINTS);
  fail_if (GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), PACKET_NS);
  gst_buffer_unref (buffer);
  tear_down ();
}
GST_END_TEST

/* As pcapparse makes them. */
GST_START_TEST (test_packets_may_have_their_time_as_dts)
{
  GstBuffer *packet = velodyne_check_next (&sensor);
  GstBuffer *buffer;

  make_harness ("");
  GST_BUFFER_PTS (packet) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (packet) = 5 * GST_SECOND;
  push (packet);
  push_eos ();
  buffer = pull (PACKET_POINTS);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 5 * GST_SECOND);
  fail_if (GST_BUFFER_DTS_IS_VALID (buffer));
  gst_buffer_unref (buffer);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_revolution_without_a_point_is_a_gap)
{
  GstClockTime pts, duration;
  GstEvent *event;

  make_harness ("");
  sensor.distance = 0;
  push_next (REVOLUTION_PACKETS + 1);
  expect_nothing ();
  fail_unless_equals_uint64 (get_stat ("revolutions"), 1);
  do {
    event = gst_harness_try_pull_event (harness);
    fail_unless (event != NULL);
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP)
      break;
    gst_event_unref (event);
  } while (TRUE);
  gst_event_parse_gap (event, &pts, &duration);
  fail_unless_equals_uint64 (pts, 0);
  expect_about (duration, REVOLUTION_NS);
  gst_event_unref (event);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_sensor_that_stands_still_has_full_batches)
{
  guint n_packets = BATCH_SIZE / PACKET_POINTS;
  guint n_batches = 0;
  guint n_points = 0;
  GstBuffer *buffer;

  make_harness ("");
  sensor.step = 0;
  push_next (2 * n_packets);
  push_eos ();
  while ((buffer = gst_harness_try_pull (harness))) {
    guint n = gst_buffer_get_size (buffer) / sizeof (GstSsioVelodynePoint);

    fail_unless (n <= BATCH_SIZE);
    n_points += n;
    n_batches++;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (n_points, 2 * n_packets * PACKET_POINTS);
  fail_unless_equals_int (n_batches, 2);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_the_latency_is_a_revolution)
{
  GstMessage *message;

  make_harness ("");
  gst_harness_set_upstream_latency (harness, 3 * GST_MSECOND);
  push_next (1);
  fail_unless_equals_uint64 (gst_harness_query_latency (harness),
      LATENCY + 3 * GST_MSECOND);
  push_next (REVOLUTION_PACKETS);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_LATENCY);
  fail_unless (message == NULL);
  push_next (5 * REVOLUTION_PACKETS);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_LATENCY);
  fail_unless (message == NULL, "the latency changes all the time");
  expect_about (gst_harness_query_latency (harness),
      REVOLUTION_NS * 21 / 20 + 3 * GST_MSECOND);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_a_silent_sensor_is_an_error)
{
  make_harness ("timeout=2000000000");
  push_next (2);
  push_size (7);
  gst_harness_crank_single_clock_wait (harness);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "silent", "2.000 s", "2 of them", "1 other",
      "2368", NULL);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_the_end_of_the_stream_is_no_silence)
{
  make_harness ("timeout=2000000000");
  push_next (2);
  push_eos ();
  gst_harness_crank_single_clock_wait (harness);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  /* nor is it where PLAYING comes after it */
  ssio_check_set_state (harness->element, GST_STATE_PAUSED);
  ssio_check_set_state (harness->element, GST_STATE_PLAYING);
  gst_harness_crank_single_clock_wait (harness);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_silence_after_a_flush_is_an_error)
{
  make_harness ("timeout=2000000000");
  push_next (2);
  push_eos ();
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_harness_crank_single_clock_wait (harness);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "silent", NULL);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_there_is_no_timeout_in_paused)
{
  GstTestClock *test_clock;

  make_harness ("timeout=2000000000");
  test_clock = gst_harness_get_testclock (harness);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 1);
  ssio_check_set_state (harness->element, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 0);
  gst_object_unref (test_clock);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_it_can_start_again)
{
  GstSegment segment;
  GstBuffer *buffer;

  make_harness ("timeout=2000000000");
  push_next (REVOLUTION_PACKETS + 3);
  expect_points (REVOLUTION_POINTS);
  ssio_check_set_state (harness->element, GST_STATE_READY);
  ssio_check_set_state (harness->element, GST_STATE_PLAYING);
  fail_unless_equals_uint64 (get_stat ("packets"), 0);
  gst_harness_push_event (harness, gst_event_new_stream_start ("again"));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  push_next (2);
  push_eos ();
  buffer = pull (2 * PACKET_POINTS);
  expect_batch (buffer, 0, 0, 2 * PACKET_POINTS, 78 * PACKET_NS);
  gst_buffer_unref (buffer);
  tear_down ();
}
GST_END_TEST

static Suite *
ssiovelodynedec_suite (void)
{
  Suite *suite = suite_create ("ssiovelodynedec");
  TCase *tcase = tcase_create ("ssiovelodynedec");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, NULL);
  tcase_add_test (tcase, test_a_batch_is_a_revolution);
  tcase_add_test (tcase, test_caps_say_the_layout);
  tcase_add_test (tcase, test_revolutions_begin_at_the_cut_angle);
  tcase_add_test (tcase, test_the_end_of_the_stream_pushes_what_is_there);
  tcase_add_test (tcase, test_lost_packets_are_counted_and_warned_of_in_time);
  tcase_add_test (tcase, test_a_revolution_after_a_loss_is_no_longer_torn);
  tcase_add_test (tcase, test_a_long_loss_ends_the_revolution);
  tcase_add_test (tcase, test_a_late_packet_is_not_lost);
  tcase_add_test (tcase, test_a_clock_that_is_set_is_no_loss);
  tcase_add_test (tcase, test_a_limited_field_of_view_keeps_time);
  tcase_add_test (tcase, test_azimuths_that_tremble_hide_no_loss);
  tcase_add_test (tcase, test_two_sensors_on_one_port_are_warned_of);
  tcase_add_test (tcase, test_other_packets_are_counted_and_warned_of_in_time);
  tcase_add_test (tcase, test_position_packets_are_counted_without_a_warning);
  tcase_add_test (tcase, test_unknown_models_are_named);
  tcase_add_test (tcase, test_a_given_model_takes_packets_without_one);
  tcase_add_test (tcase, test_a_given_model_passes_others_over);
  tcase_add_test (tcase, test_a_stream_without_packets_is_warned_of);
  tcase_add_test (tcase, test_ranges_leave_points_out);
  tcase_add_test (tcase, test_events_come_in_order);
  tcase_add_test (tcase, test_a_new_segment_begins_a_new_batch);
  tcase_add_test (tcase, test_a_new_stream_begins_a_new_batch);
  tcase_add_test (tcase, test_a_flush_throws_away_what_is_there);
  tcase_add_test (tcase, test_a_flush_before_the_first_packet_keeps_the_order);
  tcase_add_test (tcase, test_a_discontinuity_ends_the_batch);
  tcase_add_test (tcase, test_packets_without_a_time_make_batches_without_one);
  tcase_add_test (tcase, test_packets_may_have_their_time_as_dts);
  tcase_add_test (tcase, test_a_revolution_without_a_point_is_a_gap);
  tcase_add_test (tcase, test_a_sensor_that_stands_still_has_full_batches);
  tcase_add_test (tcase, test_the_latency_is_a_revolution);
  tcase_add_test (tcase, test_a_silent_sensor_is_an_error);
  tcase_add_test (tcase, test_the_end_of_the_stream_is_no_silence);
  tcase_add_test (tcase, test_silence_after_a_flush_is_an_error);
  tcase_add_test (tcase, test_there_is_no_timeout_in_paused);
  tcase_add_test (tcase, test_it_can_start_again);
  return suite;
}

SSIO_CHECK_MAIN (ssiovelodynedec)
