/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "pcdcheck.h"

GST_START_TEST (every_form_gives_the_same_records)
{
  static const gchar *const names[]
      = { "mixed-binary.pcd",
          "mixed-page.pcd",
          "mixed-ascii.pcd",
#if GST_SSIO_HAVE_LZF
          "mixed-compressed.pcd",
          "mixed-padded.pcd",
          "mixed-compressed-page.pcd",
#endif
        };
  guint8 *expected;
  guint i;

  PCD_CHECK_FILES ();
  expected = pcd_check_load ("mixed.bin", N_MIXED * MIXED_SIZE);
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    pcd_check_file (names[i], MIXED_LAYOUT, N_MIXED, expected);
  g_free (expected);
}
GST_END_TEST;

GST_START_TEST (headers_of_every_age_and_style_are_read)
{
  static const gchar *const names[] = { "good-dot7", "good-count",
    "good-points", "good-width", "good-old", "good-columns", "good-crlf",
    "good-blank", "good-nomagic", "good-text-crlf", "good-text-open",
    "good-text-blank", "good-text-forms" };
  guint8 *expected;
  guint i;

  PCD_CHECK_FILES ();
  expected = pcd_check_load ("xyz.bin", 7 * 12);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *name = g_strdup_printf ("%s.pcd", names[i]);

    pcd_check_file (name, XYZ_LAYOUT, 7, expected);
    g_free (name);
  }
  pcd_check_file ("good-rows.pcd", XYZ_LAYOUT, 6, expected);
  g_free (expected);
}
GST_END_TEST;

GST_START_TEST (text_is_read_to_the_last_bit)
{
  typedef struct {
    gfloat x;
    guint8 n;
    gint64 m;
    gdouble d;
  } __attribute__ ((packed)) Odd;
  GstSsioPointFile *file;
  Odd odd[3];

  PCD_CHECK_FILES ();
  file = pcd_check_open ("odd.pcd", NULL);
  fail_unless (gst_ssio_point_file_read_points (file, 0, 3, (guint8 *) odd,
      NULL));
  fail_unless (odd[0].x != odd[0].x);
  fail_unless (odd[0].n == 255 && odd[0].m == G_MININT64);
  fail_unless (odd[0].d < -G_MAXDOUBLE);
  fail_unless (odd[1].x > G_MAXFLOAT);
  fail_unless (odd[1].n == 0 && odd[1].m == G_MAXINT64);
  fail_unless (odd[1].d == -G_MAXDOUBLE);
  fail_unless (odd[2].x == 0 && odd[2].n == 1 && odd[2].m == 0);
  fail_unless (odd[2].d > 0 && odd[2].d < G_MINDOUBLE);
  gst_ssio_point_file_unref (file);
}
GST_END_TEST;

#if GST_SSIO_HAVE_LZF

static gboolean
has_temporary_mapping (void)
{
  gchar *maps;
  gboolean found;

  fail_unless (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  found = g_regex_match_simple ("/ssio-[^/]{6} \\(deleted\\)", maps, 0, 0);
  g_free (maps);
  return found;
}

GST_START_TEST (decompressed_data_have_no_name_and_go_with_the_file)
{
  GstSsioPointFile *file;
  guint8 point[MIXED_SIZE];

  PCD_CHECK_FILES ();
  file = pcd_check_open ("mixed-compressed.pcd", NULL);
  fail_if (has_temporary_mapping ());
  fail_unless (gst_ssio_point_file_read_points (file, 0, 1, point, NULL));
  fail_unless (has_temporary_mapping ());
  gst_ssio_point_file_unref (file);
  fail_if (has_temporary_mapping ());
}
GST_END_TEST;

#endif

static gdouble
get_value (const GstSsioField *field, const guint8 *bytes)
{
  gfloat f4;
  gdouble f8;
  guint16 u2;

  switch (field->type) {
  case GST_SSIO_TYPE_F4:
    memcpy (&f4, bytes, sizeof (f4));
    return f4;
  case GST_SSIO_TYPE_F8:
    memcpy (&f8, bytes, sizeof (f8));
    return f8;
  case GST_SSIO_TYPE_U1:
    return *bytes;
  case GST_SSIO_TYPE_U2:
    memcpy (&u2, bytes, sizeof (u2));
    return u2;
  default:
    fail ("%s has a type that the file has not", field->name);
    return 0;
  }
}

static void
check_columns (GstSsioPointFile *file, const gdouble *expected)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  guint64 n = gst_ssio_point_file_get_n_points (file);
  guint point_size = gst_ssio_layout_get_point_size (layout);
  guint8 *points = g_malloc (n * point_size);
  guint f;
  guint64 i;

  fail_unless (gst_ssio_point_file_read_points (file, 0, n, points, NULL));
  for (f = 0; f < gst_ssio_layout_get_n_fields (layout); f++) {
    const GstSsioField *field = gst_ssio_layout_get_field (layout, f);

    for (i = 0; i < n; i++)
      fail_unless (get_value (field, points + i * point_size + field->offset)
                       == expected[f * n + i],
          "%s of point %" G_GUINT64_FORMAT, field->name, i);
  }
  g_free (points);
}

