/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "ssiocheck.h"

#define N_MIXED 20000
#define MIXED_SIZE 57
#define MIXED_LAYOUT \
  "f4:f4,f8:f8@7,i1:i1,i2:i2,i4:i4,i8:i8,u1:u1@34,u2:u2,u4:u4,u8:u8,h:i2," \
  "h_1:i2,h_2:i2"
#define XYZ_LAYOUT "x:f4,y:f4,z:f4"

static gboolean has_files;

/* The files are written once, for all tests. */
static void
write_files (void)
{
  has_files = ssio_check_run_oracle (NULL, "pcd", ssio_check_get_directory (),
      G_STRINGIFY (N_MIXED), NULL);
}

#define RETURN_WITHOUT_FILES() \
  G_STMT_START \
  { \
    if (!has_files) { \
      ssio_check_skip ("no Python with NumPy"); \
      return; \
    } \
  } \
  G_STMT_END

static gchar *
file_path (const gchar *name)
{
  return g_build_filename (ssio_check_get_directory (), name, NULL);
}

static GstSsioPointFile *
open_file (const gchar *name, GError **error)
{
  gchar *path = file_path (name);
  GstSsioPointFile *file
      = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_AUTO, error);

  g_free (path);
  return file;
}

static guint8 *
load_bytes (const gchar *name, gsize expected_size)
{
  gchar *path = file_path (name);
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  fail_unless_equals_uint64 (size, expected_size);
  g_free (path);
  return (guint8 *) bytes;
}

static void
check_points (GstSsioPointFile *file, guint64 first, guint64 n,
    const guint8 *expected)
{
  gsize point_size
      = gst_ssio_layout_get_point_size (gst_ssio_point_file_get_layout (file));
  guint8 *points = g_malloc (n * point_size);
  GError *error = NULL;

  fail_unless (gst_ssio_point_file_read_points (file, first, n, points,
                   &error),
      "%s", error ? error->message : "");
  fail_unless (memcmp (points, expected + first * point_size, n * point_size)
                   == 0,
      "%s: points %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " differ",
      gst_ssio_point_file_get_path (file), first, first + n - 1);
  g_free (points);
}

static void
check_random_batches (GstSsioPointFile *file, const guint8 *expected)
{
  guint64 n_points = gst_ssio_point_file_get_n_points (file);
  GRand *rand = g_rand_new_with_seed (3);
  guint i;

  check_points (file, n_points - 1, 1, expected);
  for (i = 0; i < 60; i++) {
    guint64 first = g_rand_int_range (rand, 0, n_points);
    guint64 n = g_rand_int_range (rand, 1, MIN (3000, n_points - first) + 1);

    check_points (file, first, n, expected);
  }
  check_points (file, 0, n_points, expected);
  g_rand_free (rand);
}

static void
check_file (const gchar *name, const gchar *layout, guint64 n_points,
    const guint8 *expected)
{
  GError *error = NULL;
  GstSsioPointFile *file = open_file (name, &error);
  gchar *text;

  fail_unless (file != NULL, "%s", error ? error->message : "");
  text = gst_ssio_layout_to_string (gst_ssio_point_file_get_layout (file));
  fail_unless_equals_string (text, layout);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  check_random_batches (file, expected);
  gst_ssio_point_file_unref (file);
  g_free (text);
}

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

  RETURN_WITHOUT_FILES ();
  expected = load_bytes ("mixed.bin", N_MIXED * MIXED_SIZE);
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    check_file (names[i], MIXED_LAYOUT, N_MIXED, expected);
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

  RETURN_WITHOUT_FILES ();
  expected = load_bytes ("xyz.bin", 7 * 12);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *name = g_strdup_printf ("%s.pcd", names[i]);

    check_file (name, XYZ_LAYOUT, 7, expected);
    g_free (name);
  }
  check_file ("good-rows.pcd", XYZ_LAYOUT, 6, expected);
  g_free (expected);
}
GST_END_TEST;

static void
check_refused (const gchar *name, gint code, const gchar *part)
{
  gchar *path = file_path (name);
  GError *error = NULL;

  fail_unless (open_file (name, &error) == NULL, "opened %s", name);
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

  RETURN_WITHOUT_FILES ();
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
  GstSsioPointFile *file = open_file (name, &error);
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

  RETURN_WITHOUT_FILES ();
  for (i = 0; i < G_N_ELEMENTS (errors); i++) {
    gchar *name = g_strdup_printf ("text-%s.pcd", errors[i].name);

    check_unreadable (name, errors[i].part);
    g_free (name);
  }
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

  RETURN_WITHOUT_FILES ();
  file = open_file ("odd.pcd", NULL);
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

GST_START_TEST (a_layout_that_is_not_the_file_s_is_refused)
{
  GstSsioLayout *wanted = gst_ssio_layout_new_from_string ("kitti", 0, NULL);
  GError *error = NULL;
  gchar *path;

  RETURN_WITHOUT_FILES ();
  path = file_path ("good-dot7.pcd");
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

  RETURN_WITHOUT_FILES ();
  path = file_path ("mixed-ascii.pcd");
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

  RETURN_WITHOUT_FILES ();
  check_refusals ("lzf", refusals, G_N_ELEMENTS (refusals));
  check_unreadable ("lzf-garbled.pcd", "the LZF data from byte 183 on are "
                                       "damaged: expected 84 bytes of points");
  check_unreadable ("lzf-fewer.pcd", "found fewer");
  expected = load_bytes ("xyz.bin", 7 * 12);
  check_file ("lzf-good.pcd", XYZ_LAYOUT, 7, expected);
  g_free (expected);
}
GST_END_TEST;

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

  RETURN_WITHOUT_FILES ();
  file = open_file ("mixed-compressed.pcd", NULL);
  fail_if (has_temporary_mapping ());
  fail_unless (gst_ssio_point_file_read_points (file, 0, 1, point, NULL));
  fail_unless (has_temporary_mapping ());
  gst_ssio_point_file_unref (file);
  fail_if (has_temporary_mapping ());
}
GST_END_TEST;

