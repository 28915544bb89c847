/* SPDX-License-Identifier: MIT */
/* Packets that are lost, late, not the sensor's, or do not come at all. */

#include "ssiocheck.h"
#include "velodyne/decodercheck.h"

GST_START_TEST (test_lost_packets_are_counted_and_warned_of_in_time)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *buffer;

  decoder_push_next (&decoder, 10);
  velodyne_check_skip (&decoder.sensor, 3);
  decoder_push_next (&decoder, 10);
  decoder_expect_warning (&decoder, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "3 packets");
  velodyne_check_skip (&decoder.sensor, 2);
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  decoder_expect_no_warning (&decoder);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 5);

  buffer = decoder_pull (&decoder, REVOLUTION_POINTS - 5 * PACKET_POINTS);
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  decoder_expect_about (GST_BUFFER_DURATION (buffer), REVOLUTION_NS);
  gst_buffer_unref (buffer);
  decoder_push_eos (&decoder);
  decoder_expect_warning (&decoder, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "2 packets");
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_revolution_after_a_loss_is_no_longer_torn)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *buffer;

  decoder_push_next (&decoder, 10);
  velodyne_check_skip (&decoder.sensor, 1);
  decoder_push_next (&decoder, 2 * REVOLUTION_PACKETS);
  gst_buffer_unref (gst_harness_pull (decoder.harness));
  buffer = decoder_pull (&decoder, REVOLUTION_POINTS);
  fail_if (GST_BUFFER_IS_DISCONT (buffer));
  gst_buffer_unref (buffer);
  decoder_free (&decoder);
}
GST_END_TEST

/* Two revolutions and some: nobody knows where the first ended. */
GST_START_TEST (test_a_long_loss_ends_the_revolution)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_next (&decoder, 10);
  velodyne_check_skip (&decoder.sensor, 2 * REVOLUTION_PACKETS + 5);
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  decoder_expect_points (&decoder, 10 * PACKET_POINTS);
  decoder_expect_points (&decoder, (REVOLUTION_PACKETS - 15) * PACKET_POINTS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"),
      2 * REVOLUTION_PACKETS + 5);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_late_packet_is_not_lost)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *late;

  decoder_push_next (&decoder, 5);
  late = velodyne_check_next (&decoder.sensor);
  decoder_push_next (&decoder, 1);
  decoder_push (&decoder, late);
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  decoder_expect_points (&decoder, REVOLUTION_POINTS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_clock_that_is_set_is_no_loss)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_next (&decoder, 5);
  decoder.sensor.time += 20 * 60 * GST_SECOND;
  decoder_push_next (&decoder, REVOLUTION_PACKETS);
  decoder_expect_points (&decoder, 5 * PACKET_POINTS);
  decoder_expect_points (&decoder, (REVOLUTION_PACKETS - 5) * PACKET_POINTS);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 0);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "clock jumped");
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_azimuths_that_tremble_hide_no_loss)
{
  DecoderCheck decoder = decoder_new ("");
  GstBuffer *packet;
  GstMapInfo map;

  packet = velodyne_check_next (&decoder.sensor);
  fail_unless (gst_buffer_map (packet, &map, GST_MAP_READWRITE));
  velodyne_check_put_azimuth (map.data, 6, 5 * 40 - 1);
  gst_buffer_unmap (packet, &map);
  decoder_push (&decoder, packet);
  velodyne_check_skip (&decoder.sensor, 3);
  decoder_push_next (&decoder, 1);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "lost"), 3);
  decoder_free (&decoder);
}
GST_END_TEST

