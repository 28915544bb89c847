/* SPDX-License-Identifier: MIT */
/* What has come to a sink of an epoch, and what was dropped on its way there,
 * as a leaky queue drops batches: by the offsets of buffers and their
 * GstSsioBatchMeta, as far as they have them. Where they have neither, a buffer
 * that is marked with GST_BUFFER_FLAG_DISCONT says that one batch did not
 * come, which may have been more. */
#pragma once

#include <gst/ssio/gstssioepoch.h>

G_BEGIN_DECLS

typedef struct {
  guint64 batches; /* that came */
  guint64 points;
  guint64 missed_batches; /* that did not */
  guint64 missed_points;

  gboolean has_begun; /* something has come since the segment began */
  guint epoch;        /* of the last one that came, where it says so */

  /* what comes next; G_MAXUINT64 where that is not known */
  guint64 next_batch;
  guint64 next_point;
} GstSsioArrivals;

/* Nothing has come. What comes next stays as it is. */
void gst_ssio_arrivals_reset (GstSsioArrivals *arrivals);

/* What comes next is where segment begins. */
void gst_ssio_arrivals_start_segment (GstSsioArrivals *arrivals,
    const GstSegment *segment);

void gst_ssio_arrivals_add (GstSsioArrivals *arrivals, GstBuffer *buffer,
    guint point_size);

/* Whether buffer is of a later epoch than those that have come, whose end was
 * dropped; which one, then. */
gboolean gst_ssio_arrivals_are_over (const GstSsioArrivals *arrivals,
    GstBuffer *buffer, guint *next_epoch);

/* No more comes of an epoch, of which that was sent. */
void gst_ssio_arrivals_end_epoch (GstSsioArrivals *arrivals,
    const GstSsioEpoch *sent);

/* No more comes, since event, which has come to pad, ends the epoch: who sent
 * it knows what it had, if not by the event then by its position. batch_size
 * is that of the caps. */
void gst_ssio_arrivals_end (GstSsioArrivals *arrivals, GstEvent *event,
    GstPad *pad, guint batch_size);

G_END_DECLS