GST_START_TEST (a_real_survey_has_the_values_that_numpy_finds)
{
  const gchar *folder = g_getenv ("SSIO_REAL_DATA");
  gchar *path, *columns;
  GstSsioPointFile *file;
  GError *error = NULL;
  guint8 *expected;

  if (!folder) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  PCD_CHECK_FILES ();
  path = g_build_filename (folder, "autzen-utm.pcd", NULL);
  columns = pcd_check_path ("real.f8");
  ssio_check_run_oracle (NULL, "pcd-real", path, columns, NULL);
  file = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_MMAP, &error);
  fail_unless (file != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 1065);
  fail_unless_equals_int (
      gst_ssio_layout_get_n_fields (gst_ssio_point_file_get_layout (file)),
      16);
  expected = pcd_check_load ("real.f8", 1065 * 16 * 8);
  check_columns (file, (const gdouble *) expected);
  gst_ssio_point_file_unref (file);
  g_free (expected);
  g_free (columns);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (binary_batches_are_the_mapped_file)
{
  GstHarness *harness;
  GstBuffer *buffer;
  GstMemory *memory;
  GstMapInfo map;
  const guint8 *mapped;
  gchar *path;

  PCD_CHECK_FILES ();
  path = pcd_check_path ("mixed-binary.pcd");
  harness = gst_harness_new ("ssiosrc");
  g_object_set (harness->element, "location", path, "batch-size", 777, NULL);
  gst_harness_play (harness);
  gst_buffer_unref (gst_harness_pull (harness));
  buffer = gst_harness_pull (harness);
  memory = gst_buffer_peek_memory (buffer, 0);
  mapped = gst_ssio_point_file_get_mapped_points (
      gst_ssio_memory_get_point_file (memory));
  fail_unless (GST_MEMORY_IS_READONLY (memory));
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless (map.data == mapped + 777 * MIXED_SIZE);
  gst_memory_unmap (memory, &map);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_pipeline_makes_the_same_bytes_of_every_form)
{
  static const gchar *const names[]
      = { "mixed-binary.pcd",
          "mixed-ascii.pcd",
#if GST_SSIO_HAVE_LZF
          "mixed-compressed.pcd",
#endif
        };
  guint8 *expected;
  guint i;

  PCD_CHECK_FILES ();
  expected = pcd_check_load ("mixed.bin", N_MIXED * MIXED_SIZE);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *path = pcd_check_path (names[i]);
    gchar *out = pcd_check_path ("out.bin");
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s batch-size=777 ! queue ! filesink location=%s",
        path, out);
    guint8 *bytes;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    bytes = pcd_check_load ("out.bin", N_MIXED * MIXED_SIZE);
    fail_unless (memcmp (bytes, expected, N_MIXED * MIXED_SIZE) == 0, "%s",
        names[i]);
    g_free (bytes);
    g_free (out);
    g_free (path);
  }
  g_free (expected);
}
GST_END_TEST;

static Suite *
pcd_suite (void)
{
  Suite *suite = suite_create ("pcd");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_unchecked_fixture (tcase, pcd_check_write_files, NULL);
  tcase_add_test (tcase, every_form_gives_the_same_records);
  tcase_add_test (tcase, headers_of_every_age_and_style_are_read);
  tcase_add_test (tcase, text_is_read_to_the_last_bit);
#if GST_SSIO_HAVE_LZF
  tcase_add_test (tcase, decompressed_data_have_no_name_and_go_with_the_file);
#endif
  tcase_add_test (tcase, a_real_survey_has_the_values_that_numpy_finds);
  tcase_add_test (tcase, binary_batches_are_the_mapped_file);
  tcase_add_test (tcase, a_pipeline_makes_the_same_bytes_of_every_form);
  return suite;
}

SSIO_CHECK_MAIN (pcd)
