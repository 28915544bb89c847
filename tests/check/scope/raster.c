/* SPDX-License-Identifier: MIT */
/* Where points are in a picture, and which of them is seen. */

#include <math.h>
#include <string.h>

#include "scope/raster.h"
#include "ssiocheck.h"

#define DEGREE (G_PI / 180)

static const GstSsioCamera top = { GST_SSIO_VIEW_TOP, 0, 0, 0 };

static GstSsioProjection
project (GstSsioCamera camera, GstSsioBox box, guint width, guint height)
{
  GstSsioProjection projection;

  gst_ssio_projection_init (&projection, &camera, &box, width, height);
  return projection;
}

/* Draws one point into a raster of the projection's size, made for it. */
static gboolean
draw (GstSsioRaster *raster, const GstSsioProjection *projection, gfloat x,
    gfloat y, gfloat z, gfloat value)
{
  gst_ssio_raster_resize (raster, projection->width, projection->height);
  return gst_ssio_raster_draw (raster, projection, &x, &y, &z, &value, 1) == 1;
}

static guint64
get_word (const GstSsioRaster *raster, guint column, guint row)
{
  fail_unless (column < raster->width && row < raster->height);
  return raster->words[row * raster->width + column];
}

static guint
count_covered (const GstSsioRaster *raster)
{
  guint n = 0;
  guint i;

  for (i = 0; i < raster->width * raster->height; i++)
    n += raster->words[i] != 0;
  return n;
}

/* Expects that a point, drawn alone, is on that pixel and nowhere else. */
static void
check_pixel (const GstSsioProjection *projection, gfloat x, gfloat y, gfloat z,
    guint column, guint row)
{
  GstSsioRaster raster = { 0 };

  fail_unless (draw (&raster, projection, x, y, z, 7));
  fail_unless_equals_int (count_covered (&raster), 1);
  fail_unless (get_word (&raster, column, row) != 0,
      "%g, %g, %g is not at column %u, row %u", x, y, z, column, row);
  fail_unless_equals_float (gst_ssio_raster_get_value (get_word (&raster,
                                column, row)),
      7);
  gst_ssio_raster_clear (&raster);
}

static void
check_outside (const GstSsioProjection *projection, gfloat x, gfloat y,
    gfloat z)
{
  GstSsioRaster raster = { 0 };

  fail_if (draw (&raster, projection, x, y, z, 7));
  fail_unless_equals_int (count_covered (&raster), 0);
  gst_ssio_raster_clear (&raster);
}

GST_START_TEST (from_the_top_east_is_right_and_north_is_up)
{
  const GstSsioBox box = { { 0, 0, 5 }, { 100, 50, 6 } };
  GstSsioProjection projection = project (top, box, 101, 51);

  check_pixel (&projection, 0, 0, 5, 0, 50);
  check_pixel (&projection, 100, 0, 5, 100, 50);
  check_pixel (&projection, 0, 50, 5, 0, 0);
  check_pixel (&projection, 100, 50, 5, 100, 0);
  check_pixel (&projection, 10, 20, 5, 10, 30);
  check_pixel (&projection, 10.4, 20.4, 5, 10, 30);
  check_pixel (&projection, 10.6, 20.6, 5, 11, 29);
  check_outside (&projection, 101, 20, 5);
  check_outside (&projection, -1, 20, 5);
  check_outside (&projection, 10, 51, 5);
  check_outside (&projection, 10, -1, 5);
}
GST_END_TEST;

GST_START_TEST (a_picture_of_another_shape_shows_all_in_its_middle)
{
  const GstSsioBox box = { { 0, 0, 0 }, { 100, 50, 0 } };
  GstSsioProjection wide = project (top, box, 301, 51);
  GstSsioProjection high = project (top, box, 51, 301);
  GstSsioProjection dot = project (top, box, 1, 1);

  check_pixel (&wide, 0, 0, 0, 100, 50);
  check_pixel (&wide, 100, 50, 0, 200, 0);
  /* half as large */
  check_pixel (&high, 0, 0, 0, 0, 163);
  check_pixel (&high, 100, 50, 0, 50, 138);
  check_pixel (&dot, 0, 0, 0, 0, 0);
  check_pixel (&dot, 100, 50, 0, 0, 0);
}
GST_END_TEST;

