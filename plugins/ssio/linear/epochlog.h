/* SPDX-License-Identifier: MIT */
/* What has come to an element of each epoch, and in what time. The streaming
 * thread keeps it; any thread may ask for what was missed, or start and stop
 * the clock. */
#pragma once

#include "arrivals.h"

G_BEGIN_DECLS

typedef struct _GstSsioEpochLog GstSsioEpochLog;

/* With a clock that stands. */
GstSsioEpochLog *gst_ssio_epoch_log_new (void);

void gst_ssio_epoch_log_free (GstSsioEpochLog *log);

/* Forgets all that has come. */
void gst_ssio_epoch_log_reset (GstSsioEpochLog *log);

/* Lets time go by, or not, as in PAUSED. */
void gst_ssio_epoch_log_let_clock_run (GstSsioEpochLog *log, gboolean run);

/* Takes from caps how large points and batches are. */
void gst_ssio_epoch_log_set_caps (GstSsioEpochLog *log, GstCaps *caps);

/* An epoch's time begins with its first segment. */
void gst_ssio_epoch_log_start_segment (GstSsioEpochLog *log,
    const GstSegment *segment);

/* Whether buffer is of a later epoch than what came before, see
 * gst_ssio_arrivals_are_over(). */
gboolean gst_ssio_epoch_log_is_over (const GstSsioEpochLog *log,
    GstBuffer *buffer, guint *next_epoch);

void gst_ssio_epoch_log_add (GstSsioEpochLog *log, GstBuffer *buffer);

/* No more comes of the epoch, which event ends at pad. */
void gst_ssio_epoch_log_end (GstSsioEpochLog *log, GstEvent *event,
    GstPad *pad);

/* The same of one whose end was dropped, and which has so many points; 0 where
 * that is not known. */
void gst_ssio_epoch_log_end_dropped (GstSsioEpochLog *log, guint epoch,
    guint64 n_points);

/* Of the epoch. For the streaming thread. */
const GstSsioArrivals *
gst_ssio_epoch_log_get_arrivals (const GstSsioEpochLog *log);

/* Of the epoch's time, as far as the clock has run. */
gdouble gst_ssio_epoch_log_get_seconds (GstSsioEpochLog *log);

/* Nothing has come of the epoch that follows. */
void gst_ssio_epoch_log_clear_epoch (GstSsioEpochLog *log);

/* Whose time begins now, or, after the end of the stream, with the next
 * segment. */
void gst_ssio_epoch_log_restart_clock (GstSsioEpochLog *log);
void gst_ssio_epoch_log_await_segment (GstSsioEpochLog *log);

/* Of all epochs since gst_ssio_epoch_log_reset(). */
void gst_ssio_epoch_log_get_missed (GstSsioEpochLog *log, guint64 *batches,
    guint64 *points);

G_END_DECLS
