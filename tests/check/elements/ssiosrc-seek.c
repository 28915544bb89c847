/* SPDX-License-Identifier: MIT */

#include "ssiolog.h"

#define N_POINTS 1000
#define BATCH_SIZE 64

typedef struct {
  gchar *path;
  GstElement *pipeline;
  SsioLog *log;
} Stream;

/* A stream that has prerolled; what it logged until then is forgotten. */
static Stream *
open_stream (const gchar *properties)
{
  Stream *stream = g_new (Stream, 1);

  stream->path = ssio_check_write_tile (N_POINTS, 6);
  stream->pipeline
      = ssio_check_launch ("ssiosrc name=src location=%s batch-size=%d %s ! "
                           "queue max-size-buffers=2 ! fakesink name=sink",
          stream->path, BATCH_SIZE, properties);
  stream->log = ssio_log_new (stream->pipeline, "sink", "sink", 6);
  ssio_check_set_state (stream->pipeline, GST_STATE_PAUSED);
  return stream;
}

static void
close_stream (Stream *stream)
{
  gst_element_set_state (stream->pipeline, GST_STATE_NULL);
  ssio_log_free (stream->log);
  gst_object_unref (stream->pipeline);
  g_free (stream->path);
  g_free (stream);
}

static void
seek (Stream *stream, GstFormat format, GstSeekFlags flags, gint64 start,
    gint64 stop)
{
  fail_unless (gst_element_seek (stream->pipeline, 1.0, format, flags,
      GST_SEEK_TYPE_SET, start,
      stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop));
}

static void
play_to (Stream *stream, GstMessageType end)
{
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  ssio_check_wait (stream->pipeline, end);
}

/* Takes the log and goes to what follows its last flush. */
static GArray *
take_flushed (Stream *stream, guint *at)
{
  GArray *entries = ssio_log_take (stream->log);
  guint i;

  *at = entries->len;
  for (i = 0; i < entries->len; i++) {
    if (g_array_index (entries, SsioLogEntry, i).kind == SSIO_LOG_FLUSH)
      *at = i + 1;
  }
  fail_if (*at == entries->len, "nothing after a flush");
  return entries;
}

static void
check_seek (GstFormat format, GstSeekFlags flags, gint64 start, gint64 stop,
    guint64 expected_start, guint64 expected_stop)
{
  Stream *stream = open_stream ("");
  GArray *entries;
  guint at;

  seek (stream, format, flags | GST_SEEK_FLAG_FLUSH, start, stop);
  play_to (stream, GST_MESSAGE_EOS);
  entries = take_flushed (stream, &at);
  fail_unless_equals_uint64 (ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT)
                                 ->start,
      expected_start);
  ssio_log_expect_points (entries, &at, expected_start, expected_stop,
      BATCH_SIZE);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  close_stream (stream);
}

GST_START_TEST (seeks_in_points_go_to_the_point)
{
  static const gint64 starts[] = { 0, 1, 63, 64, 65, 128, 999 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (starts); i++)
    check_seek (GST_FORMAT_DEFAULT, 0, starts[i], -1, starts[i], N_POINTS);
  check_seek (GST_FORMAT_DEFAULT, GST_SEEK_FLAG_ACCURATE, 500, -1, 500,
      N_POINTS);
  check_seek (GST_FORMAT_DEFAULT, GST_SEEK_FLAG_KEY_UNIT, 501, -1, 501,
      N_POINTS);
}
GST_END_TEST;

GST_START_TEST (a_seek_stops_where_it_should)
{
  check_seek (GST_FORMAT_DEFAULT, 0, 10, 20, 10, 20);
  check_seek (GST_FORMAT_DEFAULT, 0, 64, 128, 64, 128);
  check_seek (GST_FORMAT_DEFAULT, 0, 0, 1, 0, 1);
  check_seek (GST_FORMAT_DEFAULT, 0, 63, 65, 63, 65);
  check_seek (GST_FORMAT_DEFAULT, 0, 900, 5000, 900, N_POINTS);
}
GST_END_TEST;

