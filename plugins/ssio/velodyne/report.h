/* SPDX-License-Identifier: MIT */
/* What came and what did not, and warnings of it that do not come in floods. */
#pragma once

#include <gst/gst.h>

#include "packet.h"

G_BEGIN_DECLS

typedef struct {
  guint64 packets; /* of data */
  guint64 lost;
  guint64 other; /* not of data, position packets among them */
  guint64 revolutions;
  guint64 points;
} GstSsioVelodyneStats;

/* Things of a kind to warn of. */
typedef struct {
  guint64 n;        /* so far */
  guint64 n_warned; /* of which warnings told */
  gint64 warned_at; /* microseconds */
} GstSsioVelodyneConcern;

GstStructure *
gst_ssio_velodyne_stats_to_structure (const GstSsioVelodyneStats *stats);

/* Whether it is time for a warning at now, of g_get_monotonic_time(): at once
 * for the first, and then at most every ten seconds, or where this is the end.
 * Then the things so far count as warned of. */
gboolean gst_ssio_velodyne_concern_is_due (GstSsioVelodyneConcern *concern,
    gint64 now, gboolean is_end);

/* Says what is wrong with a packet of that kind, which is no data packet; model
 * may be NULL. Free with g_free(). */
gchar *gst_ssio_velodyne_describe_other (GstSsioVelodyneKind kind, gsize size,
    guint8 product_id, const GstSsioVelodyneModel *model);

G_END_DECLS