/* They cannot be told apart, but something is said. */
GST_START_TEST (test_two_sensors_on_one_port_are_warned_of)
{
  DecoderCheck decoder = decoder_new ("");
  VelodyneCheck other;
  guint i;

  velodyne_check_init (&other);
  other.time = 1000 * GST_SECOND;
  for (i = 0; i < 5; i++) {
    decoder_push_next (&decoder, 1);
    decoder_push (&decoder, velodyne_check_next (&other));
  }
  decoder_expect_warning (&decoder, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "same port");
  decoder_expect_no_warning (&decoder);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "packets"), 10);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_other_packets_are_counted_and_warned_of_in_time)
{
  DecoderCheck decoder = decoder_new ("");
  guint i;

  decoder_push_next (&decoder, 1);
  decoder_push_size (&decoder, 1205);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "1205 bytes");
  decoder_push_size (&decoder, 0);
  for (i = 0; i < 1000; i++)
    decoder_push_size (&decoder, 1207);
  decoder_expect_no_warning (&decoder);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "other"), 1002);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "packets"), 1);
  decoder_push_next (&decoder, 1);
  decoder_push_eos (&decoder);
  decoder_expect_points (&decoder, 2 * PACKET_POINTS);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "1001 more, 1002 in all");
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_position_packets_are_counted_without_a_warning)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_next (&decoder, 1);
  decoder_push_size (&decoder, 512);
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "other"), 1);
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_unknown_models_are_named)
{
  DecoderCheck decoder = decoder_new ("");

  decoder.sensor.product_id = 0x28;
  decoder_push_next (&decoder, 1);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "product id 0x28");
  fail_unless_equals_uint64 (decoder_get_stat (&decoder, "other"), 1);
  decoder_push_eos (&decoder);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "no data packet");
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_given_model_takes_packets_without_one)
{
  DecoderCheck decoder = decoder_new ("model=hdl32e");

  decoder.sensor.product_id = 0;
  decoder.sensor.return_mode = 0;
  decoder_push_next (&decoder, 1);
  decoder_push_eos (&decoder);
  decoder_expect_points (&decoder, PACKET_POINTS);
  decoder_expect_no_warning (&decoder);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_given_model_passes_others_over)
{
  DecoderCheck decoder = decoder_new ("model=hdl32e");

  decoder_push_next (&decoder, 1);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "expected packets of model hdl32e");
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_stream_without_packets_is_warned_of)
{
  DecoderCheck decoder = decoder_new ("");

  decoder_push_eos (&decoder);
  decoder_expect_warning (&decoder, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "dst-port");
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_a_silent_sensor_is_an_error)
{
  DecoderCheck decoder = decoder_new ("timeout=2000000000");

  decoder_push_next (&decoder, 2);
  decoder_push_size (&decoder, 7);
  gst_harness_crank_single_clock_wait (decoder.harness);
  ssio_check_posted_error (decoder.harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "silent", "2.000 s", "2 of them", "1 other",
      "2368", NULL);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_the_end_of_the_stream_is_no_silence)
{
  DecoderCheck decoder = decoder_new ("timeout=2000000000");

  decoder_push_next (&decoder, 2);
  decoder_push_eos (&decoder);
  gst_harness_crank_single_clock_wait (decoder.harness);
  fail_unless (gst_bus_pop_filtered (decoder.bus, GST_MESSAGE_ERROR) == NULL);
  /* nor is it where PLAYING comes after it */
  ssio_check_set_state (decoder.harness->element, GST_STATE_PAUSED);
  ssio_check_set_state (decoder.harness->element, GST_STATE_PLAYING);
  gst_harness_crank_single_clock_wait (decoder.harness);
  fail_unless (gst_bus_pop_filtered (decoder.bus, GST_MESSAGE_ERROR) == NULL);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_silence_after_a_flush_is_an_error)
{
  DecoderCheck decoder = decoder_new ("timeout=2000000000");

  decoder_push_next (&decoder, 2);
  decoder_push_eos (&decoder);
  gst_harness_push_event (decoder.harness, gst_event_new_flush_start ());
  gst_harness_push_event (decoder.harness, gst_event_new_flush_stop (TRUE));
  gst_harness_crank_single_clock_wait (decoder.harness);
  ssio_check_posted_error (decoder.harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, "silent", NULL);
  decoder_free (&decoder);
}
GST_END_TEST

GST_START_TEST (test_there_is_no_timeout_in_paused)
{
  DecoderCheck decoder = decoder_new ("timeout=2000000000");
  GstTestClock *test_clock;

  test_clock = gst_harness_get_testclock (decoder.harness);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 1);
  ssio_check_set_state (decoder.harness->element, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 0);
  gst_object_unref (test_clock);
  decoder_free (&decoder);
}
GST_END_TEST

static Suite *
ssiovelodynedec_packets_suite (void)
{
  Suite *suite = suite_create ("ssiovelodynedec-packets");
  TCase *tcase = tcase_create ("ssiovelodynedec-packets");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_lost_packets_are_counted_and_warned_of_in_time);
  tcase_add_test (tcase, test_a_revolution_after_a_loss_is_no_longer_torn);
  tcase_add_test (tcase, test_a_long_loss_ends_the_revolution);
  tcase_add_test (tcase, test_a_late_packet_is_not_lost);
  tcase_add_test (tcase, test_a_clock_that_is_set_is_no_loss);
  tcase_add_test (tcase, test_azimuths_that_tremble_hide_no_loss);
  tcase_add_test (tcase, test_two_sensors_on_one_port_are_warned_of);
  tcase_add_test (tcase, test_other_packets_are_counted_and_warned_of_in_time);
  tcase_add_test (tcase, test_position_packets_are_counted_without_a_warning);
  tcase_add_test (tcase, test_unknown_models_are_named);
  tcase_add_test (tcase, test_a_given_model_takes_packets_without_one);
  tcase_add_test (tcase, test_a_given_model_passes_others_over);
  tcase_add_test (tcase, test_a_stream_without_packets_is_warned_of);
  tcase_add_test (tcase, test_a_silent_sensor_is_an_error);
  tcase_add_test (tcase, test_the_end_of_the_stream_is_no_silence);
  tcase_add_test (tcase, test_silence_after_a_flush_is_an_error);
  tcase_add_test (tcase, test_there_is_no_timeout_in_paused);
  return suite;
}

SSIO_CHECK_MAIN (ssiovelodynedec_packets)
