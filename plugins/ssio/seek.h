/* SPDX-License-Identifier: MIT */
/* Positions in a stream of points: in points or bytes, and seeks to them, or to
 * times. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What positions are measured by, and where the stream is, in points. For seeks
 * in time, all but point_size are in time, and n_points may be unknown. */
typedef struct {
  guint point_size; /* 0 while nothing is open */
  guint64 n_points; /* G_MAXUINT64 where it is not known */
  guint64 position; /* of the next point */
  guint64 start;    /* of the current segment */
  guint64 stop;     /* G_MAXUINT64 for none */
} GstSsioExtent;

/* Between points and bytes; bytes inside a point belong to that point. */
gboolean gst_ssio_extent_convert (const GstSsioExtent *extent, GstFormat from,
    gint64 value, GstFormat to, gint64 *result);

/* The same seek in points, or where is_timed in time, with its ends counted
 * from the start. NULL where it cannot be done, told in the log of object.
 * While nothing is open, the event itself. */
GstEvent *gst_ssio_seek_in_points (GstObject *object, GstEvent *event,
    const GstSsioExtent *extent, gboolean is_timed);

/* Sets segment to where a seek in points goes from here. Its position is
 * G_MAXUINT64 where the seek leaves that as it is. */
gboolean gst_ssio_seek_apply (GstEvent *seek, const GstSsioExtent *extent,
    GstSegment *segment);

G_END_DECLS
