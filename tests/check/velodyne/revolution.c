/* SPDX-License-Identifier: MIT */
/* Where revolutions end, and what is missing in time. */

#include "ssiocheck.h"
#include "velodyne/revolution.h"
#include "velodyne/timeline.h"

/* 10 Hz: 36,000 units in 100 ms. */
#define SPEED 0.00036

static GstSsioVelodyneRevolution revolution;
static GstSsioVelodyneTimeline timeline;
static guint64 now;

static void
set_up (void)
{
  revolution = (GstSsioVelodyneRevolution){ 0 };
  timeline = (GstSsioVelodyneTimeline){ 0 };
  now = 1000000000;
}

static GstSsioVelodyneTurn
turn (gdouble azimuth, guint64 later)
{
  now += later;
  return gst_ssio_velodyne_revolution_add (&revolution, azimuth, now, SPEED);
}

GST_START_TEST (test_a_revolution_ends_at_the_cut)
{
  revolution.cut = 9000;
  fail_unless_equals_int (turn (100, 0), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (8990, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (9000, 1000), GST_SSIO_VELODYNE_BEGINS);
  fail_unless_equals_int (turn (9010, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (35990, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (10, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (9100, 1000), GST_SSIO_VELODYNE_BEGINS);
}
GST_END_TEST

GST_START_TEST (test_a_small_step_back_is_no_end)
{
  turn (35980, 0);
  fail_unless_equals_int (turn (35975, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (5, 1000), GST_SSIO_VELODYNE_BEGINS);
  fail_unless_equals_int (turn (35998, 1000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (10, 1000), GST_SSIO_VELODYNE_GOES_ON);
}
GST_END_TEST

GST_START_TEST (test_a_turn_that_is_lost_but_for_a_bit_is_an_end)
{
  turn (1000, 0);
  fail_unless_equals_int (turn (990, 99900000), GST_SSIO_VELODYNE_BEGINS);
}
GST_END_TEST

GST_START_TEST (test_more_than_a_lost_turn_interrupts)
{
  turn (1000, 0);
  fail_unless_equals_int (turn (1100, 100000001),
      GST_SSIO_VELODYNE_INTERRUPTS);
}
GST_END_TEST

/* Azimuths have hundredths of a degree, of which a block of an HDL-32E at 5 Hz
 * has 8 or 9: a speed may be off by 9 %. */
GST_START_TEST (test_a_speed_that_is_not_exact_interrupts_nothing)
{
  turn (1000, 0);
  fail_unless_equals_int (turn (35000, 103000000), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (1000, 5555556), GST_SSIO_VELODYNE_BEGINS);
  fail_unless_equals_int (turn (1100, 95000000), GST_SSIO_VELODYNE_INTERRUPTS);
}
GST_END_TEST

GST_START_TEST (test_a_late_firing_ends_nothing)
{
  turn (35000, 0);
  turn (100, 3000000);
  now -= 3000000;
  fail_unless_equals_int (turn (35900, 0), GST_SSIO_VELODYNE_GOES_ON);
  fail_unless_equals_int (turn (200, 4000000), GST_SSIO_VELODYNE_GOES_ON);
}
GST_END_TEST

/* A field of view from 350 to 10 degrees. */
GST_START_TEST (test_a_limited_field_of_view_has_revolutions)
{
  guint i;

  turn (35100, 0);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (turn (900, 5000000), GST_SSIO_VELODYNE_BEGINS);
    fail_unless_equals_int (turn (35100, 95000000), GST_SSIO_VELODYNE_GOES_ON);
  }
}
GST_END_TEST

static void
expect_step (guint32 timestamp, GstSsioVelodyneStep step, gint64 later_ns,
    guint n_lost)
{
  GstSsioVelodynePacket packet
      = { .timestamp = timestamp, .span_ns = 1327104 };
  guint64 before = timeline.time;
  guint64 time;
  guint lost;

  fail_unless_equals_int (gst_ssio_velodyne_timeline_add (&timeline, &packet,
                              &time, &lost),
      step);
  fail_unless_equals_int (lost, n_lost);
  if (before > 0)
    fail_unless_equals_int64 ((gint64) (time - before), later_ns);
}

GST_START_TEST (test_time_goes_on_over_the_hour)
{
  expect_step (3599999000, GST_SSIO_VELODYNE_FOLLOWS, 0, 0);
  expect_step (327, GST_SSIO_VELODYNE_FOLLOWS, 1327000, 0);
  expect_step (1654, GST_SSIO_VELODYNE_FOLLOWS, 1327000, 0);
}
GST_END_TEST

GST_START_TEST (test_missing_packets_are_counted)
{
  expect_step (1000, GST_SSIO_VELODYNE_FOLLOWS, 0, 0);
  expect_step (1000 + 2 * 1327, GST_SSIO_VELODYNE_FOLLOWS, 2 * 1327000, 1);
  expect_step (1000 + 102 * 1327, GST_SSIO_VELODYNE_FOLLOWS, 100 * 1327000,
      99);
}
GST_END_TEST

GST_START_TEST (test_a_late_packet_has_its_own_time)
{
  expect_step (1000, GST_SSIO_VELODYNE_FOLLOWS, 0, 0);
  expect_step (1000 + 2 * 1327, GST_SSIO_VELODYNE_FOLLOWS, 2 * 1327000, 1);
  expect_step (1000 + 1327, GST_SSIO_VELODYNE_LATE, -1327000, 0);
  expect_step (1000 + 3 * 1327, GST_SSIO_VELODYNE_FOLLOWS, 1327000, 0);
}
GST_END_TEST

GST_START_TEST (test_a_clock_that_is_set_restarts)
{
  expect_step (1000, GST_SSIO_VELODYNE_FOLLOWS, 0, 0);
  expect_step (1800000000, GST_SSIO_VELODYNE_RESTARTS, 1327104, 0);
  /* as if a packet followed */
  expect_step (1000, GST_SSIO_VELODYNE_RESTARTS, 1327104, 0);
  /* what is no time in an hour */
  expect_step (G_MAXUINT32, GST_SSIO_VELODYNE_RESTARTS, 1327104, 0);
}
GST_END_TEST

GST_START_TEST (test_a_limited_field_of_view_has_no_missing_packets)
{
  timeline.is_limited = TRUE;
  expect_step (1000, GST_SSIO_VELODYNE_FOLLOWS, 0, 0);
  expect_step (91000, GST_SSIO_VELODYNE_FOLLOWS, 90000000, 0);
}
GST_END_TEST

static Suite *
revolution_suite (void)
{
  Suite *suite = suite_create ("velodyne revolutions");
  TCase *tcase = tcase_create ("revolutions");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, NULL);
  tcase_add_test (tcase, test_a_revolution_ends_at_the_cut);
  tcase_add_test (tcase, test_a_small_step_back_is_no_end);
  tcase_add_test (tcase, test_a_turn_that_is_lost_but_for_a_bit_is_an_end);
  tcase_add_test (tcase, test_more_than_a_lost_turn_interrupts);
  tcase_add_test (tcase, test_a_speed_that_is_not_exact_interrupts_nothing);
  tcase_add_test (tcase, test_a_late_firing_ends_nothing);
  tcase_add_test (tcase, test_a_limited_field_of_view_has_revolutions);
  tcase_add_test (tcase, test_time_goes_on_over_the_hour);
  tcase_add_test (tcase, test_missing_packets_are_counted);
  tcase_add_test (tcase, test_a_late_packet_has_its_own_time);
  tcase_add_test (tcase, test_a_clock_that_is_set_restarts);
  tcase_add_test (tcase, test_a_limited_field_of_view_has_no_missing_packets);
  return suite;
}

SSIO_CHECK_MAIN (revolution)
