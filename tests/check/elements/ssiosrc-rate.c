/* SPDX-License-Identifier: MIT */

#include <gst/check/gsttestclock.h>
#include <math.h>
#include <string.h>

#include "ssiocheck.h"

#define N_POINTS 1000
#define BATCH_SIZE 64
#define N_BATCHES 16 /* the last one has 40 points */
#define LAST 40

/* What came until the stream, or a segment, was over. */
typedef struct {
  GPtrArray *buffers;
  GArray *segments; /* of GstSegment */
} Output;

static GstHarness *
start (const gchar *format, ...)
{
  va_list args;
  GstHarness *harness;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  harness = gst_harness_new_parse (text);
  fail_unless (harness != NULL, "%s", text);
  g_free (text);
  return harness;
}

/* Of N_POINTS points. */
static GstHarness *
start_tile (const gchar *properties)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstHarness *harness = start ("ssiosrc location=%s batch-size=%d %s", path,
      BATCH_SIZE, properties);

  g_free (path);
  return harness;
}

static Output
take (GstHarness *harness)
{
  Output output = {
    g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref),
    g_array_new (FALSE, FALSE, sizeof (GstSegment)),
  };
  gboolean is_over = FALSE;
  GstBuffer *buffer;

  while (!is_over) {
    GstEvent *event = gst_harness_pull_event (harness);
    const GstSegment *segment;

    fail_unless (event != NULL, "no end of the stream");
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
      gst_event_parse_segment (event, &segment);
      g_array_append_val (output.segments, *segment);
    }
    is_over = GST_EVENT_TYPE (event) == GST_EVENT_EOS
              || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT_DONE;
    gst_event_unref (event);
  }
  while ((buffer = gst_harness_try_pull (harness)))
    g_ptr_array_add (output.buffers, buffer);
  return output;
}

static void
output_clear (Output *output)
{
  g_ptr_array_unref (output->buffers);
  g_array_unref (output->segments);
}

static Output
play (GstHarness *harness)
{
  gst_harness_play (harness);
  return take (harness);
}

