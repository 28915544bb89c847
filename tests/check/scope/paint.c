/* SPDX-License-Identifier: MIT */
/* From the values of points to the bytes of a picture. */

#include <math.h>
#include <string.h>

#include "scope/paint.h"
#include "ssiocheck.h"

static const GstSsioColorRange own_range = { FALSE, 0, 0 };

/* A raster, seen from the top, whose pixels are one unit long, with that
 * height and value. */
typedef struct {
  GstSsioRaster raster;
  GstSsioProjection projection;
} Scene;

static Scene
new_scene (guint width, guint height)
{
  const GstSsioCamera camera = { GST_SSIO_VIEW_TOP, 0, 0, 0 };
  const GstSsioBox box = { { 0, 0, 0 }, { width - 1, height - 1, 0 } };
  Scene scene = { .raster = { 0 } };

  gst_ssio_raster_resize (&scene.raster, width, height);
  gst_ssio_projection_init (&scene.projection, &camera, &box, width, height);
  return scene;
}

static void
put (Scene *scene, guint column, guint row, gfloat height, gfloat value)
{
  gfloat x = column;
  gfloat y = scene->raster.height - 1 - row;

  fail_unless_equals_int (gst_ssio_raster_draw (&scene->raster,
                              &scene->projection, &x, &y, &height, &value, 1),
      1);
}

/* Three bytes a pixel, row by row. Free with g_free(). */
static guint8 *
paint (const Scene *scene, GstSsioPalette palette, GstSsioColorRange range,
    gboolean shading)
{
  GstSsioPaint settings;
  GstSsioImage image
      = { NULL, 3 * (gsize) scene->raster.width, 3, { 0, 1, 2, 3 } };

  image.data = g_malloc (image.stride * scene->raster.height);
  gst_ssio_paint_init (&settings, palette, &range, shading, &scene->raster);
  gst_ssio_paint (&settings, &scene->raster, &scene->projection, &image);
  return image.data;
}

static gboolean
is_color (const guint8 *pixel, const guint8 *color)
{
  return ABS (pixel[0] - color[0]) <= 1 && ABS (pixel[1] - color[1]) <= 1
         && ABS (pixel[2] - color[2]) <= 1;
}

/* Paints a row of these values, and expects these colors, within a level. */
static void
check_row (GstSsioPalette palette, GstSsioColorRange range,
    const gfloat *values, guint n, const guint8 (*colors)[3])
{
  Scene scene = new_scene (n, 1);
  guint8 *bytes;
  guint i;

  for (i = 0; i < n; i++)
    put (&scene, i, 0, 0, values[i]);
  bytes = paint (&scene, palette, range, FALSE);
  for (i = 0; i < n; i++)
    fail_unless (is_color (bytes + 3 * i, colors[i]),
        "value %g: found %u, %u, %u", values[i], bytes[3 * i],
        bytes[3 * i + 1], bytes[3 * i + 2]);
  g_free (bytes);
  gst_ssio_raster_clear (&scene.raster);
}

GST_START_TEST (a_palette_ends_where_the_range_does)
{
  static const gfloat values[]
      = { 10, 30, 9, -INFINITY, 31, INFINITY, 20, NAN };
  static const guint8 viridis[][3] = { { 68, 1, 84 }, { 253, 231, 37 },
    { 68, 1, 84 }, { 68, 1, 84 }, { 253, 231, 37 }, { 253, 231, 37 },
    { 33, 145, 140 }, { 68, 1, 84 } };
  static const guint8 gray[][3] = { { 0, 0, 0 }, { 255, 255, 255 },
    { 0, 0, 0 }, { 0, 0, 0 }, { 255, 255, 255 }, { 255, 255, 255 },
    { 128, 128, 128 }, { 0, 0, 0 } };
  const GstSsioColorRange range = { TRUE, 10, 30 };

  check_row (GST_SSIO_PALETTE_VIRIDIS, range, values, G_N_ELEMENTS (values),
      viridis);
  check_row (GST_SSIO_PALETTE_GRAY, range, values, G_N_ELEMENTS (values),
      gray);
}
GST_END_TEST;

