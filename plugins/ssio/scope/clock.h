/* SPDX-License-Identifier: MIT */
/* When frames are shown: as their batches, or where those have no times, one
 * after the other at the frame rate. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

typedef struct {
  gboolean is_timed;    /* the stream is in TIME, and batches have times */
  gboolean has_segment; /* downstream has one that is not upstream's */
  guint64 n_frames;     /* since the segment began */
  GstClockTime pts;     /* of the last batch */
  GstClockTime duration;
} GstSsioScopeClock;

/* Takes over a SEGMENT event of batches. Returns that of frames, or NULL where
 * they have one. */
GstEvent *gst_ssio_scope_clock_take_segment (GstSsioScopeClock *clock,
    GstEvent *event);

/* The same for SEGMENT_DONE. */
GstEvent *gst_ssio_scope_clock_take_segment_done (GstSsioScopeClock *clock,
    GstEvent *event, const GstVideoInfo *info);

/* After a FLUSH_STOP event, which stays the caller's. */
void gst_ssio_scope_clock_flush (GstSsioScopeClock *clock, GstEvent *event);

void gst_ssio_scope_clock_take_batch (GstSsioScopeClock *clock,
    GstBuffer *batch);

/* Gives the next frame its times. */
void gst_ssio_scope_clock_stamp (GstSsioScopeClock *clock, GstBuffer *frame,
    const GstVideoInfo *info);

G_END_DECLS
