/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/gstssiobatchmeta.h>

#include "arrivals.h"

#define UNKNOWN G_MAXUINT64

void
gst_ssio_arrivals_reset (GstSsioArrivals *self)
{
  self->batches = self->points = 0;
  self->missed_batches = self->missed_points = 0;
  self->epoch = G_MAXUINT;
}

/* A segment in time says nothing of points but at its start. */
static guint64
get_first_point (const GstSegment *segment)
{
  if (segment->format == GST_FORMAT_DEFAULT)
    return MAX (segment->position, segment->start);
  return segment->start == 0 ? 0 : UNKNOWN;
}

void
gst_ssio_arrivals_start_segment (GstSsioArrivals *self,
    const GstSegment *segment)
{
  self->next_point = get_first_point (segment);
  self->next_batch = self->next_point == 0 ? 0 : UNKNOWN;
  self->has_begun = FALSE;
}

static guint64
count_gap (guint64 expected, guint64 found)
{
  return expected != UNKNOWN && found != UNKNOWN && found > expected
             ? found - expected
             : 0;
}

/* How many batches are missing before that buffer. */
static guint64
count_batches (const GstSsioArrivals *self, GstBuffer *buffer, guint64 batch)
{
  if (batch == UNKNOWN && !GST_BUFFER_OFFSET_IS_VALID (buffer))
    return self->has_begun && GST_BUFFER_IS_DISCONT (buffer) ? 1 : 0;
  return count_gap (self->next_batch, batch);
}

void
gst_ssio_arrivals_add (GstSsioArrivals *self, GstBuffer *buffer,
    guint point_size)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  guint64 batch = meta ? meta->batch : UNKNOWN;
  guint64 start = GST_BUFFER_OFFSET (buffer);

  self->batches++;
  self->points += gst_buffer_get_size (buffer) / point_size;
  self->missed_batches += count_batches (self, buffer, batch);
  self->missed_points += count_gap (self->next_point, start);
  self->next_batch = meta ? batch + 1 : UNKNOWN;
  self->next_point = GST_BUFFER_OFFSET_END (buffer);
  self->has_begun = TRUE;
  if (meta)
    self->epoch = meta->epoch;
}

gboolean
gst_ssio_arrivals_are_over (const GstSsioArrivals *self, GstBuffer *buffer,
    guint *next_epoch)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

  if (self->batches == 0 || !meta || meta->epoch <= self->epoch)
    return FALSE;
  *next_epoch = meta->epoch;
  return TRUE;
}

/* Who sent them knows better than gaps tell. */
void
gst_ssio_arrivals_end_epoch (GstSsioArrivals *self, const GstSsioEpoch *sent)
{
  if (sent->points < self->points || sent->batches < self->batches)
    return;
  self->missed_points = sent->points - self->points;
  self->missed_batches = sent->batches - self->batches;
}

/* In points, up to where they were sent; -1 where it is not known. */
static gint64
find_end (GstEvent *event, GstPad *pad)
{
  GstFormat format = GST_FORMAT_DEFAULT;
  gint64 position = -1;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT_DONE)
    gst_event_parse_segment_done (event, &format, &position);
  else
    gst_pad_peer_query_position (pad, format, &position);
  return format == GST_FORMAT_DEFAULT ? position : -1;
}

void
gst_ssio_arrivals_end (GstSsioArrivals *self, GstEvent *event, GstPad *pad,
    guint batch_size)
{
  GstSsioEpoch sent;
  guint64 gap;

  if (gst_event_parse_ssio_epoch (event, &sent)) {
    gst_ssio_arrivals_end_epoch (self, &sent);
    return;
  }
  gap = count_gap (self->next_point, find_end (event, pad));
  self->missed_points += gap;
  if (gap > 0)
    self->missed_batches += (gap - 1) / MAX (batch_size, 1) + 1;
}
