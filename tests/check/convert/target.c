/* SPDX-License-Identifier: MIT */
/* The text of the properties fields and normalize. */

#include "convert/target.h"
#include "ssiocheck.h"

#define INPUT "x:i4*0.01+5,y:f8,b:u1&7,c:u2@13&2040>>3,intensity:u2,w:f4"

static GstSsioLayout *
make_target (const gchar *fields, const gchar *normalize, GError **error)
{
  GstSsioLayout *input = gst_ssio_layout_new_from_string (INPUT, 0, NULL);
  GstSsioLayout *normalized
      = normalize ? gst_ssio_convert_parse_normalize (normalize, NULL) : NULL;
  GstSsioLayout *target
      = gst_ssio_convert_make_target (fields, input, normalized, error);

  gst_ssio_layout_unref (input);
  g_clear_pointer (&normalized, gst_ssio_layout_unref);
  return target;
}

static void
check_target (const gchar *fields, const gchar *normalize,
    const gchar *expected)
{
  GError *error = NULL;
  GstSsioLayout *target = make_target (fields, normalize, &error);
  gchar *text;

  fail_unless (target != NULL, "%s", error ? error->message : "");
  text = gst_ssio_layout_to_string (target);
  fail_unless_equals_string (text, expected);
  g_free (text);
  gst_ssio_layout_unref (target);
}

GST_START_TEST (a_name_alone_keeps_its_type_and_scale)
{
  check_target ("w", NULL, "w:f4");
  check_target (" intensity , x ", NULL, "intensity:u2,x:i4*0.01+5");
}
GST_END_TEST;

GST_START_TEST (bit_fields_become_the_smallest_whole_integers)
{
  check_target ("c,b", NULL, "c:u1,b:u1");
}
GST_END_TEST;

GST_START_TEST (what_has_a_type_is_a_layout)
{
  check_target ("x:f4,w,y:f4@12", NULL, "x:f4,w:f4,y:f4@12");
  check_target ("x:i4*0.001", NULL, "x:i4*0.001");
}
GST_END_TEST;

GST_START_TEST (what_is_normalized_becomes_a_float)
{
  check_target ("w,intensity,y,x,b", "intensity*2,w*2,x*2+1,y*2,b*2",
      "w:f4,intensity:f4,y:f8,x:f8,b:f4");
  check_target ("intensity", "intensity*0.5+100000000", "intensity:f8");
  check_target ("intensity:u4,x", "intensity*2", "intensity:u4,x:i4*0.01+5");
}
GST_END_TEST;

GST_START_TEST (no_text_is_all_fields)
{
  check_target (NULL, "intensity*2",
      "x:i4*0.01+5,y:f8,b:u1,c:u1,intensity:f4,w:f4");
}
GST_END_TEST;

GST_START_TEST (wrong_fields_are_errors_that_say_which)
{
  static const gchar *const wrong[][2] = {
    { "x,q", "the input has no field \"q\"" },
    { "x,x", "two fields are named \"x\"" },
    { "", "0 fields" },
    { "x,", "no field \"\"" },
    { "x:f3", "unknown type \"f3\"" },
    { "x:f4+", "\"x\"" },
  };
  GError *error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    fail_unless (make_target (wrong[i][0], NULL, &error) == NULL);
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        wrong[i][1]);
  }
}
GST_END_TEST;

GST_START_TEST (normalize_is_a_factor_and_a_summand)
{
  GstSsioLayout *normalize
      = gst_ssio_convert_parse_normalize ("a-b*0.5, c*2-3,d*-1e2+4", NULL);
  const GstSsioField *field;

  fail_unless (normalize != NULL);
  fail_unless_equals_int (gst_ssio_layout_get_n_fields (normalize), 3);
  field = gst_ssio_layout_get_field (normalize, 0);
  fail_unless_equals_string (field->name, "a-b");
  fail_unless_equals_float (field->scale, 0.5);
  fail_unless_equals_float (field->origin, 0);
  field = gst_ssio_layout_get_field (normalize, 1);
  fail_unless_equals_float (field->scale, 2);
  fail_unless_equals_float (field->origin, -3);
  field = gst_ssio_layout_get_field (normalize, 2);
  fail_unless_equals_float (field->scale, -100);
  fail_unless_equals_float (field->origin, 4);
  gst_ssio_layout_unref (normalize);
}
GST_END_TEST;

GST_START_TEST (wrong_normalize_is_an_error)
{
  static const gchar *const wrong[]
      = { "", "x", "x+1", "x*", "x*a", "x*0", "x*1*2", "x*1+", "x*nan",
          "x*1e999", "*2", "x:f4*2", "x*1,x*2", "x*1,", "x*2@4" };
  GError *error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    fail_unless (gst_ssio_convert_parse_normalize (wrong[i], &error) == NULL,
        "%s", wrong[i]);
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "normalize=");
  }
}
GST_END_TEST;

static Suite *
target_suite (void)
{
  Suite *suite = suite_create ("target");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_name_alone_keeps_its_type_and_scale);
  tcase_add_test (tcase, bit_fields_become_the_smallest_whole_integers);
  tcase_add_test (tcase, what_has_a_type_is_a_layout);
  tcase_add_test (tcase, what_is_normalized_becomes_a_float);
  tcase_add_test (tcase, no_text_is_all_fields);
  tcase_add_test (tcase, wrong_fields_are_errors_that_say_which);
  tcase_add_test (tcase, normalize_is_a_factor_and_a_summand);
  tcase_add_test (tcase, wrong_normalize_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (target)
