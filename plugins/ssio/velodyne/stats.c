/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stats.h"

GstStructure *
gst_ssio_velodyne_stats_to_structure (const GstSsioVelodyneStats *stats)
{
  return gst_structure_new ("ssio-velodyne-stats", "packets", G_TYPE_UINT64,
      stats->packets, "lost", G_TYPE_UINT64, stats->lost, "other",
      G_TYPE_UINT64, stats->other, "revolutions", G_TYPE_UINT64,
      stats->revolutions, "points", G_TYPE_UINT64, stats->points, NULL);
}
