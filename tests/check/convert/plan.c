/* SPDX-License-Identifier: MIT */
/* What a plan is made of, what it refuses, and what is lossy. */

#include <string.h>

#include "convert/plan.h"
#include "convert/target.h"
#include "ssiocheck.h"

static GstSsioConvertPlan *
plan_sized (const gchar *from, guint from_size, const gchar *to, guint to_size,
    const gchar *normalize, gboolean allow_lossy, GError **error)
{
  GstSsioLayout *in = gst_ssio_layout_new_from_string (from, from_size, NULL);
  GstSsioLayout *out = gst_ssio_layout_new_from_string (to, to_size, NULL);
  GstSsioLayout *normalized
      = normalize ? gst_ssio_convert_parse_normalize (normalize, NULL) : NULL;
  GstSsioConvertPlan *plan
      = gst_ssio_convert_plan_new (in, out, normalized, allow_lossy, error);

  gst_ssio_layout_unref (in);
  gst_ssio_layout_unref (out);
  g_clear_pointer (&normalized, gst_ssio_layout_unref);
  return plan;
}

static GstSsioConvertPlan *
plan_new (const gchar *from, const gchar *to)
{
  GError *error = NULL;
  GstSsioConvertPlan *plan = plan_sized (from, 0, to, 0, NULL, TRUE, &error);

  fail_unless (plan != NULL, "%s", error ? error->message : "");
  return plan;
}

static void
check_error (const gchar *from, const gchar *to, const gchar *part)
{
  GError *error = NULL;

  fail_unless (plan_sized (from, 0, to, 0, NULL, TRUE, &error) == NULL, "%s",
      to);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, part);
}

static gboolean
is_lossy (const gchar *from, const gchar *to, const gchar *normalize)
{
  GError *error = NULL;
  GstSsioConvertPlan *plan
      = plan_sized (from, 0, to, 0, normalize, FALSE, &error);

  if (plan) {
    gst_ssio_convert_plan_free (plan);
    return FALSE;
  }
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "lossy=true");
  return TRUE;
}