GST_START_TEST (seeks_in_bytes_never_go_between_two_points)
{
  check_seek (GST_FORMAT_BYTES, 0, 24 * 100, -1, 100, N_POINTS);
  check_seek (GST_FORMAT_BYTES, 0, 24 * 100 + 1, -1, 100, N_POINTS);
  check_seek (GST_FORMAT_BYTES, GST_SEEK_FLAG_ACCURATE, 24 * 100 + 23, -1, 100,
      N_POINTS);
  check_seek (GST_FORMAT_BYTES, 0, 0, 24 * 10, 0, 10);
}
GST_END_TEST;

GST_START_TEST (a_seek_to_the_end_or_past_it_ends_at_once)
{
  static const gint64 starts[] = { N_POINTS, N_POINTS + 1, 50 * N_POINTS };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (starts); i++) {
    Stream *stream = open_stream ("");
    GArray *entries;
    guint at;

    seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, starts[i], -1);
    play_to (stream, GST_MESSAGE_EOS);
    entries = take_flushed (stream, &at);
    /* GstBaseSrc sends a segment with its first buffer only */
    ssio_log_finish (entries, at, SSIO_LOG_EOS);
    close_stream (stream);
  }
}
GST_END_TEST;

static void
check_whole_epoch (const GArray *entries, guint *at, guint64 start)
{
  fail_unless_equals_uint64 (ssio_log_expect (entries, at, SSIO_LOG_SEGMENT)
                                 ->start,
      start);
  ssio_log_expect_points (entries, at, start, N_POINTS, BATCH_SIZE);
}

/* Plays to EOS what was not disturbed. */
static void
check_undisturbed (Stream *stream)
{
  GArray *entries;
  guint at = 0;

  play_to (stream, GST_MESSAGE_EOS);
  entries = ssio_log_take (stream->log);
  check_whole_epoch (entries, &at, 0);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
}

GST_START_TEST (a_seek_that_cannot_be_done_is_refused_and_loses_nothing)
{
  static const struct {
    gdouble rate;
    GstFormat format;
    GstSeekFlags flags;
    gint64 start, stop;
  } seeks[] = {
    { -1, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 0, 100 },
    { -1, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, 0, 100 },
    { 1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SECOND, -1 },
    { 1, GST_FORMAT_PERCENT, GST_SEEK_FLAG_FLUSH, 0, -1 },
    { 1, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 200, 100 },
    { 1, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, 2400, 240 },
    { 2, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_INSTANT_RATE_CHANGE, 0, -1 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeks); i++) {
    Stream *stream = open_stream ("");
    GstElement *src = gst_bin_get_by_name (GST_BIN (stream->pipeline), "src");
    GstSeekType type = seeks[i].flags & GST_SEEK_FLAG_INSTANT_RATE_CHANGE
                           ? GST_SEEK_TYPE_NONE
                           : GST_SEEK_TYPE_SET;

    fail_if (gst_element_seek (stream->pipeline, seeks[i].rate,
        seeks[i].format, seeks[i].flags, type, seeks[i].start, type,
        seeks[i].stop));
    fail_if (gst_element_seek (src, seeks[i].rate, seeks[i].format,
        seeks[i].flags, type, seeks[i].start, type, seeks[i].stop));
    check_undisturbed (stream);

    /* neither does it stop a stream from starting */
    ssio_check_set_state (stream->pipeline, GST_STATE_READY);
    if (seeks[i].start <= seeks[i].stop)
      fail_if (gst_element_seek (src, seeks[i].rate, seeks[i].format,
          seeks[i].flags, type, seeks[i].start, type, seeks[i].stop));
    g_array_unref (ssio_log_take (stream->log));
    check_undisturbed (stream);
    gst_object_unref (src);
    close_stream (stream);
  }
}
GST_END_TEST;

