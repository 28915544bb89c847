/* SPDX-License-Identifier: MIT */

#include <gst/check/gsttestclock.h>

#include "ssiocheck.h"
#include "velodyne/silence.h"

#define TIMEOUT (2 * GST_SECOND)

static GstElement *element;
static GstTestClock *test_clock;
static GstSsioSilence silence;
static gint n_calls;

static void
count_call (GstElement *silent)
{
  fail_unless (silent == element);
  g_atomic_int_inc (&n_calls);
}

static void
set_up (void)
{
  n_calls = 0;
  element = gst_object_ref_sink (gst_bin_new (NULL));
  test_clock = GST_TEST_CLOCK (gst_test_clock_new ());
  gst_ssio_silence_init (&silence, element, count_call);
  gst_ssio_silence_start (&silence, GST_CLOCK (test_clock), TIMEOUT);
}

static void
tear_down (void)
{
  gst_ssio_silence_stop (&silence);
  gst_ssio_silence_clear (&silence);
  ASSERT_OBJECT_REFCOUNT (element, "element", 1);
  gst_object_unref (element);
  ASSERT_OBJECT_REFCOUNT (test_clock, "clock", 1);
  gst_object_unref (test_clock);
}

static void
hear_at (GstClockTime time, gboolean counts)
{
  gst_test_clock_set_time (test_clock, time);
  gst_ssio_silence_break (&silence);
  gst_ssio_silence_done (&silence, counts);
}

GST_START_TEST (test_silence_is_told_once)
{
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 1);
  fail_unless_equals_uint64 (gst_clock_get_time (GST_CLOCK (test_clock)),
      TIMEOUT);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 0);
}
GST_END_TEST

GST_START_TEST (test_what_comes_puts_it_off)
{
  hear_at (GST_SECOND, TRUE);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 0);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 1);
  fail_unless_equals_uint64 (gst_clock_get_time (GST_CLOCK (test_clock)),
      GST_SECOND + TIMEOUT);
}
GST_END_TEST

GST_START_TEST (test_what_does_not_count_puts_nothing_off)
{
  hear_at (GST_SECOND, FALSE);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 1);
}
GST_END_TEST

GST_START_TEST (test_work_is_no_silence)
{
  gst_ssio_silence_break (&silence);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 0);
  gst_ssio_silence_done (&silence, TRUE);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 1);
}
GST_END_TEST

GST_START_TEST (test_nothing_is_told_after_a_stop)
{
  gst_ssio_silence_stop (&silence);
  fail_unless_equals_int (gst_test_clock_peek_id_count (test_clock), 0);
  gst_test_clock_advance_time (test_clock, 2 * TIMEOUT);
  hear_at (3 * TIMEOUT, TRUE);
  fail_unless_equals_int (n_calls, 0);

  gst_ssio_silence_start (&silence, GST_CLOCK (test_clock), TIMEOUT);
  fail_unless (gst_test_clock_crank (test_clock));
  fail_unless_equals_int (n_calls, 1);
}
GST_END_TEST

static Suite *
silence_suite (void)
{
  Suite *suite = suite_create ("silence");
  TCase *tcase = tcase_create ("silence");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, test_silence_is_told_once);
  tcase_add_test (tcase, test_what_comes_puts_it_off);
  tcase_add_test (tcase, test_what_does_not_count_puts_nothing_off);
  tcase_add_test (tcase, test_work_is_no_silence);
  tcase_add_test (tcase, test_nothing_is_told_after_a_stop);
  return suite;
}

SSIO_CHECK_MAIN (silence)
