/* SPDX-License-Identifier: MIT */

#include <locale.h>
#include <string.h>

#include "plycheck.h"

#define TYPES_LAYOUT \
  "x:f4,y:f8,z:f4,f4:f4,f8:f8,i1:i1,i2:i2,i4:i4,i8:i8,u1:u1,u2:u2,u4:u4,u8:u8"
#define TYPES_SIZE 58
#define N_TYPES 3000 /* points of the oracle's files */
#define SCAN_LAYOUT "z:i2,x:i2,y:i2"

#define TEXT_BLOCK (1 << 18) /* bytes that text is read in */

static const gchar *const forms[] = { "little", "big", "text" };

static gboolean
run_oracle (void)
{
  gchar *done
      = g_build_filename (ssio_check_get_directory (), "text.ply", NULL);
  gboolean ok = g_file_test (done, G_FILE_TEST_EXISTS)
                || ssio_check_run_oracle (NULL, "ply",
                    ssio_check_get_directory (), NULL);

  g_free (done);
  return ok;
}

#define RETURN_WITHOUT_ORACLE() \
  G_STMT_START \
  { \
    if (!run_oracle ()) { \
      ssio_check_skip ("no Python with NumPy"); \
      return; \
    } \
  } \
  G_STMT_END

static gchar *
load_types (void)
{
  PlyCheckFile *file = ply_check_load ("types.bin");
  gchar *bytes = g_steal_pointer (&file->bytes);

  fail_unless_equals_int (file->size, N_TYPES * TYPES_SIZE);
  ply_check_free (file);
  return bytes;
}

static PlyCheckFile *
parse (const gchar *form, const gchar *suffix, const gchar *element)
{
  gchar *name = g_strconcat (form, suffix, NULL);
  PlyCheckFile *file = ply_check_load (name);
  GError *error = NULL;

  fail_unless (ply_check_parse (file, element, NULL, &error), "%s: %s", name,
      error ? error->message : "");
  fail_unless (!file->info.decoder == !strcmp (form, "little"));
  g_free (name);
  return file;
}

static void
check_layout (const PlyCheckFile *file, const gchar *expected)
{
  gchar *text = gst_ssio_layout_to_string (file->info.layout);

  fail_unless_equals_string (text, expected);
  g_free (text);
}

static void
check_points (PlyCheckFile *file, guint64 first_point, guint64 n_points,
    const gchar *expected)
{
  gsize size = n_points * gst_ssio_layout_get_point_size (file->info.layout);
  guint8 *points = g_malloc (size);
  GError *error = NULL;

  fail_unless (ply_check_decode (file, first_point, n_points, points, &error),
      "%s", error ? error->message : "");
  fail_unless (memcmp (points, expected, size) == 0,
      "points %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, first_point,
      first_point + n_points);
  g_free (points);
}

static void
check_types (PlyCheckFile *file, gboolean has_more)
{
  gchar *expected = load_types ();

  check_layout (file, TYPES_LAYOUT);
  fail_unless_equals_uint64 (file->info.n_points, N_TYPES);
  fail_unless_equals_int (file->info.has_more, has_more);
  check_points (file, 0, N_TYPES, expected);
  g_free (expected);
}

static void
check_scan (PlyCheckFile *file)
{
  static const gint16 expected[] = { 3, 1, 2, 6, 4, 5 };

  check_layout (file, SCAN_LAYOUT);
  fail_unless_equals_uint64 (file->info.n_points, 2);
  check_points (file, 0, 2, (const gchar *) expected);
}

GST_START_TEST (all_forms_hold_the_same_points)
{
  static const gchar *const suffixes[]
      = { ".ply", "-crlf.ply", "-cr.ply", "-blanks.ply" };
  guint f, s;

  RETURN_WITHOUT_ORACLE ();
  for (f = 0; f < G_N_ELEMENTS (forms); f++) {
    for (s = 0; s < G_N_ELEMENTS (suffixes); s++) {
      PlyCheckFile *file = parse (forms[f], suffixes[s], NULL);

      check_types (file, FALSE);
      ply_check_free (file);
    }
  }
}
GST_END_TEST;

GST_START_TEST (other_elements_and_their_lists_are_passed_over)
{
  PlyCheckFile *file;
  guint f;

  RETURN_WITHOUT_ORACLE ();
  for (f = 0; f < G_N_ELEMENTS (forms); f++) {
    file = parse (forms[f], "-among.ply", NULL);
    check_types (file, TRUE);
    ply_check_free (file);
  }
  file = parse ("text", "-bare.ply", NULL);
  check_scan (file);
  ply_check_free (file);
}
GST_END_TEST;