GST_START_TEST (a_picture_of_few_points_has_their_range)
{
  static const gfloat values[] = { -5, 15, NAN, 5, INFINITY };
  static const guint8 gray[][3] = { { 0, 0, 0 }, { 255, 255, 255 },
    { 0, 0, 0 }, { 128, 128, 128 }, { 255, 255, 255 } };
  static const gfloat same[] = { 3, 3 };
  static const guint8 middle[][3] = { { 127, 127, 127 }, { 127, 127, 127 } };
  static const gfloat none[] = { NAN, NAN };

  check_row (GST_SSIO_PALETTE_GRAY, own_range, values, 5, gray);
  check_row (GST_SSIO_PALETTE_GRAY, own_range, same, 2, middle);
  check_row (GST_SSIO_PALETTE_GRAY, own_range, none, 2, middle);
}
GST_END_TEST;

GST_START_TEST (one_in_a_hundred_does_not_make_the_range)
{
  Scene scene = new_scene (250, 100);
  GstSsioColorRange range;
  guint i;

  for (i = 0; i < 25000; i++)
    put (&scene, i % 250, i / 250, 0,
        i % 200 == 0     ? 1e30
        : i % 200 == 100 ? -1e30
                         : i % 100);
  range = gst_ssio_paint_find_range (&scene.raster);
  fail_unless (range.is_set);
  fail_unless (range.low >= 0 && range.low <= 2, "found %g", range.low);
  fail_unless (range.high <= 99 && range.high >= 97, "found %g", range.high);
  gst_ssio_raster_wipe (&scene.raster);
  fail_if (gst_ssio_paint_find_range (&scene.raster).is_set);
  gst_ssio_raster_clear (&scene.raster);
}
GST_END_TEST;

GST_START_TEST (viridis_gets_lighter_all_along)
{
  GstSsioColor colors[GST_SSIO_N_COLORS];
  gdouble last = -1;
  guint i;

  gst_ssio_palette_fill (GST_SSIO_PALETTE_VIRIDIS, colors);
  for (i = 0; i < GST_SSIO_N_COLORS; i++) {
    gdouble luma = 0.2126 * colors[i].red + 0.7152 * colors[i].green
                   + 0.0722 * colors[i].blue;

    /* colors are whole numbers: not every step is a step up */
    fail_unless (luma > last - 0.5, "color %u", i);
    last = luma;
  }
}
GST_END_TEST;

GST_START_TEST (categories_are_whole_numbers_whose_colors_differ)
{
  static const gfloat values[] = { 0, 1, 2, 257, 2.9, -255, NAN, 1e30 };
  GstSsioColor colors[GST_SSIO_N_COLORS];
  guint8 expected[8][3];
  guint i, k;

  gst_ssio_palette_fill (GST_SSIO_PALETTE_CATEGORIES, colors);
  for (i = 0; i < 32; i++) {
    for (k = 0; k < i; k++) {
      gint red = colors[i].red - colors[k].red;
      gint green = colors[i].green - colors[k].green;
      gint blue = colors[i].blue - colors[k].blue;

      fail_unless (red * red + green * green + blue * blue > 15 * 15,
          "categories %u and %u look the same", k, i);
    }
    fail_unless (colors[i].red + colors[i].green + colors[i].blue > 200,
        "category %u is hardly seen", i);
  }
  for (i = 0; i < 8; i++) {
    guint category = (guint[]){ 0, 1, 2, 1, 2, 1, 0, 0 }[i];

    expected[i][0] = colors[category].red;
    expected[i][1] = colors[category].green;
    expected[i][2] = colors[category].blue;
  }
  check_row (GST_SSIO_PALETTE_CATEGORIES, own_range, values, 8, expected);
}
GST_END_TEST;

