/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include <gst/ssio/formats/textpoints.h>

#include "ssiocheck.h"

#define BLOCK_SIZE (1 << 18) /* bytes that text is read in */

typedef struct {
  GString *text;
  guint n_reads;
} Source;

static gboolean
read_text (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  Source *source = user_data;

  source->n_reads++;
  errno = 0;
  if (offset > source->text->len || size > source->text->len - offset)
    return FALSE;
  memcpy (bytes, source->text->str + offset, size);
  return TRUE;
}

static GstSsioDecoder *
new_decoder (const Source *source, GstSsioTextPoints *points)
{
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string ("a:u4,b:u4", 0, NULL);
  GstSsioDecoder *decoder;
  GError *error = NULL;

  points->layout = layout;
  points->file_size = source->text->len;
  decoder = gst_ssio_text_points_new ("text", points, &error);
  fail_unless (decoder != NULL, "%s", error ? error->message : "");
  gst_ssio_layout_unref (layout);
  return decoder;
}

static gboolean
decode (GstSsioDecoder *decoder, Source *source, guint64 first, guint64 n,
    guint32 *values, GError **error)
{
  return decoder->decode (decoder, "text", read_text, source, first, n,
      (guint8 *) values, error);
}

static void
check_point (GstSsioDecoder *decoder, Source *source, guint64 point, guint32 a,
    guint32 b)
{
  guint32 values[2];
  GError *error = NULL;

  fail_unless (decode (decoder, source, point, 1, values, &error), "%s",
      error ? error->message : "");
  fail_unless_equals_int (values[0], a);
  fail_unless_equals_int (values[1], b);
}

GST_START_TEST (words_and_lines_of_others_are_skipped)
{
  static const gint words[]
      = { GST_SSIO_TEXT_SKIPPED, 1, GST_SSIO_TEXT_SKIPPED, 0 };
  Source source = { .text = g_string_new ("head\nother\n\n1 2 3\n"
                                          "x 11 y 10\n0 21 y 20\n4 0\n") };
  GstSsioTextPoints points = { .offset = 5,
    .line = 2,
    .line_end = '\n',
    .n_skipped_lines = 2,
    .n_points = 2,
    .has_more = TRUE,
    .words = words,
    .n_words = 4 };
  GstSsioDecoder *decoder = new_decoder (&source, &points);

  check_point (decoder, &source, 1, 20, 21);
  check_point (decoder, &source, 0, 10, 11);
  check_point (decoder, &source, 1, 20, 21);
  decoder->free (decoder);
  g_string_free (source.text, TRUE);
}
GST_END_TEST;

static const gint two_words[] = { 0, 1 };

static void
check_error (GstSsioDecoder *decoder, Source *source, guint64 point,
    const gchar *part)
{
  GError *error = NULL;
  guint32 values[2];

  fail_if (decode (decoder, source, point, 1, values, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, part);
}

static void
check_line_numbers (const gchar *end)
{
  gchar **lines = g_strsplit ("|other line||1 2| 3 4 | | |5 6 7|8 9", "|", -1);
  gchar *text = g_strjoinv (end, lines);
  Source source = { .text = g_string_new (text) };
  GstSsioTextPoints points = { .line = 7,
    .line_end = end[strlen (end) - 1],
    .n_skipped_lines = 1,
    .n_points = 5,
    .words = two_words,
    .n_words = 2 };
  GstSsioDecoder *decoder = new_decoder (&source, &points);

  check_error (decoder, &source, 2, "line 14: expected 2 values, found 3");
  check_point (decoder, &source, 1, 3, 4);
  check_error (decoder, &source, 2, "line 14: expected 2 values, found 3");
  check_point (decoder, &source, 3, 8, 9);
  check_error (decoder, &source, 4, "line 15: the file ends here: expected 5");
  decoder->free (decoder);
  g_string_free (source.text, TRUE);
  g_free (text);
  g_strfreev (lines);
}

GST_START_TEST (lines_are_counted_whatever_ends_them)
{
  check_line_numbers ("\n");
  check_line_numbers ("\r\n");
  check_line_numbers ("\r");
}
GST_END_TEST;

GST_START_TEST (lines_of_others_may_be_longer_than_a_block)
{
  Source source = { .text = g_string_new (NULL) };
  GstSsioTextPoints points = { .line = 1,
    .line_end = '\n',
    .n_skipped_lines = 2,
    .n_points = 2,
    .words = two_words,
    .n_words = 2 };
  GstSsioDecoder *decoder;
  guint i;

  for (i = 0; i < 1000000; i++)
    g_string_append (source.text, i == 300000 ? "x\n" : "x ");
  g_string_append (source.text, "\n1 2\n3 4");
  decoder = new_decoder (&source, &points);
  check_point (decoder, &source, 1, 3, 4);
  check_point (decoder, &source, 0, 1, 2);
  decoder->free (decoder);

  points.n_skipped_lines = 1;
  decoder = new_decoder (&source, &points);
  check_error (decoder, &source, 0, "line 2: is too long");
  decoder->free (decoder);

  points.n_skipped_lines = 9;
  decoder = new_decoder (&source, &points);
  check_error (decoder, &source, 0,
      "line 4: the file ends here: expected 2 "
      "lines of points, as its header says, "
      "found 0");
  decoder->free (decoder);
  g_string_free (source.text, TRUE);
}
GST_END_TEST;

/* Lines of many lengths, so that blocks end everywhere in them. */
static void
append_lines (GString *text, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "%u %*s%u\n", i, (int) (i % 97), "", i / 3);
}

