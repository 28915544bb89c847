/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>
#include <math.h>

#include "timeline.h"

/* That fit in nanoseconds. */
#define MAX_SECONDS 9e9

struct _GstSsioTimeline {
  gdouble rate;
  GstSsioRateUnit unit;
  const GstSsioField *field; /* of unit time */
  GstSsioLayout *layout;
  guint8 *point; /* one, to read its time from */

  GstSsioDataset *dataset; /* NULL without one */
  gdouble origin;          /* recorded seconds of the first point */
  gboolean has_origin;
  GstClockTime length; /* of what is recorded, where that is known */

  GstClockTime end;      /* of the last batch */
  gdouble previous;      /* seconds where the last batch began, or NAN */
  guint file;            /* that it was of */
  gdouble shift_seconds; /* added since recorded times have gone back */
};

/* As LAS, ROS, Ouster, Livox and others call it. */
static const gchar *const time_fields[] = { "gps_time", "time", "timestamp",
  "t", "time_stamp", "offset_time", "GpsTime" };

static const GstSsioField *
find_time_field (const GstSsioLayout *layout, const gchar *name)
{
  gint index = -1;
  guint i;

  if (name)
    index = gst_ssio_layout_find_field (layout, name);
  for (i = 0; !name && index < 0 && i < G_N_ELEMENTS (time_fields); i++)
    index = gst_ssio_layout_find_field (layout, time_fields[i]);
  return index < 0 ? NULL : gst_ssio_layout_get_field (layout, index);
}

static gboolean
open_time_field (GstSsioTimeline *self, const gchar *name, GError **error)
{
  gchar *text;

  self->field = find_time_field (self->layout, name);
  if (self->field)
    return TRUE;
  text = gst_ssio_layout_to_string (self->layout);
  if (name)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "no field \"%s\": expected one of the points' fields, which are %s; "
        "set time-field to the one with their time",
        name, text);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "no field with the time of points: expected gps_time, time, timestamp, "
        "t, time_stamp or offset_time, found %s; set time-field to the one "
        "with their time, or rate-unit=batches or points",
        text);
  g_free (text);
  return FALSE;
}

GstSsioTimeline *
gst_ssio_timeline_new (const GstSsioTimelineConfig *config,
    const GstSsioLayout *layout, GError **error)
{
  GstSsioTimeline *self = g_new0 (GstSsioTimeline, 1);

  self->rate = config->rate;
  self->unit = config->unit;
  self->layout = gst_ssio_layout_ref ((GstSsioLayout *) layout);
  self->point = g_malloc (gst_ssio_layout_get_point_size (layout));
  self->length = GST_CLOCK_TIME_NONE;
  gst_ssio_timeline_restart (self, 0);
  if (self->unit == GST_SSIO_RATE_UNIT_TIME
      && !open_time_field (self, config->time_field, error))
    g_clear_pointer (&self, gst_ssio_timeline_free);
  return self;
}

void
gst_ssio_timeline_free (GstSsioTimeline *self)
{
  gst_ssio_layout_unref (self->layout);
  g_free (self->point);
  g_free (self);
}

gboolean
gst_ssio_timeline_is_recorded (const GstSsioTimeline *self)
{
  return self->unit == GST_SSIO_RATE_UNIT_TIME;
}

static GstClockTime
to_clock_time (gdouble seconds)
{
  return (GstClockTime) (CLAMP (seconds, 0, MAX_SECONDS) * GST_SECOND + 0.5);
}

/* Seconds, as the point was recorded. */
static gboolean
read_point_time (GstSsioTimeline *self, guint64 position, gdouble *seconds,
    GError **error)
{
  gsize size = gst_ssio_layout_get_point_size (self->layout);
  GstSsioBatch batch;
  GstBuffer *buffer;
  gboolean done;

  if (!gst_ssio_dataset_get_batch (self->dataset, position, position + 1,
          &batch)) {
    *seconds = NAN;
    return TRUE;
  }
  buffer = gst_buffer_new_wrapped_full (0, self->point, size, 0, size, NULL,
      NULL);
  done = gst_ssio_dataset_read_batch (self->dataset, &batch, buffer, error);
  gst_buffer_unref (buffer);
  if (done)
    *seconds = gst_ssio_field_read_value (self->field, self->point);
  return done;
}

