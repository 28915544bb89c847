/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "linear/predictions.h"
#include "ssiocheck.h"

#define HEADER_BYTES 128

static gchar *
make_folder (void)
{
  return g_dir_make_tmp ("ssio-XXXXXX", NULL);
}

/* Rows of one byte with the values first, first + 1, ... */
static void
write_rows (GstSsioPredictions *predictions, guint64 first, gsize n)
{
  guint8 *rows = g_malloc (n);
  gsize i;

  for (i = 0; i < n; i++)
    rows[i] = (first + i) % 251;
  gst_ssio_predictions_write (predictions, first, n, rows);
}

/* What follows the header. */
static guint8 *
read_rows (const gchar *path, const gchar *header, gsize size)
{
  gchar *bytes;
  gsize length;

  fail_unless (g_file_get_contents (path, &bytes, &length, NULL));
  fail_unless_equals_uint64 (length, HEADER_BYTES + size);
  fail_unless (memcmp (bytes, "\x93NUMPY\x01\x00\x76\x00", 10) == 0);
  fail_unless (strncmp (bytes + 10, header, strlen (header)) == 0, "%.118s",
      bytes + 10);
  fail_unless_equals_int (bytes[HEADER_BYTES - 1], '\n');
  memmove (bytes, bytes + HEADER_BYTES, size);
  return (guint8 *) bytes;
}

