/* SPDX-License-Identifier: MIT */
/* Points that wait to be drawn, and how they become fewer. */

#include <math.h>

#include "scope/cloud.h"
#include "scope/cubes.h"
#include "ssiocheck.h"

static GstSsioCloud
new_cloud (const gfloat *points, gsize n)
{
  GstSsioCloud cloud = { .n = 0 };
  GstSsioChunk *chunk = g_new0 (GstSsioChunk, 1);
  gsize i;
  guint c;

  for (i = 0; i < n; i++) {
    for (c = 0; c < 4; c++)
      chunk->columns[c][chunk->n] = points[4 * i + c];
    chunk->n++;
    if (chunk->n == GST_SSIO_READER_POINTS || i + 1 == n) {
      gst_ssio_cloud_append (&cloud, chunk);
      chunk->n = 0;
    }
  }
  g_free (chunk);
  return cloud;
}

/* Whether a point that stayed is in the same cube, of that size from min. */
static gboolean
has_neighbour (const GstSsioCloud *cloud, const gfloat *point, gdouble min,
    gdouble size)
{
  gsize i;
  guint axis;

  for (i = 0; i < cloud->n; i++) {
    gboolean same = TRUE;

    for (axis = 0; axis < 3; axis++)
      same = same
             && floor ((cloud->columns[axis][i] - min) / size)
                    == floor ((point[axis] - min) / size);
    if (same)
      return TRUE;
  }
  return FALSE;
}

GST_START_TEST (thinning_keeps_one_point_of_every_cube)
{
  const guint n = 3000;
  GstSsioBox box = { { -10, -10, -10 }, { 10, 10, 10 } };
  gfloat *points = g_new (gfloat, 4 * n);
  GstSsioCloud cloud;
  gdouble size;
  guint i;

  g_random_set_seed (3);
  for (i = 0; i < 4 * n; i++)
    points[i] = g_random_double_range (-10, 10);
  cloud = new_cloud (points, n);
  fail_unless_equals_int (cloud.n, n);
  size = gst_ssio_cloud_thin (&cloud, &box, 4, 1000);
  fail_unless_equals_float (size, 4);
  fail_unless_equals_int (cloud.n, 125);
  for (i = 0; i < n; i++)
    fail_unless (has_neighbour (&cloud, points + 4 * i, -10, size));

  /* twice as large cubes until few enough stay */
  size = gst_ssio_cloud_thin (&cloud, &box, 4, 100);
  fail_unless_equals_float (size, 8);
  fail_unless (cloud.n <= 27 && cloud.n > 8);
  size = gst_ssio_cloud_thin (&cloud, &box, 8, 1);
  fail_unless_equals_int (cloud.n, 1);
  gst_ssio_cloud_clear (&cloud);
  g_free (points);
}
GST_END_TEST;

/* The cubes of that size that hold any of n points. */
static gsize
count_cubes (const gfloat *points, gsize n, gdouble size)
{
  GstSsioCubes *cubes = gst_ssio_cubes_new ();
  gsize n_cubes = 0;
  gsize i;

  for (i = 0; i < n; i++)
    n_cubes += gst_ssio_cubes_add (cubes, points[4 * i] / size,
        points[4 * i + 1] / size, points[4 * i + 2] / size);
  gst_ssio_cubes_free (cubes);
  return n_cubes;
}

/* How many there are is told from a sample, within some percent. */
GST_START_TEST (far_too_small_cubes_are_doubled_until_they_are_few_enough)
{
  const guint n = 400000;
  const guint n_most = 60000;
  GstSsioBox box = { { 0, 0, 0 }, { 1, 1, 1 } };
  gfloat *points = g_new0 (gfloat, 4 * n);
  GstSsioCloud cloud;
  gdouble size;
  guint flat, i;

  g_random_set_seed (7);
  for (flat = 0; flat < 2; flat++) {
    for (i = 0; i < 4 * n; i++)
      points[i] = flat && i % 4 == 2 ? 0 : g_random_double ();
    cloud = new_cloud (points, n);
    size = gst_ssio_cloud_thin (&cloud, &box, 1.0 / (1 << 16), n_most);
    fail_unless_equals_uint64 (cloud.n, count_cubes (points, n, size));
    fail_unless (cloud.n <= n_most);
    fail_unless (count_cubes (points, n, size / 2) > n_most * 0.9);
    gst_ssio_cloud_clear (&cloud);
  }
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (one_in_so_many_cubes_is_sampled)
{
  guint n = 0;
  guint x, y, z;

  for (x = 0; x < 64; x++) {
    for (y = 0; y < 64; y++) {
      for (z = 0; z < 64; z++) {
        n += gst_ssio_cubes_is_sampled (x, y, z, 6);
        fail_unless (gst_ssio_cubes_is_sampled (x, y, z, 0));
      }
    }
  }
  fail_unless (n > 4096 * 0.9 && n < 4096 * 1.1, "found %u", n);
}
GST_END_TEST;

static Suite *
scope_cloud_suite (void)
{
  Suite *suite = suite_create ("scope-cloud");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, thinning_keeps_one_point_of_every_cube);
  tcase_add_test (tcase,
      far_too_small_cubes_are_doubled_until_they_are_few_enough);
  tcase_add_test (tcase, one_in_so_many_cubes_is_sampled);
  return suite;
}

SSIO_CHECK_MAIN (scope_cloud)
