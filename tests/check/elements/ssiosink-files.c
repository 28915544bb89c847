/* SPDX-License-Identifier: MIT */
/* Which files ssiosink writes, and when they are complete. */

#include <string.h>
#include <unistd.h>

#include "record/recordcheck.h"

#define LAYOUT "x:f4,y:f4,z:f4"
#define POINT_SIZE 12

typedef struct {
  gchar *folder;
  GstHarness *harness;
  GstElement *sink;
  GstBus *bus;
  gfloat next; /* of the points that are pushed */
} Recording;

/* Records into a file of that name in a new folder. */
static Recording
start (const gchar *name)
{
  Recording recording = { .folder = recordcheck_make_folder () };
  gchar *location = g_build_filename (recording.folder, name, NULL);

  recording.sink = gst_element_factory_make ("ssiosink", NULL);
  recording.bus = gst_bus_new ();
  gst_element_set_bus (recording.sink, recording.bus);
  g_object_set (recording.sink, "location", location, "async", FALSE, NULL);
  gst_object_ref_sink (recording.sink);
  g_free (location);
  return recording;
}

static void
play_without_caps (Recording *recording)
{
  if (!recording->harness)
    recording->harness
        = gst_harness_new_with_element (recording->sink, "sink", NULL);
  gst_harness_play (recording->harness);
}

static void
play (Recording *recording, const gchar *layout)
{
  play_without_caps (recording);
  gst_harness_set_src_caps (recording->harness,
      gst_caps_new_simple (GST_SSIO_CAPS_NAME, "layout", G_TYPE_STRING, layout,
          "point-size", G_TYPE_INT, POINT_SIZE, "batch-size", G_TYPE_INT, 1000,
          NULL));
}