GST_START_TEST (one_place_is_in_the_middle_of_the_picture)
{
  const GstSsioBox place = { { 3, 4, 5 }, { 3, 4, 5 } };
  GstSsioCamera aside = { GST_SSIO_VIEW_PERSPECTIVE, 200, 30, 0 };
  GstSsioProjection projection = project (top, place, 9, 5);

  check_pixel (&projection, 3, 4, 5, 4, 2);
  projection = project (aside, place, 9, 5);
  check_pixel (&projection, 3, 4, 5, 4, 2);
}
GST_END_TEST;

/* The nearer one is seen, and of two as near the larger value, whichever was
 * drawn first. */
static void
check_wins (const GstSsioProjection *projection, const gfloat winner[4],
    const gfloat loser[4])
{
  GstSsioRaster once = { 0 };
  GstSsioRaster again = { 0 };

  draw (&once, projection, winner[0], winner[1], winner[2], winner[3]);
  draw (&once, projection, loser[0], loser[1], loser[2], loser[3]);
  draw (&again, projection, loser[0], loser[1], loser[2], loser[3]);
  draw (&again, projection, winner[0], winner[1], winner[2], winner[3]);
  fail_unless_equals_int (count_covered (&once), 1);
  fail_unless (memcmp (once.words, again.words,
                   once.width * once.height * sizeof (guint64))
               == 0);
  fail_unless_equals_float (gst_ssio_raster_get_value (get_word (&once,
                                once.width / 2, once.height / 2)),
      winner[3]);
  gst_ssio_raster_clear (&once);
  gst_ssio_raster_clear (&again);
}

GST_START_TEST (the_nearest_point_is_seen_in_any_order)
{
  const GstSsioBox box = { { -1, -1, -1 }, { 1, 1, 1 } };
  GstSsioCamera south = { GST_SSIO_VIEW_PERSPECTIVE, 180, 0, 10 };
  GstSsioProjection projection = project (top, box, 11, 11);

  check_wins (&projection, (gfloat[]){ 0, 0, 1, 1 },
      (gfloat[]){ 0, 0, -1, 200 });
  check_wins (&projection, (gfloat[]){ 0, 0, -1, 1 },
      (gfloat[]){ 0, 0, -1.5, 200 });
  check_wins (&projection, (gfloat[]){ 0, 0, 0.5, 1 },
      (gfloat[]){ 0, 0, 0, 200 });
  check_wins (&projection, (gfloat[]){ 0, 0, 1, 3 }, (gfloat[]){ 0, 0, 1, 2 });
  projection = project (south, box, 11, 11);
  check_wins (&projection, (gfloat[]){ 0, -1, 0, 1 },
      (gfloat[]){ 0, 1, 0, 200 });
}
GST_END_TEST;

GST_START_TEST (what_is_near_and_its_value_can_be_read_back)
{
  static const gfloat heights[]
      = { -3e38, -100.25, -1e-30, 0, 1e-30, 406.5, 3e38 };
  const GstSsioBox box = { { 0, 0, 0 }, { 1, 1, 1 } };
  GstSsioProjection projection = project (top, box, 1, 1);
  guint64 last = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heights); i++) {
    GstSsioRaster raster = { 0 };

    draw (&raster, &projection, 0.5, 0.5, heights[i], -2.5);
    fail_unless (raster.words[0] > last);
    fail_unless (gst_ssio_raster_get_nearness (raster.words[0]) == heights[i]);
    fail_unless (gst_ssio_raster_get_value (raster.words[0]) == -2.5);
    last = raster.words[0];
    gst_ssio_raster_clear (&raster);
  }
}
GST_END_TEST;