GST_START_TEST (the_same_bytes_are_an_identity)
{
  static const gchar *const same[][2] = {
    { "x:f4,y:f8", "x:f4,y:f8" },
    { "x:i4*0.01+5", "x:i4*0.01+5" },
    { "b:u1&7,c:u1@0&8>>3", "b:u1&7,c:u1@0&8>>3" },
    { "b:u1&7,c:u1@0&8>>3", "c:u1&8>>3" },
    { "x:f4,y:f4", "y:f4@4,x:f4@0" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (same); i++) {
    GstSsioConvertPlan *plan = plan_new (same[i][0], same[i][1]);

    fail_unless (plan->is_identity, "%s", same[i][1]);
    gst_ssio_convert_plan_free (plan);
  }
}
GST_END_TEST;

GST_START_TEST (fewer_fields_in_the_same_places_are_an_identity)
{
  GstSsioConvertPlan *plan
      = plan_sized ("x:f4,y:f4,z:f4", 12, "y:f4@4", 12, NULL, TRUE, NULL);

  fail_unless (plan != NULL && plan->is_identity);
  gst_ssio_convert_plan_free (plan);
}
GST_END_TEST;

GST_START_TEST (other_bytes_are_no_identity)
{
  static const gchar *const other[][2] = {
    { "x:f4,y:f4", "y:f4,x:f4" },
    { "x:f4,y:f4", "x:f4" },
    { "x:f4,y:i4", "x:f4,y:f4" },
    { "x:i4*0.01", "x:i4*0.02" },
    { "x:i4*0.01", "x:i4*0.01+1" },
    { "x:u4", "x:i4" },
    { "x:u1&7", "x:u1" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (other); i++) {
    GstSsioConvertPlan *plan = plan_new (other[i][0], other[i][1]);

    fail_if (plan->is_identity, "%s", other[i][1]);
    gst_ssio_convert_plan_free (plan);
  }
}
GST_END_TEST;

GST_START_TEST (neighbours_move_as_one)
{
  GstSsioConvertPlan *plan
      = plan_new ("i:u2,x:f4,y:f4,z:f4,t:f8", "x:f4,y:f4,z:f4,i:u2");
  const GstSsioConvertMove *move
      = &g_array_index (plan->moves, GstSsioConvertMove, 0);

  fail_unless_equals_int (plan->moves->len, 2);
  fail_unless (move->is_copy);
  fail_unless_equals_int (move->from, 2);
  fail_unless_equals_int (move->to, 0);
  fail_unless_equals_int (move->size, 12);
  gst_ssio_convert_plan_free (plan);
}
GST_END_TEST;

GST_START_TEST (equal_scales_move_the_bytes_of_integers)
{
  GstSsioConvertPlan *plan
      = plan_new ("t:f8,x:i4*0.01+5,y:i4*0.01+6", "x:i4*0.01+5,y:i4*0.01+6");

  fail_unless_equals_int (plan->moves->len, 1);
  fail_unless_equals_int (plan->n_casts, 0);
  gst_ssio_convert_plan_free (plan);
}
GST_END_TEST;

GST_START_TEST (bits_move_with_the_integer_that_holds_them)
{
  GstSsioConvertPlan *plan
      = plan_new ("x:f4,b:u1&7,c:u1@4&8>>3", "b:u1&7,c:u1@0&8>>3,x:f4");
  const guint8 in[] = { 1, 2, 3, 4, 0xff };
  guint8 out[5];

  gst_ssio_convert_plan_run (plan, in, 1, out);
  fail_unless (memcmp (out, "\xff\1\2\3\4", 5) == 0);
  gst_ssio_convert_plan_free (plan);
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_is_an_error_that_names_it)
{
  check_error ("x:f4,y:f4", "x:f4,w:f4",
      "\"w\", which the input does not have: expected one of x, y");
  check_error ("b:u1", "b:u1&7", "\"b\"");
  check_error ("b:u1&7,c:u1@0&8>>3", "b:u1&3", "b:u1");
  check_error ("b:u1&7,c:u1@1&8>>3", "b:u1&7,c:u1@0&8>>3", "\"c\"");
}
GST_END_TEST;

GST_START_TEST (normalize_of_a_field_that_is_not_there_is_an_error)
{
  GError *error = NULL;

  fail_unless (plan_sized ("x:f4", 0, "x:f4", 0, "w*2", TRUE, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "normalize names field \"w\"");
}
GST_END_TEST;

/* Types of a row whose values those of a column do not all hold. */
GST_START_TEST (casts_between_types_are_lossy_by_their_ranges)
{
  static const gchar *const types[]
      = { "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8" };
  static const gchar *const lossy[] = {
    "0011111111", /* f4 */
    "1011111111", /* f8 */
    "0000001111", /* i1 */
    "0010001111", /* i2 */
    "1011001111", /* i4 */
    "1111101111", /* i8 */
    "0010000000", /* u1 */
    "0011001000", /* u2 */
    "1011101100", /* u4 */
    "1111111110", /* u8 */
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    for (j = 0; j < G_N_ELEMENTS (types); j++) {
      gchar *from = g_strdup_printf ("x:%s", types[i]);
      gchar *to = g_strdup_printf ("x:%s", types[j]);

      fail_unless_equals_int (is_lossy (from, to, NULL), lossy[i][j] == '1');
      g_free (from);
      g_free (to);
    }
  }
}
GST_END_TEST;

GST_START_TEST (scales_decide_what_is_lossy)
{
  static const struct {
    const gchar *from;
    const gchar *to;
    const gchar *normalize;
    gboolean lossy;
  } rows[] = {
    { "x:i4*0.01+636000", "x:f4", NULL, TRUE },
    { "x:i4*0.01+636000", "x:f8", NULL, FALSE },
    { "x:i2*0.01", "x:f4", NULL, FALSE },
    { "x:i2*0.01+636000", "x:f4", NULL, TRUE }, /* steps of 0.0625 there */
    { "x:u1*1e300", "x:f4", NULL, TRUE },
    { "x:u1*1e-46", "x:f4", NULL, TRUE },
    { "x:i4*1e-40", "x:f8", NULL, FALSE },
    { "x:i2*256", "x:f4", NULL, FALSE },
    { "x:u2*1e306", "x:f8", NULL, TRUE },
    { "x:i2*0.01", "x:i4*0.001", NULL, FALSE },
    { "x:i2*0.01+100", "x:i4*0.01", NULL, FALSE },
    { "x:i2*0.01+100", "x:i2*0.01", NULL, TRUE }, /* out of range */
    { "x:i2*0.01", "x:i4", NULL, TRUE },          /* fractions */
    { "x:i4*0.01", "x:i4*0.001", NULL, TRUE },
    { "x:i4*-0.01", "x:i8*0.01", NULL, FALSE },
    { "x:i8*0.01", "x:i8*0.005", NULL, TRUE }, /* beyond a double's digits */
    { "x:u1&7", "x:u1", NULL, FALSE },
    { "x:u4&16777215", "x:f4", NULL, FALSE },
    { "x:u4&33554431", "x:f4", NULL, TRUE },
    { "x:u2&3072>>10", "x:i1", NULL, FALSE },
    { "x:u2", "x:f4", "x*0.0000152590", FALSE },
    { "x:u2", "x:f4", "x*0.5+1000000", FALSE },
    { "x:u2", "x:f4", "x*0.5+100000000", TRUE },
    { "x:u4", "x:f4", "x*0.5", TRUE },
    { "x:u1", "x:u2", "x*256+255", FALSE },
    { "x:u1", "x:u1", "x*2", TRUE },
    { "x:f4", "x:f4", "x*0.3-1", FALSE },
    { "x:f8", "x:f4", "x*1", TRUE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless (is_lossy (rows[i].from, rows[i].to, rows[i].normalize)
                     == rows[i].lossy,
        "%s to %s", rows[i].from, rows[i].to);
}
GST_END_TEST;

GST_START_TEST (an_error_names_all_lossy_fields_and_no_other)
{
  GError *error = NULL;

  fail_unless (plan_sized ("x:i4*0.01+5,y:u1,z:f8", 0, "x:f4,y:f4,z:f4", 0,
                   NULL, FALSE, &error)
               == NULL);
  fail_unless (
      strstr (error->message,
          "x (i4*0.01+5 to f4, which tells values below 131072 apart), "
          "z (f8 to f4)")
          != NULL,
      "%s", error->message);
  g_error_free (error);
}
GST_END_TEST;

GST_START_TEST (bytes_that_no_field_has_become_0)
{
  GstSsioConvertPlan *plan
      = plan_sized ("x:u1,y:u1", 0, "y:u1@1,x:u1@3", 6, NULL, TRUE, NULL);
  guint8 out[12];

  memset (out, 0xff, sizeof (out));
  gst_ssio_convert_plan_run (plan, (const guint8[]){ 1, 2, 3, 4 }, 2, out);
  fail_unless (memcmp (out, "\0\2\0\1\0\0\0\4\0\3\0\0", 12) == 0);
  gst_ssio_convert_plan_free (plan);
}
GST_END_TEST;

/* A row of three bytes has a field, a gap or nothing behind it. */
GST_START_TEST (a_row_writes_none_but_its_bytes)
{
  static const gchar *const outputs[] = { "b:u1,c:u1,d:u1,t:f8",
    "b:u1,c:u1,d:u1,t:f8@5", "t:f8,b:u1,c:u1,d:u1", "b:u1,c:u1,d:u1" };
  guint8 in[20 * 14];
  guint8 out[20 * 16], expected[20 * 16];
  guint i;

  for (i = 0; i < sizeof (in); i++)
    in[i] = 13 * i + 1;
  for (i = 0; i < G_N_ELEMENTS (outputs); i++) {
    GstSsioConvertPlan *plan = plan_new ("t:f8,b:u2,c:u2,d:u2", outputs[i]);

    memset (out, 0xff, sizeof (out));
    memset (expected, 0xff, sizeof (expected));
    gst_ssio_convert_plan_run (plan, in, 20, out);
    gst_ssio_convert_plan_run_scalar (plan, in, 20, expected);
    fail_unless (memcmp (out, expected, sizeof (out)) == 0, "%s", outputs[i]);
    gst_ssio_convert_plan_free (plan);
  }
}
GST_END_TEST;

static Suite *
plan_suite (void)
{
  Suite *suite = suite_create ("plan");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_same_bytes_are_an_identity);
  tcase_add_test (tcase, fewer_fields_in_the_same_places_are_an_identity);
  tcase_add_test (tcase, other_bytes_are_no_identity);
  tcase_add_test (tcase, neighbours_move_as_one);
  tcase_add_test (tcase, equal_scales_move_the_bytes_of_integers);
  tcase_add_test (tcase, bits_move_with_the_integer_that_holds_them);
  tcase_add_test (tcase, what_cannot_be_is_an_error_that_names_it);
  tcase_add_test (tcase, normalize_of_a_field_that_is_not_there_is_an_error);
  tcase_add_test (tcase, casts_between_types_are_lossy_by_their_ranges);
  tcase_add_test (tcase, scales_decide_what_is_lossy);
  tcase_add_test (tcase, an_error_names_all_lossy_fields_and_no_other);
  tcase_add_test (tcase, bytes_that_no_field_has_become_0);
  tcase_add_test (tcase, a_row_writes_none_but_its_bytes);
  return suite;
}

SSIO_CHECK_MAIN (plan)
