/* SPDX-License-Identifier: MIT */
/* Files under a temporary name, also where several threads want the same. */

#include <glib/gstdio.h>
#include <string.h>

#include "record/recordcheck.h"
#include "record/recordfile.h"

#define N_WRITERS 4
#define N_ROUNDS 50
#define SIZE 10000

static GstSsioRecordFile *
open_file (const gchar *path, gboolean append)
{
  GError *error = NULL;
  gchar *moved;
  GstSsioRecordFile *file
      = gst_ssio_record_file_open (path, append, &moved, &error);

  fail_unless (file != NULL, "%s", error ? error->message : "");
  g_free (moved);
  return file;
}

static void
expect_bytes (const gchar *folder, const gchar *name, const gchar *expected)
{
  gsize size;
  gchar *bytes = recordcheck_read (folder, name, &size);

  fail_unless_equals_string (bytes, expected);
  g_free (bytes);
}

GST_START_TEST (bytes_can_be_overwritten_and_cut)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file = open_file (path, FALSE);

  fail_unless (gst_ssio_record_file_write (file, "0123456789", 10, NULL));
  fail_unless (gst_ssio_record_file_overwrite (file, 2, "ab", 2, NULL));
  fail_unless_equals_uint64 (gst_ssio_record_file_get_size (file), 10);
  expect_bytes (folder, "a.part", "01ab456789");
  fail_unless (gst_ssio_record_file_truncate (file, 5, NULL));
  fail_unless (gst_ssio_record_file_write (file, "xyz", 3, NULL));
  fail_unless (gst_ssio_record_file_write_sidecar (file, "{}", NULL));
  fail_unless (gst_ssio_record_file_finish (file, NULL));
  gst_ssio_record_file_free (file);
  expect_bytes (folder, "a", "01ab4xyz");
  expect_bytes (folder, "a.json", "{}");
  fail_unless_equals_int (recordcheck_count_files (folder), 2);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Of an old file with a sidecar, neither is left. */
GST_START_TEST (an_old_file_is_replaced_with_its_sidecar)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file;

  recordcheck_write (folder, "a", "old", 3);
  recordcheck_write (folder, "a.json", "old", 3);
  file = open_file (path, FALSE);
  fail_unless (gst_ssio_record_file_write (file, "new", 3, NULL));
  fail_unless (gst_ssio_record_file_write_sidecar (file, "new", NULL));
  expect_bytes (folder, "a", "old");
  expect_bytes (folder, "a.json", "old");
  fail_unless (gst_ssio_record_file_finish (file, NULL));
  expect_bytes (folder, "a", "new");
  expect_bytes (folder, "a.json", "new");
  gst_ssio_record_file_free (file);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (what_is_discarded_leaves_nothing)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file = open_file (path, FALSE);

  fail_unless (gst_ssio_record_file_write (file, "new", 3, NULL));
  fail_unless (gst_ssio_record_file_write_sidecar (file, "{}", NULL));
  gst_ssio_record_file_discard (file);
  gst_ssio_record_file_free (file);
  fail_unless_equals_int (recordcheck_count_files (folder), 0);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (what_was_appended_to_is_put_back_when_it_is_discarded)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file;

  recordcheck_write (folder, "a", "old", 3);
  recordcheck_write (folder, "a.json", "{}", 2);
  file = open_file (path, TRUE);
  fail_if (recordcheck_exists (folder, "a"));
  fail_unless_equals_uint64 (gst_ssio_record_file_get_size (file), 3);
  fail_unless (gst_ssio_record_file_write (file, "new", 3, NULL));
  expect_bytes (folder, "a.part", "oldnew");
  gst_ssio_record_file_discard (file);
  gst_ssio_record_file_free (file);
  expect_bytes (folder, "a", "old");
  expect_bytes (folder, "a.json", "{}");
  fail_unless_equals_int (recordcheck_count_files (folder), 2);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_part_that_was_appended_to_is_as_it_was_when_it_is_discarded)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file;

  recordcheck_write (folder, "a.part", "old", 3);
  recordcheck_write (folder, "a.part.json", "{}", 2);
  file = open_file (path, TRUE);
  fail_unless (gst_ssio_record_file_write (file, "new", 3, NULL));
  gst_ssio_record_file_discard (file);
  gst_ssio_record_file_free (file);
  expect_bytes (folder, "a.part", "old");
  expect_bytes (folder, "a.part.json", "{}");
  fail_unless_equals_int (recordcheck_count_files (folder), 2);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* What was cut off does not come back as zeros. */
