/* SPDX-License-Identifier: MIT */
/* What can go wrong with a recording and the place it is written to: one error,
 * and what was written stays. */

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <string.h>
#include <unistd.h>

#include "elements/sinkcheck.h"

#define NOBODY 65534

/* Points enough for some batches of 1000 that are 12 kB each. */
#define N_POINTS 100000
#define N_BYTES (N_POINTS * SINKCHECK_POINT_SIZE)

/* What a sink with these properties says before there are points. */
static void check_start (gint code, const gchar *part, const gchar *format,
    ...) G_GNUC_PRINTF (3, 4);

static void
check_start (gint code, const gchar *part, const gchar *format, ...)
{
  GstElement *pipeline;
  gchar *properties;
  va_list args;

  va_start (args, format);
  properties = g_strdup_vprintf (format, args);
  va_end (args);
  pipeline
      = ssio_check_launch ("fakesrc num-buffers=1 ! ssiosink %s", properties);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  ssio_check_posted_error (pipeline, GST_RESOURCE_ERROR, code, part, NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (properties);
}

GST_START_TEST (properties_that_do_not_fit_are_errors)
{
  check_start (GST_RESOURCE_ERROR_NOT_FOUND, "set the location", " ");
  check_start (GST_RESOURCE_ERROR_SETTINGS, ".bin, .npy, .ply or .las",
      "location=a.txt");
  check_start (GST_RESOURCE_ERROR_SETTINGS, ".bin, .npy, .ply or .las",
      "location=bin");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "one number at most",
      "location=a-%%d-%%d.bin");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "one number at most",
      "location=a-%%d/b.bin");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "add one, as in /tmp/sweep.bin",
      "location=/tmp/ format=bin");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "expected a number",
      "location=a.bin max-points=3");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "expected a number",
      "location=a.bin max-time=3");
  check_start (GST_RESOURCE_ERROR_SETTINGS, "only .bin",
      "location=a.las append=true");
}
GST_END_TEST;

GST_START_TEST (places_that_cannot_be_written_are_errors)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *path = g_build_filename (folder, "link.bin", NULL);

  check_start (GST_RESOURCE_ERROR_OPEN_WRITE, "No such file",
      "location=%s/no/a.bin", folder);
  check_start (GST_RESOURCE_ERROR_OPEN_WRITE, "is a folder",
      "location=%s format=bin", folder);
  check_start (GST_RESOURCE_ERROR_OPEN_WRITE, "device",
      "location=/dev/full format=bin");
  fail_unless (symlink ("a.bin", path) == 0);
  check_start (GST_RESOURCE_ERROR_OPEN_WRITE, "link", "location=%s", path);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_folder_without_permission_is_an_error)
{
  gchar *folder = recordcheck_make_folder ();
  gboolean is_root = geteuid () == 0;

  fail_unless (g_chmod (folder, 0500) == 0);
  if (is_root)
    fail_unless (g_chmod (ssio_check_get_directory (), 0711) == 0
                 && g_chmod (folder, 0555) == 0 && seteuid (NOBODY) == 0);
  check_start (GST_RESOURCE_ERROR_OPEN_WRITE, "Permission denied",
      "location=%s/a.bin", folder);
  if (is_root)
    fail_unless (seteuid (0) == 0);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static gchar *
write_source (void)
{
  return recordcheck_write_points (SINKCHECK_LAYOUT, N_POINTS, 11);
}

/* Records source into folder/name. */
static GstElement *
launch (const gchar *source, const gchar *folder, const gchar *name,
    const gchar *sink)
{
  return ssio_check_launch ("ssiosrc location=%s layout=" SINKCHECK_LAYOUT
                            " batch-size=1000 ! ssiosink location=%s/%s %s",
      source, folder, name, sink);
}

/* The part holds the first points of source. */
static void
expect_part (const gchar *source, const gchar *folder, const gchar *name)
{
  gchar *path = g_strdup_printf ("%s/%s.part", folder, name);
  GstSsioPointFile *a = recordcheck_open (source, SINKCHECK_LAYOUT, FALSE);
  GstSsioPointFile *b = recordcheck_open (path, NULL, TRUE);
  guint64 n_points = gst_ssio_point_file_get_n_points (b);

  fail_unless (n_points < N_POINTS);
  recordcheck_expect_same (a, 0, n_points, b);
  gst_ssio_point_file_unref (a);
  gst_ssio_point_file_unref (b);
  fail_if (recordcheck_exists (folder, name));
  g_free (path);
}

static const gchar *const names[] = { "a.bin", "a.npy", "a.ply" };

/* Limits files to size bytes until what it returns is set again: stands for a disk
 * that is full, where nobody may mount one. */
static struct rlimit
limit_files (rlim_t size)
{
  struct rlimit limit, small;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = size;
  setrlimit (RLIMIT_FSIZE, &small);
  return limit;
}

GST_START_TEST (a_limit_on_the_size_of_files_is_an_error)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *source = write_source ();
  GstElement *pipeline = launch (source, folder, names[__i__], "");
  struct rlimit limit = limit_files (N_BYTES / 2);

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "File too large", "recover=true", NULL);
  setrlimit (RLIMIT_FSIZE, &limit);
  expect_part (source, folder, names[__i__]);
  gst_object_unref (pipeline);
  g_free (source);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_full_disk_is_an_error)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *source = write_source ();
  GstElement *pipeline = launch (source, folder, names[__i__], "");

  if (mount ("none", folder, "tmpfs", 0, "size=512k") == 0) {
    ssio_check_error (pipeline, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "No space left", "make room",
        "recover=true", NULL);
    expect_part (source, folder, names[__i__]);
    fail_unless (umount (folder) == 0);
  } else {
    ssio_check_skip ("tmpfs cannot be mounted here");
  }
  gst_object_unref (pipeline);
  g_free (source);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Files before the one that does not fit are complete. */
