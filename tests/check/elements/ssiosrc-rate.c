/* SPDX-License-Identifier: MIT */
/* The times that a rate gives to batches. */

#include <gst/check/gsttestclock.h>
#include <math.h>
#include <string.h>

#include "elements/replaycheck.h"

#define LAST 40 /* points of the last batch */

GST_START_TEST (batches_a_second_make_every_batch_last_as_long)
{
  GstHarness *harness = replay_start_tile ("rate=10");
  ReplayOutput output = replay_play (harness);
  guint i;

  fail_unless_equals_int (output.buffers->len, REPLAY_N_BATCHES);
  replay_expect_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE,
      REPLAY_N_BATCHES * 100 * GST_MSECOND);
  for (i = 0; i < REPLAY_N_BATCHES; i++)
    replay_expect_times (&output, i, i * 100 * GST_MSECOND, 100 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (points_a_second_make_short_batches_shorter)
{
  GstHarness *harness = replay_start_tile ("rate=1000 rate-unit=points");
  ReplayOutput output = replay_play (harness);
  guint i;

  replay_expect_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE, GST_SECOND);
  for (i = 0; i < REPLAY_N_BATCHES - 1; i++)
    replay_expect_times (&output, i, i * REPLAY_BATCH_SIZE * GST_MSECOND,
        REPLAY_BATCH_SIZE * GST_MSECOND);
  replay_expect_times (&output, i, (REPLAY_N_POINTS - LAST) * GST_MSECOND,
      LAST * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (without_a_rate_there_are_no_timestamps)
{
  GstHarness *harness = replay_start_tile ("rate-unit=points");
  ReplayOutput output = replay_play (harness);

  fail_unless_equals_int (replay_get_segment (&output, 0)->format,
      GST_FORMAT_DEFAULT);
  replay_expect_times (&output, 0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* A file of points of one double each, the time. */
static gchar *
write_times (const gdouble *times, guint n)
{
  return ssio_check_write_file (".bin", times, n * sizeof (*times));
}

static GstHarness *
start_times (const gdouble *times, guint n, const gchar *properties)
{
  gchar *path = write_times (times, n);
  GstHarness *harness
      = replay_start ("ssiosrc location=%s batch-size=2 rate-unit=time "
                      "layout=gps_time:f8 %s",
          path, properties);

  g_free (path);
  return harness;
}

static const gdouble recorded[]
    = { 1000.5, 1000.75, 1001, 1001.5, 1010, 1010.25, 1011 };

GST_START_TEST (recorded_time_counts_from_the_first_point)
{
  GstHarness *harness = start_times (recorded, 7, "rate=1");
  ReplayOutput output = replay_play (harness);

  replay_expect_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE,
      10500 * GST_MSECOND);
  replay_expect_times (&output, 0, 0, 250 * GST_MSECOND);
  replay_expect_times (&output, 1, 500 * GST_MSECOND, 500 * GST_MSECOND);
  replay_expect_times (&output, 2, 9500 * GST_MSECOND, 250 * GST_MSECOND);
  replay_expect_times (&output, 3, 10500 * GST_MSECOND, 0);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (recorded_time_can_go_faster_and_be_read_past_the_cache)
{
  GstHarness *harness
      = start_times (recorded, 7, "rate=2 io-mode=direct epochs=2");
  ReplayOutput output = replay_play (harness);

  replay_expect_segment (&output, 1, 5250 * GST_MSECOND, 0,
      GST_CLOCK_TIME_NONE, 5250 * GST_MSECOND);
  replay_expect_times (&output, 1, 250 * GST_MSECOND, 250 * GST_MSECOND);
  replay_expect_times (&output, 5, 250 * GST_MSECOND, 250 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (integers_are_times_where_the_layout_scales_them)
{
  static const guint32 times[] = { 7, 100000007, 350000007, 350000007 };
  gchar *path = ssio_check_write_file (".bin", times, sizeof (times));
  GstHarness *harness
      = replay_start ("ssiosrc location=%s batch-size=2 rate=1 rate-unit=time "
                      "layout=t:u4*1e-9",
          path);
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 0, 0, 100 * GST_MSECOND);
  replay_expect_times (&output, 1, 350 * GST_MSECOND, 0);
  replay_clear (&output);
  gst_harness_teardown (harness);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (times_that_go_back_go_on_where_the_batch_before_ended)
{
  static const gdouble times[] = { 10, 11, 12, 13, 10, 12, 14, 15 };
  GstHarness *harness = start_times (times, 8, "rate=1");
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 1, 2 * GST_SECOND, GST_SECOND);
  replay_expect_times (&output, 2, 3 * GST_SECOND, 2 * GST_SECOND);
  replay_expect_times (&output, 3, 7 * GST_SECOND, GST_SECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* As sensors count in each sweep, where a batch is a sweep. */
GST_START_TEST (times_that_start_anew_each_batch_go_on)
{
  static const gdouble times[] = { 0, 0.125, 0, 0.125, 0, 0.125 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 1, 125 * GST_MSECOND, 125 * GST_MSECOND);
  replay_expect_times (&output, 2, 250 * GST_MSECOND, 125 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_may_overlap_without_a_delay)
{
  static const gdouble times[] = { 10, 12, 11.5, 13, 12.75, 14 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 0, 0, 2 * GST_SECOND);
  replay_expect_times (&output, 1, 1500 * GST_MSECOND, 1500 * GST_MSECOND);
  replay_expect_times (&output, 2, 2750 * GST_MSECOND, 1250 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (files_that_each_start_from_0_follow_each_other)
{
  static const gdouble times[] = { 0, 0.125 };
  gchar *paths[2] = { write_times (times, 2), write_times (times, 2) };
  gchar *text = g_strjoin ("\n", paths[0], paths[1], NULL);
  gchar *list = ssio_check_write_file (".txt", text, strlen (text));
  GstHarness *harness = replay_start (
      "ssiosrc location=@%s rate=1 rate-unit=time time-field=when "
      "layout=when:f8",
      list);
  ReplayOutput output = replay_play (harness);

  replay_expect_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE,
      GST_CLOCK_TIME_NONE);
  replay_expect_times (&output, 0, 0, 125 * GST_MSECOND);
  replay_expect_times (&output, 1, 125 * GST_MSECOND, 125 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
  g_free (list);
  g_free (text);
  g_free (paths[1]);
  g_free (paths[0]);
}
GST_END_TEST;

GST_START_TEST (points_without_a_finite_time_come_after_those_before)
{
  static const gdouble times[] = { 1, 2, NAN, INFINITY, 4, 5 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 1, GST_SECOND, 0);
  replay_expect_times (&output, 2, 3 * GST_SECOND, GST_SECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_batch_without_a_finite_end_delays_nothing)
{
  static const gdouble times[] = { 1, 2, 3, INFINITY, -INFINITY, 4 };
  GstHarness *harness = start_times (times, 6, "rate=1 epochs=2");
  ReplayOutput output = replay_play (harness);

  replay_expect_times (&output, 0, 0, GST_SECOND);
  replay_expect_times (&output, 1, 2 * GST_SECOND, 0);
  replay_expect_times (&output, 2, 2 * GST_SECOND, 0);
  fail_unless_equals_clocktime (replay_get_segment (&output, 1)->base,
      2 * GST_SECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (running_time_goes_on_over_epochs)
{
  GstHarness *harness = replay_start_tile ("rate=10 epochs=3 shuffle=batches");
  ReplayOutput output = replay_play (harness);
  guint i;

  fail_unless_equals_int (output.segments->len, 3);
  for (i = 0; i < 3; i++)
    replay_expect_segment (&output, i,
        i * REPLAY_N_BATCHES * 100 * GST_MSECOND, 0, GST_CLOCK_TIME_NONE,
        REPLAY_N_BATCHES * 100 * GST_MSECOND);
  fail_unless_equals_int (output.buffers->len, 3 * REPLAY_N_BATCHES);
  for (i = 0; i < 3 * REPLAY_N_BATCHES; i++)
    replay_expect_times (&output, i, i % REPLAY_N_BATCHES * 100 * GST_MSECOND,
        100 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_goes_on_starts_at_its_time)
{
  GstHarness *harness = replay_start_tile ("rate=10");
  ReplayOutput output = replay_play (harness);
  GstHarness *other;
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");
  gchar *state, *after, *location;

  replay_clear (&output);
  g_object_get (src, "state", &state, "location", &location, NULL);
  gst_object_unref (src);
  after = g_strdup_printf ("%.*sbatch=(guint64)5;",
      (gint) (strstr (state, "batch=(guint64)") - state), state);
  other = replay_start ("ssiosrc location=%s batch-size=%d rate=10", location,
      REPLAY_BATCH_SIZE);
  src = gst_harness_find_element (other, "ssiosrc");
  g_object_set (src, "resume-from", after, NULL);
  gst_object_unref (src);
  output = replay_play (other);
  replay_expect_segment (&output, 0, 0, 500 * GST_MSECOND, GST_CLOCK_TIME_NONE,
      REPLAY_N_BATCHES * 100 * GST_MSECOND);
  replay_expect_times (&output, 0, 500 * GST_MSECOND, 100 * GST_MSECOND);
  replay_clear (&output);
  g_free (after);
  g_free (location);
  g_free (state);
  gst_harness_teardown (other);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
check_query (GstElement *element, GstFormat format, gint64 expected)
{
  gint64 position = -1;
  gint64 duration = -1;

  fail_unless (gst_element_query_position (element, format, &position));
  fail_unless (gst_element_query_duration (element, format, &duration));
  fail_unless_equals_int64 (position, expected);
  fail_unless_equals_int64 (duration, expected);
}

GST_START_TEST (position_and_duration_are_in_time_points_and_bytes)
{
  GstHarness *harness = replay_start_tile ("rate=10");
  ReplayOutput output = replay_play (harness);
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;
  gint64 end;

  check_query (harness->element, GST_FORMAT_TIME,
      REPLAY_N_BATCHES * 100 * GST_MSECOND);
  check_query (harness->element, GST_FORMAT_DEFAULT, REPLAY_N_POINTS);
  check_query (harness->element, GST_FORMAT_BYTES, 24 * REPLAY_N_POINTS);
  fail_unless (gst_element_query (harness->element, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, &end);
  fail_unless (seekable);
  fail_unless_equals_int64 (end, REPLAY_N_BATCHES * 100 * GST_MSECOND);
  gst_query_unref (query);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_followed_has_the_same_timestamps)
{
  GstHarness *harness = replay_start_tile (
      "rate=1000 rate-unit=points follow=true follow-timeout=1");
  ReplayOutput output = replay_play (harness);
  guint i;

  replay_expect_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE,
      GST_CLOCK_TIME_NONE);
  for (i = 0; i < REPLAY_N_BATCHES - 1; i++)
    replay_expect_times (&output, i, i * REPLAY_BATCH_SIZE * GST_MSECOND,
        REPLAY_BATCH_SIZE * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);

  harness = start_times (recorded, 7, "rate=1 follow=true follow-timeout=1");
  output = replay_play (harness);
  replay_expect_times (&output, 1, 500 * GST_MSECOND, 500 * GST_MSECOND);
  replay_expect_times (&output, 2, 9500 * GST_MSECOND, 250 * GST_MSECOND);
  replay_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
expect_error (const gchar *properties, const gchar *one, const gchar *other)
{
  gchar *path = ssio_check_write_tile (REPLAY_N_POINTS, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s %s ! fakesink", path,
          properties);

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      one, other, NULL);
  gst_object_unref (pipeline);
  g_free (path);
}

GST_START_TEST (recorded_time_needs_a_field_and_the_order_of_the_recording)
{
  expect_error ("rate=1 rate-unit=time", "no field with the time",
      "time-field");
  expect_error ("rate=1 rate-unit=time time-field=when", "no field \"when\"",
      "x:f4");
  expect_error ("rate=1 rate-unit=time time-field=z shuffle=batches",
      "found shuffle", "shuffle=none");
}
GST_END_TEST;

GST_START_TEST (a_sink_with_sync_paces_the_replay)
{
  gchar *path = ssio_check_write_tile (3, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s batch-size=1 rate=10 epochs=2 "
                           "! ssiolinear sync=true",
          path);
  GstClock *clock = gst_test_clock_new ();
  GstTestClock *test_clock = GST_TEST_CLOCK (clock);
  guint i;

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, 0);
  ssio_check_set_state (pipeline, GST_STATE_PLAYING);
  /* six batches of a point, and the end of the last */
  for (i = 0; i <= 6; i++) {
    GstClockID id;

    gst_test_clock_wait_for_next_pending_id (test_clock, &id);
    fail_unless_equals_clocktime (gst_clock_id_get_time (id),
        i * 100 * GST_MSECOND);
    gst_clock_id_unref (id);
    fail_unless (gst_test_clock_crank (test_clock));
  }
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  gst_object_unref (clock);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiosrc_rate_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-rate");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, batches_a_second_make_every_batch_last_as_long);
  tcase_add_test (tcase, points_a_second_make_short_batches_shorter);
  tcase_add_test (tcase, without_a_rate_there_are_no_timestamps);
  tcase_add_test (tcase, recorded_time_counts_from_the_first_point);
  tcase_add_test (tcase,
      recorded_time_can_go_faster_and_be_read_past_the_cache);
  tcase_add_test (tcase, integers_are_times_where_the_layout_scales_them);
  tcase_add_test (tcase,
      times_that_go_back_go_on_where_the_batch_before_ended);
  tcase_add_test (tcase, times_that_start_anew_each_batch_go_on);
  tcase_add_test (tcase, batches_may_overlap_without_a_delay);
  tcase_add_test (tcase, files_that_each_start_from_0_follow_each_other);
  tcase_add_test (tcase, points_without_a_finite_time_come_after_those_before);
  tcase_add_test (tcase, a_batch_without_a_finite_end_delays_nothing);
  tcase_add_test (tcase, running_time_goes_on_over_epochs);
  tcase_add_test (tcase, a_stream_that_goes_on_starts_at_its_time);
  tcase_add_test (tcase, position_and_duration_are_in_time_points_and_bytes);
  tcase_add_test (tcase, a_file_that_is_followed_has_the_same_timestamps);
  tcase_add_test (tcase,
      recorded_time_needs_a_field_and_the_order_of_the_recording);
  tcase_add_test (tcase, a_sink_with_sync_paces_the_replay);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_rate)
