/* SPDX-License-Identifier: MIT */
/* Pictures of batches: what of them is shown, and where. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "scope/renderer.h"
#include "ssiocheck.h"

#define LAYOUT "x:f4,y:f4,z:f4,intensity:f4"

/* A renderer of pictures of three bytes a pixel. */
typedef struct {
  GstSsioRenderer *renderer;
  GstSsioRenderSettings settings;
  guint width;
  guint height;
} Studio;

/* From the top, in gray from 0 to 255, and points of one pixel. */
static GstSsioRenderSettings
plain_settings (void)
{
  return (GstSsioRenderSettings){
    .camera = { GST_SSIO_VIEW_TOP, 215, 30, 60 },
    .palette = GST_SSIO_PALETTE_GRAY,
    .color_range = { TRUE, 0, 255 },
    .point_size = 1,
  };
}

static void
set_layout (Studio *studio, const gchar *text, const gdouble *subtracted)
{
  static const gdouble nothing[GST_SSIO_N_AXES] = { 0 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, NULL);
  GError *error = NULL;

  fail_unless (layout != NULL, "%s", text);
  fail_unless (gst_ssio_renderer_set_layout (studio->renderer, layout,
                   subtracted ? subtracted : nothing, "intensity", &error),
      "%s", error ? error->message : "");
  gst_ssio_layout_unref (layout);
}

static Studio
new_studio (const gchar *layout, guint width, guint height)
{
  Studio studio
      = { gst_ssio_renderer_new (), plain_settings (), width, height };

  set_layout (&studio, layout, NULL);
  gst_ssio_renderer_set_size (studio.renderer, width, height);
  return studio;
}

static void
set_range (Studio *studio, guint axis, gdouble min, gdouble max)
{
  studio->settings.has_range[axis] = TRUE;
  studio->settings.range.min[axis] = min;
  studio->settings.range.max[axis] = max;
}

static void
begin (Studio *studio)
{
  gst_ssio_renderer_begin (studio->renderer, &studio->settings);
}

static void
add (Studio *studio, gconstpointer points, gsize n)
{
  GError *error = NULL;

  fail_unless (gst_ssio_renderer_add (studio->renderer, points, n, &error),
      "%s", error ? error->message : "");
}

/* Free with g_free(). */
static guint8 *
paint (Studio *studio)
{
  GstSsioImage image = { NULL, 3 * (gsize) studio->width, 3, { 0, 1, 2, 3 } };

  image.data = g_malloc0 (image.stride * studio->height);
  gst_ssio_renderer_paint (studio->renderer, &image);
  return image.data;
}

static void
close_studio (Studio *studio)
{
  gst_ssio_renderer_free (studio->renderer);
}

static void
check_counts (const Studio *studio, guint64 points, guint64 not_finite,
    guint64 outside)
{
  GstSsioRenderCounts counts = gst_ssio_renderer_get_counts (studio->renderer);

  fail_unless_equals_uint64 (counts.points, points);
  fail_unless_equals_uint64 (counts.not_finite, not_finite);
  fail_unless_equals_uint64 (counts.outside, outside);
}

static guint
count_lit (const guint8 *bytes, const Studio *studio)
{
  guint n = 0;
  guint i;

  for (i = 0; i < studio->width * studio->height; i++)
    n += bytes[3 * i] != 0;
  return n;
}

static guint
get_gray (const guint8 *bytes, const Studio *studio, guint column, guint row)
{
  return bytes[3 * (row * studio->width + column)];
}

static void
check_same (const Studio *studio, const guint8 *found, const gchar *expected)
{
  guint i;

  for (i = 0; i < 3 * studio->width * studio->height; i++) {
    if (found[i] != (guint8) expected[i])
      fail ("pixel %u: expected %u, found %u", i / 3, (guint8) expected[i],
          found[i]);
  }
}

/* Paints the oracle's points, from one batch or two, and expects its picture
 * and its count. */
