/* SPDX-License-Identifier: MIT */
/* Which files ssiosink writes, and when they are complete. */

#include <string.h>
#include <unistd.h>

#include "elements/sinkcheck.h"

static void
push_at (SinkCheck *recording, guint n_points, GstClockTime time)
{
  GstBuffer *buffer = sinkcheck_make_batch (recording, n_points);

  GST_BUFFER_PTS (buffer) = time;
  fail_unless_equals_int (gst_harness_push (recording->harness, buffer),
      GST_FLOW_OK);
}

/* The next message says that a file of that name is complete. */
static void
expect_message (const SinkCheck *recording, const gchar *name, guint index,
    guint64 n_points, guint64 n_bytes)
{
  GstMessage *message
      = gst_bus_pop_filtered (recording->bus, GST_MESSAGE_ELEMENT);
  const GstStructure *structure;
  gchar *path = g_build_filename (recording->folder, name, NULL);
  guint64 points, bytes;
  guint found;

  fail_unless (message != NULL, "no message of %s", name);
  structure = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_name (structure), "ssio-file");
  fail_unless_equals_string (gst_structure_get_string (structure, "location"),
      path);
  fail_unless (gst_structure_get (structure, "index", G_TYPE_UINT, &found,
      "points", G_TYPE_UINT64, &points, "bytes", G_TYPE_UINT64, &bytes, NULL));
  fail_unless_equals_int (found, index);
  fail_unless_equals_uint64 (points, n_points);
  fail_unless_equals_uint64 (bytes, n_bytes);
  g_free (path);
  gst_message_unref (message);
}

GST_START_TEST (a_file_has_its_name_once_it_is_complete)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 10);
  sinkcheck_push (&recording, 5);
  fail_if (sinkcheck_exists (&recording, "a.bin"));
  fail_if (sinkcheck_exists (&recording, "a.bin.json"));
  sinkcheck_expect_points (&recording, "a.bin.part", TRUE, 15, 0);
  sinkcheck_expect_no_message (&recording, GST_MESSAGE_ELEMENT);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 15, 0);
  expect_message (&recording, "a.bin", 0, 15, 15 * SINKCHECK_POINT_SIZE);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  sinkcheck_free (&recording);
}
GST_END_TEST;

static const gchar *const names[] = { "a.bin", "a.npy", "a.ply", "a.las" };

GST_START_TEST (parts_of_all_formats_are_read_up_to_the_last_whole_point)
{
  SinkCheck recording = sinkcheck_new (names[__i__]);
  gchar *part = g_strconcat (names[__i__], ".part", NULL);
  guint record_size
      = g_str_has_suffix (names[__i__], ".las") ? 30 : SINKCHECK_POINT_SIZE;
  gchar *path = g_build_filename (recording.folder, part, NULL);
  gsize size, cut;
  gchar *bytes;

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 10);
  bytes = recordcheck_read (recording.folder, part, &size);
  for (cut = 0; cut < 40; cut++) {
    GstSsioPointFile *file;

    fail_unless (truncate (path, size - cut) == 0);
    file = recordcheck_open (path, NULL, TRUE);
    fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
        10 - (cut + record_size - 1) / record_size);
    gst_ssio_point_file_unref (file);
  }
  g_free (bytes);
  g_free (path);
  g_free (part);
  sinkcheck_free (&recording);
}
GST_END_TEST;

/* Points that ssiosrc says there are. */
static guint64
count_points (const gchar *folder, const gchar *rest)
{
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc name=src location=%s%s ! fakesink", folder,
          rest);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  gint64 n_points;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (gst_element_query_duration (source, GST_FORMAT_DEFAULT,
      &n_points));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  return n_points;
}

