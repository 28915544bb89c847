/* SPDX-License-Identifier: MIT */
/* The bytes of a UDP packet, without headers, as firings. */
#pragma once

#include "model.h"

G_BEGIN_DECLS

#define GST_SSIO_VELODYNE_PACKET_BYTES 1206
#define GST_SSIO_VELODYNE_POSITION_BYTES 512
#define GST_SSIO_VELODYNE_MAX_FIRINGS 24
#define GST_SSIO_VELODYNE_CHANNEL_BYTES 3

typedef enum {
  GST_SSIO_VELODYNE_DATA,
  GST_SSIO_VELODYNE_POSITION,      /* what a GPS receiver sends through it */
  GST_SSIO_VELODYNE_OTHER_SIZE,    /* neither of these */
  GST_SSIO_VELODYNE_OTHER_CONTENT, /* no block begins as it should */
  GST_SSIO_VELODYNE_OTHER_MODEL,   /* one that is not known, or not expected */
} GstSsioVelodyneKind;

/* What a column of lasers measures at a time: for each channel in the order of
 * firing, two bytes of distance and one of reflectivity. */
typedef struct {
  gdouble azimuth;      /* of the first channel */
  gdouble gap;          /* by how much a firing turns */
  guint offset_ns;      /* since the packet's first, but for dark_ns */
  guint dark_ns;        /* in between, outside of the field of view */
  const guint8 *first;  /* into the packet */
  const guint8 *second; /* with dual return, or NULL */
} GstSsioVelodyneFiring;

typedef struct {
  guint8 product_id;
  guint32 timestamp; /* microseconds since the hour, of the first firing */
  guint span_ns;     /* until the next packet's first firing */
  gboolean is_dual;
  gboolean has_jump; /* in azimuth, as that of a limited field of view */
  guint n_firings;   /* of blocks that are in order */
  GstSsioVelodyneFiring firings[GST_SSIO_VELODYNE_MAX_FIRINGS];
} GstSsioVelodynePacket;

/* What is kept from packet to packet; zeroed before the first. */
typedef struct {
  const GstSsioVelodyneModel *model; /* NULL: the first data packet sets it */
  gboolean is_given; /* by a user, for sensors that do not tell their model */
  gint gap;          /* the last between two blocks, 0 where there was none */
} GstSsioVelodyneParser;

/* Fills packet, whose firings point into bytes, for data packets; its
 * product_id for those of other models. */
GstSsioVelodyneKind gst_ssio_velodyne_parse (GstSsioVelodyneParser *parser,
    const guint8 *bytes, gsize size, GstSsioVelodynePacket *packet);

G_END_DECLS