/* A pixel of a red, a green and a blue that differ, and one without a point. */
static void
check_bytes (GstSsioImage image, const gchar *expected)
{
  Scene scene = new_scene (2, 2);
  GstSsioPaint settings;
  guint8 bytes[24];

  put (&scene, 0, 1, 0, 0);
  gst_ssio_paint_init (&settings, GST_SSIO_PALETTE_VIRIDIS,
      &(GstSsioColorRange){ TRUE, 0, 1 }, FALSE, &scene.raster);
  memset (bytes, '.', sizeof (bytes));
  image.data = bytes;
  gst_ssio_paint (&settings, &scene.raster, &scene.projection, &image);
  fail_unless (memcmp (bytes, expected, sizeof (bytes)) == 0);
  gst_ssio_raster_clear (&scene.raster);
}

GST_START_TEST (bytes_are_where_the_format_has_them)
{
  check_bytes ((GstSsioImage){ NULL, 12, 4, { 0, 1, 2, 3 } },
      "\0\0\0\377\0\0\0\377....\104\001\124\377\0\0\0\377....");
  check_bytes ((GstSsioImage){ NULL, 12, 4, { 2, 1, 0, 3 } },
      "\0\0\0\377\0\0\0\377....\124\001\104\377\0\0\0\377....");
  check_bytes ((GstSsioImage){ NULL, 12, 4, { 1, 2, 3, 0 } },
      "\377\0\0\0\377\0\0\0....\377\104\001\124\377\0\0\0....");
  check_bytes ((GstSsioImage){ NULL, 8, 3, { 0, 1, 2, 3 } },
      "\0\0\0\0\0\0..\104\001\124\0\0\0..........");
  check_bytes ((GstSsioImage){ NULL, 8, 3, { 2, 1, 0, 3 } },
      "\0\0\0\0\0\0..\124\001\104\0\0\0..........");
}
GST_END_TEST;

/* The gray, of 255, of a pixel. */
static guint
get_shade (const Scene *scene, guint column, guint row)
{
  guint8 *bytes = paint (scene, GST_SSIO_PALETTE_GRAY,
      (GstSsioColorRange){ TRUE, -1, 0 }, TRUE);
  guint gray = bytes[3 * (row * scene->raster.width + column)];

  g_free (bytes);
  return gray;
}

GST_START_TEST (planes_and_lone_points_keep_their_color)
{
  Scene scene = new_scene (15, 15);
  guint i;

  put (&scene, 7, 7, 5, 0);
  fail_unless_equals_int (get_shade (&scene, 7, 7), 255);
  for (i = 0; i < 225; i++)
    put (&scene, i % 15, i / 15, 100 + (i % 15) * 2 + i / 15 * 0.5, 0);
  for (i = 0; i < 225; i++)
    fail_unless (get_shade (&scene, i % 15, i / 15) >= 254, "pixel %u", i);
  gst_ssio_raster_clear (&scene.raster);
}
GST_END_TEST;

GST_START_TEST (what_lies_deeper_than_its_neighbours_is_darker)
{
  Scene scene = new_scene (15, 15);
  guint i;

  for (i = 0; i < 225; i++)
    put (&scene, i % 15, i / 15, i % 15 < 7 ? 0 : 10, 0);
  fail_unless (get_shade (&scene, 6, 7) < 200);
  fail_unless (get_shade (&scene, 4, 7) < 255);
  fail_unless_equals_int (get_shade (&scene, 3, 7), 255);
  fail_unless_equals_int (get_shade (&scene, 7, 7), 255);
  fail_unless_equals_int (get_shade (&scene, 12, 7), 255);
  gst_ssio_raster_clear (&scene.raster);
}
GST_END_TEST;

static Suite *
scope_paint_suite (void)
{
  Suite *suite = suite_create ("scope-paint");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_palette_ends_where_the_range_does);
  tcase_add_test (tcase, a_picture_of_few_points_has_their_range);
  tcase_add_test (tcase, one_in_a_hundred_does_not_make_the_range);
  tcase_add_test (tcase, viridis_gets_lighter_all_along);
  tcase_add_test (tcase, categories_are_whole_numbers_whose_colors_differ);
  tcase_add_test (tcase, bytes_are_where_the_format_has_them);
  tcase_add_test (tcase, planes_and_lone_points_keep_their_color);
  tcase_add_test (tcase, what_lies_deeper_than_its_neighbours_is_darker);
  return suite;
}

SSIO_CHECK_MAIN (scope_paint)
