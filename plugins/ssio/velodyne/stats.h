/* SPDX-License-Identifier: MIT */
/* What came and what did not. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  guint64 packets; /* of data */
  guint64 lost;
  guint64 other; /* not of data, position packets among them */
  guint64 revolutions;
  guint64 points;
} GstSsioVelodyneStats;

GstStructure *
gst_ssio_velodyne_stats_to_structure (const GstSsioVelodyneStats *stats);

G_END_DECLS