static void
check_oracle (const gchar *folder, const gchar *name, GstSsioView view,
    guint64 n_inside)
{
  gchar *points_path = g_build_filename (folder, "points.bin", NULL);
  gchar *file_name = g_strconcat (name, ".rgb", NULL);
  gchar *path = g_build_filename (folder, file_name, NULL);
  Studio studio = new_studio (LAYOUT, 320, 200);
  gchar *points, *expected;
  guint8 *found;
  gsize size, n;

  fail_unless (g_file_get_contents (points_path, &points, &size, NULL));
  n = size / 16;
  studio.settings.camera.view = view;
  begin (&studio);
  add (&studio, points + 16 * 1000, n - 1000);
  add (&studio, points, 1000);
  found = paint (&studio);
  fail_unless (g_file_get_contents (path, &expected, &size, NULL));
  fail_unless_equals_uint64 (size, 3 * 320 * 200);
  check_same (&studio, found, expected);
  check_counts (&studio, n, 0, n - n_inside);
  g_free (expected);
  g_free (found);
  g_free (points);
  close_studio (&studio);
  g_free (path);
  g_free (file_name);
  g_free (points_path);
}

GST_START_TEST (pictures_of_a_random_cloud_are_numpy_s)
{
  gchar *folder = ssio_check_make_path (".scope");
  gchar *output, *end;

  fail_unless_equals_int (g_mkdir (folder, 0700), 0);
  if (!ssio_check_run_oracle (&output, "scope", folder, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    ssio_check_remove_folder (folder);
    return;
  }
  check_oracle (folder, "top", GST_SSIO_VIEW_TOP,
      g_ascii_strtoull (output, &end, 10));
  check_oracle (folder, "perspective", GST_SSIO_VIEW_PERSPECTIVE,
      g_ascii_strtoull (end, NULL, 10));
  g_free (output);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Centimetres, and where the points are. */
static const gint cells[][3] = { { 0, 0, 0 }, { 40, 0, 0 }, { 0, 20, 0 },
  { 40, 20, 0 }, { 7, 3, 0 }, { 8, 3, 0 }, { 8, 4, 1 }, { 33, 19, 0 } };

/* Each is on a pixel of its own: 41 x 21, one for a centimetre. */
static void
check_cells (Studio *studio, gconstpointer points)
{
  guint8 *bytes;
  guint i;

  begin (studio);
  add (studio, points, G_N_ELEMENTS (cells));
  bytes = paint (studio);
  for (i = 0; i < G_N_ELEMENTS (cells); i++)
    fail_unless (get_gray (bytes, studio, cells[i][0], 20 - cells[i][1]) > 0,
        "point %u", i);
  fail_unless_equals_int (count_lit (bytes, studio), G_N_ELEMENTS (cells));
  g_free (bytes);
}

/* A float32 of 848935 has steps of 6 cm. */
GST_START_TEST (centimetres_of_a_map_s_coordinates_are_seen)
{
  struct {
    gdouble x, y, z;
    guint8 intensity;
  } __attribute__ ((packed)) doubles[G_N_ELEMENTS (cells)];
  gint32 integers[G_N_ELEMENTS (cells)][4];
  const gdouble origin[] = { 636001, 848935, 400 };
  Studio studio;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cells); i++) {
    doubles[i].x = 636001.755 + cells[i][0] / 100.0;
    doubles[i].y = 848935.205 + cells[i][1] / 100.0;
    doubles[i].z = 406.5 + cells[i][2] / 100.0;
    doubles[i].intensity = 200;
    integers[i][0] = 63600175 + cells[i][0];
    integers[i][1] = 84893520 + cells[i][1];
    integers[i][2] = 40650 + cells[i][2];
    integers[i][3] = 0xfff0c8ff;
  }
  studio = new_studio ("x:f8,y:f8,z:f8,intensity:u1", 41, 21);
  check_cells (&studio, doubles);
  close_studio (&studio);

  studio = new_studio ("x:i4*0.01,y:i4*0.01,z:i4*0.01,"
                       "intensity:u4@12&65280>>8",
      41, 21);
  check_cells (&studio, integers);
  /* another origin in the middle of the stream changes nothing */
  set_layout (&studio,
      "x:i4*0.01-636001,y:i4*0.01-848935,z:i4*0.01-400,"
      "intensity:u4@12&65280>>8",
      origin);
  check_cells (&studio, integers);
  close_studio (&studio);
}
GST_END_TEST;

