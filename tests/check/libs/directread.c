/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <gst/ssio/directread.h>

#include "ssiocheck.h"

#define MIB ((gsize) 1 << 20)

static GstSsioDirectFile *
open_direct (const gchar *path)
{
  gint fd = g_open (path, O_RDONLY, 0);
  GstSsioDirectFile *file = gst_ssio_direct_file_open (fd, path);

  fail_unless (file != NULL);
  close (fd);
  return file;
}

static void
check_read (GstSsioDirectReader *reader, GstSsioDirectFile *file,
    guint64 offset, gsize size, const gchar *content)
{
  /* the byte behind must stay */
  guint8 *bytes = g_malloc (size + 1);

  bytes[size] = 0xa5;
  fail_unless (gst_ssio_direct_reader_read (reader, file, offset, size,
      bytes));
  fail_unless_equals_int (memcmp (bytes, content + offset, size), 0);
  fail_unless_equals_int (bytes[size], 0xa5);
  g_free (bytes);
}

GST_START_TEST (reads_come_in_any_order_whatever_was_announced)
{
  static const guint depths[] = { 0, 1, 2, 5, 64 };
  gchar *path = ssio_check_write_tile (200003, 6);
  GRand *rand = g_rand_new_with_seed (1);
  GstSsioDirectFile *file = open_direct (path);
  gchar *content;
  gsize size;
  guint d, i;

  fail_unless (g_file_get_contents (path, &content, &size, NULL));
  for (d = 0; d < G_N_ELEMENTS (depths); d++) {
    GstSsioDirectReader *reader = gst_ssio_direct_reader_new (depths[d]);

    check_read (reader, file, 0, size, content);
    check_read (reader, file, size - 1, 1, content);
    for (i = 0; i < 100; i++) {
      guint64 offset = g_rand_int_range (rand, 0, size);
      gsize n = g_rand_int_range (rand, 1,
          MIN (size - offset, i % 2 ? 9999 : 3 * MIB) + 1);

      if (i % 3 == 0)
        gst_ssio_direct_reader_announce (reader, file, offset, n);
      if (i % 5 == 0)
        gst_ssio_direct_reader_announce (reader, file, offset / 2, n);
      check_read (reader, file, offset, n, content);
    }
    gst_ssio_direct_reader_free (reader);
  }
  gst_ssio_direct_file_close (file);
  g_rand_free (rand);
  g_free (content);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_read_ends_at_the_files_end)
{
  gchar *path = ssio_check_write_tile (100000, 6);
  GstSsioDirectFile *file = open_direct (path);
  guint8 *bytes = g_malloc (2400000);
  guint depth;

  for (depth = 0; depth < 3; depth++) {
    GstSsioDirectReader *reader = gst_ssio_direct_reader_new (depth);

    gst_ssio_direct_reader_announce (reader, file, 2399000, 1001);
    fail_if (gst_ssio_direct_reader_read (reader, file, 2399000, 1001, bytes));
    fail_unless_equals_int (errno, 0);
    fail_if (gst_ssio_direct_reader_read (reader, file, 10000000, 10, bytes));
    fail_unless_equals_int (errno, 0);
    fail_unless (gst_ssio_direct_reader_read (reader, file, 0, 2400000,
        bytes));
    gst_ssio_direct_reader_free (reader);
  }
  fail_unless_equals_int (truncate (path, 1200001), 0);
  for (depth = 0; depth < 3; depth++) {
    GstSsioDirectReader *reader = gst_ssio_direct_reader_new (depth);

    fail_if (gst_ssio_direct_reader_read (reader, file, 0, 2400000, bytes));
    fail_unless_equals_int (errno, 0);
    fail_unless (gst_ssio_direct_reader_read (reader, file, 1, 1200000,
        bytes));
    gst_ssio_direct_reader_free (reader);
  }
  gst_ssio_direct_file_close (file);
  g_free (bytes);
  g_free (path);
}
GST_END_TEST;

static Suite *
directread_suite (void)
{
  Suite *suite = suite_create ("directread");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, reads_come_in_any_order_whatever_was_announced);
  tcase_add_test (tcase, a_read_ends_at_the_files_end);
  return suite;
}

SSIO_CHECK_MAIN (directread)
