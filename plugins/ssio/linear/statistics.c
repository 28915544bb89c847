/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include <gst/ssio/gather.h>

#include "buffersweep.h"
#include "evaluator-private.h"
#include "statistics.h"

#define BLOCK_POINTS 512
#define LANES 8 /* sums side by side */

/* Values are measured from the first point's, so that the squares of what is
 * far from 0 do not swallow its deviation. */
struct _GstSsioStatistics {
  GstSsioLayout *layout;
  GstSsioGather *gather;
  GstSsioBufferSweep *sweep;
  guint *fields;
  guint n_fields;
  guint point_size;
  guint n_threads;
  gfloat **columns; /* [BLOCK_POINTS] for each field, one a thread */
  gboolean has_origin;
  gfloat *origin;
  gdouble *sums; /* of each field, of its square; and the number of points */
};

static void
add_column (const gfloat *column, gsize n_points, gdouble origin, gdouble *sum,
    gdouble *squares)
{
  gdouble lane_sums[LANES] = { 0 };
  gdouble lane_squares[LANES] = { 0 };
  gsize p;
  guint lane;

  for (p = 0; p + LANES <= n_points; p += LANES) {
    for (lane = 0; lane < LANES; lane++) {
      const gdouble value = column[p + lane] - origin;

      lane_sums[lane] += value;
      lane_squares[lane] += value * value;
    }
  }
  for (lane = 0; p < n_points; p++, lane++) {
    const gdouble value = column[p] - origin;

    lane_sums[lane] += value;
    lane_squares[lane] += value * value;
  }
  for (lane = 0; lane < LANES; lane++) {
    *sum += lane_sums[lane];
    *squares += lane_squares[lane];
  }
}

static void
work (const GstSsioSweepChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  GstSsioStatistics *self = user_data;
  gfloat *columns = self->columns[thread];
  gsize at;
  guint i;

  for (at = 0; at < chunk->n_points; at += BLOCK_POINTS) {
    const gsize n = MIN (chunk->n_points - at, BLOCK_POINTS);

    gst_ssio_gather_columns (self->gather,
        chunk->points + at * self->point_size, n, columns, BLOCK_POINTS);
    for (i = 0; i < self->n_fields; i++)
      add_column (columns + i * BLOCK_POINTS, n, self->origin[i],
          &result[2 * i], &result[2 * i + 1]);
  }
  result[2 * self->n_fields] += chunk->n_points;
}

GstSsioStatistics *
gst_ssio_statistics_new (const GstSsioLayout *layout, const guint *fields,
    guint n_fields, guint n_threads)
{
  GstSsioStatistics *self = g_new0 (GstSsioStatistics, 1);
  GstSsioBufferSweepConfig config = { 0 };
  guint i;

  self->layout = gst_ssio_layout_ref ((GstSsioLayout *) layout);
  self->gather = gst_ssio_gather_new (layout, fields, n_fields);
  self->fields = g_memdup2 (fields, n_fields * sizeof (guint));
  self->n_fields = n_fields;
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_threads = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->columns = g_new (gfloat *, self->n_threads);
  for (i = 0; i < self->n_threads; i++)
    self->columns[i] = g_new (gfloat, (gsize) n_fields * BLOCK_POINTS);
  self->origin = g_new0 (gfloat, n_fields);
  self->sums = g_new0 (gdouble, 2 * n_fields + 1);
  config.n_threads = self->n_threads;
  config.point_size = self->point_size;
  config.n_results = 2 * n_fields + 1;
  config.work = work;
  config.user_data = self;
  self->sweep = gst_ssio_buffer_sweep_new (&config);
  return self;
}

void
gst_ssio_statistics_free (GstSsioStatistics *self)
{
  guint i;

  gst_ssio_buffer_sweep_free (self->sweep);
  for (i = 0; i < self->n_threads; i++)
    g_free (self->columns[i]);
  g_free (self->columns);
  gst_ssio_gather_free (self->gather);
  gst_ssio_layout_unref (self->layout);
  g_free (self->fields);
  g_free (self->origin);
  g_free (self->sums);
  g_free (self);
}

/* What is no finite number would make all others none. */
static void
set_origin (GstSsioStatistics *self, const guint8 *point)
{
  guint i;

  gst_ssio_gather_columns (self->gather, point, 1, self->origin, 1);
  for (i = 0; i < self->n_fields; i++) {
    if (!isfinite (self->origin[i]))
      self->origin[i] = 0;
  }
  self->has_origin = TRUE;
}

