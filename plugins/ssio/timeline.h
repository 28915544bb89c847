/* SPDX-License-Identifier: MIT */
/* When points are due: the timestamps of batches, and what time a position in
 * an epoch's order is. Times are in nanoseconds of stream time, from the start
 * of an epoch. */
#pragma once

#include <gst/ssio/dataset.h>

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_RATE_UNIT_BATCHES, /* a second */
  GST_SSIO_RATE_UNIT_POINTS,  /* a second */
  GST_SSIO_RATE_UNIT_TIME,    /* recorded seconds a second */
} GstSsioRateUnit;

typedef struct {
  gdouble rate; /* 0 for no timestamps */
  GstSsioRateUnit unit;
  const gchar *time_field; /* of unit time; NULL to look for one */
} GstSsioTimelineConfig;

typedef struct _GstSsioTimeline GstSsioTimeline;

/* Of points of that layout, at a rate above 0. NULL with error set where the
 * layout has no time. */
GstSsioTimeline *gst_ssio_timeline_new (const GstSsioTimelineConfig *config,
    const GstSsioLayout *layout, GError **error);
void gst_ssio_timeline_free (GstSsioTimeline *timeline);

/* Whether times are those of points, and not counted. */
gboolean gst_ssio_timeline_is_recorded (const GstSsioTimeline *timeline);

/* Has times of positions come from dataset, which must live as long. FALSE
 * with error set where a file cannot be read. Without a data set there are
 * timestamps only, and none of unit batches. */
gboolean gst_ssio_timeline_set_dataset (GstSsioTimeline *timeline,
    GstSsioDataset *dataset, GError **error);

/* The time of the point at position, which may be one past the last: of
 * recorded times that is the last point's. */
gboolean gst_ssio_timeline_get_time (GstSsioTimeline *timeline,
    guint64 position, GstClockTime *time, GError **error);

/* The first position of that time or later, to the nearest point; recorded
 * times are expected to rise. */
gboolean gst_ssio_timeline_get_position (GstSsioTimeline *timeline,
    GstClockTime time, guint64 *position, GError **error);

/* What an epoch takes, GST_CLOCK_TIME_NONE where it is not known. */
GstClockTime gst_ssio_timeline_get_duration (GstSsioTimeline *timeline);

/* What comes next follows a jump to that time. */
void gst_ssio_timeline_restart (GstSsioTimeline *timeline, GstClockTime time);

/* Sets PTS and duration of a buffer with that batch. Recorded times that go
 * back, as where a file starts again from 0, go on where the batch before
 * ended. */
void gst_ssio_timeline_stamp (GstSsioTimeline *timeline,
    const GstSsioBatch *batch, GstBuffer *buffer);

/* Where the last batch ended, or the last jump went. */
GstClockTime gst_ssio_timeline_get_end (const GstSsioTimeline *timeline);

G_END_DECLS
