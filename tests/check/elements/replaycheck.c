/* SPDX-License-Identifier: MIT */

#include "replaycheck.h"

GstHarness *
replay_start (const gchar *format, ...)
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

GstHarness *
replay_start_tile (const gchar *properties)
{
  gchar *path = ssio_check_write_tile (REPLAY_N_POINTS, 6);
  GstHarness *harness = replay_start ("ssiosrc location=%s batch-size=%d %s",
      path, REPLAY_BATCH_SIZE, properties);

  g_free (path);
  return harness;
}

ReplayOutput
replay_take (GstHarness *harness)
{
  ReplayOutput output = {
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

void
replay_clear (ReplayOutput *output)
{
  g_ptr_array_unref (output->buffers);
  g_array_unref (output->segments);
}

ReplayOutput
replay_play (GstHarness *harness)
{
  gst_harness_play (harness);
  return replay_take (harness);
}

void
replay_expect_times (const ReplayOutput *output, guint i, GstClockTime pts,
    GstClockTime duration)
{
  GstBuffer *buffer;

  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  buffer = g_ptr_array_index (output->buffers, i);
  fail_unless_equals_clocktime (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_clocktime (GST_BUFFER_DURATION (buffer), duration);
}

const GstSegment *
replay_get_segment (const ReplayOutput *output, guint i)
{
  fail_unless (i < output->segments->len, "%u segments",
      output->segments->len);
  return &g_array_index (output->segments, GstSegment, i);
}

void
replay_expect_segment (const ReplayOutput *output, guint i, GstClockTime base,
    GstClockTime from, GstClockTime stop, GstClockTime duration)
{
  const GstSegment *segment = replay_get_segment (output, i);

  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_clocktime (segment->base, base);
  fail_unless_equals_clocktime (segment->start, from);
  fail_unless_equals_clocktime (segment->time, from);
  fail_unless_equals_clocktime (segment->stop, stop);
  fail_unless_equals_clocktime (segment->duration, duration);
}

guint64
replay_get_offset (const ReplayOutput *output, guint i)
{
  fail_unless (i < output->buffers->len, "%u buffers", output->buffers->len);
  return GST_BUFFER_OFFSET (g_ptr_array_index (output->buffers, i));
}
