/* SPDX-License-Identifier: MIT */
/* Names of recordings, with and without a number. */

#include "record/location.h"
#include "record/writer.h"
#include "ssiocheck.h"

static const struct {
  const gchar *text;
  guint index;
  const gchar *path; /* NULL where it is an error */
} cases[] = {
  { "a.bin", 7, "a.bin" },
  { "/b/100%.bin", 7, "/b/100%.bin" },
  { "a%s%%.bin", 7, "a%s%%.bin" },
  { "a-%d.bin", 7, "a-7.bin" },
  { "a-%5d.bin", 7, "a-    7.bin" },
  { "a-%05d.bin", 7, "a-00007.bin" },
  { "a-%05d.bin", 1234567, "a-1234567.bin" },
  { "50%/%02d", 7, "50%/07" },
  { "%0d%%", 7, "7%%" },
  { NULL, 0, NULL },
  { "", 0, NULL },
  { "%d-%d.bin", 0, NULL },
  { "%d/a.bin", 0, NULL },
  { "%20d.bin", 0, NULL },
  { "%99999999999999999999d.bin", 0, NULL },
};

GST_START_TEST (a_location_has_one_number_at_most)
{
  GstSsioRecordLocation location;
  GError *error = NULL;
  gboolean ok
      = gst_ssio_record_location_parse (&location, cases[__i__].text, &error);
  gchar *path;

  fail_unless_equals_int (ok, cases[__i__].path != NULL);
  fail_unless_equals_int (error != NULL, !ok);
  g_clear_error (&error);
  if (!ok)
    return;
  path = gst_ssio_record_location_get_path (&location, cases[__i__].index);
  fail_unless_equals_string (path, cases[__i__].path);
  g_free (path);
  gst_ssio_record_location_clear (&location);
}
GST_END_TEST;

static void
check_format (const gchar *path, GstSsioRecordFormat expected)
{
  GstSsioRecordFormat format = GST_SSIO_RECORD_FORMAT_AUTO;
  GError *error = NULL;
  gboolean ok = gst_ssio_record_format_find (&format, path, &error);

  fail_unless_equals_int (ok, expected != GST_SSIO_RECORD_FORMAT_AUTO);
  fail_unless_equals_int (format, expected);
  g_clear_error (&error);
}

GST_START_TEST (a_name_says_the_format)
{
  GstSsioRecordFormat format = GST_SSIO_RECORD_FORMAT_PLY;

  check_format ("a.bin", GST_SSIO_RECORD_FORMAT_BIN);
  check_format ("/b.c/a.NPY", GST_SSIO_RECORD_FORMAT_NPY);
  check_format (".ply", GST_SSIO_RECORD_FORMAT_PLY);
  check_format ("a.bin.las", GST_SSIO_RECORD_FORMAT_LAS);
  check_format ("a.pcd", GST_SSIO_RECORD_FORMAT_AUTO);
  check_format ("bin", GST_SSIO_RECORD_FORMAT_AUTO);
  check_format ("a.auto", GST_SSIO_RECORD_FORMAT_AUTO);
  fail_unless (gst_ssio_record_format_find (&format, "a.bin", NULL));
  fail_unless_equals_int (format, GST_SSIO_RECORD_FORMAT_PLY);
}
GST_END_TEST;

static Suite *
location_suite (void)
{
  Suite *suite = suite_create ("location");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, a_location_has_one_number_at_most, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tcase, a_name_says_the_format);
  return suite;
}

SSIO_CHECK_MAIN (location)
