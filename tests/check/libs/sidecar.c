/* SPDX-License-Identifier: MIT */
/* What is known of headerless records by a file beside them. */

#include <glib/gstdio.h>
#include <gst/ssio/pointfileio.h>
#include <gst/ssio/sidecar.h>
#include <string.h>

#include "ssiocheck.h"

#define LAYOUT "x:i4*0.01+381,y:i4*0.01,z:f8,r\\ing \xc3\xa4:u2@18&1023>>2"
#define HEAD "{\"format\":\"ssio-points\",\"version\":1"

static GstSsioSidecar
make_sidecar (const gchar *layout, guint point_size)
{
  return (GstSsioSidecar){
    .layout = gst_ssio_layout_new_from_string (layout, point_size, NULL),
  };
}

static void
write_beside (const gchar *path, const gchar *text)
{
  gchar *sidecar = gst_ssio_sidecar_get_path (path);

  fail_unless (g_file_set_contents (sidecar, text, -1, NULL));
  g_free (sidecar);
}

static void
write_sidecar (const gchar *path, const GstSsioSidecar *sidecar)
{
  gchar *text = gst_ssio_sidecar_print (sidecar);

  write_beside (path, text);
  g_free (text);
}

/* A file of that many zeros, and what its sidecar says. */
static gchar *
write_points (const gchar *suffix, gsize size, const GstSsioSidecar *sidecar)
{
  guint8 *bytes = g_malloc0 (size + 1);
  gchar *path = ssio_check_write_file (suffix, bytes, size);

  write_sidecar (path, sidecar);
  g_free (bytes);
  return path;
}

static GstSsioPointFile *
open_points (const gchar *path, const gchar *layout_text, gboolean recover,
    GError **error)
{
  GstSsioLayout *layout
      = layout_text ? gst_ssio_layout_new_from_string (layout_text, 0, NULL)
                    : NULL;
  const GstSsioPointFileOptions options = {
    .layout = layout,
    .recover = recover,
  };
  GstSsioPointFile *file
      = gst_ssio_point_file_open_with (path, &options, error);

  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return file;
}