GST_START_TEST (a_full_disk_leaves_the_files_before)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *source = write_source ();
  GstElement *pipeline
      = launch (source, folder, "a-%d.bin", "max-points=20000");
  gchar *path = g_build_filename (folder, "a-0.bin", NULL);
  GstSsioPointFile *a, *b;

  if (mount ("none", folder, "tmpfs", 0, "size=512k") == 0) {
    ssio_check_error (pipeline, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "a-2.bin", NULL);
    a = recordcheck_open (source, SINKCHECK_LAYOUT, FALSE);
    b = recordcheck_open (path, NULL, FALSE);
    recordcheck_expect_same (a, 0, 20000, b);
    gst_ssio_point_file_unref (a);
    gst_ssio_point_file_unref (b);
    fail_unless (umount (folder) == 0);
  } else {
    ssio_check_skip ("tmpfs cannot be mounted here");
  }
  gst_object_unref (pipeline);
  g_free (path);
  g_free (source);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Also where it is within the first batch. */
GST_START_TEST (a_batch_that_does_not_fit_leaves_its_first_points)
{
  const gchar *name = names[__i__];
  gchar *source = write_source ();
  SinkCheck open = sinkcheck_open (name, SINKCHECK_LAYOUT);
  struct rlimit limit = limit_files (N_BYTES / 2);
  gchar *points;
  gsize size;

  fail_unless (g_file_get_contents (source, &points, &size, NULL));
  fail_unless_equals_int (sinkcheck_push_bytes (&open, points, size),
      GST_FLOW_FLUSHING);
  setrlimit (RLIMIT_FSIZE, &limit);
  ssio_check_posted_error (open.sink, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "File too large", "recover=true", NULL);
  expect_part (source, open.folder, name);
  g_free (points);
  g_free (source);
  sinkcheck_free (&open);
}
GST_END_TEST;

/* Nobody is sent to what is not there. */
GST_START_TEST (a_disk_without_room_for_a_point_is_left_empty)
{
  SinkCheck open = sinkcheck_open (names[__i__], SINKCHECK_LAYOUT);
  guint8 *points = g_malloc0 (N_BYTES);
  struct rlimit limit = limit_files (1);
  GstMessage *message;
  GError *error;

  sinkcheck_play (&open, SINKCHECK_OTHER_LAYOUT);
  fail_unless_equals_int (sinkcheck_push_bytes (&open, points, N_BYTES),
      GST_FLOW_FLUSHING);
  setrlimit (RLIMIT_FSIZE, &limit);
  message = ssio_check_pop (open.sink, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "File too large") != NULL);
  fail_if (strstr (error->message, "recover=true") != NULL);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (open.sink, GST_STATE_NULL);
  fail_unless_equals_int (recordcheck_count_files (open.folder), 0);
  g_free (points);
  sinkcheck_free (&open);
}
GST_END_TEST;

GST_START_TEST (a_folder_that_vanishes_is_an_error)
{
  SinkCheck open = sinkcheck_open ("a.npy", SINKCHECK_LAYOUT);

  sinkcheck_push_bytes (&open, "123456789012", 12);
  ssio_check_remove_folder (g_strdup (open.folder));
  sinkcheck_push_bytes (&open, "123456789012", 12);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  ssio_check_posted_error (open.sink, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "a.npy.part was deleted", NULL);
  sinkcheck_expect_no_message (&open, GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);
  sinkcheck_free (&open);
}
GST_END_TEST;

GST_START_TEST (a_part_that_is_replaced_is_an_error)
{
  SinkCheck open = sinkcheck_open ("a.npy", SINKCHECK_LAYOUT);

  sinkcheck_push_bytes (&open, "123456789012", 12);
  recordcheck_write (open.folder, "a.npy.part", "other", 5);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  ssio_check_posted_error (open.sink, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "a.npy.part was deleted", NULL);
  fail_if (recordcheck_exists (open.folder, "a.npy"));
  sinkcheck_free (&open);
}
GST_END_TEST;