/* The formula, by hand: a point right of the middle and above it. */
static void
check_from_aside (gdouble azimuth, gdouble elevation, const gfloat point[3],
    gdouble right, gdouble up, gdouble depth)
{
  const GstSsioBox box = { { -1, -1, -1 }, { 1, 1, 1 } };
  GstSsioCamera camera = { GST_SSIO_VIEW_PERSPECTIVE, azimuth, elevation, 10 };
  GstSsioProjection projection = project (camera, box, 400, 300);
  gdouble scale = 150 / tan (GST_SSIO_FIELD_OF_VIEW / 2 * DEGREE);

  check_pixel (&projection, point[0], point[1], point[2],
      floor (200 + scale * right / depth), floor (150 - scale * up / depth));
}

GST_START_TEST (the_eye_is_where_azimuth_and_elevation_say)
{
  const gdouble half = sqrt (0.5);

  /* in the south, east is right; in the east, north is; and so on */
  check_from_aside (180, 0, (gfloat[]){ 1, 0.5, 0.25 }, 1, 0.25, 10.5);
  check_from_aside (90, 0, (gfloat[]){ 0.5, 1, 0.25 }, 1, 0.25, 9.5);
  check_from_aside (0, 0, (gfloat[]){ -1, 0.5, 0.25 }, 1, 0.25, 9.5);
  check_from_aside (-90, 0, (gfloat[]){ 0.5, -1, 0.25 }, 1, 0.25, 10.5);
  /* straight above, as on a map */
  check_from_aside (180, 90, (gfloat[]){ 1, 0.25, 0.5 }, 1, 0.25, 9.5);
  /* and from below */
  check_from_aside (180, -90, (gfloat[]){ 1, 0.25, 0.5 }, 1, -0.25, 10.5);
  check_from_aside (180, 45, (gfloat[]){ 0, 0, 1 }, 0, half, 10 - half);
  check_from_aside (180, 45, (gfloat[]){ 0, 1, 0 }, 0, half, 10 + half);
}
GST_END_TEST;

GST_START_TEST (what_is_behind_the_eye_is_not_seen)
{
  const GstSsioBox box = { { -100, -100, -100 }, { 100, 100, 100 } };
  GstSsioCamera camera = { GST_SSIO_VIEW_PERSPECTIVE, 180, 0, 10 };
  GstSsioProjection projection = project (camera, box, 11, 11);

  check_pixel (&projection, 0, -9.9, 0, 5, 5);
  check_outside (&projection, 0, -10, 0);
  check_outside (&projection, 0, -20, 0);
}
GST_END_TEST;

/* Grows an extent in pixels, from the left, right, top and bottom, by where
 * the points of a raster are. */
static void
add_extent (const GstSsioRaster *raster, guint extent[4])
{
  guint i;

  for (i = 0; i < raster->width * raster->height; i++) {
    guint column = i % raster->width;
    guint row = i / raster->width;

    if (raster->words[i] == 0)
      continue;
    extent[0] = MIN (extent[0], column);
    extent[1] = MIN (extent[1], raster->width - 1 - column);
    extent[2] = MIN (extent[2], row);
    extent[3] = MIN (extent[3], raster->height - 1 - row);
  }
}

/* All of a box's corners are seen. Grows an extent by where. */
static void
check_seen (GstSsioCamera camera, GstSsioBox box, guint width, guint height,
    guint extent[4])
{
  GstSsioProjection projection = project (camera, box, width, height);
  guint i;

  for (i = 0; i < 8; i++) {
    GstSsioRaster raster = { 0 };

    fail_unless (draw (&raster, &projection, i & 1 ? box.max[0] : box.min[0],
                     i & 2 ? box.max[1] : box.min[1],
                     i & 4 ? box.max[2] : box.min[2], 1),
        "corner %u, azimuth %g, elevation %g", i, camera.azimuth,
        camera.elevation);
    add_extent (&raster, extent);
    gst_ssio_raster_clear (&raster);
  }
}