/* As sensors write what they did not see. */
GST_START_TEST (a_first_point_in_the_origin_costs_no_digits)
{
  static const gdouble points[][4]
      = { { 0, 0, 0, 255 }, { 636001.76, 5848935.20, 1, 10 },
          { 636001.77, 5848935.22, 1, 20 }, { 636001.78, 5848935.24, 1, 30 } };
  Studio studio = new_studio ("x:f8,y:f8,z:f8,intensity:f8", 3, 5);
  guint8 *bytes;

  set_range (&studio, 0, 636001.76, 636001.78);
  set_range (&studio, 1, 5848935.20, 5848935.24);
  begin (&studio);
  add (&studio, points, 4);
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 3);
  fail_unless_equals_int (get_gray (bytes, &studio, 0, 4), 10);
  fail_unless_equals_int (get_gray (bytes, &studio, 1, 2), 20);
  fail_unless_equals_int (get_gray (bytes, &studio, 2, 0), 30);
  check_counts (&studio, 4, 0, 1);
  g_free (bytes);
  close_studio (&studio);
}
GST_END_TEST;

GST_START_TEST (points_that_are_nowhere_are_left_out_and_counted)
{
  static const gfloat points[][4]
      = { { NAN, 0, 0, 255 }, { 0, INFINITY, 0, 255 }, { 0, 0, 0, 100 },
          { 0, 0, -INFINITY, 255 }, { 10, 10, 0, 200 }, { 10, 10, NAN, 255 } };
  Studio studio = new_studio (LAYOUT, 11, 11);
  guint8 *bytes;

  begin (&studio);
  add (&studio, points, 1); /* before there is a place */
  add (&studio, points + 1, 5);
  add (&studio, points, 0);
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 2);
  fail_unless_equals_int (get_gray (bytes, &studio, 0, 10), 100);
  fail_unless_equals_int (get_gray (bytes, &studio, 10, 0), 200);
  check_counts (&studio, 6, 4, 0);
  g_free (bytes);
  close_studio (&studio);
}
GST_END_TEST;

GST_START_TEST (doubles_beyond_float32_are_left_out)
{
  static const gdouble points[][4]
      = { { 1e300, 0, 0, 255 }, { 0, 0, 0, 255 }, { 1, 1, -1e39, 255 } };
  Studio studio = new_studio ("x:f8,y:f8,z:f8,intensity:f8", 11, 11);
  guint8 *bytes;

  begin (&studio);
  add (&studio, points, 3);
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 1);
  check_counts (&studio, 3, 2, 0);
  g_free (bytes);
  close_studio (&studio);
}
GST_END_TEST;

/* n points in a row along x from 0 on, each with its number as value. */
static gfloat *
new_row (guint n)
{
  gfloat *points = g_new0 (gfloat, 4 * n);
  guint i;

  for (i = 0; i < n; i++) {
    points[4 * i] = i;
    points[4 * i + 3] = 1 + i;
  }
  return points;
}

GST_START_TEST (the_view_is_fitted_to_all_batches_and_never_shrinks)
{
  Studio studio = new_studio (LAYOUT, 101, 1);
  gfloat *points = new_row (101);
  guint8 *bytes;
  guint i;

  begin (&studio);
  add (&studio, points, 1);
  add (&studio, points + 4 * 100, 1);
  add (&studio, points + 4, 99);
  bytes = paint (&studio);
  for (i = 0; i < 101; i++)
    fail_unless_equals_int (get_gray (bytes, &studio, i, 0), 1 + i);
  g_free (bytes);

  /* the next picture's points are where they would have been */
  begin (&studio);
  add (&studio, points + 4 * 10, 10);
  bytes = paint (&studio);
  for (i = 0; i < 101; i++)
    fail_unless_equals_int (get_gray (bytes, &studio, i, 0),
        i >= 10 && i < 20 ? 1 + i : 0);
  g_free (bytes);
  check_counts (&studio, 111, 0, 0);
  g_free (points);
  close_studio (&studio);
}
GST_END_TEST;

/* Also where the view has grown in between, or has not. */
GST_START_TEST (a_picture_can_be_painted_before_all_has_come)
{
  Studio studio = new_studio (LAYOUT, 101, 1);
  gfloat *points = new_row (101);
  guint8 *bytes;
  guint i;

  begin (&studio);
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 0);
  g_free (bytes);
  add (&studio, points, 20);
  bytes = paint (&studio);
  fail_unless_equals_int (get_gray (bytes, &studio, 0, 0), 1);
  fail_unless_equals_int (get_gray (bytes, &studio, 100, 0), 20);
  g_free (bytes);
  add (&studio, points + 4 * 20, 81);
  for (i = 0; i < 2; i++) {
    bytes = paint (&studio);
    fail_unless_equals_int (count_lit (bytes, &studio), 101);
    g_free (bytes);
    add (&studio, points + 4 * 50, 10);
  }
  check_counts (&studio, 121, 0, 0);
  g_free (points);
  close_studio (&studio);
}
GST_END_TEST;

