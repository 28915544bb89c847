/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "clock.h"

/* When the n-th frame is shown where batches have no times. */
static GstClockTime
get_time (const GstVideoInfo *info, guint64 n)
{
  if (GST_VIDEO_INFO_FPS_N (info) == 0)
    return GST_CLOCK_TIME_NONE;
  return gst_util_uint64_scale (n,
      (guint64) GST_SECOND * GST_VIDEO_INFO_FPS_D (info),
      GST_VIDEO_INFO_FPS_N (info));
}

GstEvent *
gst_ssio_scope_clock_take_segment (GstSsioScopeClock *self, GstEvent *event)
{
  const GstSegment *segment;
  GstSegment frames;
  GstEvent *converted;

  gst_event_parse_segment (event, &segment);
  self->is_timed = segment->format == GST_FORMAT_TIME;
  if (self->is_timed) {
    self->has_segment = FALSE;
    return event;
  }
  converted = NULL;
  if (!self->has_segment) {
    gst_segment_init (&frames, GST_FORMAT_TIME);
    frames.flags = segment->flags;
    converted = gst_event_new_segment (&frames);
    gst_event_set_seqnum (converted, gst_event_get_seqnum (event));
    self->has_segment = TRUE;
  }
  gst_event_unref (event);
  return converted;
}

GstEvent *
gst_ssio_scope_clock_take_segment_done (GstSsioScopeClock *self,
    GstEvent *event, const GstVideoInfo *info)
{
  GstEvent *converted;

  if (self->is_timed)
    return event;
  converted = gst_event_new_segment_done (GST_FORMAT_TIME,
      get_time (info, self->n_frames));
  gst_event_set_seqnum (converted, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return converted;
}

void
gst_ssio_scope_clock_flush (GstSsioScopeClock *self, GstEvent *event)
{
  gboolean resets_time;

  gst_event_parse_flush_stop (event, &resets_time);
  self->has_segment = FALSE;
  if (resets_time)
    self->n_frames = 0;
}

void
gst_ssio_scope_clock_take_batch (GstSsioScopeClock *self, GstBuffer *batch)
{
  self->pts = GST_BUFFER_PTS (batch);
  self->duration = GST_BUFFER_DURATION (batch);
}

void
gst_ssio_scope_clock_stamp (GstSsioScopeClock *self, GstBuffer *frame,
    const GstVideoInfo *info)
{
  guint64 n = self->n_frames++;

  GST_BUFFER_OFFSET (frame) = n;
  GST_BUFFER_OFFSET_END (frame) = n + 1;
  if (self->is_timed) {
    GST_BUFFER_PTS (frame) = self->pts;
    GST_BUFFER_DURATION (frame) = self->duration;
    return;
  }
  GST_BUFFER_PTS (frame) = get_time (info, n);
  if (GST_BUFFER_PTS_IS_VALID (frame))
    GST_BUFFER_DURATION (frame)
        = get_time (info, n + 1) - GST_BUFFER_PTS (frame);
}
