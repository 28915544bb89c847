/* SPDX-License-Identifier: MIT */
/* Packets in, revolutions out: what an element has to see to. What points are
 * like, and what packets may be, is tested elsewhere. */

#include <math.h>

#include "ssiocheck.h"
#include "velodyne/decodercheck.h"
#include "velodyne/points.h"

#define BATCH_SIZE 127283
#define LATENCY (200 * GST_MSECOND)

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

GST_START_TEST (test_a_batch_is_a_revolution)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *buffer;
  guint i;

  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  decoder_expect_nothing (&decoder);
  decoder_push_next (&decoder, 3 * REVOLUTION_PACKETS);
  for (i = 0; i < 3; i++) {
    buffer = decoder_pull (&decoder, REVOLUTION_POINTS);
    expect_batch (buffer, i, i * REVOLUTION_POINTS, REVOLUTION_POINTS,
        i * REVOLUTION_NS);
    decoder_expect_about (GST_BUFFER_DURATION (buffer), REVOLUTION_NS);
    fail_unless (buffer->pool != NULL);
    fail_unless_equals_int (GST_BUFFER_IS_DISCONT (buffer), i == 0);
    gst_buffer_unref (buffer);
  }
  decoder_expect_nothing (&decoder);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "packets"),
      4 * REVOLUTION_PACKETS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "revolutions"), 3);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "points"),
      3 * REVOLUTION_POINTS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_caps_say_the_layout)
{
  DecoderCheck decoder = decoder_new ("");
  GstCaps *caps, *expected;

  decoder_push_next (&decoder, 1);
  caps = gst_pad_get_current_caps (decoder.harness->sinkpad);
  expected = gst_caps_from_string (
      "pointcloud/x-raw, "
      "layout=\"x:f4,y:f4,z:f4,intensity:f4,ring:u2,time:f4\", "
      "point-size=22, batch-size=127283");
  fail_unless (gst_caps_is_equal (caps, expected));
  gst_caps_unref (expected);
  gst_caps_unref (caps);
  decoder_free (&decoder);
}
GST_END_TEST

/* Blocks from 60 degrees on, up to the cut at 90. */
GST_START_TEST (test_revolutions_begin_at_the_cut_angle)
{
  DecoderCheck decoder = decoder_new ("cut-angle=90");
  GstSsioVelodynePoint *points;
  GstBuffer *buffer;
  GstMapInfo map;

  decoder.sensor.azimuth = 6000;
  decoder_push_next (&decoder, REVOLUTION_PACKETS + 10);
  decoder_expect_points (&decoder, 3000 / 40 * 32);
  buffer = decoder_pull (&decoder, REVOLUTION_POINTS);
  /* x is forward: the first point is to the right */
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  points = (GstSsioVelodynePoint *) map.data;
  fail_unless (fabs (points[0].x) < 1e-5 && points[0].y < -4.8);
  fail_unless_equals_float (points[0].time, 0);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_the_end_of_the_stream_pushes_what_is_there)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_next (&decoder, REVOLUTION_PACKETS + 2);
  decoder_push_eos (&decoder);
  decoder_expect_points (&decoder, REVOLUTION_POINTS);
  decoder_expect_points (&decoder, 2 * PACKET_POINTS);
  decoder_expect_nothing (&decoder);
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

/* Only in the first quarter of the turn, which is 225 blocks; packets go on over
 * the rest. */
GST_START_TEST (test_a_limited_field_of_view_keeps_time)
{
  DecoderCheck decoder = decoder_new ("");
  const guint n_points = 225 * 32;
  GstClockTime duration = 225 * GST_USECOND * 110.592;
  const GstSsioVelodynePoint *last;
  GstBuffer *buffer;
  GstMapInfo map;
  guint i;

  decoder.sensor.dark = 9000;
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  for (i = 0; i < 3; i++) {
    buffer = decoder_pull (&decoder, n_points);
    fail_unless_equals_int (GST_BUFFER_IS_DISCONT (buffer), i == 0);
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    last = (GstSsioVelodynePoint *) map.data + n_points - 1;
    decoder_expect_about (last->time * GST_SECOND,
        duration - (55296 - 15 * 2304));
    gst_buffer_unmap (buffer, &map);
    decoder_expect_about (GST_BUFFER_DURATION (buffer), duration);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  /* a batch is whole when the next one begins */
  decoder_expect_about (gst_harness_query_latency (decoder.harness),
      REVOLUTION_NS * 21 / 20);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_new_stream_begins_a_new_batch)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_next (&decoder, 3);
  gst_harness_push_event (decoder.harness, gst_event_new_stream_start ("new"));
  decoder_expect_points (&decoder, 3 * PACKET_POINTS);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_ranges_leave_points_out)
{
  DecoderCheck decoder = decoder_new ("min-range=6");

  decoder_push_next (&decoder, 1);
  decoder.sensor.distance = 3000;
  decoder_push_next (&decoder, 1);
  decoder_push_eos (&decoder);
  decoder_expect_points (&decoder, PACKET_POINTS);
  decoder_free (&decoder);
}
GST_END_TEST

