/* SPDX-License-Identifier: MIT */
/* A simulated spinning LiDAR, in place of a sensor's driver: it stands in a
 * courtyard, 1.8 m above the ground, and a car drives around it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LIDAR_LAYOUT "x:f4,y:f4,z:f4,intensity:f4,ring:u2,time:f4"
#define LIDAR_RINGS 65
#define LIDAR_COLUMNS 2000
#define LIDAR_POINTS (LIDAR_RINGS * LIDAR_COLUMNS) /* of a sweep */
#define LIDAR_SWEEPS_PER_SECOND 10

/* A record as the layout says, without gaps. x, y and z are in metres from the
 * sensor, z up; time in seconds from the sweep's start. */
typedef struct __attribute__ ((packed)) {
  gfloat x, y, z;
  gfloat intensity; /* 0 to 255 */
  guint16 ring;     /* 0 looks down most */
  gfloat time;
} LidarPoint;

/* Fills in the LIDAR_POINTS points of a sweep, counted from 0. */
void lidar_sweep (guint64 sweep, LidarPoint *points);

G_END_DECLS
