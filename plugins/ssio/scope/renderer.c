/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "cloud.h"
#include "renderer.h"

/* Points wait while there are fewer than this, or than so many a pixel. */
#define MIN_WAITING ((gsize) 4 << 20)
#define WAITING_A_PIXEL 8

struct _GstSsioRenderer {
  guint width;
  guint height;
  GstSsioPointReader *reader;
  GstSsioPlace place; /* where columns are; boxes too, below */
  GstSsioBox seen;    /* of all points that are in the range */
  GstSsioRenderCounts counts;

  /* of the picture */
  GstSsioRenderSettings settings;
  gboolean is_fixed;     /* where points are drawn does not depend on them */
  gboolean is_projected; /* projection is that of the raster */
  GstSsioProjection projection;
  GstSsioRaster raster;
  GstSsioCloud cloud; /* all points, unless it is fixed */
  gdouble cube_size;  /* points of the cloud were merged in cubes of that */
  gsize n_drawn;      /* points of the cloud that are in the raster */
  guint64 n_beside;   /* the raster */
  GstSsioRaster wide;
};

GstSsioRenderer *
gst_ssio_renderer_new (void)
{
  GstSsioRenderer *self = g_new0 (GstSsioRenderer, 1);

  gst_ssio_box_clear (&self->seen);
  return self;
}

void
gst_ssio_renderer_free (GstSsioRenderer *self)
{
  g_clear_pointer (&self->reader, gst_ssio_point_reader_free);
  gst_ssio_raster_clear (&self->raster);
  gst_ssio_raster_clear (&self->wide);
  gst_ssio_cloud_clear (&self->cloud);
  g_free (self);
}

gboolean
gst_ssio_renderer_set_layout (GstSsioRenderer *self,
    const GstSsioLayout *layout, const gdouble subtracted[GST_SSIO_N_AXES],
    const gchar *color_by, GError **error)
{
  g_clear_pointer (&self->reader, gst_ssio_point_reader_free);
  self->reader
      = gst_ssio_point_reader_new (layout, subtracted, color_by, error);
  return self->reader != NULL;
}

gboolean
gst_ssio_renderer_set_size (GstSsioRenderer *self, guint width, guint height)
{
  gboolean loses = self->is_fixed && self->is_projected;

  if (width == self->width && height == self->height)
    return TRUE;
  self->width = width;
  self->height = height;
  gst_ssio_raster_resize (&self->raster, width, height);
  self->is_projected = FALSE;
  return !loses;
}

void
gst_ssio_renderer_begin (GstSsioRenderer *self,
    const GstSsioRenderSettings *settings)
{
  const gboolean *has_range = settings->has_range;

  self->counts.outside += self->n_beside;
  self->n_beside = 0;
  self->settings = *settings;
  self->is_fixed
      = has_range[0] && has_range[1]
        && (has_range[2] || settings->camera.view == GST_SSIO_VIEW_TOP);
  self->is_projected = FALSE;
  self->cube_size = 0;
  gst_ssio_cloud_wipe (&self->cloud);
}

/* What is shown of an axis, where columns are. Rounded as those are, so that a
 * point on the range's end is in it. */
static void
find_range (const GstSsioRenderer *self, guint axis, gfloat *min, gfloat *max)
{
  gdouble origin = self->place.origin[axis];

  *min = -INFINITY;
  *max = INFINITY;
  if (self->settings.has_range[axis]) {
    *min = self->settings.range.min[axis] - origin;
    *max = self->settings.range.max[axis] - origin;
  }
}

static void
leave_out_of_range (GstSsioRenderer *self, GstSsioChunk *chunk, guint axis)
{
  gfloat min, max;
  gsize kept = 0;
  gsize i;
  guint c;

  find_range (self, axis, &min, &max);
  for (i = 0; i < chunk->n; i++) {
    gfloat value = chunk->columns[axis][i];

    if (value < min || value > max)
      continue;
    for (c = 0; kept < i && c < GST_SSIO_N_COLUMNS; c++)
      chunk->columns[c][kept] = chunk->columns[c][i];
    kept++;
  }
  self->counts.outside += chunk->n - kept;
  chunk->n = kept;
}

/* What the picture shows, as far as is known. */
static GstSsioBox
find_box (const GstSsioRenderer *self)
{
  GstSsioBox box = self->seen;
  gfloat min, max;
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    if (self->settings.has_range[axis]) {
      find_range (self, axis, &min, &max);
      box.min[axis] = min;
      box.max[axis] = max;
    } else if (box.min[axis] > box.max[axis]) {
      box.min[axis] = box.max[axis] = 0;
    }
  }
  return box;
}

/* Has the raster be drawn anew where the picture shows something else. */
static void
project (GstSsioRenderer *self)
{
  GstSsioBox box = find_box (self);
  GstSsioProjection projection;

  gst_ssio_projection_init (&projection, &self->settings.camera, &box,
      self->width, self->height);
  if (self->is_projected
      && gst_ssio_projection_is_equal (&projection, &self->projection))
    return;
  self->projection = projection;
  /* without points, columns and so ranges are nowhere yet */
  self->is_projected = self->place.is_set;
  self->n_drawn = 0;
  self->n_beside = 0;
  gst_ssio_raster_wipe (&self->raster);
}