/* Caps come first, and what was held for them in its order. */
GST_START_TEST (test_events_come_in_order)
{
  DecoderCheck decoder = decoder_new ("");
  static const GstEventType types[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT, GST_EVENT_TAG };
  const GstSegment *segment;
  GstSegment bytes;
  GstEvent *event;
  guint i;

  gst_segment_init (&bytes, GST_FORMAT_BYTES);
  gst_harness_push_event (decoder.harness, gst_event_new_segment (&bytes));
  gst_harness_push_event (decoder.harness,
      gst_event_new_tag (gst_tag_list_new_empty ()));
  decoder_push_next (&decoder, 1);
  /* the harness had pushed a segment of its own */
  while ((event = gst_harness_try_pull_event (decoder.harness))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
      gst_event_parse_segment (event, &segment);
      fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
    }
    gst_event_unref (event);
  }
  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    event = gst_pad_get_sticky_event (decoder.harness->sinkpad, types[i], 0);
    fail_unless (event != NULL, "no %s", gst_event_type_get_name (types[i]));
    gst_event_unref (event);
  }
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_new_segment_begins_a_new_batch)
{
  DecoderCheck decoder = decoder_new ("");
  GstSegment segment;

  decoder_push_next (&decoder, 3);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (decoder.harness, gst_event_new_segment (&segment));
  decoder_expect_points (&decoder, 3 * PACKET_POINTS);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_flush_throws_away_what_is_there)
{
  DecoderCheck decoder = decoder_new ("");
  GstSegment segment;
  GstBuffer *buffer;

  decoder_push_next (&decoder, 3);
  gst_harness_push_event (decoder.harness, gst_event_new_flush_start ());
  fail_unless_equals_int (gst_harness_push (decoder.harness,
                              velodyne_check_next (&decoder.sensor)),
      GST_FLOW_FLUSHING);
  gst_harness_push_event (decoder.harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (decoder.harness, gst_event_new_segment (&segment));
  decoder_push_next (&decoder, 2);
  decoder_push_eos (&decoder);
  buffer = decoder_pull (&decoder, 2 * PACKET_POINTS);
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  expect_batch (buffer, 0, 0, 2 * PACKET_POINTS, 4 * PACKET_NS);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_flush_before_the_first_packet_keeps_the_order)
{
  DecoderCheck decoder = decoder_new ("");
  GstSegment segment;

  gst_harness_push_event (decoder.harness, gst_event_new_flush_start ());
  gst_harness_push_event (decoder.harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 5;
  gst_harness_push_event (decoder.harness, gst_event_new_segment (&segment));
  decoder_push_next (&decoder, 1);
  decoder_push_eos (&decoder);
  decoder_expect_points (&decoder, PACKET_POINTS);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_discontinuity_ends_the_batch)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *packet;

  decoder_push_next (&decoder, 2);
  velodyne_check_skip (&decoder.sensor, 3);
  packet = velodyne_check_next (&decoder.sensor);
  GST_BUFFER_FLAG_SET (packet, GST_BUFFER_FLAG_DISCONT);
  decoder_push (&decoder, packet);
  decoder_expect_points (&decoder, 2 * PACKET_POINTS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_packets_without_a_time_make_batches_without_one)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *packet = velodyne_check_next (&decoder.sensor);
  GstBuffer *buffer;

  GST_BUFFER_PTS (packet) = GST_CLOCK_TIME_NONE;
  decoder_push (&decoder, packet);
  decoder_push_eos (&decoder);
  buffer = decoder_pull (&decoder, PACKET_POINTS);
  fail_if (GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), PACKET_NS);
  gst_buffer_unref (buffer);
  decoder_free (&decoder);
}
GST_END_TEST

