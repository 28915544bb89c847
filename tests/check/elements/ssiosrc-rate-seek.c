/* SPDX-License-Identifier: MIT */
/* Seeks in a stream whose batches have times, and the running time after
 * them. */

#include "elements/replaycheck.h"

static void
seek (GstHarness *harness, GstFormat format, GstSeekFlags flags,
    GstSeekType start_type, gint64 from, gint64 stop)
{
  fail_unless (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, format, flags, start_type, from,
          stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop)));
}

/* Plays, then seeks with a flush and expects to get to a point and a time. */
static void
check_seek (const gchar *properties, GstFormat format, gint64 from,
    guint64 point, GstClockTime time)
{
  GstHarness *harness = replay_start_tile (properties);
  ReplayOutput output = replay_play (harness);

  replay_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, from, -1);
  output = replay_take (harness);
  fail_unless_equals_uint64 (replay_get_offset (&output, 0), point);
  fail_unless_equals_clocktime (
      GST_BUFFER_PTS (g_ptr_array_index (output.buffers, 0)), time);
  fail_unless_equals_clocktime (replay_get_segment (&output, 0)->start, time);
  fail_unless_equals_clocktime (replay_get_segment (&output, 0)->base, 0);
  replay_clear (&output);
  gst_harness_teardown (harness);
}

GST_START_TEST (seeks_go_to_points_bytes_and_times)
{
  static const struct {
    const gchar *properties;
    GstFormat format;
    gint64 from;
    guint64 point;
    GstClockTime time;
  } seeks[] = {
    { "rate=10", GST_FORMAT_DEFAULT, 128, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_DEFAULT, 144, 144, 225 * GST_MSECOND },
    { "rate=10", GST_FORMAT_BYTES, 24 * 128 + 7, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_TIME, 200 * GST_MSECOND, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_TIME, 225 * GST_MSECOND, 144, 225 * GST_MSECOND },
    { "rate=3", GST_FORMAT_DEFAULT, 101, 101, 526041667 },
    { "rate=3", GST_FORMAT_TIME, 526041667, 101, 526041667 },
    { "rate=1000 rate-unit=points", GST_FORMAT_DEFAULT, 777, 777,
        777 * GST_MSECOND },
    { "rate=1000 rate-unit=points", GST_FORMAT_TIME, 777 * GST_MSECOND, 777,
        777 * GST_MSECOND },
    /* the third field counts by 6 a point, from 2 */
    { "rate=6 rate-unit=time time-field=z", GST_FORMAT_DEFAULT, 500, 500,
        500 * GST_SECOND },
    { "rate=6 rate-unit=time time-field=z", GST_FORMAT_TIME, 500 * GST_SECOND,
        500, 500 * GST_SECOND },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeks); i++)
    check_seek (seeks[i].properties, seeks[i].format, seeks[i].from,
        seeks[i].point, seeks[i].time);
}
GST_END_TEST;

static void
check_early_seek (GstFormat format, GstSeekType type, gint64 from)
{
  GstHarness *harness = replay_start_tile ("rate=1000 rate-unit=points");
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");
  ReplayOutput output;

  fail_unless (gst_element_send_event (src,
      gst_event_new_seek (1.0, format, GST_SEEK_FLAG_NONE, type, from,
          GST_SEEK_TYPE_NONE, -1)));
  output = replay_play (harness);
  replay_expect_segment (&output, 0, 0, 900 * GST_MSECOND, GST_CLOCK_TIME_NONE,
      GST_SECOND);
  replay_expect_times (&output, 0, 900 * GST_MSECOND, 60 * GST_MSECOND);
  fail_unless_equals_uint64 (replay_get_offset (&output, 0), 900);
  replay_clear (&output);
  gst_object_unref (src);
  gst_harness_teardown (harness);
}

GST_START_TEST (a_seek_before_the_stream_starts_is_where_it_starts)
{
  const gint64 tenth = 100 * GST_MSECOND;

  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_SET, 900);
  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_END, -100);
  check_early_seek (GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 24 * 900);
  check_early_seek (GST_FORMAT_TIME, GST_SEEK_TYPE_SET, 9 * tenth);
  check_early_seek (GST_FORMAT_TIME, GST_SEEK_TYPE_END, -tenth);
}
GST_END_TEST;