static void
check_times (const Output *output, guint i, GstClockTime pts,
    GstClockTime duration)
{
  GstBuffer *buffer;

  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  buffer = g_ptr_array_index (output->buffers, i);
  fail_unless_equals_clocktime (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_clocktime (GST_BUFFER_DURATION (buffer), duration);
}

static const GstSegment *
get_segment (const Output *output, guint i)
{
  fail_unless (i < output->segments->len, "%u segments",
      output->segments->len);
  return &g_array_index (output->segments, GstSegment, i);
}

static void
check_segment (const Output *output, guint i, GstClockTime base,
    GstClockTime from, GstClockTime stop, GstClockTime duration)
{
  const GstSegment *segment = get_segment (output, i);

  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_clocktime (segment->base, base);
  fail_unless_equals_clocktime (segment->start, from);
  fail_unless_equals_clocktime (segment->time, from);
  fail_unless_equals_clocktime (segment->stop, stop);
  fail_unless_equals_clocktime (segment->duration, duration);
}

static guint64
get_offset (const Output *output, guint i)
{
  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  return GST_BUFFER_OFFSET (g_ptr_array_index (output->buffers, i));
}

GST_START_TEST (batches_a_second_make_every_batch_last_as_long)
{
  GstHarness *harness = start_tile ("rate=10");
  Output output = play (harness);
  guint i;

  fail_unless_equals_int (output.buffers->len, N_BATCHES);
  check_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE,
      N_BATCHES * 100 * GST_MSECOND);
  for (i = 0; i < N_BATCHES; i++)
    check_times (&output, i, i * 100 * GST_MSECOND, 100 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (points_a_second_make_short_batches_shorter)
{
  GstHarness *harness = start_tile ("rate=1000 rate-unit=points");
  Output output = play (harness);
  guint i;

  check_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE, GST_SECOND);
  for (i = 0; i < N_BATCHES - 1; i++)
    check_times (&output, i, i * BATCH_SIZE * GST_MSECOND,
        BATCH_SIZE * GST_MSECOND);
  check_times (&output, i, (N_POINTS - LAST) * GST_MSECOND,
      LAST * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (without_a_rate_there_are_no_timestamps)
{
  GstHarness *harness = start_tile ("rate-unit=points");
  Output output = play (harness);

  fail_unless_equals_int (get_segment (&output, 0)->format,
      GST_FORMAT_DEFAULT);
  check_times (&output, 0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* A file of points of one double each, the time. */
static gchar *
write_times (const gdouble *times, guint n)
{
  return ssio_check_write_file (".bin", times, n * sizeof (*times));
}

static GstHarness *
start_times (const gdouble *times, guint n, const gchar *properties)
{
  gchar *path = write_times (times, n);
  GstHarness *harness
      = start ("ssiosrc location=%s batch-size=2 rate-unit=time "
               "layout=gps_time:f8 %s",
          path, properties);

  g_free (path);
  return harness;
}

static const gdouble recorded[]
    = { 1000.5, 1000.75, 1001, 1001.5, 1010, 1010.25, 1011 };

GST_START_TEST (recorded_time_counts_from_the_first_point)
{
  GstHarness *harness = start_times (recorded, 7, "rate=1");
  Output output = play (harness);

  check_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE, 10500 * GST_MSECOND);
  check_times (&output, 0, 0, 250 * GST_MSECOND);
  check_times (&output, 1, 500 * GST_MSECOND, 500 * GST_MSECOND);
  check_times (&output, 2, 9500 * GST_MSECOND, 250 * GST_MSECOND);
  check_times (&output, 3, 10500 * GST_MSECOND, 0);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (recorded_time_can_go_faster_and_be_read_past_the_cache)
{
  GstHarness *harness
      = start_times (recorded, 7, "rate=2 io-mode=direct epochs=2");
  Output output = play (harness);

  check_segment (&output, 1, 5250 * GST_MSECOND, 0, GST_CLOCK_TIME_NONE,
      5250 * GST_MSECOND);
  check_times (&output, 1, 250 * GST_MSECOND, 250 * GST_MSECOND);
  check_times (&output, 5, 250 * GST_MSECOND, 250 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (integers_are_times_where_the_layout_scales_them)
{
  static const guint32 times[] = { 7, 100000007, 350000007, 350000007 };
  gchar *path = ssio_check_write_file (".bin", times, sizeof (times));
  GstHarness *harness
      = start ("ssiosrc location=%s batch-size=2 rate=1 rate-unit=time "
               "layout=t:u4*1e-9",
          path);
  Output output = play (harness);

  check_times (&output, 0, 0, 100 * GST_MSECOND);
  check_times (&output, 1, 350 * GST_MSECOND, 0);
  output_clear (&output);
  gst_harness_teardown (harness);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (times_that_go_back_go_on_where_the_batch_before_ended)
{
  static const gdouble times[] = { 10, 11, 12, 13, 10, 12, 14, 15 };
  GstHarness *harness = start_times (times, 8, "rate=1");
  Output output = play (harness);

  check_times (&output, 1, 2 * GST_SECOND, GST_SECOND);
  check_times (&output, 2, 3 * GST_SECOND, 2 * GST_SECOND);
  check_times (&output, 3, 7 * GST_SECOND, GST_SECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* As sensors count in each sweep, where a batch is a sweep. */
GST_START_TEST (times_that_start_anew_each_batch_go_on)
{
  static const gdouble times[] = { 0, 0.125, 0, 0.125, 0, 0.125 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  Output output = play (harness);

  check_times (&output, 1, 125 * GST_MSECOND, 125 * GST_MSECOND);
  check_times (&output, 2, 250 * GST_MSECOND, 125 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_may_overlap_without_a_delay)
{
  static const gdouble times[] = { 10, 12, 11.5, 13, 12.75, 14 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  Output output = play (harness);

  check_times (&output, 0, 0, 2 * GST_SECOND);
  check_times (&output, 1, 1500 * GST_MSECOND, 1500 * GST_MSECOND);
  check_times (&output, 2, 2750 * GST_MSECOND, 1250 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (files_that_each_start_from_0_follow_each_other)
{
  static const gdouble times[] = { 0, 0.125 };
  gchar *paths[2] = { write_times (times, 2), write_times (times, 2) };
  gchar *text = g_strjoin ("\n", paths[0], paths[1], NULL);
  gchar *list = ssio_check_write_file (".txt", text, strlen (text));
  GstHarness *harness
      = start ("ssiosrc location=@%s rate=1 rate-unit=time time-field=when "
               "layout=when:f8",
          list);
  Output output = play (harness);

  check_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  check_times (&output, 0, 0, 125 * GST_MSECOND);
  check_times (&output, 1, 125 * GST_MSECOND, 125 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
  g_free (list);
  g_free (text);
  g_free (paths[1]);
  g_free (paths[0]);
}
GST_END_TEST;

GST_START_TEST (points_without_a_finite_time_come_after_those_before)
{
  static const gdouble times[] = { 1, 2, NAN, INFINITY, 4, 5 };
  GstHarness *harness = start_times (times, 6, "rate=1");
  Output output = play (harness);

  check_times (&output, 1, GST_SECOND, 0);
  check_times (&output, 2, 3 * GST_SECOND, GST_SECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_batch_without_a_finite_end_delays_nothing)
{
  static const gdouble times[] = { 1, 2, 3, INFINITY, -INFINITY, 4 };
  GstHarness *harness = start_times (times, 6, "rate=1 epochs=2");
  Output output = play (harness);

  check_times (&output, 0, 0, GST_SECOND);
  check_times (&output, 1, 2 * GST_SECOND, 0);
  check_times (&output, 2, 2 * GST_SECOND, 0);
  fail_unless_equals_clocktime (get_segment (&output, 1)->base,
      2 * GST_SECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
seek (GstHarness *harness, GstFormat format, GstSeekFlags flags,
    GstSeekType start_type, gint64 from, gint64 stop)
{
  fail_unless (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, format, flags, start_type, from,
          stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop)));
}

/* Plays, then seeks with a flush and expects to get to a point and a time. */
static void
check_seek (const gchar *properties, GstFormat format, gint64 from,
    guint64 point, GstClockTime time)
{
  GstHarness *harness = start_tile (properties);
  Output output = play (harness);

  output_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, from, -1);
  output = take (harness);
  fail_unless_equals_uint64 (get_offset (&output, 0), point);
  fail_unless_equals_clocktime (
      GST_BUFFER_PTS (g_ptr_array_index (output.buffers, 0)), time);
  fail_unless_equals_clocktime (get_segment (&output, 0)->start, time);
  fail_unless_equals_clocktime (get_segment (&output, 0)->base, 0);
  output_clear (&output);
  gst_harness_teardown (harness);
}

GST_START_TEST (seeks_go_to_points_bytes_and_times)
{
  static const struct {
    const gchar *properties;
    GstFormat format;
    gint64 from;
    guint64 point;
    GstClockTime time;
  } seeks[] = {
    { "rate=10", GST_FORMAT_DEFAULT, 128, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_DEFAULT, 144, 144, 225 * GST_MSECOND },
    { "rate=10", GST_FORMAT_BYTES, 24 * 128 + 7, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_TIME, 200 * GST_MSECOND, 128, 200 * GST_MSECOND },
    { "rate=10", GST_FORMAT_TIME, 225 * GST_MSECOND, 144, 225 * GST_MSECOND },
    { "rate=3", GST_FORMAT_DEFAULT, 101, 101, 526041667 },
    { "rate=3", GST_FORMAT_TIME, 526041667, 101, 526041667 },
    { "rate=1000 rate-unit=points", GST_FORMAT_DEFAULT, 777, 777,
        777 * GST_MSECOND },
    { "rate=1000 rate-unit=points", GST_FORMAT_TIME, 777 * GST_MSECOND, 777,
        777 * GST_MSECOND },
    /* the third field counts by 6 a point, from 2 */
    { "rate=6 rate-unit=time time-field=z", GST_FORMAT_DEFAULT, 500, 500,
        500 * GST_SECOND },
    { "rate=6 rate-unit=time time-field=z", GST_FORMAT_TIME, 500 * GST_SECOND,
        500, 500 * GST_SECOND },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeks); i++)
    check_seek (seeks[i].properties, seeks[i].format, seeks[i].from,
        seeks[i].point, seeks[i].time);
}
GST_END_TEST;

static void
check_early_seek (GstFormat format, GstSeekType type, gint64 from)
{
  GstHarness *harness = start_tile ("rate=1000 rate-unit=points");
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");
  Output output;

  fail_unless (gst_element_send_event (src,
      gst_event_new_seek (1.0, format, GST_SEEK_FLAG_NONE, type, from,
          GST_SEEK_TYPE_NONE, -1)));
  output = play (harness);
  check_segment (&output, 0, 0, 900 * GST_MSECOND, GST_CLOCK_TIME_NONE,
      GST_SECOND);
  check_times (&output, 0, 900 * GST_MSECOND, 60 * GST_MSECOND);
  fail_unless_equals_uint64 (get_offset (&output, 0), 900);
  output_clear (&output);
  gst_object_unref (src);
  gst_harness_teardown (harness);
}

GST_START_TEST (a_seek_before_the_stream_starts_is_where_it_starts)
{
  const gint64 tenth = 100 * GST_MSECOND;

  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_SET, 900);
  check_early_seek (GST_FORMAT_DEFAULT, GST_SEEK_TYPE_END, -100);
  check_early_seek (GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 24 * 900);
  check_early_seek (GST_FORMAT_TIME, GST_SEEK_TYPE_SET, 9 * tenth);
  check_early_seek (GST_FORMAT_TIME, GST_SEEK_TYPE_END, -tenth);
}
GST_END_TEST;

GST_START_TEST (a_seek_stops_where_it_should)
{
  GstHarness *harness = start_tile ("rate=1000 rate-unit=points");
  Output output = play (harness);

  output_clear (&output);
  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
      10 * GST_MSECOND, 100 * GST_MSECOND);
  output = take (harness);
  check_segment (&output, 0, 0, 10 * GST_MSECOND, 100 * GST_MSECOND,
      GST_SECOND);
  fail_unless_equals_int (output.buffers->len, 2);
  check_times (&output, 1, 64 * GST_MSECOND, 36 * GST_MSECOND);
  output_clear (&output);

  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_END,
      -(gint64) (950 * GST_MSECOND), 100 * GST_MSECOND);
  output = take (harness);
  fail_unless_equals_uint64 (get_offset (&output, 0), 50);
  output_clear (&output);
  /* which would be after the stop that was left as it is */
  fail_if (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 200 * GST_MSECOND, GST_SEEK_TYPE_NONE, -1)));
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (running_time_goes_on_over_segment_seeks_in_points)
{
  GstHarness *harness = start_tile ("rate=10");
  Output output = play (harness);

  output_clear (&output);
  seek (harness, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0, 128);
  output = take (harness);
  check_segment (&output, 0, 0, 0, 200 * GST_MSECOND,
      N_BATCHES * 100 * GST_MSECOND);
  output_clear (&output);
  seek (harness, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET,
      64, 128);
  output = take (harness);
  check_segment (&output, 0, 200 * GST_MSECOND, 100 * GST_MSECOND,
      200 * GST_MSECOND, N_BATCHES * 100 * GST_MSECOND);
  fail_unless_equals_int (output.buffers->len, 1);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
check_running_time (const Output *output, guint segment, guint i,
    GstClockTime expected)
{
  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  fail_unless_equals_clocktime (
      gst_segment_to_running_time (get_segment (output, segment),
          GST_FORMAT_TIME,
          GST_BUFFER_PTS (g_ptr_array_index (output->buffers, i))),
      expected);
}

/* From two batches to four, by a seek that leaves the start as it is. */
static void
check_longer_segment (GstFormat format, gint64 stop)
{
  GstHarness *harness = start_tile ("rate=10");
  Output output = play (harness);

  output_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
      GST_SEEK_TYPE_SET, 0, stop / 2);
  output = take (harness);
  fail_unless_equals_int (output.buffers->len, 2);
  output_clear (&output);
  seek (harness, format, GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_NONE, -1, stop);
  output = take (harness);
  fail_unless_equals_int (output.buffers->len, 2);
  fail_unless_equals_uint64 (get_offset (&output, 0), 2 * BATCH_SIZE);
  check_running_time (&output, 0, 0, 200 * GST_MSECOND);
  check_running_time (&output, 0, 1, 300 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}

GST_START_TEST (a_segment_that_is_made_longer_goes_on)
{
  check_longer_segment (GST_FORMAT_TIME, 400 * GST_MSECOND);
  check_longer_segment (GST_FORMAT_DEFAULT, 4 * BATCH_SIZE);
  check_longer_segment (GST_FORMAT_BYTES,
      4 * BATCH_SIZE * 6 * sizeof (gfloat));
}
GST_END_TEST;

GST_START_TEST (an_epoch_after_a_seek_that_left_the_start_is_whole)
{
  GstHarness *harness = start_tile ("rate=10 epochs=2");
  Output output = play (harness);

  output_clear (&output);
  seek (harness, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
      GST_SEEK_TYPE_SET, 0, 200 * GST_MSECOND);
  output = take (harness);
  output_clear (&output);
  fail_unless (gst_element_send_event (harness->element,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_NONE,
          GST_SEEK_TYPE_NONE, -1, GST_SEEK_TYPE_SET, -1)));
  output = take (harness);
  fail_unless_equals_int (output.buffers->len, 2 * N_BATCHES - 2);
  check_running_time (&output, 0, 0, 200 * GST_MSECOND);
  check_running_time (&output, 1, N_BATCHES - 2, 1600 * GST_MSECOND);
  check_running_time (&output, 1, N_BATCHES - 1, 1700 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (running_time_goes_on_over_epochs)
{
  GstHarness *harness = start_tile ("rate=10 epochs=3 shuffle=batches");
  Output output = play (harness);
  guint i;

  fail_unless_equals_int (output.segments->len, 3);
  for (i = 0; i < 3; i++)
    check_segment (&output, i, i * N_BATCHES * 100 * GST_MSECOND, 0,
        GST_CLOCK_TIME_NONE, N_BATCHES * 100 * GST_MSECOND);
  fail_unless_equals_int (output.buffers->len, 3 * N_BATCHES);
  for (i = 0; i < 3 * N_BATCHES; i++)
    check_times (&output, i, i % N_BATCHES * 100 * GST_MSECOND,
        100 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_goes_on_starts_at_its_time)
{
  GstHarness *harness = start_tile ("rate=10");
  Output output = play (harness);
  GstHarness *other;
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");
  gchar *state, *after, *location;

  output_clear (&output);
  g_object_get (src, "state", &state, "location", &location, NULL);
  gst_object_unref (src);
  after = g_strdup_printf ("%.*sbatch=(guint64)5;",
      (gint) (strstr (state, "batch=(guint64)") - state), state);
  other = start ("ssiosrc location=%s batch-size=%d rate=10", location,
      BATCH_SIZE);
  src = gst_harness_find_element (other, "ssiosrc");
  g_object_set (src, "resume-from", after, NULL);
  gst_object_unref (src);
  output = play (other);
  check_segment (&output, 0, 0, 500 * GST_MSECOND, GST_CLOCK_TIME_NONE,
      N_BATCHES * 100 * GST_MSECOND);
  check_times (&output, 0, 500 * GST_MSECOND, 100 * GST_MSECOND);
  output_clear (&output);
  g_free (after);
  g_free (location);
  g_free (state);
  gst_harness_teardown (other);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
check_query (GstElement *element, GstFormat format, gint64 expected)
{
  gint64 position = -1;
  gint64 duration = -1;

  fail_unless (gst_element_query_position (element, format, &position));
  fail_unless (gst_element_query_duration (element, format, &duration));
  fail_unless_equals_int64 (position, expected);
  fail_unless_equals_int64 (duration, expected);
}

GST_START_TEST (position_and_duration_are_in_time_points_and_bytes)
{
  GstHarness *harness = start_tile ("rate=10");
  Output output = play (harness);
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;
  gint64 end;

  check_query (harness->element, GST_FORMAT_TIME,
      N_BATCHES * 100 * GST_MSECOND);
  check_query (harness->element, GST_FORMAT_DEFAULT, N_POINTS);
  check_query (harness->element, GST_FORMAT_BYTES, 24 * N_POINTS);
  fail_unless (gst_element_query (harness->element, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, &end);
  fail_unless (seekable);
  fail_unless_equals_int64 (end, N_BATCHES * 100 * GST_MSECOND);
  gst_query_unref (query);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (seeks_in_time_without_a_rate_are_refused)
{
  GstHarness *harness = start_tile ("");
  Output output = play (harness);
  GstElement *src = gst_harness_find_element (harness, "ssiosrc");

  fail_if (gst_element_seek_simple (src, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      0));
  g_object_set (src, "rate", 10.0, NULL); /* for the next time it is opened */
  fail_if (gst_element_seek_simple (src, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
      0));
  gst_object_unref (src);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_followed_has_the_same_timestamps)
{
  GstHarness *harness
      = start_tile ("rate=1000 rate-unit=points follow=true follow-timeout=1");
  Output output = play (harness);
  guint i;

  check_segment (&output, 0, 0, 0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  for (i = 0; i < N_BATCHES - 1; i++)
    check_times (&output, i, i * BATCH_SIZE * GST_MSECOND,
        BATCH_SIZE * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);

  harness = start_times (recorded, 7, "rate=1 follow=true follow-timeout=1");
  output = play (harness);
  check_times (&output, 1, 500 * GST_MSECOND, 500 * GST_MSECOND);
  check_times (&output, 2, 9500 * GST_MSECOND, 250 * GST_MSECOND);
  output_clear (&output);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static void
expect_error (const gchar *properties, const gchar *one, const gchar *other)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s %s ! fakesink", path,
          properties);

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      one, other, NULL);
  gst_object_unref (pipeline);
  g_free (path);
}

GST_START_TEST (recorded_time_needs_a_field_and_the_order_of_the_recording)
{
  expect_error ("rate=1 rate-unit=time", "no field with the time",
      "time-field");
  expect_error ("rate=1 rate-unit=time time-field=when", "no field \"when\"",
      "x:f4");
  expect_error ("rate=1 rate-unit=time time-field=z shuffle=batches",
      "found shuffle", "shuffle=none");
}
GST_END_TEST;

GST_START_TEST (a_sink_with_sync_paces_the_replay)
{
  gchar *path = ssio_check_write_tile (3, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s batch-size=1 rate=10 epochs=2 "
                           "! ssiolinear sync=true",
          path);
  GstClock *clock = gst_test_clock_new ();
  GstTestClock *test_clock = GST_TEST_CLOCK (clock);
  guint i;

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, 0);
  ssio_check_set_state (pipeline, GST_STATE_PLAYING);
  /* six batches of a point, and the end of the last */
  for (i = 0; i <= 6; i++) {
    GstClockID id;

    gst_test_clock_wait_for_next_pending_id (test_clock, &id);
    fail_unless_equals_clocktime (gst_clock_id_get_time (id),
        i * 100 * GST_MSECOND);
    gst_clock_id_unref (id);
    fail_unless (gst_test_clock_crank (test_clock));
  }
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  gst_object_unref (clock);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiosrc_rate_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-rate");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, batches_a_second_make_every_batch_last_as_long);
  tcase_add_test (tcase, points_a_second_make_short_batches_shorter);
  tcase_add_test (tcase, without_a_rate_there_are_no_timestamps);
  tcase_add_test (tcase, recorded_time_counts_from_the_first_point);
  tcase_add_test (tcase,
      recorded_time_can_go_faster_and_be_read_past_the_cache);
  tcase_add_test (tcase, integers_are_times_where_the_layout_scales_them);
  tcase_add_test (tcase,
      times_that_go_back_go_on_where_the_batch_before_ended);
  tcase_add_test (tcase, times_that_start_anew_each_batch_go_on);
  tcase_add_test (tcase, batches_may_overlap_without_a_delay);
  tcase_add_test (tcase, files_that_each_start_from_0_follow_each_other);
  tcase_add_test (tcase, points_without_a_finite_time_come_after_those_before);
  tcase_add_test (tcase, a_batch_without_a_finite_end_delays_nothing);
  tcase_add_test (tcase, seeks_go_to_points_bytes_and_times);
  tcase_add_test (tcase, a_seek_before_the_stream_starts_is_where_it_starts);
  tcase_add_test (tcase, a_seek_stops_where_it_should);
  tcase_add_test (tcase, running_time_goes_on_over_segment_seeks_in_points);
  tcase_add_test (tcase, a_segment_that_is_made_longer_goes_on);
  tcase_add_test (tcase, an_epoch_after_a_seek_that_left_the_start_is_whole);
  tcase_add_test (tcase, running_time_goes_on_over_epochs);
  tcase_add_test (tcase, a_stream_that_goes_on_starts_at_its_time);
  tcase_add_test (tcase, position_and_duration_are_in_time_points_and_bytes);
  tcase_add_test (tcase, seeks_in_time_without_a_rate_are_refused);
  tcase_add_test (tcase, a_file_that_is_followed_has_the_same_timestamps);
  tcase_add_test (tcase,
      recorded_time_needs_a_field_and_the_order_of_the_recording);
  tcase_add_test (tcase, a_sink_with_sync_paces_the_replay);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_rate)