GST_START_TEST (the_points_are_vertex_or_testing_or_the_first_with_a_position)
{
  guint f;

  RETURN_WITHOUT_ORACLE ();
  for (f = 0; f < G_N_ELEMENTS (forms); f++) {
    PlyCheckFile *file = parse (forms[f], "-two.ply", NULL);

    check_types (file, FALSE);
    ply_check_free (file);
    file = parse (forms[f], "-testing.ply", NULL);
    check_types (file, FALSE);
    ply_check_free (file);
    file = parse (forms[f], "-first.ply", NULL);
    check_scan (file);
    fail_unless (file->info.has_more);
    ply_check_free (file);
  }
}
GST_END_TEST;

GST_START_TEST (the_element_that_was_asked_for_is_the_points)
{
  static const gchar views[]
      = { 0, 0, 0x80, 0x3f, 2, 0, 0, 0, 0x40, 0x40, 4, 0 };
  guint f;

  RETURN_WITHOUT_ORACLE ();
  for (f = 0; f < G_N_ELEMENTS (forms); f++) {
    PlyCheckFile *file = parse (forms[f], "-two.ply", "scan");

    check_scan (file);
    ply_check_free (file);
    file = parse (forms[f], "-two.ply", "vertex");
    check_types (file, FALSE);
    ply_check_free (file);
    file = parse (forms[f], "-two.ply", "camera");
    check_layout (file, "x:f4,view:u2");
    check_points (file, 0, 2, views);
    ply_check_free (file);
  }
}
GST_END_TEST;

GST_START_TEST (batches_come_from_anywhere_forward_and_back)
{
  static const gchar *const suffixes[]
      = { ".ply", "-among.ply", "-blanks.ply" };
  GRand *rand = g_rand_new_with_seed (7);
  gchar *expected;
  guint f, s, i;

  RETURN_WITHOUT_ORACLE ();
  expected = load_types ();
  for (f = 0; f < G_N_ELEMENTS (forms); f++) {
    for (s = 0; s < G_N_ELEMENTS (suffixes); s++) {
      PlyCheckFile *file = parse (forms[f], suffixes[s], NULL);

      check_points (file, N_TYPES - 1, 1, expected + 2999 * TYPES_SIZE);
      for (i = 0; i < 300; i++) {
        guint first = g_rand_int_range (rand, 0, N_TYPES);
        guint n = g_rand_int_range (rand, 1, MIN (N_TYPES - first, 50) + 1);

        check_points (file, first, n, expected + first * TYPES_SIZE);
      }
      for (i = 1000; i < 1100; i++)
        check_points (file, i, 1, expected + i * TYPES_SIZE);
      fail_unless (file->largest_read <= TEXT_BLOCK);
      ply_check_free (file);
    }
  }
  g_rand_free (rand);
  g_free (expected);
}
GST_END_TEST;

GST_START_TEST (a_layout_that_was_asked_for_must_be_the_file_s)
{
  PlyCheckFile *file;
  GError *error = NULL;

  RETURN_WITHOUT_ORACLE ();
  file = ply_check_load ("text-first.ply");
  fail_unless (ply_check_parse (file, NULL, SCAN_LAYOUT, &error));
  fail_if (ply_check_parse (file, NULL, "x:i2,y:i2,z:i2", &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "layout property");
  ply_check_free (file);
}
GST_END_TEST;

GST_START_TEST (text_is_read_the_same_in_any_locale)
{
  static const gchar text[]
      = "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\n"
        "property float y\nproperty double z\nend_header\n+1.5 1E2 -.25";
  PlyCheckFile *file = ply_check_new (g_strdup (text), strlen (text));
  struct {
    gfloat x, y;
    gdouble z;
  } point;

  if (!setlocale (LC_NUMERIC, "de_DE.UTF-8"))
    ssio_check_skip ("no locale with another decimal point");
  fail_unless (ply_check_parse (file, NULL, NULL, NULL));
  fail_unless (ply_check_decode (file, 0, 1, (guint8 *) &point, NULL));
  fail_unless_equals_float (point.x, 1.5);
  fail_unless_equals_float (point.y, 100);
  fail_unless_equals_float (point.z, -.25);
  setlocale (LC_NUMERIC, "C");
  ply_check_free (file);
}
GST_END_TEST;

static void
check_real (const gchar *directory, const gchar *name)
{
  gchar *path = g_build_filename (directory, name, NULL);
  gchar *answer = ssio_check_make_path (".bin");
  gchar *expected, *bytes, *layout;
  guint8 points[36];
  GstSsioPointFile *file;
  GError *error = NULL;
  gsize size;

  if (!ssio_check_run_oracle (NULL, "read-ply", path, answer, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    goto done;
  }
  file = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_AUTO, &error);
  fail_unless (file != NULL, "%s", error ? error->message : "");
  layout = gst_ssio_layout_to_string (gst_ssio_point_file_get_layout (file));
  fail_unless_equals_string (layout, "x:f4,y:f4,z:f4");
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 3);
  fail_unless (gst_ssio_point_file_read_points (file, 0, 3, points, &error));
  fail_unless (g_file_get_contents (answer, &expected, &size, NULL));
  fail_unless_equals_int (size, sizeof (points));
  bytes = (gchar *) points;
  fail_unless (memcmp (bytes, expected, size) == 0);
  g_free (expected);
  g_free (layout);
  gst_ssio_point_file_unref (file);

done:
  g_free (answer);
  g_free (path);
}

