/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/mpicheck.h"
#include "rankscheck.h"
#include "ssiocheck.h"

gfloat *
ranks_make_points (void)
{
  GRand *random = g_rand_new_with_seed (7);
  gfloat *points = g_new (gfloat, RANKS_N_POINTS * 3);
  guint p;

  for (p = 0; p < RANKS_N_POINTS; p++) {
    const gfloat x = g_rand_double_range (random, -1, 1);
    const gfloat y = g_rand_double_range (random, -1, 1);

    points[p * 3] = 100 + 10 * x;
    points[p * 3 + 1] = -50 + 3 * y;
    points[p * 3 + 2] = x > y ? 0 : x * y > 0 ? 1 : 2;
  }
  g_rand_free (random);
  return points;
}

gchar *
ranks_write_points (gfloat *points)
{
  gchar *path = ssio_check_write_file (".bin", points,
      RANKS_N_POINTS * 3 * sizeof (gfloat));

  g_free (points);
  return path;
}

GstStructure *
ranks_find_epoch (const gchar *output, guint rank)
{
  gchar *start = g_strdup_printf ("rank %u: ssio-epoch", rank);
  const gchar *at = g_strrstr (output, start);
  GstStructure *structure;
  gchar *line;

  fail_unless (at != NULL, "%s", output);
  line = g_strndup (at, strcspn (at, "\n"));
  structure = gst_structure_from_string (line + strlen ("rank 0: "), NULL);
  fail_unless (structure != NULL, "%s", line);
  g_free (line);
  g_free (start);
  return structure;
}

/* Relative where it is above 1. */
static void
check_near (const GValue *expected, const GValue *found, const gchar *field)
{
  guint i;

  if (GST_VALUE_HOLDS_ARRAY (expected)) {
    fail_unless_equals_int (gst_value_array_get_size (expected),
        gst_value_array_get_size (found));
    for (i = 0; i < gst_value_array_get_size (expected); i++)
      check_near (gst_value_array_get_value (expected, i),
          gst_value_array_get_value (found, i), field);
  } else {
    const gdouble a = g_value_get_double (expected);
    const gdouble b = g_value_get_double (found);

    fail_unless (fabs (a - b) < RANKS_TOLERANCE * MAX (1, fabs (a)),
        "%s: %.9g, %.9g", field, a, b);
  }
}

/* TRUE where both have the field; neither may be alone. */
static gboolean
have_field (const GstStructure *expected, const GstStructure *found,
    const gchar *field)
{
  const gboolean has_field = gst_structure_has_field (expected, field);

  fail_unless (gst_structure_has_field (found, field) == has_field, "%s",
      field);
  return has_field;
}

void
ranks_check_same_epoch (const GstStructure *expected,
    const GstStructure *found)
{
  static const gchar *const exact[] = { "epoch", "points", "bytes", "step",
    "scored-points", "ignored-points", "confusion", "dropped",
    "missed-batches", "missed-points" };
  static const gchar *const near[] = { "loss", "accuracy", "miou",
    "learning-rate", "output-mean", "normalize-mean", "normalize-std" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (exact); i++)
    fail_unless (!have_field (expected, found, exact[i])
                     || gst_value_compare (gst_structure_get_value (expected,
                                               exact[i]),
                            gst_structure_get_value (found, exact[i]))
                            == GST_VALUE_EQUAL,
        "%s", exact[i]);
  for (i = 0; i < G_N_ELEMENTS (near); i++) {
    if (have_field (expected, found, near[i]))
      check_near (gst_structure_get_value (expected, near[i]),
          gst_structure_get_value (found, near[i]), near[i]);
  }
}

void
ranks_check_wrong (const gchar *how, const gchar *pipeline,
    gchar *odd_pipeline, guint n, const gchar *text)
{
  gchar *output;

  fail_if (mpi_check_run (4, &output, mpi_check_get_launcher (), how, pipeline,
      odd_pipeline, NULL));
  fail_unless (mpi_check_count (output, text) == n,
      "expected %u of \"%s\" in: %s", n, text, output);
  g_free (output);
  g_free (odd_pipeline);
}
