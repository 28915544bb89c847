/* SPDX-License-Identifier: MIT */
/* Packets in, revolutions out. */
#pragma once

#include "output.h"
#include "packet.h"
#include "points.h"
#include "revolution.h"
#include "stats.h"
#include "sweep.h"
#include "timeline.h"

G_BEGIN_DECLS

typedef struct {
  const GstSsioVelodyneModel *model; /* NULL: that of the first packet */
  gdouble cut_angle;                 /* degrees */
  gdouble min_range;                 /* metres */
  gdouble max_range;
} GstSsioVelodyneSettings;

/* Zeroed before it is started, but for the output's pad. */
typedef struct {
  GstSsioVelodyneSettings settings;
  GstSsioVelodyneParser parser;
  GstSsioVelodynePacket packet; /* the last */
  GstSsioVelodyneAim aim;       /* of the model, once there is one */
  GstSsioVelodyneTimeline timeline;
  GstSsioVelodyneRevolution revolution;
  GstSsioSweep sweep;
  GstSsioVelodyneOutput output;
  GstSsioVelodyneStats stats;
  guint64 n_restarts;  /* of the sensor's clock */
  GstClockTime period; /* of the longest whole revolution; 0 before one */
} GstSsioVelodyneDecoder;

void gst_ssio_velodyne_decoder_start (GstSsioVelodyneDecoder *decoder,
    const GstSsioVelodyneSettings *settings);
void gst_ssio_velodyne_decoder_stop (GstSsioVelodyneDecoder *decoder);

/* Takes the bytes of a packet that came at a time, which may be none and is
 * where the PTS of batches come from, and says what it was. */
GstFlowReturn gst_ssio_velodyne_decoder_take (GstSsioVelodyneDecoder *decoder,
    const guint8 *bytes, gsize size, GstClockTime pts,
    GstSsioVelodyneKind *kind);

/* Pushes what there is of a revolution. What comes next has nothing to do with
 * what came before. */
GstFlowReturn
gst_ssio_velodyne_decoder_drain (GstSsioVelodyneDecoder *decoder);

/* The same, but throws it away. */
void gst_ssio_velodyne_decoder_flush (GstSsioVelodyneDecoder *decoder);

G_END_DECLS
