/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "ssiocheck.h"
#include "velodyne/points.h"
#include "velodynecheck.h"

static GstSsioVelodynePoint points[GST_SSIO_VELODYNE_MAX_FIRING_POINTS];
static guint8 bytes[GST_SSIO_VELODYNE_PACKET_BYTES];

/* A firing without a return. */
static GstSsioVelodyneFiring
clear_firing (gdouble azimuth, gdouble gap)
{
  memset (bytes, 0, sizeof (bytes));
  return (GstSsioVelodyneFiring){
    .azimuth = azimuth, .gap = gap, .first = bytes + 4, .second = bytes + 104
  };
}

static guint
aim (const gchar *model, gdouble min_range, gdouble max_range,
    const GstSsioVelodyneFiring *firing, gfloat seconds)
{
  GstSsioVelodyneAim aim;

  gst_ssio_velodyne_aim_init (&aim, gst_ssio_velodyne_model_find (model),
      min_range, max_range);
  return gst_ssio_velodyne_aim_firing (&aim, firing, seconds, points);
}

static guint
aim_all (const gchar *model, const GstSsioVelodyneFiring *firing)
{
  return aim (model, 0, GST_SSIO_VELODYNE_MAX_DISTANCE, firing, 0);
}

static void
expect_place (guint i, gdouble x, gdouble y, gdouble z)
{
  fail_unless (fabs (points[i].x - x) < 1e-4 && fabs (points[i].y - y) < 1e-4
                   && fabs (points[i].z - z) < 1e-4,
      "point %u is at %f %f %f, expected %f %f %f", i, points[i].x,
      points[i].y, points[i].z, x, y, z);
}

GST_START_TEST (test_no_return_is_no_point)
{
  GstSsioVelodyneFiring firing = clear_firing (0, 0);

  fail_unless_equals_int (aim_all ("vlp16", &firing), 0);
}
GST_END_TEST

/* Channel 0 of a VLP-16 looks down by 15 degrees, from 11.2 mm above the
 * origin. */
GST_START_TEST (test_x_is_forward_y_left_and_z_up)
{
  gdouble across = 10 * cos (G_PI / 12);
  gdouble z = 0.0112 - 10 * sin (G_PI / 12);
  GstSsioVelodyneFiring firing = clear_firing (0, 0);

  velodyne_check_put (bytes, 0, 0, 5000, 99);
  fail_unless_equals_int (aim_all ("vlp16", &firing), 1);
  expect_place (0, across, 0, z);
  fail_unless_equals_float (points[0].intensity, 99);
  fail_unless_equals_int (points[0].ring, 0);

  firing.azimuth = 9000; /* to the right */
  aim_all ("vlp16", &firing);
  expect_place (0, 0, -across, z);
  firing.azimuth = 27000;
  aim_all ("vlp16", &firing);
  expect_place (0, 0, across, z);
}
GST_END_TEST

/* The last channel of an HDL-32E fires 31 * 1.152 us after the first, of
 * 46.08 us in which the sensor turns by the gap. */
GST_START_TEST (test_channels_fire_one_after_the_other)
{
  GstSsioVelodyneFiring firing = clear_firing (4500, 32);
  gdouble azimuth = (45 + 0.32 * 31 * 1.152 / 46.08) * G_PI / 180;
  gdouble elevation = 10.67 * G_PI / 180;

  velodyne_check_put (bytes, 0, 31, 50000, 1);
  fail_unless_equals_int (aim ("hdl32e", 0, 130, &firing, 0.25f), 1);
  expect_place (0, 100 * cos (elevation) * cos (azimuth),
      -100 * cos (elevation) * sin (azimuth), 100 * sin (elevation));
  fail_unless_equals_int (points[0].ring, 31);
  fail_unless (fabs (points[0].time - (0.25 + 31 * 1.152e-6)) < 1e-7);
}
GST_END_TEST

GST_START_TEST (test_rings_count_from_below)
{
  static const guint16 rings[] = { 0, 8, 1, 9, 2, 10, 3, 11 };
  GstSsioVelodyneFiring firing = clear_firing (0, 0);
  guint i;

  for (i = 0; i < 16; i++)
    velodyne_check_put (bytes, 0, i, 1000, 1);
  fail_unless_equals_int (aim_all ("vlp16", &firing), 16);
  for (i = 0; i < G_N_ELEMENTS (rings); i++)
    fail_unless_equals_int (points[i].ring, rings[i]);
}
GST_END_TEST

GST_START_TEST (test_a_second_return_is_a_point_where_it_differs)
{
  GstSsioVelodyneFiring firing = clear_firing (0, 0);

  velodyne_check_put (bytes, 0, 0, 1000, 1);
  velodyne_check_put (bytes, 1, 0, 1000, 1);
  velodyne_check_put (bytes, 0, 1, 2000, 1);
  velodyne_check_put (bytes, 1, 1, 1500, 2);
  velodyne_check_put (bytes, 0, 2, 2000, 1);
  fail_unless_equals_int (aim_all ("vlp16", &firing), 4);
  fail_unless_equals_int (points[0].ring, 0);
  fail_unless_equals_int (points[1].ring, 8);
  fail_unless_equals_float (points[1].intensity, 1);
  fail_unless_equals_int (points[2].ring, 8);
  fail_unless_equals_float (points[2].intensity, 2);
  fail_unless_equals_int (points[3].ring, 1);
}
GST_END_TEST

GST_START_TEST (test_ranges_include_their_ends)
{
  GstSsioVelodyneFiring firing = clear_firing (0, 0);

  velodyne_check_put (bytes, 0, 0, 499, 1);
  velodyne_check_put (bytes, 0, 1, 500, 2);
  velodyne_check_put (bytes, 0, 2, 1000, 3);
  velodyne_check_put (bytes, 0, 3, 1001, 4);
  velodyne_check_put (bytes, 0, 4, 65535, 5);
  fail_unless_equals_int (aim ("vlp16", 1, 2, &firing, 0), 2);
  fail_unless_equals_float (points[0].intensity, 2);
  fail_unless_equals_float (points[1].intensity, 3);
  fail_unless_equals_int (aim_all ("vlp16", &firing), 5);
  fail_unless_equals_int (aim ("vlp16", 2, 1, &firing, 0), 0);
}
GST_END_TEST

static Suite *
points_suite (void)
{
  Suite *suite = suite_create ("velodyne points");
  TCase *tcase = tcase_create ("points");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_no_return_is_no_point);
  tcase_add_test (tcase, test_x_is_forward_y_left_and_z_up);
  tcase_add_test (tcase, test_channels_fire_one_after_the_other);
  tcase_add_test (tcase, test_rings_count_from_below);
  tcase_add_test (tcase, test_a_second_return_is_a_point_where_it_differs);
  tcase_add_test (tcase, test_ranges_include_their_ends);
  return suite;
}

SSIO_CHECK_MAIN (points)
