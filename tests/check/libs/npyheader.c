/* SPDX-License-Identifier: MIT */
/* Headers of .npy files that are written: their length for any number of rows,
 * and their version. */

#include <gst/ssio/formats/npyheader.h>
#include <string.h>

#include "ssiocheck.h"

/* Returns what the header says of the length of its text. */
static guint32
get_text_length (const GString *header, guint version)
{
  guint32 length = 0;

  memcpy (&length, header->str + 8, version == 1 ? 2 : 4);
  return GUINT32_FROM_LE (length);
}

static void
check_header (const gchar *descr, guint64 n_rows, guint n_columns,
    guint version, const gchar *shape)
{
  GString *header = gst_ssio_npy_header_make (descr, n_rows, n_columns);
  GString *empty = gst_ssio_npy_header_make (descr, 0, n_columns);
  gsize start = version == 1 ? 10 : 12;
  gchar *text = g_strdup_printf (
      "{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape);

  fail_unless (memcmp (header->str, "\x93NUMPY", 6) == 0);
  fail_unless_equals_int (header->str[6], version);
  fail_unless_equals_int (header->str[7], 0);
  fail_unless_equals_uint64 (get_text_length (header, version),
      header->len - start);
  fail_unless_equals_uint64 (header->len % 64, 0);
  fail_unless_equals_uint64 (header->len, empty->len);
  fail_unless (header->str[header->len - 1] == '\n');
  header->str[header->len - 1] = '\0';
  fail_unless_equals_string (g_strchomp (header->str + start), text);
  g_free (text);
  g_string_free (empty, TRUE);
  g_string_free (header, TRUE);
}

GST_START_TEST (headers_are_as_long_for_any_number_of_rows)
{
  gchar name[130];
  guint i;

  check_header ("'<f4'", 0, 0, 1, "(0,)");
  check_header ("'<f4'", 7, 1, 1, "(7, 1)");
  check_header ("'|u1'", G_MAXUINT64, G_MAXUINT, 1,
      "(18446744073709551615, 4294967295)");
  for (i = 1; i < sizeof (name); i++) {
    gchar *letters = g_strnfill (i, 'n');
    gchar *descr = g_strdup_printf ("[('%s', '<f8')]", letters);

    check_header (descr, 10, 0, 1, "(10,)");
    g_free (descr);
    g_free (letters);
  }
}
GST_END_TEST;

GST_START_TEST (a_long_header_is_of_version_2)
{
  GString *descr = g_string_new ("[('a', '|u1')");

  while (descr->len < G_MAXUINT16)
    g_string_append (descr, ", ('b', '|u1')");
  g_string_append_c (descr, ']');
  check_header (descr->str, 3, 0, 2, "(3,)");
  g_string_free (descr, TRUE);
}
GST_END_TEST;

GST_START_TEST (names_that_are_not_ascii_are_of_version_3)
{
  check_header ("[('gr\303\266\303\237e', '<f4')]", 3, 0, 3, "(3,)");
}
GST_END_TEST;

static Suite *
npyheader_suite (void)
{
  Suite *suite = suite_create ("npyheader");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, headers_are_as_long_for_any_number_of_rows);
  tcase_add_test (tcase, a_long_header_is_of_version_2);
  tcase_add_test (tcase, names_that_are_not_ascii_are_of_version_3);
  return suite;
}

SSIO_CHECK_MAIN (npyheader)
