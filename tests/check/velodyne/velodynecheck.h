/* SPDX-License-Identifier: MIT */
/* Packets for tests. */
#pragma once

#include <gst/gst.h>

#include "velodyne/packet.h"

G_BEGIN_DECLS

#define VLP16 0x22
#define HDL32E 0x21
#define STRONGEST 0x37
#define DUAL 0x39

/* A VLP-16 that turns by 0.4 degrees a block has a revolution of 75 packets of
 * 384 channels, 900 blocks of 110,592 ns. */
#define PACKET_NS 1327104
#define REVOLUTION_PACKETS 75
#define PACKET_POINTS 384
#define REVOLUTION_POINTS (REVOLUTION_PACKETS * PACKET_POINTS)
#define REVOLUTION_NS (900 * G_GUINT64_CONSTANT (110592))

/* A sensor; what it measures is 5 m and reflectivity 7 everywhere. */
typedef struct {
  guint8 product_id;
  guint8 return_mode;
  guint azimuth; /* of the next block, hundredths of a degree */
  guint step;    /* from block to block */
  guint dark;    /* the azimuth from which on it is dark up to 0; 0: never */
  guint64 time;  /* of the next packet, nanoseconds */
  guint packet_ns;
  guint16 distance; /* in 2 mm */
} VelodyneCheck;

/* That VLP-16, at azimuth 0. */
void velodyne_check_init (VelodyneCheck *sensor);

/* Writes the next packet. */
void velodyne_check_fill (VelodyneCheck *sensor,
    guint8 bytes[GST_SSIO_VELODYNE_PACKET_BYTES]);

/* The same as a buffer, whose PTS is its time. */
GstBuffer *velodyne_check_next (VelodyneCheck *sensor);

/* Leaves n packets out. */
void velodyne_check_skip (VelodyneCheck *sensor, guint n);

/* Puts a channel of a block: that with this index, of 32. */
void velodyne_check_put (guint8 *bytes, guint block, guint channel,
    guint16 distance, guint8 reflectivity);

void velodyne_check_put_azimuth (guint8 *bytes, guint block, guint azimuth);

G_END_DECLS