GST_START_TEST (ssiosrc_reads_a_part_only_to_recover_it)
{
  SinkCheck recording = sinkcheck_new ("a-%d.bin");
  GstElement *pipeline;

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 10);
  sinkcheck_push_epoch (&recording);
  sinkcheck_push (&recording, 5);
  fail_unless_equals_uint64 (count_points (recording.folder,
                                 "/a-1.bin.part recover=true"),
      5);
  /* a folder has files that are complete */
  fail_unless_equals_uint64 (count_points (recording.folder, ""), 10);
  pipeline = ssio_check_launch ("ssiosrc location=%s/a-1.bin.part ! fakesink",
      recording.folder);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "has not ended", "recover=true", NULL);
  gst_object_unref (pipeline);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (no_points_make_a_file_without_points)
{
  SinkCheck recording = sinkcheck_new (names[__i__]);

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 0);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  fail_unless (sinkcheck_exists (&recording, names[__i__]));
  sinkcheck_expect_no_message (&recording, GST_MESSAGE_ERROR);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (no_caps_make_no_file)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  sinkcheck_play_without_caps (&recording);
  fail_unless (sinkcheck_exists (&recording, "a.bin.part"));
  sinkcheck_stop (&recording);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 0);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (ready_completes_the_file_too)
{
  SinkCheck recording = sinkcheck_new ("a.npy");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 7);
  gst_element_set_state (recording.sink, GST_STATE_READY);
  sinkcheck_expect_points (&recording, "a.npy", FALSE, 7, 0);
  expect_message (&recording, "a.npy", 0, 7, 128 + 7 * SINKCHECK_POINT_SIZE);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_new_recording_replaces_an_old_one_once_it_is_complete)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 7);
  sinkcheck_stop (&recording);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 7, 0);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 21);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (an_old_recording_stays_where_no_points_came)
{
  SinkCheck recording = sinkcheck_new (names[__i__]);
  gchar *old, *bytes;
  gsize old_size, size;
  guint n_files;

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 7);
  sinkcheck_stop (&recording);
  n_files = recordcheck_count_files (recording.folder);
  old = recordcheck_read (recording.folder, names[__i__], &old_size);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_stop (&recording);
  bytes = recordcheck_read (recording.folder, names[__i__], &size);
  fail_unless_equals_uint64 (size, old_size);
  fail_unless (memcmp (bytes, old, size) == 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), n_files);
  g_free (bytes);
  g_free (old);
  sinkcheck_expect_no_message (&recording, GST_MESSAGE_ERROR);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_at_a_number_of_points)
{
  SinkCheck recording = sinkcheck_new ("a-%03d.bin");

  g_object_set (recording.sink, "max-points", (guint64) 10, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 4);
  sinkcheck_push (&recording, 25);
  sinkcheck_push (&recording, 1);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a-000.bin", FALSE, 10, 0);
  sinkcheck_expect_points (&recording, "a-001.bin", FALSE, 10, 30);
  sinkcheck_expect_points (&recording, "a-002.bin", FALSE, 10, 60);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 6);
  expect_message (&recording, "a-000.bin", 0, 10, 120);
  expect_message (&recording, "a-001.bin", 1, 10, 120);
  expect_message (&recording, "a-002.bin", 2, 10, 120);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_at_a_number_of_bytes)
{
  SinkCheck recording = sinkcheck_new ("a-%d.npy");

  /* room for five points and a half after the header; then for none */
  g_object_set (recording.sink, "max-bytes", (guint64) (128 + 66), NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 12);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a-0.npy", FALSE, 5, 0);
  sinkcheck_expect_points (&recording, "a-1.npy", FALSE, 5, 15);
  sinkcheck_expect_points (&recording, "a-2.npy", FALSE, 2, 30);
  g_object_set (recording.sink, "max-bytes", (guint64) 1, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  recording.next = 0;
  sinkcheck_push (&recording, 2);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a-0.npy", FALSE, 1, 0);
  sinkcheck_expect_points (&recording, "a-1.npy", FALSE, 1, 3);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_after_a_time)
{
  SinkCheck recording = sinkcheck_new ("a-%d.bin");

  g_object_set (recording.sink, "max-time", (guint64) (2 * GST_SECOND), NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  push_at (&recording, 1, 5 * GST_SECOND);
  push_at (&recording, 1, 7 * GST_SECOND - 1);
  push_at (&recording, 1, 7 * GST_SECOND);
  push_at (&recording, 1, 6 * GST_SECOND); /* it may go back */
  push_at (&recording, 1, 99 * GST_SECOND);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a-0.bin", FALSE, 2, 0);
  sinkcheck_expect_points (&recording, "a-1.bin", FALSE, 2, 6);
  sinkcheck_expect_points (&recording, "a-2.bin", FALSE, 1, 12);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (each_epoch_has_a_file)
{
  SinkCheck recording = sinkcheck_new ("a-%d.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_push_epoch (&recording);
  sinkcheck_push (&recording, 4);
  sinkcheck_push_event (&recording,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 4));
  sinkcheck_push (&recording, 5);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a-0.bin", FALSE, 3, 0);
  sinkcheck_expect_points (&recording, "a-1.bin", FALSE, 4, 9);
  sinkcheck_expect_points (&recording, "a-2.bin", FALSE, 5, 21);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_second_epoch_does_not_go_into_the_file_of_the_first)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_push_epoch (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless_equals_int (sinkcheck_push (&recording, 3), GST_FLOW_FLUSHING);
  fail_unless_equals_int (sinkcheck_push (&recording, 3), GST_FLOW_FLUSHING);
  ssio_check_posted_error (recording.sink, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "a.bin: is complete", "sweep-%05d", NULL);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_no_message (&recording, GST_MESSAGE_EOS);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_throws_away_what_has_not_ended)
{
  SinkCheck recording = sinkcheck_new (names[__i__]);

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 30);
  sinkcheck_flush (&recording);
  recording.next = 0;
  sinkcheck_push (&recording, 3);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  if (!g_str_has_suffix (names[__i__], ".las"))
    sinkcheck_expect_points (&recording, names[__i__], FALSE, 3, 0);
  fail_unless (sinkcheck_exists (&recording, names[__i__]));
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_what_has_ended)
{
  SinkCheck recording = sinkcheck_new ("a-%d.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_flush (&recording);
  sinkcheck_push (&recording, 4);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a-0.bin", FALSE, 3, 0);
  sinkcheck_expect_points (&recording, "a-1.bin", FALSE, 4, 9);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (an_epoch_after_a_flush_takes_the_place_of_the_one_before)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_flush (&recording);
  sinkcheck_push (&recording, 4);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 4, 9);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (another_layout_has_another_file)
{
  SinkCheck recording = sinkcheck_new ("a-%d.bin");

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 1);
  sinkcheck_play (&recording, SINKCHECK_OTHER_LAYOUT);
  sinkcheck_push (&recording, 4);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a-0.bin", FALSE, 4, 0);
  sinkcheck_expect_points (&recording, "a-1.bin", FALSE, 4, 12);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (another_layout_before_any_points_is_that_of_the_file)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  g_object_set (recording.sink, "append", __i__ == 1, NULL);
  sinkcheck_play (&recording, SINKCHECK_OTHER_LAYOUT);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  fail_if (sinkcheck_exists (&recording, "a.bin"));
  sinkcheck_push (&recording, 4);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_no_message (&recording, GST_MESSAGE_ERROR);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 4, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (buffers_of_many_memories_are_written_whole)
{
  SinkCheck recording = sinkcheck_new ("a.bin");
  GstBuffer *buffer;

  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  buffer = sinkcheck_make_batch (&recording, 2);
  buffer = gst_buffer_append (buffer, sinkcheck_make_batch (&recording, 3));
  fail_unless_equals_int (gst_harness_push (recording.harness, buffer),
      GST_FLOW_OK);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 5, 0);
  sinkcheck_free (&recording);
}
GST_END_TEST;

static Suite *
ssiosink_files_suite (void)
{
  Suite *suite = suite_create ("ssiosink-files");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_file_has_its_name_once_it_is_complete);
  tcase_add_loop_test (tcase,
      parts_of_all_formats_are_read_up_to_the_last_whole_point, 0, 4);
  tcase_add_test (tcase, ssiosrc_reads_a_part_only_to_recover_it);
  tcase_add_loop_test (tcase, no_points_make_a_file_without_points, 0, 4);
  tcase_add_test (tcase, no_caps_make_no_file);
  tcase_add_test (tcase, ready_completes_the_file_too);
  tcase_add_test (tcase,
      a_new_recording_replaces_an_old_one_once_it_is_complete);
  tcase_add_loop_test (tcase, an_old_recording_stays_where_no_points_came, 0,
      4);
  tcase_add_test (tcase, files_end_at_a_number_of_points);
  tcase_add_test (tcase, files_end_at_a_number_of_bytes);
  tcase_add_test (tcase, files_end_after_a_time);
  tcase_add_test (tcase, each_epoch_has_a_file);
  tcase_add_test (tcase,
      a_second_epoch_does_not_go_into_the_file_of_the_first);
  tcase_add_loop_test (tcase, a_flush_throws_away_what_has_not_ended, 0, 4);
  tcase_add_test (tcase, a_flush_leaves_what_has_ended);
  tcase_add_test (tcase,
      an_epoch_after_a_flush_takes_the_place_of_the_one_before);
  tcase_add_test (tcase, another_layout_has_another_file);
  tcase_add_loop_test (tcase,
      another_layout_before_any_points_is_that_of_the_file, 0, 2);
  tcase_add_test (tcase, buffers_of_many_memories_are_written_whole);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_files)