GST_START_TEST (a_full_disk_is_an_error_and_can_be_tried_again)
{
  struct rlimit limit, small;
  GstSsioPointFile *file;
  GError *error = NULL;
  guint8 *expected;
  guint8 point[MIXED_SIZE];

  RETURN_WITHOUT_FILES ();
  expected = load_bytes ("mixed.bin", N_MIXED * MIXED_SIZE);
  file = open_file ("mixed-compressed.pcd", NULL);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 4096;
  setrlimit (RLIMIT_FSIZE, &small);
  fail_if (gst_ssio_point_file_read_points (file, 0, 1, point, &error));
  setrlimit (RLIMIT_FSIZE, &limit);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "make room there");
  check_points (file, 5, 1, expected);
  gst_ssio_point_file_unref (file);
  g_free (expected);
}
GST_END_TEST;

#else

GST_START_TEST (compressed_data_need_a_build_with_lzf)
{
  RETURN_WITHOUT_FILES ();
  check_refused ("lzf-good.pcd", GST_STREAM_ERROR_CODEC_NOT_FOUND,
      "install liblzf-dev");
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
  RETURN_WITHOUT_FILES ();
  path = g_build_filename (folder, "autzen-utm.pcd", NULL);
  columns = file_path ("real.f8");
  ssio_check_run_oracle (NULL, "pcd-real", path, columns, NULL);
  file = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_MMAP, &error);
  fail_unless (file != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 1065);
  fail_unless_equals_int (
      gst_ssio_layout_get_n_fields (gst_ssio_point_file_get_layout (file)),
      16);
  expected = load_bytes ("real.f8", 1065 * 16 * 8);
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

  RETURN_WITHOUT_FILES ();
  path = file_path ("mixed-binary.pcd");
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

  RETURN_WITHOUT_FILES ();
  expected = load_bytes ("mixed.bin", N_MIXED * MIXED_SIZE);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *path = file_path (names[i]);
    gchar *out = file_path ("out.bin");
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s batch-size=777 ! queue ! filesink location=%s",
        path, out);
    guint8 *bytes;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    bytes = load_bytes ("out.bin", N_MIXED * MIXED_SIZE);
    fail_unless (memcmp (bytes, expected, N_MIXED * MIXED_SIZE) == 0, "%s",
        names[i]);
    g_free (bytes);
    g_free (out);
    g_free (path);
  }
  g_free (expected);
}
GST_END_TEST;

GST_START_TEST (a_bad_line_stops_a_pipeline_with_one_error)
{
  GstElement *pipeline;
  gchar *path;

  RETURN_WITHOUT_FILES ();
  path = file_path ("text-word.pcd");
  pipeline = ssio_check_launch ("ssiosrc location=%s ! fakesink", path);
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, path,
      "line 16", "\"two\"", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static Suite *
pcd_suite (void)
{
  Suite *suite = suite_create ("pcd");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_unchecked_fixture (tcase, write_files, NULL);
  tcase_add_test (tcase, every_form_gives_the_same_records);
  tcase_add_test (tcase, headers_of_every_age_and_style_are_read);
  tcase_add_test (tcase, bad_headers_are_refused_with_their_line);
  tcase_add_test (tcase, bad_text_is_an_error_with_its_line);
  tcase_add_test (tcase, text_is_read_to_the_last_bit);
  tcase_add_test (tcase, a_layout_that_is_not_the_file_s_is_refused);
  tcase_add_test (tcase, text_cannot_be_mapped);
#if GST_SSIO_HAVE_LZF
  tcase_add_test (tcase, compressed_data_that_lie_are_refused);
  tcase_add_test (tcase, decompressed_data_have_no_name_and_go_with_the_file);
  tcase_add_test (tcase, a_full_disk_is_an_error_and_can_be_tried_again);
#else
  tcase_add_test (tcase, compressed_data_need_a_build_with_lzf);
#endif
  tcase_add_test (tcase, a_real_survey_has_the_values_that_numpy_finds);
  tcase_add_test (tcase, binary_batches_are_the_mapped_file);
  tcase_add_test (tcase, a_pipeline_makes_the_same_bytes_of_every_form);
  tcase_add_test (tcase, a_bad_line_stops_a_pipeline_with_one_error);
  return suite;
}

SSIO_CHECK_MAIN (pcd)