GST_START_TEST (rows_are_where_they_belong_whatever_their_order)
{
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new (path, GST_SSIO_PREDICTIONS_ARGMAX, 255);
  guint epoch, i;

  fail_unless (gst_ssio_predictions_begin (predictions, 100000, NULL));
  for (epoch = 0; epoch < 2; epoch++) {
    guint8 *rows;

    for (i = 0; i < 100; i++)
      write_rows (predictions, i * 37 % 100 * 1000, 1000);
    fail_unless (gst_ssio_predictions_check (predictions, NULL));
    fail_unless (gst_ssio_predictions_finish (predictions, NULL));
    fail_if (gst_ssio_predictions_is_open (predictions));
    fail_unless_equals_int (ssio_check_count_files (folder), 1);
    rows = read_rows (path,
        "{'descr': '|u1', 'fortran_order': False, 'shape': (100000,), } ",
        100000);
    for (i = 0; i < 100000; i++)
      fail_unless (rows[i] == i % 251, "%u", i);
    g_free (rows);
    fail_unless (gst_ssio_predictions_begin (predictions, 100000, NULL));
  }
  gst_ssio_predictions_free (predictions);
  fail_unless_equals_int (ssio_check_count_files (folder), 1);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (rows_that_nobody_wrote_say_so)
{
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new (path, GST_SSIO_PREDICTIONS_ARGMAX, 3);
  guint8 *rows;
  guint i;

  fail_unless (gst_ssio_predictions_begin (predictions, 200000, NULL));
  write_rows (predictions, 150000, 10);
  write_rows (predictions, 5, 10);
  write_rows (predictions, 8, 20); /* twice is as once */
  fail_unless (gst_ssio_predictions_finish (predictions, NULL));
  rows = read_rows (path, "{'descr': '|u1'", 200000);
  for (i = 0; i < 200000; i++) {
    gboolean written = (i >= 5 && i < 28) || (i >= 150000 && i < 150010);

    fail_unless (rows[i] == (written ? i % 251 : 255), "%u", i);
  }
  g_free (rows);
  gst_ssio_predictions_free (predictions);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (types_are_as_numpy_has_them)
{
  static const struct {
    GstSsioPredictionsType type;
    guint n_classes;
    guint row_size;
    const gchar *header;
  } cases[] = {
    { GST_SSIO_PREDICTIONS_ARGMAX, 255, 1, "{'descr': '|u1', " },
    { GST_SSIO_PREDICTIONS_ARGMAX, 256, 2, "{'descr': '<u2', " },
    { GST_SSIO_PREDICTIONS_LOGITS, 3, 12,
        "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 3), } " },
    { GST_SSIO_PREDICTIONS_PROBABILITIES, 1, 4,
        "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 1), } " },
  };
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstSsioPredictions *predictions
        = gst_ssio_predictions_new (path, cases[i].type, cases[i].n_classes);

    fail_unless_equals_int (gst_ssio_predictions_type_get_row_size (cases[i]
                                                                        .type,
                                cases[i].n_classes),
        cases[i].row_size);
    fail_unless (gst_ssio_predictions_begin (predictions, 7, NULL));
    fail_unless (gst_ssio_predictions_finish (predictions, NULL));
    g_free (read_rows (path, cases[i].header, 7 * cases[i].row_size));
    gst_ssio_predictions_free (predictions);
  }
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* More than may wait: whoever writes waits for the disk then. */
GST_START_TEST (many_megabytes_all_arrive)
{
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new (path, GST_SSIO_PREDICTIONS_ARGMAX, 10);
  const gsize n = 1 << 20;
  guint8 *rows;
  guint i;

  fail_unless (gst_ssio_predictions_begin (predictions, 150 * n, NULL));
  for (i = 0; i < 150; i++)
    write_rows (predictions, i * n, n);
  fail_unless (gst_ssio_predictions_finish (predictions, NULL));
  rows = read_rows (path, "{'descr': '|u1'", 150 * n);
  for (i = 0; i < 150 * n; i += 4093)
    fail_unless (rows[i] == i % 251, "%u", i);
  g_free (rows);
  gst_ssio_predictions_free (predictions);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (what_is_not_finished_leaves_the_file_of_before)
{
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new (path, GST_SSIO_PREDICTIONS_ARGMAX, 3);
  gchar *text;

  fail_unless (g_file_set_contents (path, "before", -1, NULL));
  fail_unless (gst_ssio_predictions_begin (predictions, 1000, NULL));
  write_rows (predictions, 0, 1000);
  fail_unless_equals_int (ssio_check_count_files (folder), 2);
  gst_ssio_predictions_discard (predictions);
  fail_unless_equals_int (ssio_check_count_files (folder), 1);
  fail_unless (gst_ssio_predictions_begin (predictions, 1000, NULL));
  write_rows (predictions, 0, 1000);
  gst_ssio_predictions_free (predictions);
  fail_unless_equals_int (ssio_check_count_files (folder), 1);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  fail_unless_equals_string (text, "before");
  g_free (text);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_folder_that_is_not_there_is_an_error)
{
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new ("/no/such/folder/out.npy",
          GST_SSIO_PREDICTIONS_ARGMAX, 3);
  GError *error = NULL;

  fail_if (gst_ssio_predictions_begin (predictions, 10, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "/no/such/folder/out.npy");
  gst_ssio_predictions_free (predictions);
}
GST_END_TEST;

/* As on a full disk, but for the error's text. */
GST_START_TEST (a_write_that_fails_is_an_error_and_leaves_nothing)
{
  const struct rlimit little = { 20000, RLIM_INFINITY };
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  GstSsioPredictions *predictions
      = gst_ssio_predictions_new (path, GST_SSIO_PREDICTIONS_ARGMAX, 3);
  struct rlimit before;
  GError *error = NULL;
  gboolean finished;

  signal (SIGXFSZ, SIG_IGN);
  fail_unless (gst_ssio_predictions_begin (predictions, 100000, NULL));
  getrlimit (RLIMIT_FSIZE, &before);
  setrlimit (RLIMIT_FSIZE,
      &(struct rlimit){ little.rlim_cur, before.rlim_max });
  write_rows (predictions, 0, 50000);
  write_rows (predictions, 50000, 50000);
  finished = gst_ssio_predictions_finish (predictions, &error);
  setrlimit (RLIMIT_FSIZE, &before);
  fail_if (finished);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "out.npy: cannot write");
  fail_unless_equals_int (ssio_check_count_files (folder), 0);
  /* and the next epoch may have more luck */
  fail_unless (gst_ssio_predictions_begin (predictions, 10, NULL));
  fail_unless (gst_ssio_predictions_check (predictions, NULL));
  fail_unless (gst_ssio_predictions_finish (predictions, NULL));
  gst_ssio_predictions_free (predictions);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
predictions_suite (void)
{
  Suite *suite = suite_create ("predictions");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, rows_are_where_they_belong_whatever_their_order);
  tcase_add_test (tcase, rows_that_nobody_wrote_say_so);
  tcase_add_test (tcase, types_are_as_numpy_has_them);
  tcase_add_test (tcase, many_megabytes_all_arrive);
  tcase_add_test (tcase, what_is_not_finished_leaves_the_file_of_before);
  tcase_add_test (tcase, a_folder_that_is_not_there_is_an_error);
  tcase_add_test (tcase, a_write_that_fails_is_an_error_and_leaves_nothing);
  return suite;
}

SSIO_CHECK_MAIN (predictions)