GST_START_TEST (seeks_count_from_the_end_too)
{
  static const struct {
    GstFormat format;
    gint64 from_end;
    guint64 start;
  } seeks[] = {
    { GST_FORMAT_DEFAULT, -300, 700 },
    { GST_FORMAT_BYTES, -24 * 100, 900 },
    { GST_FORMAT_BYTES, -24 * 100 + 1, 900 },
    { GST_FORMAT_DEFAULT, -N_POINTS - 5, 0 },
    { GST_FORMAT_BYTES, -24 * N_POINTS - 24, 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeks); i++) {
    Stream *stream = open_stream ("");
    GArray *entries;
    guint at;

    fail_unless (gst_element_seek (stream->pipeline, 1.0, seeks[i].format,
        GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_END, seeks[i].from_end,
        GST_SEEK_TYPE_NONE, -1));
    play_to (stream, GST_MESSAGE_EOS);
    entries = take_flushed (stream, &at);
    check_whole_epoch (entries, &at, seeks[i].start);
    ssio_log_finish (entries, at, SSIO_LOG_EOS);
    close_stream (stream);
  }
}
GST_END_TEST;

GST_START_TEST (points_and_bytes_convert_into_each_other)
{
  Stream *stream = open_stream ("");
  GstElement *src = gst_bin_get_by_name (GST_BIN (stream->pipeline), "src");
  GstQuery *query;
  gboolean seekable;
  gint64 start, stop, value;

  fail_unless (gst_element_query_convert (src, GST_FORMAT_BYTES, 49,
      GST_FORMAT_DEFAULT, &value));
  fail_unless_equals_int64 (value, 2);
  fail_unless (gst_element_query_convert (src, GST_FORMAT_DEFAULT, 2,
      GST_FORMAT_BYTES, &value));
  fail_unless_equals_int64 (value, 48);
  fail_if (gst_element_query_convert (src, GST_FORMAT_DEFAULT, G_MAXINT64,
      GST_FORMAT_BYTES, &value));
  fail_if (gst_element_query_convert (src, GST_FORMAT_DEFAULT, 1,
      GST_FORMAT_TIME, &value));

  query = gst_query_new_seeking (GST_FORMAT_BYTES);
  fail_unless (gst_element_query (src, query));
  gst_query_parse_seeking (query, NULL, &seekable, &start, &stop);
  fail_unless (seekable && start == 0 && stop == N_POINTS * 24);
  gst_query_unref (query);
  query = gst_query_new_seeking (GST_FORMAT_TIME);
  fail_unless (gst_element_query (src, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  gst_query_unref (query);
  gst_object_unref (src);
  close_stream (stream);
}
GST_END_TEST;

static void
check_query (GstElement *element, GstFormat format, gint64 position,
    gint64 duration)
{
  gint64 value;

  fail_unless (gst_element_query_position (element, format, &value));
  fail_unless_equals_int64 (value, position);
  fail_unless (gst_element_query_duration (element, format, &value));
  fail_unless_equals_int64 (value, duration);
}

GST_START_TEST (position_and_duration_are_in_points_and_bytes)
{
  Stream *stream = open_stream ("");

  play_to (stream, GST_MESSAGE_EOS);
  check_query (stream->pipeline, GST_FORMAT_DEFAULT, N_POINTS, N_POINTS);
  check_query (stream->pipeline, GST_FORMAT_BYTES, 24 * N_POINTS,
      24 * N_POINTS);
  ssio_check_set_state (stream->pipeline, GST_STATE_PAUSED);
  seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 128, 192);
  play_to (stream, GST_MESSAGE_EOS);
  check_query (stream->pipeline, GST_FORMAT_DEFAULT, 192, N_POINTS);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_seek_within_epochs_leaves_the_next_ones_whole)
{
  Stream *stream = open_stream ("epochs=3");
  GArray *entries;
  const SsioLogEntry *entry;
  guint at;

  seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 700, -1);
  play_to (stream, GST_MESSAGE_EOS);
  entries = take_flushed (stream, &at);
  check_whole_epoch (entries, &at, 700);
  entry = ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
  fail_unless_equals_int (entry->epoch.epoch, 0);
  fail_unless_equals_uint64 (entry->epoch.points, 300);
  check_whole_epoch (entries, &at, 0);
  ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
  check_whole_epoch (entries, &at, 0);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_stop_ends_the_stream_whatever_epochs_are_left)
{
  static const struct {
    GstSeekFlags flags;
    GstMessageType message;
    SsioLogKind kind;
  } ends[] = {
    { 0, GST_MESSAGE_EOS, SSIO_LOG_EOS },
    { GST_SEEK_FLAG_SEGMENT, GST_MESSAGE_SEGMENT_DONE, SSIO_LOG_SEGMENT_DONE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ends); i++) {
    Stream *stream = open_stream ("epochs=0");
    GArray *entries;
    guint at;

    seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH | ends[i].flags, 700,
        800);
    play_to (stream, ends[i].message);
    ssio_log_wait (stream->log, ends[i].kind);
    entries = take_flushed (stream, &at);
    ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    ssio_log_expect_points (entries, &at, 700, 800, BATCH_SIZE);
    ssio_log_finish (entries, at, ends[i].kind);
    close_stream (stream);
  }
}
GST_END_TEST;