/* And the eye could be no nearer: they reach from one edge to the other, and
 * are as far from both others. */
static void
check_fills (GstSsioCamera camera, GstSsioBox box, guint width, guint height)
{
  guint extent[4] = { width, width, height, height };

  check_seen (camera, box, width, height, extent);
  fail_unless (extent[0] + extent[1] <= 1 || extent[2] + extent[3] <= 1,
      "left %u, right %u, top %u, bottom %u of %u x %u", extent[0], extent[1],
      extent[2], extent[3], width, height);
  fail_unless (ABS ((gint) extent[0] - (gint) extent[1]) <= 1);
  fail_unless (ABS ((gint) extent[2] - (gint) extent[3]) <= 1);
}

GST_START_TEST (a_box_fills_the_picture_from_all_sides)
{
  const GstSsioBox flat = { { 0, 0, 60 }, { 500, 400, 90 } };
  const GstSsioBox high = { { -1, -1, -50 }, { 1, 1, 50 } };
  const GstSsioBox line = { { 0, 3, 0 }, { 10, 3, 0 } };
  GstSsioCamera camera = { GST_SSIO_VIEW_PERSPECTIVE, 0, 0, 0 };

  for (camera.azimuth = -360; camera.azimuth <= 360; camera.azimuth += 72) {
    for (camera.elevation = -90; camera.elevation <= 90;
         camera.elevation += 18) {
      check_fills (camera, flat, 160, 90);
      check_fills (camera, flat, 90, 160);
      check_fills (camera, high, 64, 64);
    }
  }
  camera.azimuth = 180;
  camera.elevation = 30;
  check_fills (camera, line, 50, 50);
  check_fills (camera, flat, 1, 1);
  check_fills (camera, flat, 2, 1);
  check_fills (camera, flat, 1, 3);
}
GST_END_TEST;

GST_START_TEST (a_long_road_is_seen_from_its_end)
{
  const GstSsioBox road = { { -1, 0, 0 }, { 1, 20000, 1 } };
  const GstSsioBox line = { { 0, 0, 0 }, { 0, 20000, 0 } };
  const GstSsioCamera camera = { GST_SSIO_VIEW_PERSPECTIVE, 180, 0, 0 };
  guint extent[4] = { 9, 9, 9, 9 };

  check_fills (camera, road, 64, 48);
  check_seen (camera, line, 9, 9, extent);
}
GST_END_TEST;

GST_START_TEST (a_pixel_is_as_long_as_two_points_must_be_apart)
{
  const GstSsioBox box = { { 0, 0, 0 }, { 100, 50, 10 } };
  GstSsioCamera camera = { GST_SSIO_VIEW_PERSPECTIVE, 180, 90, 110 };
  GstSsioProjection projection = project (top, box, 51, 51);

  fail_unless_equals_float (gst_ssio_projection_get_pixel_size (&projection,
                                &box),
      2);
  /* at the top of the box, 105 from the eye */
  projection = project (camera, box, 51, 51);
  fail_unless (fabs (gst_ssio_projection_get_pixel_size (&projection, &box)
                     - 105 / projection.scale)
               < 1e-9);
}
GST_END_TEST;

static GstSsioRaster
new_random_raster (guint width, guint height, guint one_in)
{
  GstSsioRaster raster = { 0 };
  guint i;

  gst_ssio_raster_resize (&raster, width, height);
  for (i = 0; i < width * height; i++) {
    if (g_random_int_range (0, one_in) == 0)
      raster.words[i] = (guint64) g_random_int () << 32 | g_random_int ();
  }
  return raster;
}

