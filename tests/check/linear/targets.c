/* SPDX-License-Identifier: MIT */
/* Classes from labels, and maps to them. */

#include <math.h>
#include <string.h>

#include "linear/targets.h"
#include "ssiocheck.h"

static GstSsioTargets *
new_targets (const gchar *field, const GstSsioClassMap *map, gint ignore_label,
    guint n_classes)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (field, 0, NULL);
  GstSsioTargets *targets;

  fail_unless (layout != NULL, "%s", field);
  targets = gst_ssio_targets_new (layout, 0, map, ignore_label, n_classes);
  gst_ssio_layout_unref (layout);
  return targets;
}

/* The class of one label, or what is wrong with it. */
static gint
read_one (const gchar *field, gconstpointer bytes, gint ignore_label,
    guint n_classes, gchar **why)
{
  GstSsioTargets *targets = new_targets (field, NULL, ignore_label, n_classes);
  gint32 class_index = G_MAXINT32;

  if (gst_ssio_targets_read (targets, bytes, 1, &class_index) == 0) {
    class_index = G_MAXINT32;
    if (why)
      *why = gst_ssio_targets_explain (targets, bytes);
  }
  gst_ssio_targets_free (targets);
  return class_index;
}

#define EXPECT(field, ctype, value, expected) \
  { \
    const ctype stored = (value); \
\
    fail_unless_equals_int (read_one (field, &stored, -7, 200, NULL), \
        expected); \
  }

GST_START_TEST (labels_of_every_type_are_classes)
{
  EXPECT ("l:f4", gfloat, 3, 3);
  EXPECT ("l:f8", gdouble, 199, 199);
  EXPECT ("l:i1", gint8, 100, 100);
  EXPECT ("l:i2", gint16, 150, 150);
  EXPECT ("l:i4", gint32, -7, -1);
  EXPECT ("l:i8", gint64, 0, 0);
  EXPECT ("l:u1", guint8, 199, 199);
  EXPECT ("l:u2", guint16, 3, 3);
  EXPECT ("l:u4", guint32, 3, 3);
  EXPECT ("l:u8", guint64, 3, 3);
  EXPECT ("l:u1&31", guint8, 0xe5, 5);
  EXPECT ("l:u4&65535", guint32, 0x00030021, 33);
  EXPECT ("l:u4&4294901760>>16", guint32, 0x00030021, 3);
  EXPECT ("l:i2*0.5+10", gint16, -6, 7);
}
GST_END_TEST;

GST_START_TEST (labels_that_are_no_classes_are_not)
{
  EXPECT ("l:f4", gfloat, 0.5, G_MAXINT32);
  EXPECT ("l:f4", gfloat, -0.0, 0);
  EXPECT ("l:f4", gfloat, NAN, G_MAXINT32);
  EXPECT ("l:f4", gfloat, INFINITY, G_MAXINT32);
  EXPECT ("l:f8", gdouble, 1e300, G_MAXINT32);
  EXPECT ("l:f4", gfloat, -1, G_MAXINT32);
  EXPECT ("l:u1", guint8, 200, G_MAXINT32);
  EXPECT ("l:u8", guint64, G_MAXUINT64, G_MAXINT32);
  EXPECT ("l:i8", gint64, G_MININT64, G_MAXINT32);
  EXPECT ("l:u4", guint32, 0xffffffff, G_MAXINT32);
}
GST_END_TEST;

GST_START_TEST (reading_ends_at_the_first_point_without_a_class)
{
  const guint8 labels[] = { 0, 1, 9, 2, 5, 0 };
  GstSsioTargets *targets = new_targets ("l:u1", NULL, 9, 3);
  gint32 classes[6];
  gchar *why;

  fail_unless_equals_int (gst_ssio_targets_read (targets, labels, 6, classes),
      4);
  fail_unless_equals_int (classes[1], 1);
  fail_unless_equals_int (classes[2], GST_SSIO_TARGET_IGNORED);
  fail_unless_equals_int (classes[3], 2);
  why = gst_ssio_targets_explain (targets, labels + 4);
  fail_unless (strstr (why, "the label l is 5: expected a class of 0 to 2")
                   != NULL,
      "%s", why);
  g_free (why);
  fail_unless_equals_int (gst_ssio_targets_get_ignored (targets), -1);
  gst_ssio_targets_free (targets);
}
GST_END_TEST;

static gint
find (const GstSsioClassMap *map, gint64 raw)
{
  gint class_index;

  return gst_ssio_class_map_find (map, raw, &class_index) ? class_index : -999;
}

static GstSsioClassMap *
new_map (const gchar *setting)
{
  GError *error = NULL;
  GstSsioClassMap *map = gst_ssio_class_map_new (setting, &error);

  fail_unless (map != NULL, "%s", error ? error->message : "");
  return map;
}

GST_START_TEST (a_map_is_a_text_of_pairs)
{
  GstSsioClassMap *map = new_map ("0:0, 1:0 ,10:1,-5:19,252:255,10:1");

  fail_unless_equals_int (find (map, 1), 0);
  fail_unless_equals_int (find (map, 10), 1);
  fail_unless_equals_int (find (map, -5), 19);
  fail_unless_equals_int (find (map, 252), 255);
  fail_unless_equals_int (find (map, 2), -999);
  fail_unless_equals_int (find (map, -6), -999);
  fail_unless_equals_int (find (map, 253), -999);
  fail_unless_equals_int (find (map, G_MAXINT64), -999);
  fail_unless_equals_int (find (map, G_MININT64), -999);
  gst_ssio_class_map_free (map);
}
GST_END_TEST;

