/* SPDX-License-Identifier: MIT */
/* What leaves on the source pad, in the right order: caps come before segment
 * and tags, and are known only with the first packet. */
#pragma once

#include "model.h"
#include "sweep.h"

G_BEGIN_DECLS

/* Zeroed but for pad. */
typedef struct {
  GstPad *pad;
  GQueue held; /* events that wait for caps */
  gboolean has_caps;
  GstBufferPool *pool; /* NULL before the first packet */
  guint64 n_batches;
  guint64 n_points;
} GstSsioVelodyneOutput;

/* Takes a serialized event. */
gboolean gst_ssio_velodyne_output_event (GstSsioVelodyneOutput *output,
    GstEvent *event);

/* Sees to caps and the pool, if need be. */
GstFlowReturn gst_ssio_velodyne_output_prepare (GstSsioVelodyneOutput *output,
    const GstSsioVelodyneModel *model);

/* Ends a sweep, and pushes it: a gap where it is empty. */
GstFlowReturn gst_ssio_velodyne_output_push (GstSsioVelodyneOutput *output,
    GstSsioSweep *sweep);

/* Forgets what a flush throws away. */
void gst_ssio_velodyne_output_flush (GstSsioVelodyneOutput *output);

/* Goes back to the start. */
void gst_ssio_velodyne_output_reset (GstSsioVelodyneOutput *output);

G_END_DECLS