/* As pcapparse makes them. */
GST_START_TEST (test_packets_may_have_their_time_as_dts)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *packet = velodyne_check_next (&decoder.sensor);
  GstBuffer *buffer;

  GST_BUFFER_PTS (packet) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (packet) = 5 * GST_SECOND;
  decoder_push (&decoder, packet);
  decoder_push_eos (&decoder);
  buffer = decoder_pull (&decoder, PACKET_POINTS);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 5 * GST_SECOND);
  fail_if (GST_BUFFER_DTS_IS_VALID (buffer));
  gst_buffer_unref (buffer);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_revolution_without_a_point_is_a_gap)
{
  DecoderCheck decoder = decoder_new ("");
  GstClockTime pts, duration;
  GstEvent *event;

  decoder.sensor.distance = 0;
  decoder_push_next (&decoder, REVOLUTION_PACKETS + 1);
  decoder_expect_nothing (&decoder);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "revolutions"), 1);
  do {
    event = gst_harness_try_pull_event (decoder.harness);
    fail_unless (event != NULL);
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP)
      break;
    gst_event_unref (event);
  } while (TRUE);
  gst_event_parse_gap (event, &pts, &duration);
  fail_unless_equals_uint64 (pts, 0);
  decoder_expect_about (duration, REVOLUTION_NS);
  gst_event_unref (event);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_sensor_that_stands_still_has_full_batches)
{
  DecoderCheck decoder = decoder_new ("");
  guint n_packets = BATCH_SIZE / PACKET_POINTS;
  guint n_batches = 0;
  guint n_points = 0;
  GstBuffer *buffer;

  decoder.sensor.step = 0;
  decoder_push_next (&decoder, 2 * n_packets);
  decoder_push_eos (&decoder);
  while ((buffer = gst_harness_try_pull (decoder.harness))) {
    guint n = gst_buffer_get_size (buffer) / sizeof (GstSsioVelodynePoint);

    fail_unless (n <= BATCH_SIZE);
    n_points += n;
    n_batches++;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (n_points, 2 * n_packets * PACKET_POINTS);
  fail_unless_equals_int (n_batches, 2);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_the_latency_is_a_revolution)
{
  DecoderCheck decoder = decoder_new ("");
  GstMessage *message;

  gst_harness_set_upstream_latency (decoder.harness, 3 * GST_MSECOND);
  decoder_push_next (&decoder, 1);
  fail_unless_equals_uint64 (gst_harness_query_latency (decoder.harness),
      LATENCY + 3 * GST_MSECOND);
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  message = gst_bus_pop_filtered (decoder.bus, GST_MESSAGE_LATENCY);
  fail_unless (message == NULL);
  decoder_push_next (&decoder, 5 * REVOLUTION_PACKETS);
  message = gst_bus_pop_filtered (decoder.bus, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  message = gst_bus_pop_filtered (decoder.bus, GST_MESSAGE_LATENCY);
  fail_unless (message == NULL, "the latency changes all the time");
  decoder_expect_about (gst_harness_query_latency (decoder.harness),
      REVOLUTION_NS * 21 / 20 + 3 * GST_MSECOND);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_it_can_start_again)
{
  DecoderCheck decoder = decoder_new ("timeout=2000000000");
  GstSegment segment;
  GstBuffer *buffer;

  decoder_push_next (&decoder, REVOLUTION_PACKETS + 3);
  decoder_expect_points (&decoder, REVOLUTION_POINTS);
  ssio_check_set_state (decoder.harness->element, GST_STATE_READY);
  ssio_check_set_state (decoder.harness->element, GST_STATE_PLAYING);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "packets"), 0);
  gst_harness_push_event (decoder.harness,
      gst_event_new_stream_start ("again"));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (decoder.harness, gst_event_new_segment (&segment));
  decoder_push_next (&decoder, 2);
  decoder_push_eos (&decoder);
  buffer = decoder_pull (&decoder, 2 * PACKET_POINTS);
  expect_batch (buffer, 0, 0, 2 * PACKET_POINTS, 78 * PACKET_NS);
  gst_buffer_unref (buffer);
  decoder_free (&decoder);
}
GST_END_TEST

static Suite *
ssiovelodynedec_suite (void)
{
  Suite *suite = suite_create ("ssiovelodynedec");
  TCase *tcase = tcase_create ("ssiovelodynedec");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_a_batch_is_a_revolution);
  tcase_add_test (tcase, test_caps_say_the_layout);
  tcase_add_test (tcase, test_revolutions_begin_at_the_cut_angle);
  tcase_add_test (tcase, test_the_end_of_the_stream_pushes_what_is_there);
  tcase_add_test (tcase, test_a_limited_field_of_view_keeps_time);
  tcase_add_test (tcase, test_a_new_stream_begins_a_new_batch);
  tcase_add_test (tcase, test_ranges_leave_points_out);
  tcase_add_test (tcase, test_events_come_in_order);
  tcase_add_test (tcase, test_a_new_segment_begins_a_new_batch);
  tcase_add_test (tcase, test_a_flush_throws_away_what_is_there);
  tcase_add_test (tcase, test_a_flush_before_the_first_packet_keeps_the_order);
  tcase_add_test (tcase, test_a_discontinuity_ends_the_batch);
  tcase_add_test (tcase, test_packets_without_a_time_make_batches_without_one);
  tcase_add_test (tcase, test_packets_may_have_their_time_as_dts);
  tcase_add_test (tcase, test_a_revolution_without_a_point_is_a_gap);
  tcase_add_test (tcase, test_a_sensor_that_stands_still_has_full_batches);
  tcase_add_test (tcase, test_the_latency_is_a_revolution);
  tcase_add_test (tcase, test_it_can_start_again);
  return suite;
}

SSIO_CHECK_MAIN (ssiovelodynedec)
