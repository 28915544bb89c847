/* SPDX-License-Identifier: MIT */
/* What the manuals say of each sensor. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_SSIO_VELODYNE_MAX_CHANNELS 32

/* Azimuths are in hundredths of a degree, as packets have them. */
#define GST_SSIO_VELODYNE_TURN 36000

/* How far an azimuth may be behind the one before, as they are measured. */
#define GST_SSIO_VELODYNE_MAX_BACK 100

/* A sensor turns at 5 to 20 Hz: the longest revolution, in nanoseconds. */
#define GST_SSIO_VELODYNE_MAX_PERIOD G_GUINT64_CONSTANT (200000000)

typedef struct {
  const gchar *name;
  guint8 product_id; /* of the factory bytes */
  guint n_channels;
  guint firings_per_block;
  guint firing_ns;  /* from one firing of all channels to the next */
  guint channel_ns; /* from one channel to the next */
  gfloat elevation[GST_SSIO_VELODYNE_MAX_CHANNELS]; /* degrees, as they fire */
  gfloat height[GST_SSIO_VELODYNE_MAX_CHANNELS];    /* millimetres */
} GstSsioVelodyneModel;

/* By name, as in the element's property; NULL where there is none. */
const GstSsioVelodyneModel *gst_ssio_velodyne_model_find (const gchar *name);

/* By the second factory byte; NULL where it is not known. */
const GstSsioVelodyneModel *gst_ssio_velodyne_model_identify (guint8 id);

/* Points of the longest revolution with two returns, and a tenth more, since
 * the speed of a motor is not exact. */
guint
gst_ssio_velodyne_model_get_max_points (const GstSsioVelodyneModel *model);

/* Hundredths of a degree that a block of the fastest sensor turns by, and half
 * as much again: more is a jump. */
gint gst_ssio_velodyne_model_get_max_gap (const GstSsioVelodyneModel *model);

G_END_DECLS