/* Coordinate number i of all that was pushed is i. */
static GstBuffer *
make_batch (Recording *recording, guint n_points)
{
  GstBuffer *buffer
      = gst_buffer_new_allocate (NULL, n_points * POINT_SIZE, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i < 3 * n_points; i++)
    ((gfloat *) map.data)[i] = recording->next++;
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static GstFlowReturn
push (Recording *recording, guint n_points)
{
  return gst_harness_push (recording->harness,
      make_batch (recording, n_points));
}

static void
push_at (Recording *recording, guint n_points, GstClockTime time)
{
  GstBuffer *buffer = make_batch (recording, n_points);

  GST_BUFFER_PTS (buffer) = time;
  fail_unless_equals_int (gst_harness_push (recording->harness, buffer),
      GST_FLOW_OK);
}

static void
push_event (Recording *recording, GstEvent *event)
{
  fail_unless (gst_harness_push_event (recording->harness, event));
}

static void
push_epoch (Recording *recording)
{
  const GstSsioEpoch epoch = { 0 };

  push_event (recording, gst_event_new_ssio_epoch (&epoch));
}

static void
stop (Recording *recording)
{
  gst_element_set_state (recording->sink, GST_STATE_NULL);
}

static void
finish (Recording *recording)
{
  stop (recording);
  gst_element_set_bus (recording->sink, NULL);
  gst_object_unref (recording->bus);
  g_clear_pointer (&recording->harness, gst_harness_teardown);
  gst_object_unref (recording->sink);
  ssio_check_remove_folder (recording->folder);
}

static gboolean
exists (const Recording *recording, const gchar *name)
{
  return recordcheck_exists (recording->folder, name);
}

/* The file holds coordinates from first_value on. */
static void
expect_points (const Recording *recording, const gchar *name, gboolean recover,
    guint n_points, gfloat first_value)
{
  gchar *path = g_build_filename (recording->folder, name, NULL);
  GstSsioPointFile *file = recordcheck_open (path, NULL, recover);
  gfloat *values = g_new (gfloat, 3 * n_points);
  guint i;

  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  fail_unless (gst_ssio_point_file_read_points (file, 0, n_points,
      (guint8 *) values, NULL));
  for (i = 0; i < 3 * n_points; i++)
    fail_unless (values[i] == first_value + i, "%s: %u is %g", name, i,
        values[i]);
  gst_ssio_point_file_unref (file);
  g_free (values);
  g_free (path);
}

/* The next message says that a file of that name is complete. */
static void
expect_message (const Recording *recording, const gchar *name, guint index,
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

static void
expect_no_message (const Recording *recording, GstMessageType types)
{
  GstMessage *message = gst_bus_pop_filtered (recording->bus, types);

  fail_unless (message == NULL, "a message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
}

GST_START_TEST (a_file_has_its_name_once_it_is_complete)
{
  Recording recording = start ("a.bin");

  play (&recording, LAYOUT);
  push (&recording, 10);
  push (&recording, 5);
  fail_if (exists (&recording, "a.bin"));
  fail_if (exists (&recording, "a.bin.json"));
  expect_points (&recording, "a.bin.part", TRUE, 15, 0);
  expect_no_message (&recording, GST_MESSAGE_ELEMENT);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a.bin", FALSE, 15, 0);
  expect_message (&recording, "a.bin", 0, 15, 15 * POINT_SIZE);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  finish (&recording);
}
GST_END_TEST;

static const gchar *const names[] = { "a.bin", "a.npy", "a.ply", "a.las" };

GST_START_TEST (parts_of_all_formats_are_read_up_to_the_last_whole_point)
{
  Recording recording = start (names[__i__]);
  gchar *part = g_strconcat (names[__i__], ".part", NULL);
  guint record_size
      = g_str_has_suffix (names[__i__], ".las") ? 30 : POINT_SIZE;
  gchar *path = g_build_filename (recording.folder, part, NULL);
  gsize size, cut;
  gchar *bytes;

  play (&recording, LAYOUT);
  push (&recording, 10);
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
  finish (&recording);
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
  Recording recording = start ("a-%d.bin");
  GstElement *pipeline;

  play (&recording, LAYOUT);
  push (&recording, 10);
  push_epoch (&recording);
  push (&recording, 5);
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
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (no_points_make_a_file_without_points)
{
  Recording recording = start (names[__i__]);

  play (&recording, LAYOUT);
  push (&recording, 0);
  push_event (&recording, gst_event_new_eos ());
  fail_unless (exists (&recording, names[__i__]));
  expect_no_message (&recording, GST_MESSAGE_ERROR);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (no_caps_make_no_file)
{
  Recording recording = start ("a.bin");

  play_without_caps (&recording);
  fail_unless (exists (&recording, "a.bin.part"));
  stop (&recording);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 0);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (ready_completes_the_file_too)
{
  Recording recording = start ("a.npy");

  play (&recording, LAYOUT);
  push (&recording, 7);
  gst_element_set_state (recording.sink, GST_STATE_READY);
  expect_points (&recording, "a.npy", FALSE, 7, 0);
  expect_message (&recording, "a.npy", 0, 7, 128 + 7 * POINT_SIZE);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_new_recording_replaces_an_old_one_once_it_is_complete)
{
  Recording recording = start ("a.bin");

  play (&recording, LAYOUT);
  push (&recording, 7);
  stop (&recording);
  play (&recording, LAYOUT);
  push (&recording, 3);
  expect_points (&recording, "a.bin", FALSE, 7, 0);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 21);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (an_old_recording_stays_where_no_points_came)
{
  Recording recording = start (names[__i__]);
  gchar *old, *bytes;
  gsize old_size, size;
  guint n_files;

  play (&recording, LAYOUT);
  push (&recording, 7);
  stop (&recording);
  n_files = recordcheck_count_files (recording.folder);
  old = recordcheck_read (recording.folder, names[__i__], &old_size);
  play (&recording, LAYOUT);
  stop (&recording);
  bytes = recordcheck_read (recording.folder, names[__i__], &size);
  fail_unless_equals_uint64 (size, old_size);
  fail_unless (memcmp (bytes, old, size) == 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), n_files);
  g_free (bytes);
  g_free (old);
  expect_no_message (&recording, GST_MESSAGE_ERROR);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_at_a_number_of_points)
{
  Recording recording = start ("a-%03d.bin");

  g_object_set (recording.sink, "max-points", (guint64) 10, NULL);
  play (&recording, LAYOUT);
  push (&recording, 4);
  push (&recording, 25);
  push (&recording, 1);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a-000.bin", FALSE, 10, 0);
  expect_points (&recording, "a-001.bin", FALSE, 10, 30);
  expect_points (&recording, "a-002.bin", FALSE, 10, 60);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 6);
  expect_message (&recording, "a-000.bin", 0, 10, 120);
  expect_message (&recording, "a-001.bin", 1, 10, 120);
  expect_message (&recording, "a-002.bin", 2, 10, 120);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_at_a_number_of_bytes)
{
  Recording recording = start ("a-%d.npy");

  /* room for five points and a half after the header; then for none */
  g_object_set (recording.sink, "max-bytes", (guint64) (128 + 66), NULL);
  play (&recording, LAYOUT);
  push (&recording, 12);
  stop (&recording);
  expect_points (&recording, "a-0.npy", FALSE, 5, 0);
  expect_points (&recording, "a-1.npy", FALSE, 5, 15);
  expect_points (&recording, "a-2.npy", FALSE, 2, 30);
  g_object_set (recording.sink, "max-bytes", (guint64) 1, NULL);
  play (&recording, LAYOUT);
  recording.next = 0;
  push (&recording, 2);
  stop (&recording);
  expect_points (&recording, "a-0.npy", FALSE, 1, 0);
  expect_points (&recording, "a-1.npy", FALSE, 1, 3);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (files_end_after_a_time)
{
  Recording recording = start ("a-%d.bin");

  g_object_set (recording.sink, "max-time", (guint64) (2 * GST_SECOND), NULL);
  play (&recording, LAYOUT);
  push_at (&recording, 1, 5 * GST_SECOND);
  push_at (&recording, 1, 7 * GST_SECOND - 1);
  push_at (&recording, 1, 7 * GST_SECOND);
  push_at (&recording, 1, 6 * GST_SECOND); /* it may go back */
  push_at (&recording, 1, 99 * GST_SECOND);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a-0.bin", FALSE, 2, 0);
  expect_points (&recording, "a-1.bin", FALSE, 2, 6);
  expect_points (&recording, "a-2.bin", FALSE, 1, 12);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (each_epoch_has_a_file)
{
  Recording recording = start ("a-%d.bin");

  play (&recording, LAYOUT);
  push (&recording, 3);
  push_epoch (&recording);
  push (&recording, 4);
  push_event (&recording, gst_event_new_segment_done (GST_FORMAT_DEFAULT, 4));
  push (&recording, 5);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a-0.bin", FALSE, 3, 0);
  expect_points (&recording, "a-1.bin", FALSE, 4, 9);
  expect_points (&recording, "a-2.bin", FALSE, 5, 21);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_second_epoch_does_not_go_into_the_file_of_the_first)
{
  Recording recording = start ("a.bin");

  play (&recording, LAYOUT);
  push (&recording, 3);
  push_epoch (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless_equals_int (push (&recording, 3), GST_FLOW_FLUSHING);
  fail_unless_equals_int (push (&recording, 3), GST_FLOW_FLUSHING);
  ssio_check_posted_error (recording.sink, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "a.bin: is complete", "sweep-%05d", NULL);
  push_event (&recording, gst_event_new_eos ());
  expect_no_message (&recording, GST_MESSAGE_EOS);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  finish (&recording);
}
GST_END_TEST;

static void
flush (Recording *recording)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  push_event (recording, gst_event_new_flush_start ());
  push_event (recording, gst_event_new_flush_stop (TRUE));
  push_event (recording, gst_event_new_segment (&segment));
}

GST_START_TEST (a_flush_throws_away_what_has_not_ended)
{
  Recording recording = start (names[__i__]);

  play (&recording, LAYOUT);
  push (&recording, 30);
  flush (&recording);
  recording.next = 0;
  push (&recording, 3);
  push_event (&recording, gst_event_new_eos ());
  if (!g_str_has_suffix (names[__i__], ".las"))
    expect_points (&recording, names[__i__], FALSE, 3, 0);
  fail_unless (exists (&recording, names[__i__]));
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_what_has_ended)
{
  Recording recording = start ("a-%d.bin");

  play (&recording, LAYOUT);
  push (&recording, 3);
  push_event (&recording, gst_event_new_eos ());
  flush (&recording);
  push (&recording, 4);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a-0.bin", FALSE, 3, 0);
  expect_points (&recording, "a-1.bin", FALSE, 4, 9);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (an_epoch_after_a_flush_takes_the_place_of_the_one_before)
{
  Recording recording = start ("a.bin");

  play (&recording, LAYOUT);
  push (&recording, 3);
  push_event (&recording, gst_event_new_eos ());
  flush (&recording);
  push (&recording, 4);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a.bin", FALSE, 4, 9);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (another_layout_has_another_file)
{
  Recording recording = start ("a-%d.bin");

  play (&recording, LAYOUT);
  push (&recording, 3);
  play (&recording, LAYOUT);
  push (&recording, 1);
  play (&recording, "a:f4,b:f4,c:f4");
  push (&recording, 4);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a-0.bin", FALSE, 4, 0);
  expect_points (&recording, "a-1.bin", FALSE, 4, 12);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (another_layout_before_any_points_is_that_of_the_file)
{
  Recording recording = start ("a.bin");

  g_object_set (recording.sink, "append", __i__ == 1, NULL);
  play (&recording, "a:f4,b:f4,c:f4");
  play (&recording, LAYOUT);
  fail_if (exists (&recording, "a.bin"));
  push (&recording, 4);
  push_event (&recording, gst_event_new_eos ());
  expect_no_message (&recording, GST_MESSAGE_ERROR);
  expect_points (&recording, "a.bin", FALSE, 4, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (points_are_appended)
{
  Recording recording = start ("a.bin");

  g_object_set (recording.sink, "append", TRUE, NULL);
  play (&recording, LAYOUT);
  push (&recording, 3);
  stop (&recording);
  play (&recording, LAYOUT);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  play (&recording, LAYOUT);
  push (&recording, 4);
  push_epoch (&recording);
  expect_points (&recording, "a.bin", FALSE, 7, 0);
  push (&recording, 1);
  fail_if (exists (&recording, "a.bin"));
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a.bin", FALSE, 8, 0);
  fail_unless_equals_int (recordcheck_count_files (recording.folder), 2);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (where_nothing_is_appended_the_sidecar_stays_too)
{
  Recording recording = start ("a.bin");
  gchar *old, *sidecar;
  gsize size;

  g_object_set (recording.sink, "append", TRUE, NULL);
  play (&recording, LAYOUT);
  push (&recording, 3);
  stop (&recording);
  old = recordcheck_read (recording.folder, "a.bin.json", &size);
  fail_unless (strstr (old, "\"points\": 3") != NULL);
  play (&recording, LAYOUT);
  stop (&recording);
  sidecar = recordcheck_read (recording.folder, "a.bin.json", &size);
  fail_unless_equals_string (sidecar, old);
  g_free (sidecar);
  g_free (old);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (points_are_appended_to_a_part_that_was_left)
{
  Recording recording = start ("a.bin");
  gchar *bytes, *sidecar;
  gsize size, sidecar_size;

  g_object_set (recording.sink, "append", TRUE, NULL);
  play (&recording, LAYOUT);
  push (&recording, 3);
  bytes = recordcheck_read (recording.folder, "a.bin.part", &size);
  sidecar
      = recordcheck_read (recording.folder, "a.bin.part.json", &sidecar_size);
  flush (&recording);
  stop (&recording);
  /* the last point is cut */
  recordcheck_write (recording.folder, "a.bin.part", bytes, size - 5);
  recordcheck_write (recording.folder, "a.bin.part.json", sidecar,
      sidecar_size);
  play (&recording, LAYOUT);
  recording.next = 6;
  push (&recording, 4);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 6, 0);
  g_free (sidecar);
  g_free (bytes);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_a_part_that_was_appended_to)
{
  Recording recording = start ("a.bin");
  static const gchar sidecar[]
      = "{\"format\":\"ssio-points\",\"version\":1,\"layout\":"
        "\"" LAYOUT "\",\"point-size\":12}";
  const gfloat old[] = { 0, 1, 2 };

  recordcheck_write (recording.folder, "a.bin.part", old, sizeof (old));
  recordcheck_write (recording.folder, "a.bin.part.json", sidecar,
      strlen (sidecar));
  g_object_set (recording.sink, "append", TRUE, NULL);
  play (&recording, LAYOUT);
  push (&recording, 4);
  flush (&recording);
  recording.next = 3;
  push (&recording, 2);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_flush_leaves_what_was_appended_to)
{
  Recording recording = start ("a.bin");

  g_object_set (recording.sink, "append", TRUE, NULL);
  play (&recording, LAYOUT);
  push (&recording, 3);
  stop (&recording);
  play (&recording, LAYOUT);
  push (&recording, 4);
  flush (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (a_part_that_was_left_is_kept_with_a_warning)
{
  Recording recording = start ("a.bin");
  GstMessage *message;

  recordcheck_write (recording.folder, "a.bin.part", "123456789012", 12);
  recordcheck_write (recording.folder, "a.bin.part.json", "{}", 2);
  recordcheck_write (recording.folder, "a.bin.1.part", "older", 5);
  play (&recording, LAYOUT);
  message = gst_bus_pop_filtered (recording.bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  push (&recording, 3);
  stop (&recording);
  expect_points (&recording, "a.bin", FALSE, 3, 0);
  fail_unless (exists (&recording, "a.bin.1.part"));
  fail_unless (exists (&recording, "a.bin.2.part"));
  fail_unless (exists (&recording, "a.bin.2.part.json"));
  finish (&recording);
}
GST_END_TEST;

GST_START_TEST (buffers_of_many_memories_are_written_whole)
{
  Recording recording = start ("a.bin");
  GstBuffer *buffer;

  play (&recording, LAYOUT);
  buffer = make_batch (&recording, 2);
  buffer = gst_buffer_append (buffer, make_batch (&recording, 3));
  fail_unless_equals_int (gst_harness_push (recording.harness, buffer),
      GST_FLOW_OK);
  push_event (&recording, gst_event_new_eos ());
  expect_points (&recording, "a.bin", FALSE, 5, 0);
  finish (&recording);
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
  tcase_add_test (tcase, points_are_appended);
  tcase_add_test (tcase, where_nothing_is_appended_the_sidecar_stays_too);
  tcase_add_test (tcase, points_are_appended_to_a_part_that_was_left);
  tcase_add_test (tcase, a_flush_leaves_a_part_that_was_appended_to);
  tcase_add_test (tcase, a_flush_leaves_what_was_appended_to);
  tcase_add_test (tcase, a_part_that_was_left_is_kept_with_a_warning);
  tcase_add_test (tcase, buffers_of_many_memories_are_written_whole);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_files)