GST_START_TEST (a_map_is_a_file_of_lines)
{
  static const gchar plain[] = "# raw: class\n\n  7 : 1 # seven\r\n8:2\n";
  static const gchar yaml[]
      = "name: \"kitti\"\nlabels:\n  0 : \"none\"\n"
        "color_map: # bgr\n  0 : [0, 0, 0]\n"
        "learning_map: # to classes\n  7 : 3\n\n# between\n  9: 4  # nine\n"
        "learning_map_inv: # back\n  3: 7\n";
  gchar *path = ssio_check_write_file (".map", plain, strlen (plain));
  GstSsioClassMap *map = new_map (path);

  fail_unless_equals_int (find (map, 7), 1);
  fail_unless_equals_int (find (map, 8), 2);
  gst_ssio_class_map_free (map);
  g_free (path);

  path = ssio_check_write_file (".yaml", yaml, strlen (yaml));
  map = new_map (path);
  fail_unless_equals_int (find (map, 7), 3);
  fail_unless_equals_int (find (map, 9), 4);
  fail_unless_equals_int (find (map, 3), -999);
  fail_unless_equals_int (find (map, 0), -999);
  gst_ssio_class_map_free (map);
  g_free (path);
}
GST_END_TEST;

static void
check_map_error (const gchar *setting, gint code, const gchar *part)
{
  GError *error = NULL;

  fail_unless (gst_ssio_class_map_new (setting, &error) == NULL, "%s",
      setting);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, code, part);
}

static void
check_file_error (const gchar *text, const gchar *part)
{
  gchar *path = ssio_check_write_file (".map", text, strlen (text));

  check_map_error (path, GST_RESOURCE_ERROR_SETTINGS, part);
  g_free (path);
}

GST_START_TEST (a_map_that_is_none_is_an_error_that_says_why)
{
  const gint settings = GST_RESOURCE_ERROR_SETTINGS;

  check_map_error ("1:2:3", settings, "found \"1:2:3\"");
  check_map_error ("1:2,,3:4", settings, "found \"\"");
  check_map_error ("1", settings, "found \"1\"");
  check_map_error (" ", settings, "found \" \"");
  check_map_error ("--1:2", settings, "found \"--1:2\"");
  check_map_error ("9999999999:2", settings, "found \"9999999999:2\"");
  check_map_error ("5:1,5:2", settings, "found 1 and 2 for 5");
  check_map_error ("0:1,2000000:1", settings, "found 0 and 2000000");
  check_map_error ("/no/such.yaml", GST_RESOURCE_ERROR_OPEN_READ,
      "/no/such.yaml");
  check_file_error ("", "found none");
  check_file_error ("1: 2\nroad: 3\n", "line 2: expected \"raw: class\"");
  check_file_error ("labels:\n  0: x\nlearning_map:\n  1: [2]\n", "line 4");
  check_file_error ("learning_map:\nlabels:\n  1: 1\n", "found none");
}
GST_END_TEST;

GST_START_TEST (labels_go_through_the_map_before_they_are_ignored)
{
  GstSsioClassMap *map = new_map ("0:0,10:1,99:255,7:3");
  GstSsioTargets *targets = new_targets ("l:u2", map, 0, 3);
  const guint16 labels[] = { 10, 0, 7, 8 };
  gint32 classes[4];
  gchar *why;

  fail_unless_equals_int (gst_ssio_targets_read (targets,
                              (const guint8 *) labels, 4, classes),
      2);
  fail_unless_equals_int (classes[0], 1);
  fail_unless_equals_int (classes[1], GST_SSIO_TARGET_IGNORED);
  fail_unless_equals_int (gst_ssio_targets_get_ignored (targets), 0);
  why = gst_ssio_targets_explain (targets, (const guint8 *) &labels[2]);
  fail_unless (strstr (why, "is 7, which class-map makes 3") != NULL, "%s",
      why);
  g_free (why);
  why = gst_ssio_targets_explain (targets, (const guint8 *) &labels[3]);
  fail_unless (strstr (why, "is 8, which class-map does not have") != NULL,
      "%s", why);
  g_free (why);
  gst_ssio_targets_free (targets);
  gst_ssio_class_map_free (map);
}
GST_END_TEST;

static Suite *
targets_suite (void)
{
  Suite *suite = suite_create ("targets");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, labels_of_every_type_are_classes);
  tcase_add_test (tcase, labels_that_are_no_classes_are_not);
  tcase_add_test (tcase, reading_ends_at_the_first_point_without_a_class);
  tcase_add_test (tcase, a_map_is_a_text_of_pairs);
  tcase_add_test (tcase, a_map_is_a_file_of_lines);
  tcase_add_test (tcase, a_map_that_is_none_is_an_error_that_says_why);
  tcase_add_test (tcase, labels_go_through_the_map_before_they_are_ignored);
  return suite;
}

SSIO_CHECK_MAIN (targets)
