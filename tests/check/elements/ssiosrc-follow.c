/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>

#include "ssiolog.h"

#define N_FIELDS 6
#define POINT_SIZE (N_FIELDS * sizeof (gfloat))
#define BATCH_SIZE 100

/* A recording under way and a pipeline that follows it. */
typedef struct {
  gchar *path;
  gchar *part;
  FILE *file;
  guint64 n_written; /* floats */
  GstElement *pipeline;
  GstElement *src;
  SsioLog *log;
} Stream;

static Stream *
open_stream (const gchar *properties)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->path = ssio_check_make_path (".bin");
  stream->part = g_strconcat (stream->path, ".part", NULL);
  stream->file = fopen (stream->part, "we");
  stream->pipeline
      = ssio_check_launch ("ssiosrc name=src location=%s follow=true "
                           "follow-timeout=0 batch-size=%d %s ! queue ! "
                           "fakesink name=sink async=false",
          stream->path, BATCH_SIZE, properties);
  stream->src = gst_bin_get_by_name (GST_BIN (stream->pipeline), "src");
  stream->log = ssio_log_new (stream->pipeline, "sink", "sink", N_FIELDS);
  return stream;
}

static void
close_stream (Stream *stream)
{
  gst_element_set_state (stream->pipeline, GST_STATE_NULL);
  ssio_log_free (stream->log);
  gst_object_unref (stream->src);
  gst_object_unref (stream->pipeline);
  if (stream->file)
    fclose (stream->file);
  g_unlink (stream->part);
  g_unlink (stream->path);
  g_free (stream->part);
  g_free (stream->path);
  g_free (stream);
}

/* So many floats, which need not be whole points. */
static void
write_floats (Stream *stream, guint n)
{
  for (; n > 0; n--) {
    gfloat value = ssio_check_tile_value (stream->n_written++);

    fail_unless_equals_int (fwrite (&value, sizeof (value), 1, stream->file),
        1);
  }
  fflush (stream->file);
}

static void
write_points (Stream *stream, guint n)
{
  write_floats (stream, n * N_FIELDS);
}

static void
finish (Stream *stream)
{
  fclose (stream->file);
  stream->file = NULL;
  fail_unless (g_rename (stream->part, stream->path) == 0);
}

static gint64
get_position (Stream *stream, GstFormat format)
{
  gint64 position = -1;

  fail_unless (gst_element_query_position (stream->src, format, &position));
  return position;
}

/* Waits until so many points were pushed. */
static void
wait_for_points (Stream *stream, gint64 n)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (get_position (stream, GST_FORMAT_DEFAULT) != n) {
    fail_unless (g_get_monotonic_time () < end, "waited in vain for %d points",
        (gint) n);
    g_usleep (1000);
  }
}

/* That they came in order, each once, in batches of their offsets. */
static void
check_points (Stream *stream, guint64 n_points)
{
  GArray *entries = ssio_log_take (stream->log);
  guint64 position = 0;
  guint at = 0;
  guint batch;

  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  for (batch = 0; position < n_points; batch++) {
    const SsioLogEntry *entry = ssio_log_expect (entries, &at, SSIO_LOG_BATCH);

    fail_unless (entry->intact);
    fail_unless_equals_uint64 (entry->start, position);
    fail_unless_equals_uint64 (entry->meta.batch, batch);
    fail_unless (entry->end - entry->start <= BATCH_SIZE);
    position = entry->end;
  }
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
}