static gboolean
find_origin (GstSsioStatistics *self, GstBuffer *buffer, GError **error)
{
  GstMapInfo map;

  if (self->has_origin || gst_buffer_get_size (buffer) < self->point_size)
    return TRUE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_ssio_evaluator_refuse (gst_buffer_get_size (buffer), self->point_size,
        "readable memory", error);
    return FALSE;
  }
  set_origin (self, map.data);
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

gboolean
gst_ssio_statistics_push (GstSsioStatistics *self, GstBuffer *buffer,
    GError **error)
{
  return find_origin (self, buffer, error)
         && gst_ssio_buffer_sweep_push (self->sweep, buffer, NULL, error);
}

/* Has the sums be of values that are measured from origin. */
static void
move_origin (GstSsioStatistics *self, const gdouble *origin)
{
  const gdouble n = self->sums[2 * self->n_fields];
  guint i;

  for (i = 0; i < self->n_fields; i++) {
    const gdouble shift = self->origin[i] - origin[i];

    self->sums[2 * i + 1] += shift * (2 * self->sums[2 * i] + n * shift);
    self->sums[2 * i] += n * shift;
    self->origin[i] = origin[i];
  }
}

/* The mean of the origins of those ranks that have points. */
static gboolean
share_origin (GstSsioStatistics *self, GstSsioCollective *collective,
    GError **error)
{
  const guint n = self->n_fields;
  gdouble *origin = g_new0 (gdouble, n + 1);
  gboolean ok;
  guint i;

  for (i = 0; self->has_origin && i < n; i++)
    origin[i] = self->origin[i];
  origin[n] = self->has_origin;
  ok = gst_ssio_collective_sum (collective, GST_SSIO_SUM_DOUBLES, origin,
      n + 1, error);
  for (i = 0; i < n; i++)
    origin[i] = (gfloat) (origin[i] / MAX (origin[n], 1));
  if (ok)
    move_origin (self, origin);
  g_free (origin);
  return ok;
}

gboolean
gst_ssio_statistics_add_up (GstSsioStatistics *self,
    GstSsioCollective *collective, GError **error)
{
  gst_ssio_buffer_sweep_collect (self->sweep, self->sums);
  return share_origin (self, collective, error)
         && gst_ssio_collective_sum (collective, GST_SSIO_SUM_DOUBLES,
             self->sums, 2 * self->n_fields + 1, error);
}

static gboolean
measure_field (const GstSsioStatistics *self, guint i, gdouble *mean,
    gdouble *deviation, GError **error)
{
  const gdouble n = self->sums[2 * self->n_fields];
  const gdouble shift = self->sums[2 * i] / n;
  const gdouble variance = self->sums[2 * i + 1] / n - shift * shift;

  *mean = self->origin[i] + shift;
  *deviation = sqrt (MAX (variance, 0));
  if (isfinite (self->sums[2 * i + 1]))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "normalize=stats: expected finite numbers, found others in field %s; "
      "leave it out of features, or its points out of the files",
      gst_ssio_layout_get_field (self->layout, self->fields[i])->name);
  return FALSE;
}

GstSsioNormalization *
gst_ssio_statistics_finish (GstSsioStatistics *self, GError **error)
{
  GstSsioNormalization *result = gst_ssio_normalization_new (self->n_fields);
  gboolean ok = TRUE;
  guint i;

  gst_ssio_buffer_sweep_collect (self->sweep, self->sums);
  if (self->sums[2 * self->n_fields] == 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "normalize=stats: expected an epoch to measure, found no points");
    ok = FALSE;
  }
  for (i = 0; i < self->n_fields && ok; i++)
    ok = measure_field (self, i, &result->mean[i], &result->deviation[i],
        error);
  if (!ok)
    g_clear_pointer (&result, gst_ssio_normalization_free);
  return result;
}

void
gst_ssio_statistics_reset (GstSsioStatistics *self)
{
  guint i;

  gst_ssio_buffer_sweep_collect (self->sweep, self->sums);
  for (i = 0; i <= 2 * self->n_fields; i++)
    self->sums[i] = 0;
  self->has_origin = FALSE;
}
