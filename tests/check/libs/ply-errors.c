/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "plycheck.h"

#define ASCII "ply\nformat ascii 1.0\n"
#define LITTLE "ply\nformat binary_little_endian 1.0\n"
#define BIG "ply\nformat binary_big_endian 1.0\n"
#define XYZ "property float x\nproperty float y\nproperty float z\n"
#define POINT(count) "element vertex " count "\n" XYZ "end_header\n"
#define TWELVE "abcdefghijkl" /* a point's bytes */

/* Takes bytes over. */
static void
check_refused_bytes (gchar *bytes, gsize size, const gchar *element,
    const gchar *part)
{
  PlyCheckFile *file = ply_check_new (bytes, size);
  GError *error = NULL;

  fail_if (ply_check_parse (file, element, NULL, &error),
      "taken, expected \"%s\"", part);
  fail_unless (file->info.layout == NULL && file->info.decoder == NULL);
  fail_unless (g_str_has_prefix (error->message, "file.ply: "), "%s",
      error->message);
  fail_unless (g_utf8_validate (error->message, -1, NULL));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      part);
  ply_check_free (file);
}

static void
check_refused (const gchar *text, const gchar *part)
{
  check_refused_bytes (g_strdup (text), strlen (text), NULL, part);
}

/* The points' text, which is wrong from a point on. */
static void
check_undecoded (const gchar *properties, const gchar *count,
    const gchar *data, gsize data_size, const gchar *part)
{
  GString *text = g_string_new (ASCII);
  PlyCheckFile *file;
  GError *error = NULL;
  guint8 *points;
  guint64 n;

  g_string_append_printf (text, "element vertex %s\n" XYZ "%send_header\n",
      count, properties);
  g_string_append_len (text, data, data_size);
  n = text->len;
  file = ply_check_new (g_string_free (text, FALSE), n);
  fail_unless (ply_check_parse (file, NULL, NULL, &error), "%s",
      error ? error->message : "");
  n = file->info.n_points;
  points = g_malloc0 (n * gst_ssio_layout_get_point_size (file->info.layout));
  fail_if (ply_check_decode (file, 0, n, points, &error),
      "taken, expected \"%s\"", part);
  fail_unless (g_str_has_prefix (error->message, "file.ply: "), "%s",
      error->message);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, part);
  /* and the same once more */
  fail_if (ply_check_decode (file, 0, n, points, NULL));
  g_free (points);
  ply_check_free (file);
}

static void
check_undecoded_text (const gchar *properties, const gchar *count,
    const gchar *data, const gchar *part)
{
  check_undecoded (properties, count, data, strlen (data), part);
}