GST_START_TEST (a_range_leaves_out_what_is_beyond_it)
{
  Studio studio = new_studio (LAYOUT, 21, 5);
  gfloat *points = new_row (101);
  guint8 *bytes;
  guint i;

  points[4 * 15 + 2] = 9;
  points[4 * 16 + 2] = 10.5;
  set_range (&studio, 0, 10, 30);
  set_range (&studio, 1, -1, 1);
  for (i = 0; i < 2; i++) {
    begin (&studio);
    add (&studio, points, 101);
    bytes = paint (&studio);
    fail_unless_equals_int (count_lit (bytes, &studio), i == 0 ? 21 : 20);
    fail_unless_equals_int (get_gray (bytes, &studio, 0, 2), 11);
    fail_unless_equals_int (get_gray (bytes, &studio, 20, 2), 31);
    g_free (bytes);
    set_range (&studio, 2, -10, 10);
  }
  check_counts (&studio, 202, 0, 80 + 81);
  g_free (points);
  close_studio (&studio);
}
GST_END_TEST;

/* Ends that a float32 does not hold, of points that lie on them. */
GST_START_TEST (a_range_is_in_the_files_coordinates_and_has_its_ends)
{
  static const gdouble points[][4]
      = { { 636001.76, 848935.2, 1, 10 }, { 636001.9, 848935.4, 2, 20 },
          { 636001.75, 848935.2, 1, 30 }, { 636001.9, 848935.41, 1, 40 } };
  Studio studio = new_studio ("x:f8,y:f8,z:f8,intensity:f8", 15, 21);
  guint8 *bytes;

  set_range (&studio, 0, 636001.76, 636001.9);
  set_range (&studio, 1, 848935.2, 848935.4);
  begin (&studio);
  add (&studio, points, 4);
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 2);
  fail_unless_equals_int (get_gray (bytes, &studio, 0, 20), 10);
  fail_unless_equals_int (get_gray (bytes, &studio, 14, 0), 20);
  check_counts (&studio, 4, 0, 2);
  g_free (bytes);
  close_studio (&studio);
}
GST_END_TEST;

/* Points that wait and points that are drawn as they come. */
GST_START_TEST (a_range_that_holds_all_changes_nothing)
{
  GstSsioView view;
  gfloat *points = g_new (gfloat, 4 * 20000);
  guint i, axis;

  g_random_set_seed (2);
  for (i = 0; i < 20000; i++) {
    for (axis = 0; axis < 3; axis++)
      points[4 * i + axis] = g_random_int_range (-100, 101);
    points[4 * i + 3] = g_random_int_range (0, 256);
  }
  for (view = GST_SSIO_VIEW_TOP; view <= GST_SSIO_VIEW_PERSPECTIVE; view++) {
    Studio waiting = new_studio (LAYOUT, 64, 48);
    Studio fixed = new_studio (LAYOUT, 64, 48);
    guint8 *one, *other;

    waiting.settings.camera
        = (GstSsioCamera){ view, 200, 35, view == 0 ? 0 : 400 };
    fixed.settings = waiting.settings;
    for (axis = 0; axis < 3; axis++)
      set_range (&fixed, axis, -100, 100);
    begin (&waiting);
    begin (&fixed);
    for (i = 0; i < 4; i++) {
      add (&waiting, points + 4 * 5000 * i, 5000);
      add (&fixed, points + 4 * 5000 * (3 - i), 5000);
    }
    one = paint (&waiting);
    other = paint (&fixed);
    fail_unless (count_lit (one, &waiting) > 1000);
    check_same (&waiting, one, (const gchar *) other);
    g_free (one);
    g_free (other);
    close_studio (&waiting);
    close_studio (&fixed);
  }
  g_free (points);
}
GST_END_TEST;

/* Where points are to be drawn is not known before one has come. */
GST_START_TEST (a_range_is_shown_also_after_a_picture_of_nothing)
{
  static const gdouble points[][4]
      = { { NAN, 0, 0, 255 }, { 636001, 848935, 1, 10 } };
  Studio studio = new_studio ("x:f8,y:f8,z:f8,intensity:f8", 3, 3);
  guint8 *bytes;
  guint i;

  set_range (&studio, 0, 636000, 636002);
  set_range (&studio, 1, 848934, 848936);
  begin (&studio);
  for (i = 0; i < 2; i++) {
    add (&studio, points[i], 1);
    bytes = paint (&studio);
    fail_unless_equals_int (count_lit (bytes, &studio), i);
    fail_unless_equals_int (get_gray (bytes, &studio, 1, 1), 10 * i);
    g_free (bytes);
  }
  check_counts (&studio, 2, 1, 0);
  close_studio (&studio);
}
GST_END_TEST;