GST_START_TEST (a_discard_adds_nothing)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file;
  gsize size;

  recordcheck_write (folder, "a", "old", 3);
  file = open_file (path, TRUE);
  fail_unless (gst_ssio_record_file_truncate (file, 2, NULL));
  gst_ssio_record_file_discard (file);
  gst_ssio_record_file_free (file);
  g_free (recordcheck_read (folder, "a", &size));
  fail_unless_equals_uint64 (size, 2);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_part_that_somebody_moved_away_is_left_alone)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  gchar *part = g_build_filename (folder, "a.part", NULL);
  gchar *moved = g_build_filename (folder, "b", NULL);
  GstSsioRecordFile *file;

  recordcheck_write (folder, "a", "old", 3);
  file = open_file (path, TRUE);
  fail_unless (gst_ssio_record_file_write (file, "new", 3, NULL));
  fail_unless (g_rename (part, moved) == 0);
  gst_ssio_record_file_discard (file);
  gst_ssio_record_file_free (file);
  expect_bytes (folder, "b", "oldnew");
  g_free (moved);
  g_free (part);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Of a process that died after the sidecar had its final name, and before the
 * data had. */
GST_START_TEST (a_part_that_is_kept_keeps_a_sidecar_of_the_final_name)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  GstSsioRecordFile *file;

  recordcheck_write (folder, "a.part", "old", 3);
  recordcheck_write (folder, "a.json", "{1}", 3);
  file = open_file (path, FALSE);
  expect_bytes (folder, "a.1.part", "old");
  fail_unless (gst_ssio_record_file_write_sidecar (file, "{2}", NULL));
  fail_unless (gst_ssio_record_file_finish (file, NULL));
  gst_ssio_record_file_free (file);
  expect_bytes (folder, "a.1.part.json", "{1}");
  expect_bytes (folder, "a.json", "{2}");
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

typedef struct {
  const gchar *path;
  gchar letter;
  gint *n_running;
  guint n_finished;
  GError *error; /* other than that somebody else writes */
} Writer;

static gboolean
write_file (Writer *writer, GstSsioRecordFile *file)
{
  gchar *bytes = g_strnfill (SIZE, writer->letter);
  gboolean ok
      = gst_ssio_record_file_write (file, bytes, SIZE / 2, &writer->error)
        && gst_ssio_record_file_write (file, bytes, SIZE / 2, &writer->error)
        && gst_ssio_record_file_finish (file, &writer->error);

  g_free (bytes);
  return ok;
}

static gpointer
write_files (gpointer user_data)
{
  Writer *writer = user_data;
  gchar *moved = NULL;
  guint i;

  for (i = 0; i < N_ROUNDS && !writer->error; i++) {
    GstSsioRecordFile *file = gst_ssio_record_file_open (writer->path, FALSE,
        &moved, &writer->error);

    if (file)
      writer->n_finished += write_file (writer, file);
    else if (g_error_matches (writer->error, GST_RESOURCE_ERROR,
                 GST_RESOURCE_ERROR_BUSY))
      g_clear_error (&writer->error);
    g_clear_pointer (&file, gst_ssio_record_file_free);
    if (moved) /* nobody died */
      break;
  }
  if (moved)
    g_set_error (&writer->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "moved %s", moved);
  g_free (moved);
  g_atomic_int_add (writer->n_running, -1);
  return NULL;
}

/* A file under the final name is that of one writer, and whole. */
static void
check_file (const gchar *path)
{
  gchar *bytes;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, NULL))
    return;
  fail_unless_equals_int (size, SIZE);
  fail_unless (strspn (bytes, (gchar[]){ bytes[0], '\0' }) == SIZE);
  g_free (bytes);
}

GST_START_TEST (one_writer_at_a_time_and_readers_see_whole_files)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "a", NULL);
  Writer writers[N_WRITERS];
  GThread *threads[N_WRITERS];
  gint n_running = N_WRITERS;
  guint n_finished = 0;
  guint i;

  for (i = 0; i < N_WRITERS; i++) {
    writers[i] = (Writer){ path, 'a' + i, &n_running, 0, NULL };
    threads[i] = g_thread_new ("writer", write_files, &writers[i]);
  }
  while (g_atomic_int_get (&n_running) > 0)
    check_file (path);
  for (i = 0; i < N_WRITERS; i++) {
    g_thread_join (threads[i]);
    fail_unless (writers[i].error == NULL, "%s",
        writers[i].error ? writers[i].error->message : "");
    n_finished += writers[i].n_finished;
  }
  fail_unless (n_finished > 0);
  fail_unless_equals_int (recordcheck_count_files (folder), 1);
  check_file (path);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
recordfile_suite (void)
{
  Suite *suite = suite_create ("recordfile");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, bytes_can_be_overwritten_and_cut);
  tcase_add_test (tcase, an_old_file_is_replaced_with_its_sidecar);
  tcase_add_test (tcase, what_is_discarded_leaves_nothing);
  tcase_add_test (tcase,
      what_was_appended_to_is_put_back_when_it_is_discarded);
  tcase_add_test (tcase,
      a_part_that_was_appended_to_is_as_it_was_when_it_is_discarded);
  tcase_add_test (tcase, a_discard_adds_nothing);
  tcase_add_test (tcase, a_part_that_somebody_moved_away_is_left_alone);
  tcase_add_test (tcase,
      a_part_that_is_kept_keeps_a_sidecar_of_the_final_name);
  tcase_add_test (tcase, one_writer_at_a_time_and_readers_see_whole_files);
  return suite;
}

SSIO_CHECK_MAIN (recordfile)
