/* SPDX-License-Identifier: MIT */
/* The sensor's clock, which starts again each hour, as a time that goes on;
 * and how many packets are missing in it. */
#pragma once

#include "packet.h"

G_BEGIN_DECLS

/* Zeroed before the first packet. */
typedef struct {
  guint64 time;        /* of the newest packet's first firing, nanoseconds */
  guint32 timestamp;   /* the same, as the packet has it */
  guint span_ns;       /* what that packet covers; 0 before the first */
  gboolean is_limited; /* the sensor fires in a part of the turn only */
} GstSsioVelodyneTimeline;

typedef enum {
  GST_SSIO_VELODYNE_FOLLOWS, /* at once, or after lost packets */
  GST_SSIO_VELODYNE_LATE,    /* others have overtaken it, or it came before */
  GST_SSIO_VELODYNE_RESTARTS /* the clock was set, or the sensor began anew */
} GstSsioVelodyneStep;

/* Adds a packet, and sets its time and how many are missing before it. One
 * that restarts is as if it followed at once.
 *
 * Where a field of view was set, nothing is sent for a part of the turn, which
 * cannot be told from what is lost: none is missing then. */
GstSsioVelodyneStep
gst_ssio_velodyne_timeline_add (GstSsioVelodyneTimeline *timeline,
    const GstSsioVelodynePacket *packet, guint64 *time, guint *n_lost);

G_END_DECLS
