/* SPDX-License-Identifier: MIT */

#include "linear/epochlog.h"
#include "ssiocheck.h"

#define CAPS "pointcloud/x-raw, point-size=8, batch-size=10"

static GstSsioEpochLog *
new_log (void)
{
  GstSsioEpochLog *log = gst_ssio_epoch_log_new ();
  GstCaps *caps = gst_caps_from_string (CAPS);
  GstSegment segment;

  gst_ssio_epoch_log_set_caps (log, caps);
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  gst_ssio_epoch_log_reset (log);
  gst_ssio_epoch_log_start_segment (log, &segment);
  return log;
}

/* A batch of 10 points from start on. */
static void
add (GstSsioEpochLog *log, guint64 start)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 80, NULL);

  GST_BUFFER_OFFSET (buffer) = start;
  GST_BUFFER_OFFSET_END (buffer) = start + 10;
  gst_ssio_epoch_log_add (log, buffer);
  gst_buffer_unref (buffer);
}

static void
check_missed (GstSsioEpochLog *log, guint64 points)
{
  guint64 batches, found;

  gst_ssio_epoch_log_get_missed (log, &batches, &found);
  fail_unless_equals_uint64 (found, points);
}

GST_START_TEST (what_was_missed_adds_up_over_epochs)
{
  GstSsioEpochLog *log = new_log ();
  const GstSsioArrivals *arrivals = gst_ssio_epoch_log_get_arrivals (log);

  add (log, 0);
  add (log, 30);
  fail_unless_equals_uint64 (arrivals->batches, 2);
  fail_unless_equals_uint64 (arrivals->points, 20);
  check_missed (log, 20);
  gst_ssio_epoch_log_clear_epoch (log);
  fail_unless_equals_uint64 (arrivals->batches, 0);
  fail_unless_equals_uint64 (arrivals->missed_points, 0);
  check_missed (log, 20);

  /* the next one has 35 points in 4 batches, of which one comes */
  add (log, 40);
  gst_ssio_epoch_log_end_dropped (log, 1, 35);
  fail_unless_equals_uint64 (arrivals->missed_batches, 3);
  fail_unless_equals_uint64 (arrivals->missed_points, 25);
  gst_ssio_epoch_log_clear_epoch (log);
  check_missed (log, 45);

  gst_ssio_epoch_log_reset (log);
  check_missed (log, 0);
  gst_ssio_epoch_log_free (log);
}
GST_END_TEST;

GST_START_TEST (time_goes_by_while_the_clock_runs)
{
  GstSsioEpochLog *log = new_log ();
  gdouble seconds;

  fail_unless (gst_ssio_epoch_log_get_seconds (log)
               == gst_ssio_epoch_log_get_seconds (log));
  gst_ssio_epoch_log_let_clock_run (log, TRUE);
  seconds = gst_ssio_epoch_log_get_seconds (log);
  while (gst_ssio_epoch_log_get_seconds (log) <= seconds)
    g_usleep (10);
  gst_ssio_epoch_log_let_clock_run (log, FALSE);
  seconds = gst_ssio_epoch_log_get_seconds (log);
  g_usleep (10);
  fail_unless (gst_ssio_epoch_log_get_seconds (log) == seconds);
  gst_ssio_epoch_log_free (log);
}
GST_END_TEST;

static Suite *
epochlog_suite (void)
{
  Suite *suite = suite_create ("epochlog");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, what_was_missed_adds_up_over_epochs);
  tcase_add_test (tcase, time_goes_by_while_the_clock_runs);
  return suite;
}

SSIO_CHECK_MAIN (epochlog)