GST_START_TEST (what_is_no_header_is_refused)
{
  static const struct {
    const gchar *text;
    const gchar *part;
  } cases[] = {
    { "hello\n", "line 1: expected the file to start with a line \"ply\"" },
    { "ply ply\n", "line 1: expected the file to start" },
    { "ply", "expected end_header, found the file's end after 3 bytes" },
    { ASCII "element vertex 1\n" XYZ,
        "expected end_header, found the file's" },
    { ASCII "element vertex 1\n" XYZ "end_header", "expected end_header" },
    { ASCII "vertex 3\n", "line 3: expected format, element, property" },
    { "ply\n" POINT ("1") TWELVE, "expected a format before end_header" },
    { ASCII "format ascii 1.0\n", "line 3: expected one format" },
    { "ply\nformat ascii 1.1\n", "line 2: expected \"format\"" },
    { "ply\nformat ascii\n", "line 2: expected \"format\"" },
    { "ply\nformat binary 1.0\n", "found \"binary\"" },
    { "ply\nformat \xe9 1.0\n", "line 2: expected the format ascii" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    check_refused (cases[i].text, cases[i].part);
  check_refused_bytes (g_memdup2 ("ply\n\0\n", 6), 6, NULL, "a zero byte");
}
GST_END_TEST;

static void
check_refused_repeated (const gchar *start, const gchar *repeated,
    const gchar *part)
{
  GString *text = g_string_new (start);

  while (text->len <= GST_SSIO_HEADER_BYTES)
    g_string_append (text, repeated);
  check_refused (text->str, part);
  g_string_free (text, TRUE);
}

GST_START_TEST (a_header_without_an_end_is_refused)
{
  check_refused_repeated (ASCII "comment ", "no end ",
      "line 3: expected end_header within the first 1048576 bytes");
  check_refused_repeated (ASCII, "comment no end\n",
      "expected end_header within the first 1048576 bytes");
  check_refused_repeated ("ply", " ", "line 1: expected end_header within");
}
GST_END_TEST;

GST_START_TEST (elements_and_properties_that_make_no_sense_are_refused)
{
  static const struct {
    const gchar *text;
    const gchar *part;
  } cases[] = {
    { ASCII "element vertex -1\n", "found \"vertex\" and \"-1\"" },
    { ASCII "element vertex 3.0\n", "found \"vertex\" and \"3.0\"" },
    { ASCII "element vertex 99999999999999999999\n", "0 to 2^63 - 1" },
    { ASCII "element vertex\n", "line 3: expected \"element\"" },
    { ASCII "element vertex 1 2\n", "line 3: expected \"element\"" },
    { ASCII "element a 1\nelement a 1\n", "a second one named \"a\"" },
    { ASCII "property float x\n", "expected an element before" },
    { ASCII "element vertex 1\nproperty float\n", "found 2 words" },
    { ASCII "element vertex 1\nproperty float x y\n", "found 4 words" },
    { ASCII "element vertex 1\nproperty list int x\n", "found 4 words" },
    { ASCII "element vertex 1\nproperty a b c d e f g\n", "found 8 words" },
    { ASCII "element vertex 1\nproperty float16 x\n", "found \"float16\"" },
    { ASCII "element face 1\nproperty list float int x\n",
        "line 4: expected an integer type for the count" },
    { ASCII "element face 1\nproperty list byte int x\n", "found \"byte\"" },
    { ASCII "element vertex 1\nproperty float x\nproperty int x\n",
        "line 5: expected each property of the element \"vertex\" once" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    check_refused (cases[i].text, cases[i].part);
}
GST_END_TEST;

static void
check_refused_count (guint n, const gchar *start, const gchar *format,
    const gchar *part)
{
  GString *text = g_string_new (start);
  guint i;

  for (i = 0; i < n; i++) {
    gchar *number = g_strdup_printf ("%u", i);
    gchar **halves = g_strsplit (format, "#", 2);

    g_string_append (text, halves[0]);
    g_string_append (text, number);
    g_string_append (text, halves[1]);
    g_strfreev (halves);
    g_free (number);
  }
  check_refused (text->str, part);
  g_string_free (text, TRUE);
}

GST_START_TEST (too_many_elements_or_properties_are_refused)
{
  check_refused_count (1025, ASCII "element vertex 1\n", "property float p#\n",
      "line 1028: expected at most 1024 properties");
  check_refused_count (1025, ASCII, "element e# 1\n",
      "line 1027: expected at most 1024 elements");
}
GST_END_TEST;

GST_START_TEST (names_that_a_layout_cannot_have_are_refused)
{
  static const gchar *const names[]
      = { "a,b", "a:b", "a*2", "\"a\"", "a\xff" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *text = g_strdup_printf (LITTLE
        "element vertex 1\n" XYZ "property char %s\nend_header\n" TWELVE "m",
        names[i]);

    check_refused (text, "is not a field's name");
    g_free (text);
  }
}
GST_END_TEST;

GST_START_TEST (files_without_points_are_refused)
{
  static const gchar two[] = LITTLE
      "element a 1\nproperty float x\nproperty float y\n"
      "element face 0\nproperty list uchar int z\nend_header\n12345678";

  check_refused (two, "properties x, y and z, found the elements \"a\", "
                      "\"face\"");
  check_refused (ASCII "end_header\n1", "found the elements none");
  check_refused_bytes (g_strdup (two), strlen (two), "vertex",
      "expected the element \"vertex\" that was asked for, found the elements "
      "\"a\", \"face\"");
  check_refused_bytes (g_strdup (two), strlen (two), "face",
      "\"face\" holds 0 points");
  check_refused (ASCII POINT ("0"), "\"vertex\" holds 0 points");
  check_refused (LITTLE POINT ("0"), "\"vertex\" holds 0 points");
  check_refused (BIG POINT ("0"), "\"vertex\" holds 0 points");
  check_refused (ASCII "element vertex 1\n" XYZ
                       "property list uchar int more\nend_header\n1 2 3 0\n",
      "the property \"more\" of the element \"vertex\" is a list");
}
GST_END_TEST;

GST_START_TEST (more_points_than_the_file_has_bytes_for_are_refused)
{
  check_refused (LITTLE POINT ("2") TWELVE "12345678901",
      "says 2 points of 12 bytes");
  check_refused (LITTLE POINT ("1") TWELVE "1", "says 1 points of 12 bytes");
  check_refused (BIG POINT ("2") TWELVE "12345678901",
      "says 2 points of 12 bytes");
  check_refused (BIG POINT ("1") TWELVE "1", "says 1 points of 12 bytes");
  check_refused (LITTLE POINT ("9223372036854775807") TWELVE, "than 2^63");
  check_refused (BIG POINT ("9223372036854775807") TWELVE, "than 2^63");
  check_refused (ASCII POINT ("9223372036854775807") "1 2 3\n",
      "expected 2 bytes a value or more, found 6 bytes");
  check_refused (ASCII POINT ("2") "1 2 3\n1 2", "found 9 bytes");
}
GST_END_TEST;

/* A file whose face, before the points, is these bytes. */
static void
check_list_refused (const gchar *start, const gchar *count, const gchar *types,
    const gchar *data, gsize size, const gchar *part)
{
  GString *text = g_string_new (start);
  gsize length;

  g_string_append_printf (text,
      "element face %s\nproperty list %s i\n" POINT ("1"), count, types);
  g_string_append_len (text, data, size);
  length = text->len;
  check_refused_bytes (g_string_free (text, FALSE), length, NULL, part);
}

GST_START_TEST (lists_that_go_wrong_before_the_points_are_refused)
{
  check_list_refused (LITTLE, "1", "char int", "\xff" TWELVE, 13,
      "\"face\" at byte 155: expected a count of 0 or more, found -1");
  check_list_refused (LITTLE, "1", "short int", "\xfe\xff" TWELVE, 14,
      "found -2");
  check_list_refused (BIG, "1", "int int", "\xff\xff\xff\xfd" TWELVE, 16,
      "found -3");
  check_list_refused (BIG, "1", "uint64 int",
      "\xff\xff\xff\xff\xff\xff\xff\xff" TWELVE, 20, "end within the file");
  check_list_refused (LITTLE, "1", "int64 int",
      "\xfb\xff\xff\xff\xff\xff\xff\xff" TWELVE, 20, "found -5");
  check_list_refused (BIG, "1", "uint64 double",
      "\x7f\xff\xff\xff\xff\xff\xff\xff" TWELVE, 20, "end within the file");
  check_list_refused (LITTLE, "1", "uint int", "\xff\xff\xff\xff" TWELVE, 16,
      "expected them to end within the file");
  check_list_refused (LITTLE, "1", "uchar char", "\x0d" TWELVE, 13,
      "expected them to end within the file");
  check_list_refused (LITTLE, "1", "uint char", "\x01", 1,
      "expected them to end within the file");
  check_list_refused (LITTLE, "9223372036854775807", "uchar char", TWELVE, 12,
      "expected them to end within the file");
  check_list_refused (ASCII, "9223372036854775807", "uchar char",
      "0\n0\n1 2 3\n", 10, "after 9223372036854775807 other lines");
  check_list_refused (ASCII, "4", "uchar char", "0\n0\n1 2 3\n", 10,
      "1 points of 3 values, after 4 other lines, from byte 142 on");
  check_refused (ASCII "element a 9223372036854775807\nproperty char b\n"
                       "element c 9223372036854775807\nproperty char d\n"
                       "element e 9223372036854775807\n"
                       "property char f\n" POINT ("1") "1 2 3\n",
      "9223372036854775807 times the element \"e\" before the points");
  check_refused (LITTLE
      "element a 9223372036854775807\nproperty double b\n" POINT ("1") TWELVE,
      "times the element \"a\" before the points");
}
GST_END_TEST;

GST_START_TEST (text_that_ends_too_soon_or_too_late_is_an_error)
{
  check_undecoded_text ("", "2", "1 2 3.000000\n \n",
      "line 10: the file ends here: expected 2 lines of points, as its header "
      "says, found 1");
  check_undecoded_text ("", "1", "1 2 3\n\n4 5 6\n",
      "line 10: a line follows the points");
  check_undecoded_text ("", "2", "1 2\n3 4 5 6\n",
      "line 8: expected 3 values, found 2");
  check_undecoded_text ("", "2", "1 2 3\n4 5 6 7\n",
      "line 9: expected 3 values, found 4");
}
GST_END_TEST;

GST_START_TEST (words_that_are_no_number_of_their_type_are_an_error)
{
  static const struct {
    const gchar *type;
    const gchar *word;
    const gchar *part;
  } cases[] = {
    { "float", "word", "a number of type f4, found \"word\"" },
    { "float", "1e", "found \"1e\"" },
    { "float", "1,5", "found \"1,5\"" },
    { "float", "0x10", "found \"0x10\"" },
    { "float", "1e39", "\"1e39\", which is out of range" },
    { "float", "-1e999", "\"-1e999\", which is out of range" },
    { "double", "1e309", "\"1e309\", which is out of range" },
    { "double", "--1", "found \"--1\"" },
    { "int", "1.5", "a whole number of type i4, found \"1.5\"" },
    { "int", "-", "found \"-\"" },
    { "int", "\xc3\xa9", "\\303\\251" },
    { "char", "128", "which is out of range" },
    { "char", "-129", "which is out of range" },
    { "uchar", "256", "which is out of range" },
    { "uchar", "-1", "which is out of range" },
    { "short", "32768", "which is out of range" },
    { "short", "-32769", "which is out of range" },
    { "ushort", "65536", "which is out of range" },
    { "int", "2147483648", "which is out of range" },
    { "int", "-2147483649", "which is out of range" },
    { "uint", "4294967296", "which is out of range" },
    { "int64", "9223372036854775808", "which is out of range" },
    { "int64", "-9223372036854775809", "which is out of range" },
    { "uint64", "18446744073709551616", "which is out of range" },
    { "uint64", "99999999999999999999999", "which is out of range" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *property = g_strdup_printf ("property %s p\n", cases[i].type);
    gchar *line = g_strdup_printf ("1 2 3 %s\n", cases[i].word);

    check_undecoded_text (property, "1", line, cases[i].part);
    g_free (line);
    g_free (property);
  }
  check_undecoded ("", "1", "1 2 3\0\n", 7,
      "field \"z\": expected a number of type f4, found \"3\" before a zero "
      "byte; repair");
  check_undecoded ("property int i\n", "1", "1 2 3 4\0\n", 9,
      "found \"4\" before a zero byte");
}
GST_END_TEST;

GST_START_TEST (a_line_longer_than_a_block_is_an_error)
{
  gchar *line = g_strnfill (300000, '1');

  check_undecoded_text ("", "1", line,
      "line 8: is too long: expected its end within 262144");
  g_free (line);
}
GST_END_TEST;

GST_START_TEST (points_after_a_wrong_one_are_still_read)
{
  static const gchar text[] = ASCII POINT ("3") "1 2 3\n4 x 6\n7 8 9\n";
  PlyCheckFile *file = ply_check_new (g_strdup (text), strlen (text));
  gfloat point[6];

  fail_unless (ply_check_parse (file, NULL, NULL, NULL));
  fail_if (ply_check_decode (file, 0, 2, (guint8 *) point, NULL));
  fail_unless (ply_check_decode (file, 2, 1, (guint8 *) point, NULL));
  fail_unless_equals_float (point[0], 7);
  fail_unless (ply_check_decode (file, 0, 1, (guint8 *) point, NULL));
  fail_unless_equals_float (point[2], 3);
  ply_check_free (file);
}
GST_END_TEST;

static void
check_read_error (const gchar *text, gint number, const gchar *part)
{
  PlyCheckFile *file = ply_check_new (g_strdup (text), strlen (text));
  GError *error = NULL;
  gfloat point[3];

  file->fails_with = number;
  fail_unless (ply_check_parse (file, NULL, NULL, NULL));
  file->fails_from = file->info.data_offset;
  fail_if (ply_check_decode (file, 0, 1, (guint8 *) point, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      part);
  file->fails_from = G_MAXUINT64;
  fail_unless (ply_check_decode (file, 0, 1, (guint8 *) point, &error));
  ply_check_free (file);
}

GST_START_TEST (reads_that_fail_are_an_error)
{
  PlyCheckFile *file;
  static const gchar text[] = LITTLE
      "element face 1\nproperty list uchar int i\n" POINT ("1") "\x01"
                                                                "abcd" TWELVE;
  GError *error = NULL;

  check_read_error (BIG POINT ("1") TWELVE, EIO, "Input/output error");
  check_read_error (BIG POINT ("1") TWELVE, 0, "was truncated");
  check_read_error (ASCII POINT ("1") "1 2 3", EIO, "Input/output error");
  check_read_error (ASCII POINT ("1") "1 2 3", 0, "was truncated");

  file = ply_check_new (g_strdup (text), strlen (text));
  file->fails_from = 0;
  file->fails_with = EIO;
  fail_if (ply_check_parse (file, NULL, NULL, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "Input/output error");
  ply_check_free (file);
}
GST_END_TEST;

static Suite *
ply_errors_suite (void)
{
  Suite *suite = suite_create ("ply-errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, what_is_no_header_is_refused);
  tcase_add_test (tcase, a_header_without_an_end_is_refused);
  tcase_add_test (tcase,
      elements_and_properties_that_make_no_sense_are_refused);
  tcase_add_test (tcase, too_many_elements_or_properties_are_refused);
  tcase_add_test (tcase, names_that_a_layout_cannot_have_are_refused);
  tcase_add_test (tcase, files_without_points_are_refused);
  tcase_add_test (tcase, more_points_than_the_file_has_bytes_for_are_refused);
  tcase_add_test (tcase, lists_that_go_wrong_before_the_points_are_refused);
  tcase_add_test (tcase, text_that_ends_too_soon_or_too_late_is_an_error);
  tcase_add_test (tcase, words_that_are_no_number_of_their_type_are_an_error);
  tcase_add_test (tcase, a_line_longer_than_a_block_is_an_error);
  tcase_add_test (tcase, points_after_a_wrong_one_are_still_read);
  tcase_add_test (tcase, reads_that_fail_are_an_error);
  return suite;
}

SSIO_CHECK_MAIN (ply_errors)
