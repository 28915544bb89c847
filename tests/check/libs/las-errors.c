/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "libs/lascheck.h"

#define ZERO G_GUINT64_CONSTANT (0)
#define NOT_A_NUMBER G_GUINT64_CONSTANT (0x7ff8000000000000)
#define INFINITE G_GUINT64_CONSTANT (0xfff0000000000000)

static void
check_taken (GByteArray *las, guint64 data_offset)
{
  GstSsioFormatInfo info;
  GError *error = NULL;

  fail_unless (las_parse (las, NULL, &info, &error), "%s",
      error ? error->message : "");
  fail_unless_equals_uint64 (info.n_points, LAS_N_POINTS);
  fail_unless_equals_uint64 (info.data_offset, data_offset);
  gst_ssio_format_info_clear (&info);
  g_byte_array_unref (las);
}

static void
check_refused (GByteArray *las, const gchar *part)
{
  GstSsioFormatInfo info;
  GError *error = NULL;

  fail_if (las_parse (las, NULL, &info, &error), "expected an error: %s",
      part);
  fail_unless (info.layout == NULL);
  fail_unless (g_str_has_prefix (error->message, "x.las: "), "%s",
      error->message);
  fail_unless (strchr (error->message, ';') != NULL, "no way out: %s",
      error->message);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      part);
  g_byte_array_unref (las);
}

/* A change of one number in a file. */
typedef struct {
  guint at;
  guint size;
  guint64 value;
  const gchar *part;
} Change;

static void
check_change (GByteArray *las, const Change *change)
{
  las_put (las, change->at, change->size, change->value);
  check_refused (las, change->part);
}