GST_START_TEST (an_eos_from_outside_ends_the_epoch)
{
  Stream *stream = open_stream ("epochs=0");
  const SsioLogEntry *entry;
  GArray *entries;
  guint at, epoch;

  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  gst_element_send_event (stream->pipeline, gst_event_new_eos ());
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  entries = ssio_log_take (stream->log);
  entry = &g_array_index (entries, SsioLogEntry, entries->len - 2);
  /* the epoch of the last batch, or the one after an epoch's end */
  epoch = entry->kind == SSIO_LOG_BATCH ? entry->meta.epoch + 1 : 0;
  g_array_unref (entries);

  seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 0, N_POINTS);
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  entries = take_flushed (stream, &at);
  check_whole_epoch (entries, &at, 0);
  entry = &g_array_index (entries, SsioLogEntry, at - 1);
  if (epoch > 0)
    fail_unless_equals_int (entry->meta.epoch, epoch);
  g_array_unref (entries);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (a_flush_without_a_seek_does_not_end_an_epoch_twice)
{
  Stream *stream = open_stream ("");
  GstElement *src = gst_bin_get_by_name (GST_BIN (stream->pipeline), "src");
  GstStructure *stats;
  guint64 epochs;

  play_to (stream, GST_MESSAGE_EOS);
  gst_element_send_event (src, gst_event_new_flush_start ());
  gst_element_send_event (src, gst_event_new_flush_stop (TRUE));
  ssio_check_wait (stream->pipeline, GST_MESSAGE_EOS);
  g_object_get (src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "epochs", &epochs));
  fail_unless_equals_uint64 (epochs, 1);
  gst_structure_free (stats);
  gst_object_unref (src);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (epochs_by_eos_and_flushing_seek)
{
  Stream *stream = open_stream ("");
  guint epoch;

  for (epoch = 0; epoch < 300; epoch++) {
    const SsioLogEntry *entry;
    GArray *entries;
    guint at = 0;

    play_to (stream, GST_MESSAGE_EOS);
    entries = ssio_log_take (stream->log);
    if (epoch > 0)
      ssio_log_expect (entries, &at, SSIO_LOG_FLUSH);
    ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH_SIZE);
    entry = &g_array_index (entries, SsioLogEntry, at - 1);
    fail_unless_equals_int (entry->meta.epoch, epoch);
    ssio_log_finish (entries, at, SSIO_LOG_EOS);
    seek (stream, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, 0, -1);
  }
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (epochs_by_the_property)
{
  Stream *stream = open_stream ("epochs=300");
  const SsioLogEntry *entry;
  GArray *entries;
  guint at = 0, epoch;

  play_to (stream, GST_MESSAGE_EOS);
  entries = ssio_log_take (stream->log);
  for (epoch = 0; epoch < 300; epoch++) {
    if (epoch > 0) {
      entry = ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
      fail_unless_equals_int (entry->epoch.epoch, epoch - 1);
    }
    entry = ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    fail_unless_equals_uint64 (entry->base, (guint64) epoch * N_POINTS);
    ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH_SIZE);
  }
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (epochs_by_segment_seeks_have_no_gap)
{
  Stream *stream = open_stream ("");
  const SsioLogEntry *entry;
  GArray *entries;
  guint at, epoch;

  seek (stream, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, 0, N_POINTS);
  for (epoch = 0; epoch < 300; epoch++) {
    play_to (stream, GST_MESSAGE_SEGMENT_DONE);
    if (epoch < 299)
      seek (stream, GST_FORMAT_DEFAULT,
          epoch < 298 ? GST_SEEK_FLAG_SEGMENT : GST_SEEK_FLAG_NONE, 0,
          N_POINTS);
    if (epoch == 298)
      break;
  }
  play_to (stream, GST_MESSAGE_EOS);

  entries = take_flushed (stream, &at);
  for (epoch = 0; epoch < 300; epoch++) {
    entry = ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    fail_unless_equals_uint64 (entry->base, (guint64) epoch * N_POINTS);
    ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH_SIZE);
    entry = &g_array_index (entries, SsioLogEntry, at - 1);
    fail_unless_equals_int (entry->meta.epoch, epoch);
    if (epoch < 299)
      ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT_DONE);
  }
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  close_stream (stream);
}
GST_END_TEST;

