/* SPDX-License-Identifier: MIT */
/* Positions in a stream of points: in points or bytes, and seeks to them. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What positions are measured by. */
typedef struct {
  guint point_size; /* 0 while nothing is open */
  guint64 n_points;
} GstSsioExtent;

/* Between points and bytes; bytes inside a point belong to that point. */
gboolean gst_ssio_extent_convert (const GstSsioExtent *extent, GstFormat from,
    gint64 value, GstFormat to, gint64 *result);

/* The same seek in points, with its ends counted from the start. NULL where
 * it cannot be done, told in the log of object. current is the segment that
 * an end of type NONE keeps. While nothing is open, the event itself. */
GstEvent *gst_ssio_seek_in_points (GstObject *object, GstEvent *event,
    const GstSsioExtent *extent, const GstSegment *current);

/* Has segment, which is in points, go where a seek in points says. */
gboolean gst_ssio_seek_apply (GstEvent *seek, GstSegment *segment);

G_END_DECLS