GST_START_TEST (a_header_that_cannot_be_is_refused)
{
  static const Change changes[] = {
    { 0, 1, 'l', "byte 0: expected LASF" },
    { 24, 1, 2, "byte 24: version 2.2: expected 1.0 to 1.4" },
    { 25, 1, 5, "byte 24: version 1.5: expected 1.0 to 1.4" },
    { 94, 2, 226, "byte 94: a header of 226 bytes: expected at least 227" },
    { 94, 2, 312,
        "byte 311: the file ends in its header: expected at least "
        "312" },
    { 96, 4, 226, "byte 96: points from byte 226 on: expected 227" },
    { 96, 4, 312,
        "points from byte 312 on: expected 227, the header's end, "
        "to 311, the file's" },
    { 104, 1, 11, "byte 104: point format 11: expected 0 to 10" },
    { 104, 1, 127, "point format 127: expected 0 to 10" },
    { 105, 2, 27, "byte 105: points of 27 bytes: expected at least 28" },
    { 105, 2, 0, "points of 0 bytes: expected at least 28" },
    { 104, 1, 10, "points of 28 bytes: expected at least 67 in format 10" },
    { 107, 4, 0, "holds 0 points" },
    { 107, 4, 2, "expected a file of 283 bytes, found 311" },
    { 107, 4, 4, "expected a file of 339 bytes, found 311" },
    { 107, 4, G_MAXUINT32, "4294967295 points of 28 bytes" },
    { 131, 8, ZERO,
        "byte 131: the scale of x: expected a finite number other "
        "than 0, found 0" },
    { 139, 8, NOT_A_NUMBER, "byte 139: the scale of y: expected a finite" },
    { 147, 8, INFINITE, "byte 147: the scale of z: expected a finite" },
    { 155, 8, NOT_A_NUMBER, "byte 155: the offset of x: expected a finite" },
    { 163, 8, INFINITE,
        "byte 163: the offset of y: expected a finite number, "
        "found -inf" },
    { 171, 8, INFINITE, "byte 171: the offset of z: expected a finite" },
    { 100, 4, 1,
        "byte 227: variable length record 1 of 1: expected it to end "
        "by byte 227" },
    { 100, 4, G_MAXUINT32,
        "byte 100: 4294967295 variable length records: "
        "expected at most 65536" },
  };
  static const Change of_1_3[] = {
    { 94, 2, 227, "a header of 227 bytes: expected at least 235" },
    { 25, 1, 4, "a header of 235 bytes: expected at least 375" },
  };
  static const Change of_1_4[] = {
    { 247, 8, 4, "byte 247: 4 points: expected 3 as the legacy number" },
    { 107, 4, 2, "byte 247: 3 points: expected 2" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (changes); i++)
    check_change (las_new (2), &changes[i]);
  for (i = 0; i < G_N_ELEMENTS (of_1_3); i++)
    check_change (las_new (3), &of_1_3[i]);
  for (i = 0; i < G_N_ELEMENTS (of_1_4); i++)
    check_change (las_new (4), &of_1_4[i]);
}
GST_END_TEST;

GST_START_TEST (a_count_of_64_bits_is_checked_against_the_file)
{
  GByteArray *las = las_new (4);

  las_put (las, 107, 4, 0);
  las_put (las, 247, 8, G_MAXUINT64 / 28 + 2);
  check_refused (las, "expected no more than 2^63 bytes");
  las = las_new (4);
  las_put (las, 107, 4, 0);
  las_put (las, 247, 8, G_GUINT64_CONSTANT (1) << 32);
  check_refused (las, "4294967296 points of 28 bytes");
  las = las_new (4);
  las_put (las, 107, 4, 0);
  las_put (las, 247, 8, 0);
  check_refused (las, "holds 0 points");
  las = las_new (4);
  las_put (las, 247, 8, 0);
  check_taken (las, 375);
}
GST_END_TEST;

GST_START_TEST (no_prefix_of_a_file_is_a_file)
{
  GByteArray *las = las_new_with_extra_bytes (2);

  while (las->len > 1) {
    GByteArray *prefix = g_byte_array_new ();

    g_byte_array_set_size (las, las->len - 1);
    g_byte_array_append (prefix, las->data, las->len);
    check_refused (prefix, "expected");
  }
  g_byte_array_unref (las);
}
GST_END_TEST;

GST_START_TEST (records_before_the_points_stay_before_them)
{
  GByteArray *las = las_new (2);

  las_add_vlr (las, "someone", 4, 10);
  las_put (las, 247, 2, 11);
  check_refused (las, "byte 227: variable length record 1 of 1: expected it "
                      "to end by byte 291");
  las = las_new (2);
  las_add_vlr (las, "someone", 4, 10);
  las_add_vlr (las, "else", 4, 0);
  las_put (las, 100, 4, 3);
  check_refused (las, "byte 345: variable length record 3 of 3: expected it "
                      "to end by byte 345");
  las = las_new (2);
  las_add_vlr (las, "LASF_Projection", 34735, 0);
  /* bytes that belong to nobody, as those of 1.0's start signature */
  las_add_vlr (las, "junk", 0, 2);
  las_put (las, 100, 4, 1);
  check_taken (las, 227 + 54 + 56);
}
GST_END_TEST;

GST_START_TEST (records_after_the_points_are_after_them)
{
  GByteArray *las = las_new_with_evlr ();
  const Change changes[] = {
    { 235, 8, 375 + 83,
        "byte 235: extended records from byte 458 on: "
        "expected them after 3 points of 28 bytes that start "
        "at byte 375" },
    { 235, 8, 0, "extended records from byte 0 on" },
    { 235, 8, G_MAXUINT64, "expected at most 527, the file's end" },
    { 235, 8, 468,
        "byte 468: variable length record 1 of 1: expected it to "
        "end by byte 527" },
    { 243, 4, 2, "byte 527: variable length record 2 of 2" },
    { 243, 4, 65537, "byte 243: 65537 variable length records" },
    { 459 + 20, 8, 9, "byte 459: variable length record 1 of 1" },
    { 459 + 20, 8, G_MAXUINT64, "byte 459: variable length record 1 of 1" },
    { 247, 8, 4, "byte 247: 4 points" },
  };
  guint i;

  check_taken (las, 375);
  for (i = 0; i < G_N_ELEMENTS (changes); i++)
    check_change (las_new_with_evlr (), &changes[i]);

  las = las_new_with_evlr ();
  las_put (las, 107, 4, 0);
  las_put (las, 247, 8, 4);
  check_refused (las, "expected them after 4 points");

  las = las_new (3);
  g_byte_array_append (las, (const guint8 *) "waveforms", 9);
  check_refused (las, "expected a file of 319 bytes, found 328");
  las = las_new (3);
  g_byte_array_append (las, (const guint8 *) "waveforms", 9);
  las_put (las, 6, 2, 2);
  check_taken (las, 235);
  las = las_new (3);
  g_byte_array_append (las, (const guint8 *) "waveforms", 9);
  las_put (las, 6, 2, 2);
  las_put (las, 227, 8, 318);
  check_refused (las, "byte 227: waveforms from byte 318 on");
}
GST_END_TEST;

GST_START_TEST (compressed_points_are_refused_with_a_command)
{
  GByteArray *las = las_new (2);

  las_put (las, 104, 1, 128 + 1);
  check_refused (las, "byte 104: this is a LAZ file");
  las = las_new (2);
  las_put (las, 104, 1, 128 + 1);
  check_refused (las, "`pdal translate IN.laz OUT.las`");
  las = las_new (2);
  las_add_vlr (las, "laszip encoded", 22204, 40);
  check_refused (las, "this is a LAZ file");

  las = las_new (4);
  las_add_vlr (las, "copc", 1, 160);
  check_refused (las, "this is a COPC file");
  las = las_new (4);
  las_add_vlr (las, "copc", 1, 160);
  las_put (las, 104, 1, 128 + 7);
  check_refused (las, "`pdal translate IN.copc.laz OUT.las`");
}
GST_END_TEST;

GST_START_TEST (extra_bytes_that_cannot_be_are_refused)
{
  const guint first = 281, second = first + 192;
  const Change changes[] = {
    { first + 2, 1, 31,
        "byte 283: extra bytes of data type 31: expected 0 to "
        "30" },
    { first + 2, 1, 10,
        "byte 283: describes extra bytes 28 to 35 of a point: "
        "expected no more than its record length, 32" },
    { first + 2, 1, 21 + 2, "describes extra bytes 28 to 33" },
    { second + 2, 1, 6, "byte 475: describes extra bytes 29 to 32" },
    { second + 2, 2, 4 << 8, "byte 475: describes extra bytes 29 to 32" },
    { second + 4, 1, 'a',
        "byte 281: the names of the extra bytes: layout: "
        "two fields are named \"a\"" },
    { first + 4, 1, 'x', "two fields are named \"x\"" },
    { first + 4, 2, 'i' + (',' << 8), "\"i,\" is not a field's name" },
    { first + 3, 1, 8,
        "byte 393: the scale of a: expected a finite number "
        "other than 0, found 0" },
    { second + 3, 1, 8, "byte 585: the scale of b" },
    { 227 + 20, 2, 383,
        "byte 281: the Extra Bytes record has 383 bytes: "
        "expected a multiple of 192" },
  };
  GByteArray *las;
  guint i;

  check_taken (las_new_with_extra_bytes (2), second + 192);
  for (i = 0; i < G_N_ELEMENTS (changes); i++)
    check_change (las_new_with_extra_bytes (2), &changes[i]);

  las = las_new_with_extra_bytes (1);
  las_put (las, first + 136, 8, NOT_A_NUMBER);
  las_put (las, first + 3, 1, 16);
  check_refused (las, "byte 417: the offset of a: expected a finite number");
  las = las_new_with_extra_bytes (1);
  las_add_vlr (las, "LASF_Spec", 4, 192);
  check_refused (las, "byte 527: a second Extra Bytes record: expected the "
                      "one of byte 281 only");
  /* without names there is nothing to clash */
  las = las_new_with_extra_bytes (2);
  las_put (las, first + 4, 1, 0);
  las_put (las, second + 4, 1, 0);
  check_taken (las, second + 192);

  las = las_new (2);
  las_add_vlr (las, "LASF_Spec", 4, 0);
  check_taken (las, 281);

  las = las_new_with_evlr ();
  memcpy (las->data + 459 + 2, "LASF_Spec", 9);
  las_put (las, 459 + 18, 2, 4);
  g_byte_array_set_size (las, 459 + 60 + 65536);
  las_put (las, 459 + 20, 8, 65536);
  check_refused (las, "byte 519: an Extra Bytes record of 65536 bytes: "
                      "expected at most 65535");
}
GST_END_TEST;

GST_START_TEST (extra_bytes_may_be_as_many_as_a_layout_holds)
{
  GByteArray *las = las_new (2);
  GstSsioFormatInfo info;
  guint i;

  g_byte_array_set_size (las, 227 + 65535 * LAS_N_POINTS);
  las_put (las, 105, 2, 65535);
  las_add_vlr (las, "LASF_Spec", 4, 192 * 341);
  for (i = 0; i < 341; i++) {
    las->data[281 + 192 * i + 2] = 21;
    las->data[281 + 192 * i + 4] = 'a' + i % 26;
    las->data[281 + 192 * i + 5] = 'a' + i / 26;
  }
  /* more than a layout can hold */
  las_put (las, 281 + 192 * 340 + 2, 1, 30);
  check_refused (g_byte_array_ref (las), "1039 fields: expected 1 to 1024");
  las_put (las, 227 + 20, 2, 192 * 336);
  fail_unless (las_parse (las, NULL, &info, NULL));
  fail_unless_equals_int (gst_ssio_layout_get_n_fields (info.layout),
      16 + 3 * 336);
  fail_unless_equals_int (gst_ssio_layout_get_point_size (info.layout), 65535);
  gst_ssio_format_info_clear (&info);
  g_byte_array_unref (las);
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_read_is_an_error)
{
  GByteArray *las = las_new_with_extra_bytes (1);
  GByteArray *short_file = g_byte_array_new ();
  GstSsioFormatInput input = {
    .path = "x.laz",
    .bytes = las->data,
    .n_bytes = 300,
    .file_size = las->len,
    .read = las_read,
    .read_data = short_file,
  };
  GstSsioFormatInfo info = { .layout = NULL };
  GError *error = NULL;

  fail_if (gst_ssio_format_parse (&input, &info, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "x.laz: LAS, byte 281: cannot read 192 bytes: the file ended meanwhile");
  input.n_bytes = 230;
  fail_if (gst_ssio_format_parse (&input, &info, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "byte 227: cannot read 54 bytes");
  input.bytes = (const guint8 *) "what";
  input.n_bytes = 4;
  fail_if (gst_ssio_format_parse (&input, &info, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "expected LASF");
  g_byte_array_unref (short_file);
  g_byte_array_unref (las);
}
GST_END_TEST;

static Suite *
las_errors_suite (void)
{
  Suite *suite = suite_create ("las_errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_header_that_cannot_be_is_refused);
  tcase_add_test (tcase, a_count_of_64_bits_is_checked_against_the_file);
  tcase_add_test (tcase, no_prefix_of_a_file_is_a_file);
  tcase_add_test (tcase, records_before_the_points_stay_before_them);
  tcase_add_test (tcase, records_after_the_points_are_after_them);
  tcase_add_test (tcase, compressed_points_are_refused_with_a_command);
  tcase_add_test (tcase, extra_bytes_that_cannot_be_are_refused);
  tcase_add_test (tcase, extra_bytes_may_be_as_many_as_a_layout_holds);
  tcase_add_test (tcase, what_cannot_be_read_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (las_errors)
