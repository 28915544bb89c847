/* SPDX-License-Identifier: MIT */
/* Firings as points. */
#pragma once

#include "packet.h"

G_BEGIN_DECLS

/* The fields and their order are those of the ROS driver's clouds, without the
 * gaps of its structs. */
#define GST_SSIO_VELODYNE_LAYOUT "x:f4,y:f4,z:f4,intensity:f4,ring:u2,time:f4"

/* Metres: the unit of distances, and the largest one of a packet. */
#define GST_SSIO_VELODYNE_DISTANCE_UNIT 0.002
#define GST_SSIO_VELODYNE_MAX_DISTANCE 131.07

#define GST_SSIO_VELODYNE_MAX_FIRING_POINTS \
  (2 * GST_SSIO_VELODYNE_MAX_CHANNELS)

/* x is forward (azimuth 0), y left, z up, in metres; ring counts channels from
 * the lowest elevation; time is in seconds. */
typedef struct __attribute__ ((packed)) {
  gfloat x, y, z;
  gfloat intensity;
  guint16 ring;
  gfloat time;
} GstSsioVelodynePoint;

/* How the channels of a model are aimed. */
typedef struct {
  gfloat cosine, sine; /* of the elevation */
  gfloat height;       /* metres */
  gfloat turn;         /* its part of a firing's gap, in radians a unit */
  gfloat seconds;      /* after the first channel */
  guint16 ring;
} GstSsioVelodyneChannel;

typedef struct {
  guint n_channels;
  guint min_distance, max_distance; /* in the packets' unit; never 0 */
  GstSsioVelodyneChannel channels[GST_SSIO_VELODYNE_MAX_CHANNELS];
} GstSsioVelodyneAim;

/* Points nearer than min_range or farther than max_range, in metres, are left
 * out. */
void gst_ssio_velodyne_aim_init (GstSsioVelodyneAim *aim,
    const GstSsioVelodyneModel *model, gdouble min_range, gdouble max_range);

/* Writes the points of a firing, at most MAX_FIRING_POINTS, and returns how
 * many there are. seconds is the time of its first channel. Of two returns
 * that are the same, one is written. */
guint gst_ssio_velodyne_aim_firing (const GstSsioVelodyneAim *aim,
    const GstSsioVelodyneFiring *firing, gfloat seconds,
    GstSsioVelodynePoint *points);

G_END_DECLS
