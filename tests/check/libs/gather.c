/* SPDX-License-Identifier: MIT */

#include <string.h>

#include <gst/ssio/gather.h>

#include "ssiocheck.h"

#define ALL_TYPES "f4:f4,f8:f8,i1:i1,i2:i2,i4:i4,i8:i8,u1:u1,u2:u2,u4:u4,u8:u8"

/* Bits, so that NaN equals NaN and 0 does not equal -0. */
static void
check_same_floats (const gfloat *found, const gfloat *expected, gsize n)
{
  gsize i;

  for (i = 0; i < n; i++) {
    if (expected[i] != expected[i])
      fail_unless (found[i] != found[i], "value %" G_GSIZE_FORMAT, i);
    else
      fail_unless (memcmp (&found[i], &expected[i], sizeof (gfloat)) == 0,
          "value %" G_GSIZE_FORMAT ": expected %.9g, found %.9g", i,
          expected[i], found[i]);
  }
}

GST_START_TEST (every_type_becomes_the_float_that_numpy_makes_of_it)
{
  static const guint fields[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  gchar *path = ssio_check_make_path (".bin");
  gchar *float_path = g_strconcat (path, ".f4", NULL);
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (ALL_TYPES, 0, NULL);
  GstSsioGather *gather;
  gchar *points, *expected;
  gfloat columns[10][1000], column[1000];
  guint c, p;

  if (!ssio_check_run_oracle (NULL, "convert", path, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    goto done;
  }
  fail_unless (g_file_get_contents (path, &points, NULL, NULL));
  fail_unless (g_file_get_contents (float_path, &expected, NULL, NULL));
  gather = gst_ssio_gather_new (layout, fields, 10);
  gst_ssio_gather_columns (gather, (guint8 *) points, 1000, &columns[0][0],
      1000);
  for (c = 0; c < 10; c++) {
    for (p = 0; p < 1000; p++)
      column[p] = ((gfloat *) expected)[p * 10 + c];
    check_same_floats (columns[c], column, 1000);
  }
  gst_ssio_gather_free (gather);
  g_free (points);
  g_free (expected);

done:
  gst_ssio_layout_unref (layout);
  g_free (float_path);
  g_free (path);
}
GST_END_TEST;

/* Gathers fields of points whose floats count up, in an allocation that ends
 * with them, so that a read past the end is seen. */
static void
check_floats (guint n_fields, guint point_size, const guint *fields,
    guint n_selected, gsize n_points)
{
  GString *text = g_string_new ("f0");
  guint8 *points = g_malloc0 (n_points * point_size);
  gfloat *columns = g_new0 (gfloat, n_selected * (n_points + 3));
  GstSsioLayout *layout;
  GstSsioGather *gather;
  guint f, p;

  for (f = 1; f < n_fields; f++)
    g_string_append_printf (text, ",f%u", f);
  layout = gst_ssio_layout_new_from_string (text->str, point_size, NULL);
  for (p = 0; p < n_points; p++) {
    for (f = 0; f < n_fields; f++) {
      gfloat value = 100 * p + f;

      memcpy (points + p * point_size + 4 * f, &value, 4);
    }
  }
  gather = gst_ssio_gather_new (layout, fields, n_selected);
  gst_ssio_gather_columns (gather, points, n_points, columns, n_points + 3);
  for (f = 0; f < n_selected; f++) {
    for (p = 0; p < n_points; p++)
      fail_unless_equals_float (columns[f * (n_points + 3) + p],
          100 * p + fields[f]);
    /* the gap between two columns is not touched */
    for (p = n_points; p < n_points + 3; p++)
      fail_unless_equals_float (columns[f * (n_points + 3) + p], 0);
  }
  gst_ssio_gather_free (gather);
  gst_ssio_layout_unref (layout);
  g_string_free (text, TRUE);
  g_free (columns);
  g_free (points);
}

GST_START_TEST (floats_side_by_side_are_gathered_in_any_number_and_order)
{
  static const guint in_order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
  static const guint last[] = { 9, 10, 11 };
  static const guint mixed[] = { 5, 0, 1, 2, 11, 10, 7, 8 };
  guint n;

  for (n = 1; n <= 12; n++) {
    check_floats (n, 4 * n, in_order, n, 1);
    check_floats (n, 4 * n, in_order, n, 4);
    check_floats (n, 4 * n, in_order, n, 11);
    check_floats (12, 48, in_order, n, 7);
    check_floats (n, 4 * n + 1, in_order, n, 9);
  }
  check_floats (12, 48, last, 3, 6);
  check_floats (12, 48, mixed, 8, 13);
  check_floats (12, 61, mixed, 8, 5);
}
GST_END_TEST;

GST_START_TEST (bit_fields_and_scaled_integers_come_out_in_their_unit)
{
  static const guint fields[] = { 0, 1, 2, 3 };
  const guint8 points[]
      = { 0x10, 0x27, 0, 0, 0xb5, 0x60, 0x79, 0xfe, 0xff, 0x4a };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (
      "x:i4*0.01+50,n:u1&7,m:u1@4&56>>3,c:u1@4&192>>6*2-1", 5, NULL);
  GstSsioGather *gather = gst_ssio_gather_new (layout, fields, 4);
  gfloat columns[4][2];

  gst_ssio_gather_columns (gather, points, 2, &columns[0][0], 2);
  fail_unless_equals_float (columns[0][0], 150);
  fail_unless_equals_float (columns[1][0], 5);
  fail_unless_equals_float (columns[2][0], 6);
  fail_unless_equals_float (columns[3][0], 3);
  fail_unless_equals_float (columns[0][1], (gfloat) (-100000 * 0.01 + 50));
  fail_unless_equals_float (columns[1][1], 2);
  fail_unless_equals_float (columns[2][1], 1);
  fail_unless_equals_float (columns[3][1], 1);
  gst_ssio_gather_free (gather);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

static Suite *
gather_suite (void)
{
  Suite *suite = suite_create ("gather");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_type_becomes_the_float_that_numpy_makes_of_it);
  tcase_add_test (tcase,
      floats_side_by_side_are_gathered_in_any_number_and_order);
  tcase_add_test (tcase,
      bit_fields_and_scaled_integers_come_out_in_their_unit);
  return suite;
}

SSIO_CHECK_MAIN (gather)
