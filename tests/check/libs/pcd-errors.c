/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "pcdcheck.h"

static void
check_refused (const gchar *name, gint code, const gchar *part)
{
  gchar *path = pcd_check_path (name);
  GError *error = NULL;

  fail_unless (pcd_check_open (name, &error) == NULL, "opened %s", name);
  fail_unless (g_str_has_prefix (error->message, path), "%s", error->message);
  ssio_check_gerror (&error, GST_STREAM_ERROR, code, part);
  g_free (path);
}

typedef struct {
  const gchar *name;
  const gchar *part;
} Refusal;

static void
check_refusals (const gchar *prefix, const Refusal *refusals, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    gchar *name = g_strdup_printf ("%s-%s.pcd", prefix, refusals[i].name);

    check_refused (name, GST_STREAM_ERROR_WRONG_TYPE, refusals[i].part);
    g_free (name);
  }
}

GST_START_TEST (bad_headers_are_refused_with_their_line)
{
  static const Refusal refusals[] = {
    { "empty-fields", "line 3: FIELDS has no values" },
    { "no-fields", "line 10: the header ends without FIELDS" },
    { "no-size", "the header ends without SIZE" },
    { "no-type", "the header ends without TYPE" },
    { "no-points", "the header ends without WIDTH or POINTS" },
    { "no-width", "the header ends without WIDTH:" },
    { "version", "line 2: VERSION: expected 0.7, 0.6 or 0.5, found \"0.8\"" },
    { "entry", "line 9: a line's first word: expected VERSION, FIELDS" },
    { "size-list", "line 4: SIZE: expected 3 values, one for each of FIELDS, "
                   "found 2" },
    { "type-list", "line 5: TYPE: expected 3 values, one for each of FIELDS, "
                   "found 4" },
    { "count-list", "line 6: COUNT: expected 3 values" },
    { "f2", "line 5: TYPE: expected F with SIZE 4 or 8, or I or U with SIZE "
            "1, 2, 4 or 8, found \"F with SIZE 2\"" },
    { "u3", "found \"U with SIZE 3\"" },
    { "size0", "line 4: SIZE: expected a whole number from 1 to 8" },
    { "size-word", "found \"four\"" },
    { "letter", "found \"D with SIZE 4\"" },
    { "lower", "found \"f with SIZE 4\"" },
    { "count0", "line 6: COUNT: expected a whole number from 1" },
    { "count-minus", "found \"-1\"" },
    { "count-huge", "found \"4294967296\"" },
    { "count-many", "expected no more than 1024 values a point" },
    { "count-wide", "expected points of no more than 1048576 bytes" },
    { "twice", "line 3: layout: two fields are named \"x\"" },
    { "suffix", "two fields are named \"x_1\"" },
    { "name", "line 3: layout: \"z:f4\" is not a field's name" },
    { "padding", "layout: 0 fields" },
    { "product", "expected 7 x 2 points, found 7" },
    { "minus", "line 10: POINTS: expected a whole number" },
    { "overflow", "WIDTH x HEIGHT is another number than POINTS" },
    { "zero", "holds 0 points" },
    { "huge", "expected no more than 2^63 bytes" },
    { "data", "line 11: DATA: expected ascii, binary or binary_compressed, "
              "found \"binary_zip\"" },
    { "end", "line 11: the header has no end" },
    { "endless", "a line that starts with DATA in the first 1048576 bytes" },
    { "again", "line 4: a second FIELDS: expected one, found the first in "
               "line 3" },
    { "nul", "line 3: expected text, found a zero byte" },
    { "cut", "expected a file of 248 bytes, found 247" },
    { "over", "expected a file of 248 bytes, found 249" },
    { "page", "expected a file of 248 bytes, found 4179" },
    { "1025", "expected no more than 1024 values" },
  };

  PCD_CHECK_FILES ();
  check_refusals ("bad", refusals, G_N_ELEMENTS (refusals));
  check_refused ("text-promise.pcd", GST_STREAM_ERROR_WRONG_TYPE,
      "1000 points of 3 values from byte 169 on");
  check_refused ("text-zero.pcd", GST_STREAM_ERROR_WRONG_TYPE,
      "holds 0 points");
}
GST_END_TEST;

/* Opens a file whose points cannot all be read. */
static void
check_unreadable (const gchar *name, const gchar *part)
{
  GError *error = NULL;
  GstSsioPointFile *file = pcd_check_open (name, &error);
  guint64 n_points;
  guint8 *points;
  guint i;

  fail_unless (file != NULL, "%s", error ? error->message : "");
  n_points = gst_ssio_point_file_get_n_points (file);
  points = g_malloc (n_points * 64);
  /* once more, since a failure must leave the decoder usable */
  for (i = 0; i < 2; i++) {
    fail_if (gst_ssio_point_file_read_points (file, 0, n_points, points,
                 &error),
        "read %s", name);
    fail_unless (g_str_has_prefix (error->message,
                     gst_ssio_point_file_get_path (file)),
        "%s", error->message);
    ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
        part);
  }
  g_free (points);
  gst_ssio_point_file_unref (file);
}

