/* SPDX-License-Identifier: MIT */

#include "ssiocheck.h"

static GstSsioLayout *
parse (const gchar *text, guint point_size)
{
  GError *error = NULL;
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (text, point_size, &error);

  fail_unless (layout != NULL, "%s: %s", text, error ? error->message : "");
  return layout;
}

static void
check_prints (const gchar *text, guint point_size, const gchar *expected)
{
  GstSsioLayout *layout = parse (text, point_size);
  gchar *printed = gst_ssio_layout_to_string (layout);

  fail_unless_equals_string (printed, expected);
  g_free (printed);
  gst_ssio_layout_unref (layout);
}

static void
check_refused (const gchar *text, guint point_size, const gchar *part)
{
  GError *error = NULL;

  fail_unless (gst_ssio_layout_new_from_string (text, point_size, &error)
                   == NULL,
      "took %s", text);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, part);
}

GST_START_TEST (every_type_has_its_size)
{
  static const gchar *const codes[]
      = { "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    gchar *text = g_strdup_printf ("a:%s,b:%s", codes[i], codes[i]);
    GstSsioLayout *layout = parse (text, 0);
    const GstSsioField *field = gst_ssio_layout_get_field (layout, 1);
    guint size = codes[i][1] - '0';

    fail_unless_equals_string (gst_ssio_type_to_string (field->type),
        codes[i]);
    fail_unless_equals_int (gst_ssio_type_get_size (field->type), size);
    fail_unless_equals_int (field->offset, size);
    fail_unless_equals_int (gst_ssio_layout_get_point_size (layout), 2 * size);
    gst_ssio_layout_unref (layout);
    g_free (text);
  }
}
GST_END_TEST;