GST_START_TEST (a_folder_that_is_renamed_keeps_the_recording)
{
  SinkCheck open = sinkcheck_open ("a.bin", SINKCHECK_LAYOUT);
  gchar *moved = g_strconcat (open.folder, ".moved", NULL);

  sinkcheck_push_bytes (&open, "123456789012", 12);
  fail_unless (g_rename (open.folder, moved) == 0);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  fail_unless (recordcheck_exists (moved, "a.bin"));
  fail_unless (recordcheck_exists (moved, "a.bin.json"));
  fail_unless (g_rename (moved, open.folder) == 0);
  sinkcheck_free (&open);
  g_free (moved);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_being_recorded_is_refused)
{
  SinkCheck open = sinkcheck_open ("a.bin", SINKCHECK_LAYOUT);

  check_start (GST_RESOURCE_ERROR_BUSY, "is being recorded already",
      "location=%s/a.bin", open.folder);
  check_start (GST_RESOURCE_ERROR_BUSY, "is being recorded already",
      "location=%s/a.bin append=true", open.folder);
  sinkcheck_push_bytes (&open, "123456789012", 12);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  fail_unless (recordcheck_exists (open.folder, "a.bin"));
  sinkcheck_free (&open);
}
GST_END_TEST;

GST_START_TEST (a_batch_of_no_whole_points_is_an_error)
{
  SinkCheck open = sinkcheck_open ("a.bin", SINKCHECK_LAYOUT);

  sinkcheck_push_bytes (&open, "123456789012", 12);
  fail_unless_equals_int (sinkcheck_push_bytes (&open, "1234567890123", 13),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (open.sink, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "13 bytes", "points of 12", NULL);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  sinkcheck_expect_no_message (&open, GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);
  fail_unless (recordcheck_exists (open.folder, "a.bin.part"));
  sinkcheck_free (&open);
}
GST_END_TEST;

GST_START_TEST (what_does_not_fit_is_not_appended)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *source = write_source ();
  GstElement *pipeline;

  recordcheck_write (folder, "a.bin", "123456789012", 12);
  pipeline = launch (source, folder, "a.bin", "append=true");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "expected a sidecar", NULL);
  gst_object_unref (pipeline);
  fail_unless_equals_int (recordcheck_count_files (folder), 1);

  recordcheck_write (folder, "a.bin.json",
      "{\"format\":\"ssio-points\",\"version\":1,\"layout\":\"a:f4,b:f8\","
      "\"point-size\":12,\"points\":1}",
      strlen ("{\"format\":\"ssio-points\",\"version\":1,\"layout\":\"a:f4,b:"
              "f8\",\"point-size\":12,\"points\":1}"));
  pipeline = launch (source, folder, "a.bin", "append=true");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "another layout", "a:f4,b:f8", NULL);
  gst_object_unref (pipeline);
  fail_unless (recordcheck_exists (folder, "a.bin"));
  fail_unless (recordcheck_exists (folder, "a.bin.json"));
  fail_unless_equals_int (recordcheck_count_files (folder), 2);
  g_free (source);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* The source says so, and there is no second error. */
GST_START_TEST (a_source_that_is_cut_leaves_a_part)
{
  gchar *folder = recordcheck_make_folder ();
  gchar *source = write_source ();
  GstElement *pipeline = launch (source, folder, "a.bin", "");
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_if (gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND)
           == GST_STATE_CHANGE_FAILURE);
  fail_unless (truncate (source, N_BYTES / 2) == 0);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_if (recordcheck_exists (folder, "a.bin"));
  fail_unless (recordcheck_exists (folder, "a.bin.part"));
  gst_object_unref (pipeline);
  g_free (source);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiosink_errors_suite (void)
{
  Suite *suite = suite_create ("ssiosink-errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, properties_that_do_not_fit_are_errors);
  tcase_add_test (tcase, places_that_cannot_be_written_are_errors);
  tcase_add_test (tcase, a_folder_without_permission_is_an_error);
  tcase_add_loop_test (tcase, a_limit_on_the_size_of_files_is_an_error, 0,
      G_N_ELEMENTS (names));
  tcase_add_loop_test (tcase, a_full_disk_is_an_error, 0,
      G_N_ELEMENTS (names));
  tcase_add_test (tcase, a_full_disk_leaves_the_files_before);
  tcase_add_loop_test (tcase,
      a_batch_that_does_not_fit_leaves_its_first_points, 0,
      G_N_ELEMENTS (names));
  tcase_add_loop_test (tcase, a_disk_without_room_for_a_point_is_left_empty, 0,
      G_N_ELEMENTS (names));
  tcase_add_test (tcase, a_folder_that_vanishes_is_an_error);
  tcase_add_test (tcase, a_part_that_is_replaced_is_an_error);
  tcase_add_test (tcase, a_folder_that_is_renamed_keeps_the_recording);
  tcase_add_test (tcase, a_file_that_is_being_recorded_is_refused);
  tcase_add_test (tcase, a_batch_of_no_whole_points_is_an_error);
  tcase_add_test (tcase, what_does_not_fit_is_not_appended);
  tcase_add_test (tcase, a_source_that_is_cut_leaves_a_part);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_errors)