GST_START_TEST (a_seek_stops_where_it_should)
{
  GstHarness *harness = replay_start_tile ("rate=1000 rate-unit=points");
  ReplayOutput output = replay_play (harness);

  replay_clear (&output);
  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
      10 * GST_MSECOND, 100 * GST_MSECOND);
  output = replay_take (harness);
  replay_expect_segment (&output, 0, 0, 10 * GST_MSECOND, 100 * GST_MSECOND,
      GST_SECOND);
  fail_unless_equals_int (output.buffers->len, 2);
  replay_expect_times (&output, 1, 64 * GST_MSECOND, 36 * GST_MSECOND);
  replay_clear (&output);

  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_END,
      -(gint64) (950 * GST_MSECOND), 100 * GST_MSECOND);
  output = replay_take (harness);
  fail_unless_equals_uint64 (replay_get_offset (&output, 0), 50);
  replay_clear (&output);
  /* which would be after the stop that was left as it is */
  fail_if (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 200 * GST_MSECOND, GST_SEEK_TYPE_NONE, -1)));
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (running_time_goes_on_over_segment_seeks_in_points)
{
  GstHarness *harness = replay_start_tile ("rate=10");
  ReplayOutput output = replay_play (harness);

  replay_clear (&output);
  seek (harness, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0, 128);
  output = replay_take (harness);
  replay_expect_segment (&output, 0, 0, 0, 200 * GST_MSECOND,
      REPLAY_N_BATCHES * 100 * GST_MSECOND);
  replay_clear (&output);
  seek (harness, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET,
      64, 128);
  output = replay_take (harness);
  replay_expect_segment (&output, 0, 200 * GST_MSECOND, 100 * GST_MSECOND,
      200 * GST_MSECOND, REPLAY_N_BATCHES * 100 * GST_MSECOND);
  fail_unless_equals_int (output.buffers->len, 1);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
check_running_time (const ReplayOutput *output, guint segment, guint i,
    GstClockTime expected)
{
  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  fail_unless_equals_clocktime (
      gst_segment_to_running_time (replay_get_segment (output, segment),
          GST_FORMAT_TIME,
          GST_BUFFER_PTS (g_ptr_array_index (output->buffers, i))),
      expected);
}

/* From two batches to four, by a seek that leaves the start as it is. */
static void
check_longer_segment (GstFormat format, gint64 stop)
{
  GstHarness *harness = replay_start_tile ("rate=10");
  ReplayOutput output = replay_play (harness);

  replay_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
      GST_SEEK_TYPE_SET, 0, stop / 2);
  output = replay_take (harness);
  fail_unless_equals_int (output.buffers->len, 2);
  replay_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_NONE, -1, stop);
  output = replay_take (harness);
  fail_unless_equals_int (output.buffers->len, 2);
  fail_unless_equals_uint64 (replay_get_offset (&output, 0),
      2 * REPLAY_BATCH_SIZE);
  check_running_time (&output, 0, 0, 200 * GST_MSECOND);
  check_running_time (&output, 0, 1, 300 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}

GST_START_TEST (a_segment_that_is_made_longer_goes_on)
{
  check_longer_segment (GST_FORMAT_TIME, 400 * GST_MSECOND);
  check_longer_segment (GST_FORMAT_DEFAULT, 4 * REPLAY_BATCH_SIZE);
  check_longer_segment (GST_FORMAT_BYTES,
      4 * REPLAY_BATCH_SIZE * 6 * sizeof (gfloat));
}
GST_END_TEST;

GST_START_TEST (an_epoch_after_a_seek_that_left_the_start_is_whole)
{
  GstHarness *harness = replay_start_tile ("rate=10 epochs=2");
  ReplayOutput output = replay_play (harness);

  replay_clear (&output);
  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
      GST_SEEK_TYPE_SET, 0, 200 * GST_MSECOND);
  output = replay_take (harness);
  replay_clear (&output);
  fail_unless (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_NONE,
          GST_SEEK_TYPE_NONE, -1, GST_SEEK_TYPE_SET, -1)));
  output = replay_take (harness);
  fail_unless_equals_int (output.buffers->len, 2 * REPLAY_N_BATCHES - 2);
  check_running_time (&output, 0, 0, 200 * GST_MSECOND);
  check_running_time (&output, 1, REPLAY_N_BATCHES - 2, 1600 * GST_MSECOND);
  check_running_time (&output, 1, REPLAY_N_BATCHES - 1, 1700 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (seeks_in_time_without_a_rate_are_refused)
{
  GstHarness *harness = replay_start_tile ("");
  ReplayOutput output = replay_play (harness);
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");

  fail_if (gst_element_seek_simple (src, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      0));
  g_object_set (src, "rate", 10.0, NULL); /* for the next time it is opened */
  fail_if (gst_element_seek_simple (src, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      0));
  gst_object_unref (src);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static Suite *
ssiosrc_rate_seek_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-rate-seek");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, seeks_go_to_points_bytes_and_times);
  tcase_add_test (tcase, a_seek_before_the_stream_starts_is_where_it_starts);
  tcase_add_test (tcase, a_seek_stops_where_it_should);
  tcase_add_test (tcase, running_time_goes_on_over_segment_seeks_in_points);
  tcase_add_test (tcase, a_segment_that_is_made_longer_goes_on);
  tcase_add_test (tcase, an_epoch_after_a_seek_that_left_the_start_is_whole);
  tcase_add_test (tcase, seeks_in_time_without_a_rate_are_refused);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_rate_seek)