static gdouble
get_buffer_time (GstSsioTimeline *self, GstBuffer *buffer, gsize offset)
{
  gsize size = gst_ssio_layout_get_point_size (self->layout);

  if (gst_buffer_extract (buffer, offset, self->point, size) != size)
    return NAN;
  return gst_ssio_field_read_value (self->field, self->point);
}

static void
set_origin (GstSsioTimeline *self, gdouble seconds)
{
  if (isfinite (seconds)) {
    self->origin = seconds;
    self->has_origin = TRUE;
  }
}

/* A batch takes as long however many points it has, and its points share in
 * that. */
static gdouble
count_batches (GstSsioTimeline *self, guint64 position)
{
  guint64 index = gst_ssio_dataset_find_batch (self->dataset, position);
  guint64 start = gst_ssio_dataset_get_position (self->dataset, index);
  guint64 stop = gst_ssio_dataset_get_position (self->dataset, index + 1);

  if (stop <= start)
    return index;
  return index + (position - start) / (gdouble) (stop - start);
}

static gdouble
to_seconds (GstSsioTimeline *self, gdouble recorded)
{
  return (recorded - self->origin) / self->rate;
}

static gboolean
get_recorded_time (GstSsioTimeline *self, guint64 position, GstClockTime *time,
    GError **error)
{
  guint64 n_points = gst_ssio_dataset_get_n_points (self->dataset);
  gdouble seconds;

  if (position >= n_points && n_points > 0)
    position = n_points - 1;
  if (!read_point_time (self, position, &seconds, error))
    return FALSE;
  *time = isfinite (seconds) ? to_clock_time (to_seconds (self, seconds)) : 0;
  return TRUE;
}

/* From the first point to the last. Files may each start from 0. */
static gboolean
measure_recording (GstSsioTimeline *self, GError **error)
{
  gdouble first;
  GstClockTime end;

  if (!read_point_time (self, 0, &first, error))
    return FALSE;
  set_origin (self, first);
  if (!get_recorded_time (self, gst_ssio_dataset_get_n_points (self->dataset),
          &end, error))
    return FALSE;
  if (gst_ssio_dataset_get_n_files (self->dataset) == 1 && end > 0)
    self->length = end;
  return TRUE;
}

gboolean
gst_ssio_timeline_set_dataset (GstSsioTimeline *self, GstSsioDataset *dataset,
    GError **error)
{
  self->dataset = dataset;
  return !gst_ssio_timeline_is_recorded (self)
         || measure_recording (self, error);
}

/* Of the units that nothing has to be read for. */
static GstClockTime
get_counted_time (GstSsioTimeline *self, guint64 position)
{
  gdouble n = self->unit == GST_SSIO_RATE_UNIT_POINTS
                  ? position
                  : count_batches (self, position);

  return to_clock_time (n / self->rate);
}

gboolean
gst_ssio_timeline_get_time (GstSsioTimeline *self, guint64 position,
    GstClockTime *time, GError **error)
{
  if (gst_ssio_timeline_is_recorded (self))
    return get_recorded_time (self, position, time, error);
  *time = get_counted_time (self, position);
  return TRUE;
}

static guint64
find_in_batches (GstSsioTimeline *self, gdouble batches)
{
  guint64 index = floor (batches);
  guint64 start = gst_ssio_dataset_get_position (self->dataset, index);
  guint64 stop = gst_ssio_dataset_get_position (self->dataset, index + 1);

  return start + (guint64) ((batches - index) * (stop - start) + 0.5);
}