GST_START_TEST (fields_follow_each_other_unless_an_offset_is_given)
{
  GstSsioLayout *layout = parse ("x:f8,class:u1@20,y:i2", 32);

  fail_unless_equals_int (gst_ssio_layout_get_n_fields (layout), 3);
  fail_unless_equals_int (gst_ssio_layout_get_field (layout, 0)->offset, 0);
  fail_unless_equals_int (gst_ssio_layout_get_field (layout, 1)->offset, 20);
  fail_unless_equals_int (gst_ssio_layout_get_field (layout, 2)->offset, 21);
  fail_unless_equals_int (gst_ssio_layout_get_point_size (layout), 32);
  fail_unless_equals_int (gst_ssio_layout_find_field (layout, "class"), 1);
  fail_unless_equals_int (gst_ssio_layout_find_field (layout, "z"), -1);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

GST_START_TEST (text_is_canonical)
{
  check_prints ("x,y , z:f4", 0, "x:f4,y:f4,z:f4");
  check_prints ("x:f4@0,y:f4@4", 0, "x:f4,y:f4");
  check_prints ("y:f4@4,x:f4@0", 0, "y:f4@4,x:f4@0");
  check_prints ("x:i4*0.01+636000,y:i4*0.1-2.5", 0,
      "x:i4*0.01+636000,y:i4*0.1-2.5");
  check_prints ("x:f4*1+0", 0, "x:f4");
  check_prints ("n:u1@14&7,m:u1@14&56>>3,t:u2", 0,
      "n:u1@14&7,m:u1@14&56>>3,t:u2");
  check_prints ("Intensität:u2", 0, "Intensität:u2");
}
GST_END_TEST;

GST_START_TEST (a_data_set_s_name_is_its_layout)
{
  check_prints ("kitti", 0, "x:f4,y:f4,z:f4,intensity:f4");
  check_prints ("semantickitti", 0, "x:f4,y:f4,z:f4,intensity:f4");
  check_prints ("nuscenes", 0, "x:f4,y:f4,z:f4,intensity:f4,ring:f4");
  check_prints ("dales", 0, GST_SSIO_DEFAULT_LAYOUT);
  /* in a list, or with a type, it is a field's name */
  check_prints ("kitti:f4", 0, "kitti:f4");
  check_prints ("x,kitti", 0, "x:f4,kitti:f4");
  check_refused ("kitti", 12, "expected 16");
}
GST_END_TEST;

GST_START_TEST (malformed_text_is_refused_with_what_was_found)
{
  check_refused ("", 0, "0 fields");
  check_refused ("x,,y", 0, "not a field's name");
  check_refused ("x:f4,", 0, "not a field's name");
  check_refused (":f4", 0, "not a field's name");
  check_refused ("h\xf6he:f4", 0, "\"h\xef\xbf\xbdhe\" is not a field's name");
  check_refused ("x:f2", 0, "\"f2\"");
  check_refused ("x:", 0, "unknown type \"\"");
  check_refused ("x:>f4", 0, "\">f4\"");
  check_refused ("x:f4,y:f4,x:u1", 0, "two fields are named \"x\"");
  check_refused ("x:f4,y:f4@2", 0, "overlap");
  check_refused ("x:u4@0&255,y:u4@0&256,z:u2@0&1", 0, "overlap");
  check_refused ("x:u1@0&3,y:u1@0&6", 0, "overlap");
  check_refused ("x:f4@", 0, "after its type");
  check_refused ("x:f4@-4", 0, "after its type");
  check_refused ("x:f4@4@8", 0, "after its type");
  check_refused ("x:f4@99999999999999999999", 0, "after its type");
  check_refused ("x:f4@4294967295", 0, "expected it to end within");
  check_refused ("x:f4@1048573", 0, "expected it to end within");
  check_refused ("x:f4&1", 0, "expected an integer");
  check_refused ("x:u1&256", 0, "bits inside its size");
  check_refused ("x:u1&1>>8", 0, "bits inside its size");
  check_refused ("x:u1&0", 0, "after its type");
  check_refused ("x:i4*0x10", 0, "after its type");
  check_refused ("x:i4*0", 0, "scale other than 0");
  check_refused ("x:i4*nan", 0, "after its type");
  check_refused ("x:i4+1e999", 0, "finite");
  check_refused ("x:f4\"", 0, "unknown type");
}
GST_END_TEST;

GST_START_TEST (absurd_sizes_are_refused)
{
  GString *text = g_string_new ("f0");
  guint i;

  check_refused ("x:f4,y:f4", 7, "expected 8");
  check_refused ("x:f4", G_MAXUINT, "a point of 4294967295 bytes");
  for (i = 1; i < 1025; i++)
    g_string_append_printf (text, ",f%u", i);
  check_refused (text->str, 0, "1025 fields");
  g_string_free (text, TRUE);
}
GST_END_TEST;

GST_START_TEST (equal_means_same_fields_in_the_same_places)
{
  GstSsioLayout *layout = parse ("x:f4,y:f4", 0);
  static const struct {
    const gchar *text;
    guint point_size;
    gboolean equal;
  } others[] = {
    { "x,y", 0, TRUE },
    { "x,y", 8, TRUE },
    { "x,y", 12, FALSE },
    { "y,x", 0, FALSE },
    { "x:f4,y:i4", 0, FALSE },
    { "x:f4,y:f4@8", 0, FALSE },
    { "x:f4,y:f4*2", 0, FALSE },
    { "x:f4", 8, FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (others); i++) {
    GstSsioLayout *other = parse (others[i].text, others[i].point_size);

    fail_unless_equals_int (gst_ssio_layout_is_equal (layout, other),
        others[i].equal);
    gst_ssio_layout_unref (other);
  }
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

GST_START_TEST (caps_carry_the_layout)
{
  GstSsioLayout *layout = parse ("x:i4*0.01+636000,n:u1@14&7", 34);
  GstCaps *caps = gst_ssio_layout_to_caps (layout, 1000);
  gchar *text = gst_caps_to_string (caps);
  GstCaps *again = gst_caps_from_string (text);
  GError *error = NULL;
  GstSsioLayout *found;
  guint batch_size;

  found = gst_ssio_layout_new_from_caps (again, &batch_size, &error);
  fail_unless (found != NULL, "%s", error ? error->message : "");
  fail_unless (gst_ssio_layout_is_equal (layout, found));
  fail_unless_equals_int (batch_size, 1000);
  fail_unless_equals_int (gst_ssio_layout_get_point_size (found), 34);
  gst_ssio_layout_unref (found);
  gst_ssio_layout_unref (layout);
  gst_caps_unref (caps);
  gst_caps_unref (again);
  g_free (text);
}
GST_END_TEST;

GST_START_TEST (caps_without_a_layout_are_refused)
{
  static const gchar *const texts[] = {
    "video/x-raw",
    "pointcloud/x-raw",
    "pointcloud/x-raw,layout=x,point-size=4",
    "pointcloud/x-raw,layout=x,point-size=0,batch-size=1",
    "pointcloud/x-raw,layout=x,point-size=2,batch-size=1",
    "pointcloud/x-raw,layout=(string)\"x:q9\",point-size=4,batch-size=1",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    GstCaps *caps = gst_caps_from_string (texts[i]);
    GError *error = NULL;

    fail_unless (gst_ssio_layout_new_from_caps (caps, NULL, &error) == NULL);
    ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "");
    gst_caps_unref (caps);
  }
}
GST_END_TEST;

static Suite *
layout_suite (void)
{
  Suite *suite = suite_create ("layout");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_type_has_its_size);
  tcase_add_test (tcase, fields_follow_each_other_unless_an_offset_is_given);
  tcase_add_test (tcase, text_is_canonical);
  tcase_add_test (tcase, a_data_set_s_name_is_its_layout);
  tcase_add_test (tcase, malformed_text_is_refused_with_what_was_found);
  tcase_add_test (tcase, absurd_sizes_are_refused);
  tcase_add_test (tcase, equal_means_same_fields_in_the_same_places);
  tcase_add_test (tcase, caps_carry_the_layout);
  tcase_add_test (tcase, caps_without_a_layout_are_refused);
  return suite;
}

SSIO_CHECK_MAIN (layout)