GST_START_TEST (a_new_size_keeps_points_that_wait_and_says_which_are_lost)
{
  Studio studio = new_studio (LAYOUT, 101, 1);
  gfloat *points = new_row (101);
  guint8 *bytes;

  begin (&studio);
  add (&studio, points, 101);
  studio.width = 51;
  fail_unless (gst_ssio_renderer_set_size (studio.renderer, 51, 1));
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 51);
  g_free (bytes);

  set_range (&studio, 0, 0, 100);
  set_range (&studio, 1, 0, 1);
  begin (&studio);
  fail_unless (gst_ssio_renderer_set_size (studio.renderer, 51, 2));
  add (&studio, points, 101);
  fail_unless (gst_ssio_renderer_set_size (studio.renderer, 51, 2));
  fail_if (gst_ssio_renderer_set_size (studio.renderer, 51, 1));
  g_free (points);
  close_studio (&studio);
}
GST_END_TEST;

GST_START_TEST (all_points_in_one_place_are_one_pixel)
{
  static const gfloat points[][4] = { { 5, 5, 5, 50 }, { 5, 5, 5, 70 } };
  Studio studio = new_studio (LAYOUT, 5, 5);
  guint8 *bytes;
  guint i;

  for (i = 0; i < 2; i++) {
    begin (&studio);
    add (&studio, points, 2);
    bytes = paint (&studio);
    fail_unless_equals_int (count_lit (bytes, &studio), 1);
    fail_unless_equals_int (get_gray (bytes, &studio, 2, 2), 70);
    g_free (bytes);
    studio.settings.camera
        = (GstSsioCamera){ GST_SSIO_VIEW_PERSPECTIVE, 200, 30, 0 };
  }
  close_studio (&studio);
}
GST_END_TEST;

/* Any bits, as float32: NaN, infinite, huge and tiny numbers. */
GST_START_TEST (wild_numbers_do_no_harm)
{
  guint32 points[300][4];
  guint round, i;

  g_random_set_seed (5);
  for (round = 0; round < 200; round++) {
    Studio studio = new_studio (LAYOUT, 1 + round % 20, 1 + round % 13);
    GstSsioRenderSettings *settings = &studio.settings;
    GstSsioRenderCounts counts;
    guint8 *bytes;

    for (i = 0; i < 4 * G_N_ELEMENTS (points); i++)
      points[i / 4][i % 4] = g_random_int ();
    settings->camera.view = round % 2;
    settings->camera.distance = round % 3 * 1e38;
    settings->color_range.is_set = round % 5 == 0;
    settings->palette = 1 + round % 3;
    settings->point_size = round % 4;
    settings->shading = TRUE;
    begin (&studio);
    add (&studio, points, G_N_ELEMENTS (points));
    bytes = paint (&studio);
    g_free (bytes);
    counts = gst_ssio_renderer_get_counts (studio.renderer);
    fail_unless_equals_uint64 (counts.points, G_N_ELEMENTS (points));
    fail_unless (counts.not_finite < 30);
    if (settings->camera.view == GST_SSIO_VIEW_TOP)
      fail_unless_equals_uint64 (counts.outside, 0);
    close_studio (&studio);
  }
}
GST_END_TEST;

/* More than are kept, a hundred for each pixel: every pixel stays covered. */
GST_START_TEST (a_picture_of_more_points_than_can_wait_has_no_holes)
{
  const guint a_batch = 1 << 20;
  Studio studio = new_studio (LAYOUT, 200, 200);
  gfloat *points = g_new (gfloat, 4 * a_batch);
  guint8 *bytes;
  guint batch, i;

  g_random_set_seed (4);
  begin (&studio);
  for (batch = 0; batch < 10; batch++) {
    for (i = 0; i < a_batch; i++) {
      points[4 * i] = g_random_double () * (batch + 1);
      points[4 * i + 1] = g_random_double () * 10;
      points[4 * i + 2] = 0;
      points[4 * i + 3] = 1 + 10 * batch;
    }
    add (&studio, points, a_batch);
  }
  bytes = paint (&studio);
  fail_unless_equals_int (count_lit (bytes, &studio), 200 * 200);
  fail_unless_equals_int (get_gray (bytes, &studio, 199, 100), 91);
  check_counts (&studio, 10 * a_batch, 0, 0);
  g_free (bytes);
  g_free (points);
  close_studio (&studio);
}
GST_END_TEST;