/* By halves, of times that rise. */
static gboolean
find_recorded (GstSsioTimeline *self, GstClockTime time, guint64 *position,
    GError **error)
{
  guint64 low = 0;
  guint64 high = gst_ssio_dataset_get_n_points (self->dataset);

  while (low < high) {
    guint64 middle = low + (high - low) / 2;
    GstClockTime found;

    if (!get_recorded_time (self, middle, &found, error))
      return FALSE;
    if (found < time)
      low = middle + 1;
    else
      high = middle;
  }
  *position = low;
  return TRUE;
}

gboolean
gst_ssio_timeline_get_position (GstSsioTimeline *self, GstClockTime time,
    guint64 *position, GError **error)
{
  guint64 n_points = gst_ssio_dataset_get_n_points (self->dataset);
  gdouble done = time / (gdouble) GST_SECOND * self->rate;

  switch (self->unit) {
  case GST_SSIO_RATE_UNIT_BATCHES:
    *position = done < gst_ssio_dataset_get_n_batches (self->dataset)
                    ? MIN (find_in_batches (self, done), n_points)
                    : n_points;
    return TRUE;
  case GST_SSIO_RATE_UNIT_POINTS:
    *position = done < n_points ? (guint64) (done + 0.5) : n_points;
    return TRUE;
  default:
    return find_recorded (self, time, position, error);
  }
}

GstClockTime
gst_ssio_timeline_get_duration (GstSsioTimeline *self)
{
  if (gst_ssio_timeline_is_recorded (self))
    return self->length;
  return get_counted_time (self,
      gst_ssio_dataset_get_n_points (self->dataset));
}

void
gst_ssio_timeline_restart (GstSsioTimeline *self, GstClockTime time)
{
  self->end = time;
  self->previous = NAN;
  self->shift_seconds = 0;
}

/* Whether the batch's times have gone back, from those of the one before it:
 * where points are not quite in order, a batch may well begin before the one
 * before it ends, but not where that one began, if it took time. */
static gboolean
has_gone_back (GstSsioTimeline *self, const GstSsioBatch *batch,
    gdouble seconds)
{
  if (isnan (self->previous))
    return FALSE;
  if (batch->file == self->file && seconds > self->previous)
    return FALSE;
  return to_clock_time (seconds) < self->end;
}

static void
stamp_recorded (GstSsioTimeline *self, const GstSsioBatch *batch,
    GstBuffer *buffer)
{
  gsize point_size = gst_ssio_layout_get_point_size (self->layout);
  gdouble first = get_buffer_time (self, buffer, 0);
  gdouble last
      = get_buffer_time (self, buffer, (batch->n_points - 1) * point_size);
  gdouble end = self->end / (gdouble) GST_SECOND;
  gdouble seconds;

  if (!self->has_origin)
    set_origin (self, first);
  seconds = isfinite (first) ? to_seconds (self, first) + self->shift_seconds
                             : end;
  if (has_gone_back (self, batch, seconds)) {
    self->shift_seconds += end - seconds;
    seconds = end;
  }
  self->previous = seconds;
  self->file = batch->file;
  GST_BUFFER_PTS (buffer) = to_clock_time (seconds);
  GST_BUFFER_DURATION (buffer)
      = last > first && isfinite (last - first)
            ? to_clock_time ((last - first) / self->rate)
            : 0;
}

static void
stamp_counted (GstSsioTimeline *self, const GstSsioBatch *batch,
    GstBuffer *buffer)
{
  GstClockTime start = get_counted_time (self, batch->position);

  GST_BUFFER_PTS (buffer) = start;
  GST_BUFFER_DURATION (buffer)
      = get_counted_time (self, batch->position + batch->n_points) - start;
}

void
gst_ssio_timeline_stamp (GstSsioTimeline *self, const GstSsioBatch *batch,
    GstBuffer *buffer)
{
  if (gst_ssio_timeline_is_recorded (self))
    stamp_recorded (self, batch, buffer);
  else
    stamp_counted (self, batch, buffer);
  self->end = MAX (self->end,
      GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer));
}

GstClockTime
gst_ssio_timeline_get_end (const GstSsioTimeline *self)
{
  return self->end;
}