GST_START_TEST (bad_text_is_an_error_with_its_line)
{
  static const Refusal errors[] = {
    { "word", "line 16: field \"y\": expected a number of type f4, found "
              "\"two\"; repair" },
    { "few", "line 16: expected 3 values, found 2" },
    { "more", "line 16: expected 3 values, found 4" },
    { "big", "\"1e39\", which is out of range" },
    { "hex", "found \"0x10\"" },
    { "nul", "field \"y\"" },
    { "comma", "field \"x\": expected a number of type f4, found \"1,2\"" },
    { "int-u1", "field \"n\": expected a whole number of type u1, found "
                "\"256\", which is out of range" },
    { "int-minus", "\"-1\", which is out of range" },
    { "int-fraction", "found \"1.5\"; repair" },
    { "int-nan", "expected a whole number of type u1, found \"nan\"" },
    { "int-i8", "\"9223372036854775808\", which is out of range" },
    { "int-u65", "\"99999999999999999999\", which is out of range" },
    { "int-f8", "\"-1e309\", which is out of range" },
    { "int-sign", "found \"+\"" },
    { "short", "expected 7 lines of points, as its header says, found 6" },
    { "long", "line 19: a line follows the points" },
    { "endless", "line 13: is too long" },
  };
  guint i;

  PCD_CHECK_FILES ();
  for (i = 0; i < G_N_ELEMENTS (errors); i++) {
    gchar *name = g_strdup_printf ("text-%s.pcd", errors[i].name);

    check_unreadable (name, errors[i].part);
    g_free (name);
  }
}
GST_END_TEST;

GST_START_TEST (a_layout_that_is_not_the_file_s_is_refused)
{
  GstSsioLayout *wanted = gst_ssio_layout_new_from_string ("kitti", 0, NULL);
  GError *error = NULL;
  gchar *path;

  PCD_CHECK_FILES ();
  path = pcd_check_path ("good-dot7.pcd");
  fail_unless (gst_ssio_point_file_open (path, wanted, GST_SSIO_IO_MODE_AUTO,
                   &error)
               == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "expected x:f4,y:f4,z:f4,intensity:f4, found x:f4,y:f4,z:f4;");
  gst_ssio_layout_unref (wanted);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (text_cannot_be_mapped)
{
  GError *error = NULL;
  gchar *path;

  PCD_CHECK_FILES ();
  path = pcd_check_path ("mixed-ascii.pcd");
  fail_unless (gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_MMAP,
                   &error)
               == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "use io-mode=auto");
  g_free (path);
}
GST_END_TEST;

#if GST_SSIO_HAVE_LZF

GST_START_TEST (compressed_data_that_lie_are_refused)
{
  static const Refusal refusals[] = {
    { "none", "expected 8 bytes with the sizes of the data, found 0" },
    { "prefix", "expected 8 bytes with the sizes of the data, found 7" },
    { "cut", "expected the first to end the file" },
    { "over", "expected the first to end the file" },
    { "less", "the second to be 7 points of 12 bytes" },
    { "more", "bytes of LZF data for 85 bytes" },
    { "block", "4294967295 bytes of LZF data" },
    { "empty", "0 bytes of LZF data" },
    { "ratio", "1 bytes of LZF data for 96 bytes" },
    { "huge", "1099511627776 points" },
  };
  guint8 *expected;

  PCD_CHECK_FILES ();
  check_refusals ("lzf", refusals, G_N_ELEMENTS (refusals));
  check_unreadable ("lzf-garbled.pcd", "the LZF data from byte 183 on are "
                                       "damaged: expected 84 bytes of points");
  check_unreadable ("lzf-fewer.pcd", "found fewer");
  expected = pcd_check_load ("xyz.bin", 7 * 12);
  pcd_check_file ("lzf-good.pcd", XYZ_LAYOUT, 7, expected);
  g_free (expected);
}
GST_END_TEST;

GST_START_TEST (a_full_disk_is_an_error_and_can_be_tried_again)
{
  struct rlimit limit, small;
  GstSsioPointFile *file;
  GError *error = NULL;
  guint8 *expected;
  guint8 point[MIXED_SIZE];

  PCD_CHECK_FILES ();
  expected = pcd_check_load ("mixed.bin", N_MIXED * MIXED_SIZE);
  file = pcd_check_open ("mixed-compressed.pcd", NULL);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 4096;
  setrlimit (RLIMIT_FSIZE, &small);
  fail_if (gst_ssio_point_file_read_points (file, 0, 1, point, &error));
  setrlimit (RLIMIT_FSIZE, &limit);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "make room there");
  pcd_check_points (file, 5, 1, expected);
  gst_ssio_point_file_unref (file);
  g_free (expected);
}
GST_END_TEST;

#else

GST_START_TEST (compressed_data_need_a_build_with_lzf)
{
  PCD_CHECK_FILES ();
  check_refused ("lzf-good.pcd", GST_STREAM_ERROR_CODEC_NOT_FOUND,
      "install liblzf-dev");
}
GST_END_TEST;

#endif

GST_START_TEST (a_bad_line_stops_a_pipeline_with_one_error)
{
  GstElement *pipeline;
  gchar *path;

  PCD_CHECK_FILES ();
  path = pcd_check_path ("text-word.pcd");
  pipeline = ssio_check_launch ("ssiosrc location=%s ! fakesink", path);
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, path,
      "line 16", "\"two\"", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static Suite *
pcd_errors_suite (void)
{
  Suite *suite = suite_create ("pcd-errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_unchecked_fixture (tcase, pcd_check_write_files, NULL);
  tcase_add_test (tcase, bad_headers_are_refused_with_their_line);
  tcase_add_test (tcase, bad_text_is_an_error_with_its_line);
  tcase_add_test (tcase, a_layout_that_is_not_the_file_s_is_refused);
  tcase_add_test (tcase, text_cannot_be_mapped);
#if GST_SSIO_HAVE_LZF
  tcase_add_test (tcase, compressed_data_that_lie_are_refused);
  tcase_add_test (tcase, a_full_disk_is_an_error_and_can_be_tried_again);
#else
  tcase_add_test (tcase, compressed_data_need_a_build_with_lzf);
#endif
  tcase_add_test (tcase, a_bad_line_stops_a_pipeline_with_one_error);
  return suite;
}

SSIO_CHECK_MAIN (pcd_errors)