static void
expect_points (const gchar *path, const gchar *layout, gboolean recover,
    guint64 n_points, const gchar *expected)
{
  GError *error = NULL;
  GstSsioPointFile *file = open_points (path, layout, recover, &error);
  gchar *found;

  fail_unless (file != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  found = gst_ssio_layout_to_string (gst_ssio_point_file_get_layout (file));
  fail_unless_equals_string (found, expected);
  g_free (found);
  gst_ssio_point_file_unref (file);
}

static void
expect_refusal (const gchar *path, GQuark domain, gint code, const gchar *part)
{
  GError *error = NULL;

  fail_unless (open_points (path, NULL, FALSE, &error) == NULL);
  ssio_check_gerror (&error, domain, code, part);
}

static void
check_refused (const gchar *text, const gchar *part)
{
  gchar *path = ssio_check_write_file (".bin", "12345678", 8);

  write_beside (path, text);
  expect_refusal (path, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, part);
  g_free (path);
}

GST_START_TEST (what_is_printed_is_read_back)
{
  GstSsioSidecar sidecar = make_sidecar (LAYOUT, 32);
  GstSsioSidecar again;
  gchar *text;
  guint i;

  for (i = 0; i < 4; i++) {
    sidecar.has_n_points = i & 1;
    sidecar.n_points = i & 1 ? 123456789012345 : 0;
    sidecar.has_origin = i & 2;
    if (i & 2) {
      sidecar.origin[0] = 635619.1;
      sidecar.origin[1] = -1.0 / 3;
    }
    text = gst_ssio_sidecar_print (&sidecar);
    fail_unless (gst_ssio_sidecar_parse (&again, "it", text, strlen (text),
        NULL));
    fail_unless (gst_ssio_layout_is_equal (again.layout, sidecar.layout));
    fail_unless_equals_int (again.has_n_points, sidecar.has_n_points);
    fail_unless_equals_uint64 (again.n_points, sidecar.n_points);
    fail_unless_equals_int (again.has_origin, !!sidecar.has_origin);
    fail_unless (memcmp (again.origin, sidecar.origin, sizeof (again.origin))
                 == 0);
    gst_ssio_sidecar_clear (&again);
    g_free (text);
  }
  gst_ssio_sidecar_clear (&sidecar);
}
GST_END_TEST;

GST_START_TEST (records_have_the_layout_of_their_sidecar)
{
  GstSsioSidecar sidecar = make_sidecar (LAYOUT, 32);
  gchar *path = write_points (".bin", 96, &sidecar);

  expect_points (path, NULL, FALSE, 3, LAYOUT);
  sidecar.has_n_points = TRUE;
  sidecar.n_points = 3;
  write_sidecar (path, &sidecar);
  expect_points (path, NULL, FALSE, 3, LAYOUT);
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_layout_of_the_user_wins)
{
  GstSsioSidecar sidecar = make_sidecar (LAYOUT, 32);
  gchar *path = write_points (".bin", 96, &sidecar);

  expect_points (path, "a:f4,b:f4", FALSE, 12, "a:f4,b:f4");
  write_beside (path, "nonsense");
  expect_points (path, "a:f4,b:f4", FALSE, 12, "a:f4,b:f4");
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (json_of_somebody_else_is_left_alone)
{
  gchar *path = ssio_check_write_tile (2, 6);

  write_beside (path, "{\"layout\": \"x\", \"point-size\": 5}");
  expect_points (path, NULL, FALSE, 2, GST_SSIO_DEFAULT_LAYOUT);
  g_free (path);
}
GST_END_TEST;

/* The origin was subtracted on the wire only; who reads subtracts the same. */
GST_START_TEST (an_origin_is_added_again_and_kept)
{
  GstSsioSidecar sidecar = make_sidecar ("x:i4*0.01-19,y:f4,z:f8-7", 0);
  GstSsioPointFile *file;
  gdouble origin[3];
  gchar *path;

  sidecar.has_origin = TRUE;
  sidecar.origin[0] = 636019;
  sidecar.origin[2] = 7;
  path = write_points (".bin", 160, &sidecar);
  expect_points (path, NULL, FALSE, 10, "x:i4*0.01+636000,y:f4,z:f8");
  file = open_points (path, NULL, FALSE, NULL);
  fail_unless (gst_ssio_point_file_get_recorded_origin (file, origin));
  fail_unless (memcmp (origin, sidecar.origin, sizeof (origin)) == 0);
  gst_ssio_point_file_unref (file);
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_sidecar_that_contradicts_the_file_is_an_error)
{
  GstSsioSidecar sidecar = make_sidecar ("x,y,z", 0);
  gchar *path;
  gsize size;

  sidecar.has_n_points = TRUE;
  sidecar.n_points = 4;
  for (size = 36; size <= 60; size += 6) {
    path = write_points (".bin", size, &sidecar);
    if (size == 48)
      expect_points (path, NULL, FALSE, 4, "x:f4,y:f4,z:f4");
    else
      expect_refusal (path, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
          "4 points of 12 bytes: expected a file of 48 bytes");
    g_free (path);
  }
  gst_ssio_sidecar_clear (&sidecar);
}
GST_END_TEST;

GST_START_TEST (a_sidecar_that_cannot_be_used_is_an_error)
{
  check_refused ("", "no JSON object");
  check_refused ("{", "no JSON");
  check_refused ("[1]", "no JSON object");
  check_refused ("{\"format\":\"ssio-points\"}", "no version");
  check_refused ("{\"format\":\"ssio-points\",\"version\":2}", "version 2");
  check_refused (HEAD "}", "no layout");
  check_refused (HEAD ",\"layout\":\"x\"}", "no layout");
  check_refused (HEAD ",\"layout\":\"x\",\"point-size\":0}", "no layout");
  check_refused (HEAD ",\"layout\":\"x:q4\",\"point-size\":8}",
      "unknown type \"q4\"");
  check_refused (HEAD ",\"layout\":\"x:f8\",\"point-size\":4}", "4 bytes");
  check_refused (HEAD ",\"layout\":\"x\",\"point-size\":4,\"points\":-1}",
      "number of points");
  check_refused (HEAD ",\"layout\":\"x\",\"point-size\":4,"
                      "\"points\":4611686018427387904}",
      "number of points");
  check_refused (HEAD ",\"layout\":\"x\",\"point-size\":4,\"origin\":[1,2]}",
      "three finite numbers");
  check_refused (HEAD ",\"layout\":\"x\",\"point-size\":4,"
                      "\"origin\":[1,2,\"3\"]}",
      "three finite numbers");
}
GST_END_TEST;

GST_START_TEST (a_sidecar_that_is_too_long_is_an_error)
{
  gchar *text = g_strnfill ((1 << 20) + 1, ' ');

  check_refused (text, "at most 1048576");
  g_free (text);
}
GST_END_TEST;

GST_START_TEST (a_part_is_read_only_to_recover_it)
{
  GstSsioSidecar sidecar = make_sidecar ("x,y,z", 0);
  gchar *path = write_points (".bin.part", 59, &sidecar);

  expect_refusal (path, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "recover=true");
  expect_points (path, NULL, TRUE, 4, "x:f4,y:f4,z:f4");
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
}
GST_END_TEST;

/* Whoever wrote it died between two renames. */
GST_START_TEST (a_part_may_have_the_sidecar_of_its_final_name)
{
  GstSsioSidecar sidecar = make_sidecar ("x,y,z", 0);
  gchar *path = ssio_check_make_path (".bin");
  gchar *part = g_strconcat (path, GST_SSIO_PART_SUFFIX, NULL);

  fail_unless (g_file_set_contents (part, "123456789012", 12, NULL));
  write_sidecar (path, &sidecar);
  expect_points (part, NULL, TRUE, 1, "x:f4,y:f4,z:f4");
  gst_ssio_sidecar_clear (&sidecar);
  g_free (part);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_file_whose_part_is_there_is_not_there_yet)
{
  GstSsioSidecar sidecar = make_sidecar ("x,y,z", 0);
  gchar *part = write_points (".bin.part", 12, &sidecar);
  gchar *path = g_strndup (part, strlen (part) - strlen (".part"));

  expect_refusal (path, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      ".bin.part, a recording that has not ended");
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
  g_free (part);
}
GST_END_TEST;

GST_START_TEST (a_part_without_a_whole_point_is_an_error)
{
  GstSsioSidecar sidecar = make_sidecar ("x,y,z", 0);
  gchar *path = write_points (".bin.part", 11, &sidecar);
  GError *error = NULL;

  fail_unless (open_points (path, NULL, TRUE, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "0 points");
  gst_ssio_sidecar_clear (&sidecar);
  g_free (path);
}
GST_END_TEST;

static Suite *
sidecar_suite (void)
{
  Suite *suite = suite_create ("sidecar");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, what_is_printed_is_read_back);
  tcase_add_test (tcase, records_have_the_layout_of_their_sidecar);
  tcase_add_test (tcase, a_layout_of_the_user_wins);
  tcase_add_test (tcase, json_of_somebody_else_is_left_alone);
  tcase_add_test (tcase, an_origin_is_added_again_and_kept);
  tcase_add_test (tcase, a_sidecar_that_contradicts_the_file_is_an_error);
  tcase_add_test (tcase, a_sidecar_that_cannot_be_used_is_an_error);
  tcase_add_test (tcase, a_sidecar_that_is_too_long_is_an_error);
  tcase_add_test (tcase, a_part_is_read_only_to_recover_it);
  tcase_add_test (tcase, a_part_may_have_the_sidecar_of_its_final_name);
  tcase_add_test (tcase, a_file_whose_part_is_there_is_not_there_yet);
  tcase_add_test (tcase, a_part_without_a_whole_point_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (sidecar)