static void
check_field (const gchar *text, const gchar *color_by, gboolean categorical,
    gdouble origin)
{
  const gdouble subtracted[] = { 1, 2, 3 };
  const GstSsioPlace place = { TRUE, { 10, 20, 30 } };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, NULL);
  GstSsioPointReader *reader
      = gst_ssio_point_reader_new (layout, subtracted, color_by, NULL);

  fail_unless (reader != NULL, "%s of %s", color_by, text);
  fail_unless_equals_int (gst_ssio_point_reader_is_categorical (reader),
      categorical);
  fail_unless_equals_float (gst_ssio_point_reader_get_value_origin (reader,
                                &place),
      origin);
  gst_ssio_point_reader_free (reader);
  gst_ssio_layout_unref (layout);
}

GST_START_TEST (points_are_colored_by_what_formats_call_it)
{
  check_field ("x,y,z", "height", FALSE, 30);
  check_field ("x,y,z", "x", FALSE, 10);
  check_field ("x,y,z,height", "height", FALSE, 0);
  check_field ("x,y,z,intensity:u2", "intensity", FALSE, 0);
  check_field ("x,y,z,classification:u1", "class", TRUE, 0);
  check_field ("x,y,z,sem_class:u2,ins_class:u2", "class", TRUE, 0);
  check_field ("x,y,z,sem_class:u2,ins_class:u2", "ins_class", TRUE, 0);
  check_field ("x,y,z,label:u1,prediction:u1", "prediction", TRUE, 0);
}
GST_END_TEST;

static void
check_no_field (const gchar *text, const gchar *color_by, const gchar *part)
{
  const gdouble nothing[GST_SSIO_N_AXES] = { 0 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, NULL);
  GError *error = NULL;

  fail_unless (gst_ssio_point_reader_new (layout, nothing, color_by, &error)
               == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, part);
  gst_ssio_layout_unref (layout);
}

GST_START_TEST (a_field_that_is_not_there_is_named)
{
  check_no_field ("x,y,a", "height", "found no field \"z\"; there are x:f4");
  check_no_field ("x,y,z", "class", "color-by=class: expected height");
  check_no_field ("x,y,z", "prediction", "there are x:f4,y:f4,z:f4");
  check_no_field ("x,y,z", "", "color-by=:");
}
GST_END_TEST;

static Suite *
scope_renderer_suite (void)
{
  Suite *suite = suite_create ("scope-renderer");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, pictures_of_a_random_cloud_are_numpy_s);
  tcase_add_test (tcase, centimetres_of_a_map_s_coordinates_are_seen);
  tcase_add_test (tcase, a_first_point_in_the_origin_costs_no_digits);
  tcase_add_test (tcase, points_that_are_nowhere_are_left_out_and_counted);
  tcase_add_test (tcase, doubles_beyond_float32_are_left_out);
  tcase_add_test (tcase, the_view_is_fitted_to_all_batches_and_never_shrinks);
  tcase_add_test (tcase, a_picture_can_be_painted_before_all_has_come);
  tcase_add_test (tcase, a_range_leaves_out_what_is_beyond_it);
  tcase_add_test (tcase, a_range_is_in_the_files_coordinates_and_has_its_ends);
  tcase_add_test (tcase, a_range_that_holds_all_changes_nothing);
  tcase_add_test (tcase, a_range_is_shown_also_after_a_picture_of_nothing);
  tcase_add_test (tcase,
      a_new_size_keeps_points_that_wait_and_says_which_are_lost);
  tcase_add_test (tcase, all_points_in_one_place_are_one_pixel);
  tcase_add_test (tcase, wild_numbers_do_no_harm);
  tcase_add_test (tcase, a_picture_of_more_points_than_can_wait_has_no_holes);
  tcase_add_test (tcase, points_are_colored_by_what_formats_call_it);
  tcase_add_test (tcase, a_field_that_is_not_there_is_named);
  return suite;
}

SSIO_CHECK_MAIN (scope_renderer)
