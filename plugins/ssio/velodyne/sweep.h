/* SPDX-License-Identifier: MIT */
/* The buffer that a revolution is collected in. */
#pragma once

#include <gst/gst.h>

#include "points.h"

G_BEGIN_DECLS

/* Zeroed before the first. */
typedef struct {
  GstBuffer *buffer; /* NULL between revolutions */
  GstMapInfo map;
  guint n_points;
  GstClockTime pts;   /* of the first firing, or GST_CLOCK_TIME_NONE */
  guint64 begins;     /* the sensor's time of it, nanoseconds */
  guint64 ends;       /* that of the end of the last firing */
  gboolean is_torn;   /* packets are missing before or in it */
  gboolean is_at_cut; /* it began where revolutions do */
} GstSsioSweep;

/* Takes a buffer from pool, unless there is one already. */
GstFlowReturn gst_ssio_sweep_begin (GstSsioSweep *sweep, GstBufferPool *pool,
    GstClockTime pts, guint64 begins);

/* Whether another firing has room. */
gboolean gst_ssio_sweep_has_room (const GstSsioSweep *sweep);

/* Where the next points go. */
GstSsioVelodynePoint *gst_ssio_sweep_get_end (const GstSsioSweep *sweep);

/* Ends the revolution that was begun, and returns its buffer with its times, or
 * NULL where there is no point. */
GstBuffer *gst_ssio_sweep_end (GstSsioSweep *sweep);

/* Throws it away. */
void gst_ssio_sweep_clear (GstSsioSweep *sweep);

G_END_DECLS