GST_START_TEST (a_slow_writer_is_followed_to_its_rename)
{
  Stream *stream = open_stream ("");

  write_points (stream, 5);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  wait_for_points (stream, 5);
  write_points (stream, 250);
  wait_for_points (stream, 255);
  write_floats (stream, N_FIELDS + 1);
  wait_for_points (stream, 256);
  fail_unless_equals_int64 (get_position (stream, GST_FORMAT_BYTES),
      256 * POINT_SIZE);
  write_floats (stream, N_FIELDS - 1);
  finish (stream);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 257);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (what_is_there_comes_in_full_batches)
{
  Stream *stream = open_stream ("");
  GArray *entries;
  guint at = 0;

  write_points (stream, 10 * BATCH_SIZE + 30);
  finish (stream);
  /* there is no sidecar to say that it is complete */
  g_object_set (stream->src, "follow-timeout", (guint64) 1, NULL);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  entries = ssio_log_take (stream->log);
  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, 10 * BATCH_SIZE + 30, BATCH_SIZE);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_pause_loses_nothing)
{
  Stream *stream = open_stream ("");

  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  write_points (stream, 3);
  wait_for_points (stream, 3);
  ssio_check_set_state (stream->pipeline, GST_STATE_PAUSED);
  write_points (stream, 1000);
  ssio_check_set_state (stream->pipeline, GST_STATE_PLAYING);
  write_points (stream, 4);
  finish (stream);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 1007);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_waits_can_stop_and_start_again)
{
  Stream *stream = open_stream ("");
  guint i;

  write_points (stream, 7);
  for (i = 0; i < 3; i++) {
    ssio_check_set_state (stream->pipeline, GST_STATE_PLAYING);
    wait_for_points (stream, 7);
    ssio_check_set_state (stream->pipeline, GST_STATE_READY);
    g_array_unref (ssio_log_take (stream->log));
  }
  ssio_check_set_state (stream->pipeline, GST_STATE_PLAYING);
  finish (stream);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 7);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (an_eos_from_outside_ends_a_wait)
{
  Stream *stream = open_stream ("");

  write_points (stream, 7);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  wait_for_points (stream, 7);
  fail_unless (gst_element_send_event (stream->pipeline,
      gst_event_new_eos ()));
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 7);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (seeks_are_refused_and_lose_nothing)
{
  Stream *stream = open_stream ("");
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_DEFAULT);
  gboolean seekable;

  write_points (stream, 7);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  wait_for_points (stream, 7);
  fail_if (gst_element_seek_simple (stream->pipeline, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, 0));
  fail_unless (gst_element_query (stream->src, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  gst_query_unref (query);
  write_points (stream, 2);
  finish (stream);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 9);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (properties_for_later_do_not_make_it_seekable)
{
  Stream *stream = open_stream ("");

  write_points (stream, 9);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  wait_for_points (stream, 9);
  g_object_set (stream->src, "follow", FALSE, "rate", 1.0, NULL);
  fail_if (gst_element_seek_simple (stream->src, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, 0));
  finish (stream);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 9);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_writer_that_was_stopped_is_warned_of_before_the_end)
{
  Stream *stream = open_stream ("");
  GstMessage *message;
  GError *error = NULL;

  write_points (stream, 7);
  g_object_set (stream->src, "follow-timeout", (guint64) GST_MSECOND, NULL);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (stream->pipeline,
      GST_MESSAGE_WARNING | GST_MESSAGE_EOS);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "7 points");
  gst_message_unref (message);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  check_points (stream, 7);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_deleted_file_is_an_error_and_no_end)
{
  Stream *stream = open_stream ("");

  write_points (stream, 7);
  ssio_check_set_state (stream->pipeline, GST_STATE_PLAYING);
  wait_for_points (stream, 7);
  fail_unless (g_unlink (stream->part) == 0);
  ssio_check_error (stream->pipeline, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, stream->part, "deleted or replaced",
      "7 points", NULL);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (what_needs_all_points_is_refused)
{
  static const gchar *const settings[][2] = {
    { "epochs=2", "epochs=1" },
    { "shuffle=batches", "shuffle=none" },
    { "num-shards=2", "num-shards=1" },
    { "start-point=1", "start-point" },
    { "stop-point=1", "stop-point" },
    { "drop-last=true", "drop-last=false" },
    { "labels=%s.label", "no labels" },
    { "io-mode=mmap", "io-mode=auto or read" },
    { "io-mode=direct", "io-mode=auto or read" },
    { "rate=10", "rate-unit=points or time" },
    { "resume-from=ssio-state", "without resume-from" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    Stream *stream = open_stream (settings[i][0]);

    ssio_check_error (stream->pipeline, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS, "follow=true", settings[i][1], NULL);
    close_stream (stream);
  }
}
GST_END_TEST;

static Suite *
ssiosrc_follow_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-follow");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, a_slow_writer_is_followed_to_its_rename);
  tcase_add_test (tcase, what_is_there_comes_in_full_batches);
  tcase_add_test (tcase, a_pause_loses_nothing);
  tcase_add_test (tcase, a_stream_that_waits_can_stop_and_start_again);
  tcase_add_test (tcase, an_eos_from_outside_ends_a_wait);
  tcase_add_test (tcase, seeks_are_refused_and_lose_nothing);
  tcase_add_test (tcase, properties_for_later_do_not_make_it_seekable);
  tcase_add_test (tcase,
      a_writer_that_was_stopped_is_warned_of_before_the_end);
  tcase_add_test (tcase, a_deleted_file_is_an_error_and_no_end);
  tcase_add_test (tcase, what_needs_all_points_is_refused);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_follow)
