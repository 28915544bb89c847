/* SPDX-License-Identifier: MIT */
/* ssiosrc in a harness, and the times of what it pushes. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

#define REPLAY_N_POINTS 1000
#define REPLAY_BATCH_SIZE 64
#define REPLAY_N_BATCHES 16 /* the last one has 40 points */

/* What came until the stream, or a segment, was over. */
typedef struct {
  GPtrArray *buffers;
  GArray *segments; /* of GstSegment */
} ReplayOutput;

/* Of a description as gst-launch-1.0 takes it. */
GstHarness *replay_start (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* Of ssiosrc with these properties and REPLAY_N_POINTS points of six
 * fields. */
GstHarness *replay_start_tile (const gchar *properties);

/* Waits for the end; to be cleared. */
ReplayOutput replay_take (GstHarness *harness);
void replay_clear (ReplayOutput *output);

/* The same from the start. */
ReplayOutput replay_play (GstHarness *harness);

const GstSegment *replay_get_segment (const ReplayOutput *output, guint i);

/* Of the first point of buffer i. */
guint64 replay_get_offset (const ReplayOutput *output, guint i);

/* Of buffer i. */
void replay_expect_times (const ReplayOutput *output, guint i,
    GstClockTime pts, GstClockTime duration);

/* Of segment i, in time. */
void replay_expect_segment (const ReplayOutput *output, guint i,
    GstClockTime base, GstClockTime from, GstClockTime stop,
    GstClockTime duration);

G_END_DECLS