GST_START_TEST (a_jump_reads_no_more_than_lies_before_it)
{
  Source source = { .text = g_string_new (NULL) };
  GstSsioTextPoints points = { .line = 1,
    .line_end = '\n',
    .n_points = 200000,
    .words = two_words,
    .n_words = 2 };
  GstSsioDecoder *decoder;
  guint32 *values = g_new (guint32, 2 * 200000);
  guint i;

  append_lines (source.text, 200000);
  fail_unless (source.text->len > 10 << 20);
  decoder = new_decoder (&source, &points);
  for (i = 0; i < 200000; i += 5000)
    fail_unless (decode (decoder, &source, i, 5000, values + 2 * i, NULL));
  for (i = 0; i < 200000; i++)
    fail_unless (values[2 * i] == i && values[2 * i + 1] == i / 3);
  /* each block once, and its last line with the next */
  fail_unless (source.n_reads <= source.text->len / BLOCK_SIZE + 2);

  /* with all places known, one or two blocks hold what lies before a point */
  for (i = 0; i < 100; i++) {
    guint point = i * 7919 % 200000;

    source.n_reads = 0;
    check_point (decoder, &source, point, point, point / 3);
    fail_unless (source.n_reads <= 2);
  }
  decoder->free (decoder);
  g_free (values);
  g_string_free (source.text, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_file_that_ends_early_can_be_read_once_it_is_whole)
{
  Source source = { .text = g_string_new (NULL) };
  GstSsioTextPoints points = { .line = 1,
    .line_end = '\n',
    .n_points = 40000,
    .words = two_words,
    .n_words = 2 };
  GstSsioDecoder *decoder;
  GError *error = NULL;
  guint32 values[2];

  append_lines (source.text, 40000);
  decoder = new_decoder (&source, &points);
  g_string_truncate (source.text, 4 * BLOCK_SIZE + 5);
  check_point (decoder, &source, 5, 5, 1);
  fail_if (decode (decoder, &source, 39999, 1, values, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "text: cannot read 262144 bytes from byte ");
  check_point (decoder, &source, 5, 5, 1);
  fail_if (decode (decoder, &source, 39999, 1, values, NULL));
  g_string_truncate (source.text, 0);
  append_lines (source.text, 40000);
  check_point (decoder, &source, 39999, 39999, 13333);
  decoder->free (decoder);
  g_string_free (source.text, TRUE);
}
GST_END_TEST;

static Suite *
textpoints_suite (void)
{
  Suite *suite = suite_create ("textpoints");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, words_and_lines_of_others_are_skipped);
  tcase_add_test (tcase, lines_are_counted_whatever_ends_them);
  tcase_add_test (tcase, lines_of_others_may_be_longer_than_a_block);
  tcase_add_test (tcase, a_jump_reads_no_more_than_lies_before_it);
  tcase_add_test (tcase, a_file_that_ends_early_can_be_read_once_it_is_whole);
  return suite;
}

SSIO_CHECK_MAIN (textpoints)