/* The largest word of those whose squares have the pixel in them. */
static guint64
find_largest (const GstSsioRaster *raster, gint size, gint column, gint row)
{
  guint64 largest = 0;
  gint c, r;

  for (r = 0; r < (gint) raster->height; r++) {
    for (c = 0; c < (gint) raster->width; c++) {
      if (column >= c - size / 2 && column < c - size / 2 + size
          && row >= r - size / 2 && row < r - size / 2 + size)
        largest = MAX (largest, get_word (raster, c, r));
    }
  }
  return largest;
}

static void
check_widened (guint width, guint height, guint size)
{
  GstSsioRaster raster = new_random_raster (width, height, 5);
  GstSsioRaster wide = { 0 };
  guint column, row;

  gst_ssio_raster_widen (&raster, size, &wide);
  for (row = 0; row < height; row++) {
    for (column = 0; column < width; column++)
      fail_unless (get_word (&wide, column, row)
                       == find_largest (&raster, size, column, row),
          "%u x %u, size %u: column %u, row %u", width, height, size, column,
          row);
  }
  gst_ssio_raster_clear (&raster);
  gst_ssio_raster_clear (&wide);
}

GST_START_TEST (wide_points_are_squares_of_which_the_nearest_is_seen)
{
  guint size;

  g_random_set_seed (1);
  for (size = 1; size <= 8; size++) {
    check_widened (17, 13, size);
    check_widened (3, 11, size);
    check_widened (11, 1, size);
    check_widened (1, 1, size);
  }
  check_widened (5, 4, 32);
}
GST_END_TEST;

/* Points on every n-th pixel, a side. */
static guint
suggest_for_grid (guint n)
{
  GstSsioRaster raster = { 0 };
  guint column, row, size;

  gst_ssio_raster_resize (&raster, 120, 90);
  for (row = 0; row < raster.height; row += n) {
    for (column = 0; column < raster.width; column += n)
      raster.words[row * raster.width + column] = 1;
  }
  size = gst_ssio_raster_suggest_size (&raster);
  gst_ssio_raster_clear (&raster);
  return size;
}

GST_START_TEST (points_cover_the_surface_they_are_on)
{
  GstSsioRaster empty = { 0 };
  guint n;

  fail_unless_equals_int (suggest_for_grid (1), 1);
  for (n = 2; n <= 5; n++) {
    fail_unless (suggest_for_grid (n) >= n, "every %u-th", n);
    fail_unless (suggest_for_grid (n) <= 2 * n, "every %u-th", n);
  }
  fail_unless_equals_int (suggest_for_grid (200), 5);
  gst_ssio_raster_resize (&empty, 4, 4);
  fail_unless_equals_int (gst_ssio_raster_suggest_size (&empty), 1);
  gst_ssio_raster_clear (&empty);
}
GST_END_TEST;

static Suite *
scope_raster_suite (void)
{
  Suite *suite = suite_create ("scope-raster");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, from_the_top_east_is_right_and_north_is_up);
  tcase_add_test (tcase, a_picture_of_another_shape_shows_all_in_its_middle);
  tcase_add_test (tcase, one_place_is_in_the_middle_of_the_picture);
  tcase_add_test (tcase, the_nearest_point_is_seen_in_any_order);
  tcase_add_test (tcase, what_is_near_and_its_value_can_be_read_back);
  tcase_add_test (tcase, the_eye_is_where_azimuth_and_elevation_say);
  tcase_add_test (tcase, what_is_behind_the_eye_is_not_seen);
  tcase_add_test (tcase, a_box_fills_the_picture_from_all_sides);
  tcase_add_test (tcase, a_long_road_is_seen_from_its_end);
  tcase_add_test (tcase, a_pixel_is_as_long_as_two_points_must_be_apart);
  tcase_add_test (tcase, wide_points_are_squares_of_which_the_nearest_is_seen);
  tcase_add_test (tcase, points_cover_the_surface_they_are_on);
  return suite;
}

SSIO_CHECK_MAIN (scope_raster)