static void
draw (GstSsioRenderer *self, gfloat *const columns[GST_SSIO_N_COLUMNS],
    gsize first, gsize n)
{
  gsize n_drawn = gst_ssio_raster_draw (&self->raster, &self->projection,
      columns[GST_SSIO_COLUMN_X] + first, columns[GST_SSIO_COLUMN_Y] + first,
      columns[GST_SSIO_COLUMN_Z] + first,
      columns[GST_SSIO_COLUMN_VALUE] + first, n);

  self->n_beside += n - n_drawn;
}

/* Merges points that wait where they are too many. Half a pixel's length keeps
 * every pixel of a surface covered: pixels do not get shorter as the view
 * grows. */
static void
limit_waiting (GstSsioRenderer *self)
{
  gsize limit = MAX (MIN_WAITING,
      (gsize) WAITING_A_PIXEL * self->width * self->height);
  gdouble size;

  if (self->cloud.n + GST_SSIO_READER_POINTS <= limit)
    return;
  project (self);
  size = gst_ssio_projection_get_pixel_size (&self->projection, &self->seen);
  self->cube_size = gst_ssio_cloud_thin (&self->cloud, &self->seen,
      MAX (size / 2, self->cube_size), limit / 2);
  self->is_projected = FALSE;
}

static void
take_chunk (GstSsioRenderer *self, GstSsioChunk *chunk)
{
  gfloat *columns[GST_SSIO_N_COLUMNS];
  guint axis, c;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    if (self->settings.has_range[axis])
      leave_out_of_range (self, chunk, axis);
  }
  if (chunk->n == 0)
    return;
  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    gst_ssio_box_add_values (&self->seen, axis, chunk->columns[axis],
        chunk->n);
  if (!self->is_fixed) {
    limit_waiting (self);
    gst_ssio_cloud_append (&self->cloud, chunk);
    return;
  }
  if (!self->is_projected)
    project (self);
  for (c = 0; c < GST_SSIO_N_COLUMNS; c++)
    columns[c] = chunk->columns[c];
  draw (self, columns, 0, chunk->n);
}

gboolean
gst_ssio_renderer_add (GstSsioRenderer *self, const guint8 *points,
    gsize n_points, GError **error)
{
  guint point_size = gst_ssio_point_reader_get_point_size (self->reader);
  GstSsioChunk chunk;
  gsize done = 0;

  while (done < n_points) {
    gsize n = MIN (n_points - done, GST_SSIO_READER_POINTS);

    if (!gst_ssio_point_reader_read (self->reader, points + done * point_size,
            n, &self->place, &chunk, error))
      return FALSE;
    self->counts.points += n;
    self->counts.not_finite += n - chunk.n;
    take_chunk (self, &chunk);
    done += n;
  }
  return TRUE;
}

/* The settings', for values as they are in the columns. */
static void
init_paint (const GstSsioRenderer *self, const GstSsioRaster *raster,
    GstSsioPaint *paint)
{
  GstSsioPalette palette = self->settings.palette;
  GstSsioColorRange range = self->settings.color_range;
  gdouble origin
      = gst_ssio_point_reader_get_value_origin (self->reader, &self->place);

  if (palette == GST_SSIO_PALETTE_AUTO)
    palette = gst_ssio_point_reader_is_categorical (self->reader)
                  ? GST_SSIO_PALETTE_CATEGORIES
                  : GST_SSIO_PALETTE_VIRIDIS;
  range.low -= origin;
  range.high -= origin;
  gst_ssio_paint_init (paint, palette, &range, self->settings.shading, raster);
}

/* With points as large as they are to be. */
static const GstSsioRaster *
widen (GstSsioRenderer *self)
{
  guint size = self->settings.point_size;

  if (size == 0)
    size = gst_ssio_raster_suggest_size (&self->raster);
  if (size == 1)
    return &self->raster;
  gst_ssio_raster_widen (&self->raster, size, &self->wide);
  return &self->wide;
}

void
gst_ssio_renderer_paint (GstSsioRenderer *self, const GstSsioImage *image)
{
  const GstSsioRaster *raster;
  GstSsioPaint paint;

  if (!self->is_fixed || !self->is_projected)
    project (self);
  if (self->n_drawn < self->cloud.n) {
    draw (self, self->cloud.columns, self->n_drawn,
        self->cloud.n - self->n_drawn);
    self->n_drawn = self->cloud.n;
  }
  raster = widen (self);
  init_paint (self, raster, &paint);
  gst_ssio_paint (&paint, raster, &self->projection, image);
}

GstSsioRenderCounts
gst_ssio_renderer_get_counts (const GstSsioRenderer *self)
{
  GstSsioRenderCounts counts = self->counts;

  counts.outside += self->n_beside;
  return counts;
}
