/* SPDX-License-Identifier: MIT */
/* What ssiosink does with what is there already: recordings that it appends to,
 * and parts that were left. */

#include <string.h>

#include "elements/sinkcheck.h"

GST_START_TEST (points_are_appended)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  g_object_set (recording.sink, "append", TRUE, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_stop (&recording);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 4);
  sinkcheck_push_epoch (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 7, 0);
  sinkcheck_push (&recording, 1);
  fail_if (sinkcheck_exists (&recording, "a.bin"));
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 8, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (where_nothing_is_appended_the_sidecar_stays_too)
{
  SinkCheck recording = sinkcheck_new ("a.bin");
  gchar *old, *sidecar;
  gsize size;

  g_object_set (recording.sink, "append", TRUE, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_stop (&recording);
  old = recordcheck_read (recording.folder, "a.bin.json", &size);
  fail_unless (strstr (old, "\"points\": 3") != NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_stop (&recording);
  sidecar = recordcheck_read (recording.folder, "a.bin.json", &size);
  fail_unless_equals_string (sidecar, old);
  g_free (sidecar);
  g_free (old);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (points_are_appended_to_a_part_that_was_left)
{
  SinkCheck recording = sinkcheck_new ("a.bin");
  gchar *bytes, *sidecar;
  gsize size, sidecar_size;

  g_object_set (recording.sink, "append", TRUE, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  bytes = recordcheck_read (recording.folder, "a.bin.part", &size);
  sidecar
      = recordcheck_read (recording.folder, "a.bin.part.json", &sidecar_size);
  sinkcheck_flush (&recording);
  sinkcheck_stop (&recording);
  /* the last point is cut */
  recordcheck_write (recording.folder, "a.bin.part", bytes, size - 5);
  recordcheck_write (recording.folder, "a.bin.part.json", sidecar,
      sidecar_size);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  recording.next = 6;
  sinkcheck_push (&recording, 4);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 6, 0);
  g_free (sidecar);
  g_free (bytes);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_a_part_that_was_appended_to)
{
  SinkCheck recording = sinkcheck_new ("a.bin");
  static const gchar sidecar[]
      = "{\"format\":\"ssio-points\",\"version\":1,\"layout\":"
        "\"" SINKCHECK_LAYOUT "\",\"point-size\":12}";
  const gfloat old[] = { 0, 1, 2 };

  recordcheck_write (recording.folder, "a.bin.part", old, sizeof (old));
  recordcheck_write (recording.folder, "a.bin.part.json", sidecar,
      strlen (sidecar));
  g_object_set (recording.sink, "append", TRUE, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 4);
  sinkcheck_flush (&recording);
  recording.next = 3;
  sinkcheck_push (&recording, 2);
  sinkcheck_push_event (&recording, gst_event_new_eos ());
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_what_was_appended_to)
{
  SinkCheck recording = sinkcheck_new ("a.bin");

  g_object_set (recording.sink, "append", TRUE, NULL);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 3);
  sinkcheck_stop (&recording);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  sinkcheck_push (&recording, 4);
  sinkcheck_flush (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  sinkcheck_free (&recording);
}
GST_END_TEST;

GST_START_TEST (a_part_that_was_left_is_kept_with_a_warning)
{
  SinkCheck recording = sinkcheck_new ("a.bin");
  GstMessage *message;

  recordcheck_write (recording.folder, "a.bin.part", "123456789012", 12);
  recordcheck_write (recording.folder, "a.bin.part.json", "{}", 2);
  recordcheck_write (recording.folder, "a.bin.1.part", "older", 5);
  sinkcheck_play (&recording, SINKCHECK_LAYOUT);
  message = gst_bus_pop_filtered (recording.bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  sinkcheck_push (&recording, 3);
  sinkcheck_stop (&recording);
  sinkcheck_expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless (sinkcheck_exists (&recording, "a.bin.1.part"));
  fail_unless (sinkcheck_exists (&recording, "a.bin.2.part"));
  fail_unless (sinkcheck_exists (&recording, "a.bin.2.part.json"));
  sinkcheck_free (&recording);
}
GST_END_TEST;

static Suite *
ssiosink_append_suite (void)
{
  Suite *suite = suite_create ("ssiosink-append");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, points_are_appended);
  tcase_add_test (tcase, where_nothing_is_appended_the_sidecar_stays_too);
  tcase_add_test (tcase, points_are_appended_to_a_part_that_was_left);
  tcase_add_test (tcase, a_flush_leaves_a_part_that_was_appended_to);
  tcase_add_test (tcase, a_flush_leaves_what_was_appended_to);
  tcase_add_test (tcase, a_part_that_was_left_is_kept_with_a_warning);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_append)