GST_START_TEST (real_files_hold_what_numpy_finds)
{
  const gchar *directory = g_getenv ("SSIO_REAL_DATA");

  if (!directory) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  check_real (directory, "simple_binary.ply");
  check_real (directory, "simple_text.ply");
}
GST_END_TEST;

/* What a sink saw: all bytes, and whether they were the mapped file's own. */
typedef struct {
  GByteArray *bytes;
  gboolean is_mapped;
} Seen;

static void
note_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    gpointer user_data)
{
  Seen *seen = user_data;
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstSsioPointFile *file = gst_ssio_memory_get_point_file (memory);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  seen->is_mapped = seen->is_mapped && file
                    && map.data
                           == gst_ssio_point_file_get_mapped_points (file)
                                  + GST_BUFFER_OFFSET (buffer) * TYPES_SIZE;
  g_byte_array_append (seen->bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
check_stream (const gchar *name, const gchar *properties, gboolean is_mapped)
{
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s/%s batch-size=777 %s ! "
                           "fakesink name=sink signal-handoffs=true",
          ssio_check_get_directory (), name, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Seen seen = { g_byte_array_new (), TRUE };
  gchar *expected = load_types ();

  g_signal_connect (sink, "handoff", G_CALLBACK (note_batch), &seen);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (seen.is_mapped, is_mapped);
  fail_unless_equals_int (seen.bytes->len, N_TYPES * TYPES_SIZE);
  fail_unless (memcmp (seen.bytes->data, expected, seen.bytes->len) == 0);
  g_byte_array_unref (seen.bytes);
  g_free (expected);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

GST_START_TEST (a_source_pushes_the_file_itself_or_the_same_points_converted)
{
  RETURN_WITHOUT_ORACLE ();
  check_stream ("little.ply", "", TRUE);
  check_stream ("little-among.ply", "", TRUE);
  check_stream ("little.ply", "io-mode=read", FALSE);
  check_stream ("big.ply", "", FALSE);
  check_stream ("text.ply", "", FALSE);
  check_stream ("text-among.ply", "io-mode=read", FALSE);
}
GST_END_TEST;

GST_START_TEST (a_source_cannot_map_what_must_be_converted)
{
  GstElement *pipeline;

  RETURN_WITHOUT_ORACLE ();
  pipeline = ssio_check_launch (
      "ssiosrc location=%s/text.ply io-mode=mmap ! fakesink",
      ssio_check_get_directory ());
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "text.ply", "converted", NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_source_says_where_the_text_is_wrong)
{
  static const gchar text[]
      = "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\n"
        "property float y\nproperty float z\nend_header\n1 2 3\n1 two 3\n";
  gchar *path = ssio_check_write_file (".ply", text, strlen (text));
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s ! fakesink", path);

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, path,
      "line 9: ", "\"y\"", "\"two\"", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static Suite *
ply_suite (void)
{
  Suite *suite = suite_create ("ply");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, all_forms_hold_the_same_points);
  tcase_add_test (tcase, other_elements_and_their_lists_are_passed_over);
  tcase_add_test (tcase,
      the_points_are_vertex_or_testing_or_the_first_with_a_position);
  tcase_add_test (tcase, the_element_that_was_asked_for_is_the_points);
  tcase_add_test (tcase, batches_come_from_anywhere_forward_and_back);
  tcase_add_test (tcase, a_layout_that_was_asked_for_must_be_the_file_s);
  tcase_add_test (tcase, text_is_read_the_same_in_any_locale);
  tcase_add_test (tcase, real_files_hold_what_numpy_finds);
  tcase_add_test (tcase,
      a_source_pushes_the_file_itself_or_the_same_points_converted);
  tcase_add_test (tcase, a_source_cannot_map_what_must_be_converted);
  tcase_add_test (tcase, a_source_says_where_the_text_is_wrong);
  return suite;
}

SSIO_CHECK_MAIN (ply)
