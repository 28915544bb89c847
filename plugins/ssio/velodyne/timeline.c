/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "timeline.h"

#define HOUR_US G_GINT64_CONSTANT (3600000000)
#define MAX_STEP_US G_GINT64_CONSTANT (10000000)

/* How late a packet may be that others have overtaken. */
#define MAX_LATE_US 20000

/* Between -30 and 30 minutes. */
static gint64
measure_step (guint32 from, guint32 to)
{
  gint64 step_us = (HOUR_US + to % HOUR_US - from % HOUR_US) % HOUR_US;

  return step_us > HOUR_US / 2 ? step_us - HOUR_US : step_us;
}

static guint
count_missing (const GstSsioVelodyneTimeline *timeline, gint64 step_us)
{
  gint64 half = timeline->span_ns / 2;
  gint64 n_spans = (step_us * 1000 + half) / timeline->span_ns;

  return timeline->is_limited || n_spans == 0 ? 0 : n_spans - 1;
}

static void
start (GstSsioVelodyneTimeline *timeline, const GstSsioVelodynePacket *packet)
{
  timeline->time = HOUR_US * 1000;
  timeline->timestamp = packet->timestamp;
  timeline->span_ns = packet->span_ns;
}

GstSsioVelodyneStep
gst_ssio_velodyne_timeline_add (GstSsioVelodyneTimeline *timeline,
    const GstSsioVelodynePacket *packet, guint64 *time, guint *n_lost)
{
  gboolean goes_on;
  gint64 step_us;

  *n_lost = 0;
  timeline->is_limited |= packet->has_jump;
  if (timeline->span_ns == 0)
    start (timeline, packet);
  step_us = measure_step (timeline->timestamp, packet->timestamp);
  *time = timeline->time + step_us * 1000;
  if (step_us < 0 && step_us >= -MAX_LATE_US)
    return GST_SSIO_VELODYNE_LATE;

  goes_on = step_us >= 0 && step_us <= MAX_STEP_US;
  if (goes_on)
    *n_lost = count_missing (timeline, step_us);
  else
    *time = timeline->time + timeline->span_ns;
  timeline->time = *time;
  timeline->timestamp = packet->timestamp;
  timeline->span_ns = packet->span_ns;
  return goes_on ? GST_SSIO_VELODYNE_FOLLOWS : GST_SSIO_VELODYNE_RESTARTS;
}