GST_START_TEST (segment_done_tells_the_position_in_points)
{
  Stream *stream = open_stream ("");
  GstMessage *message;
  GstFormat format;
  gint64 position;

  seek (stream, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, 100, 300);
  gst_element_set_state (stream->pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (stream->pipeline,
      GST_MESSAGE_SEGMENT_DONE | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "segment-done");
  gst_message_parse_segment_done (message, &format, &position);
  fail_unless_equals_int (format, GST_FORMAT_DEFAULT);
  fail_unless_equals_int64 (position, 300);
  gst_message_unref (message);
  close_stream (stream);
}
GST_END_TEST;

static void
check_early_seek (GstFormat format, GstSeekType type, gint64 start,
    guint64 expected)
{
  Stream *stream = open_stream ("");
  GstElement *src = gst_bin_get_by_name (GST_BIN (stream->pipeline), "src");
  GArray *entries;
  guint at = 0;

  ssio_check_set_state (stream->pipeline, GST_STATE_READY);
  g_array_unref (ssio_log_take (stream->log));
  fail_unless (gst_element_send_event (src,
      gst_event_new_seek (1.0, format, GST_SEEK_FLAG_NONE, type, start,
          GST_SEEK_TYPE_NONE, -1)));
  play_to (stream, GST_MESSAGE_EOS);
  entries = ssio_log_take (stream->log);
  check_whole_epoch (entries, &at, expected);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  gst_object_unref (src);
  close_stream (stream);
}

GST_START_TEST (a_seek_before_the_stream_starts_is_where_it_starts)
{
  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_SET, 500, 500);
  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_END, -100, 900);
  check_early_seek (GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 24 * 500 + 7, 500);
  check_early_seek (GST_FORMAT_BYTES, GST_SEEK_TYPE_END, -24 * 100, 900);
}
GST_END_TEST;

static Suite *
ssiosrc_seek_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-seek");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, seeks_in_points_go_to_the_point);
  tcase_add_test (tcase, a_seek_stops_where_it_should);
  tcase_add_test (tcase, seeks_in_bytes_never_go_between_two_points);
  tcase_add_test (tcase, a_seek_to_the_end_or_past_it_ends_at_once);
  tcase_add_test (tcase,
      a_seek_that_cannot_be_done_is_refused_and_loses_nothing);
  tcase_add_test (tcase, seeks_count_from_the_end_too);
  tcase_add_test (tcase, points_and_bytes_convert_into_each_other);
  tcase_add_test (tcase, position_and_duration_are_in_points_and_bytes);
  tcase_add_test (tcase, a_seek_within_epochs_leaves_the_next_ones_whole);
  tcase_add_test (tcase, a_stop_ends_the_stream_whatever_epochs_are_left);
  tcase_add_test (tcase, an_eos_from_outside_ends_the_epoch);
  tcase_add_test (tcase, a_flush_without_a_seek_does_not_end_an_epoch_twice);
  tcase_add_test (tcase, epochs_by_eos_and_flushing_seek);
  tcase_add_test (tcase, epochs_by_the_property);
  tcase_add_test (tcase, epochs_by_segment_seeks_have_no_gap);
  tcase_add_test (tcase, segment_done_tells_the_position_in_points);
  tcase_add_test (tcase, a_seek_before_the_stream_starts_is_where_it_starts);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_seek)
