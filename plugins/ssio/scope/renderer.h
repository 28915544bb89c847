/* SPDX-License-Identifier: MIT */
/* From batches of points to pictures: what they show of how many points, and
 * when it is known where those are to be drawn. */
#pragma once

#include "camera.h"
#include "paint.h"
#include "pointreader.h"

G_BEGIN_DECLS

typedef struct {
  GstSsioCamera camera;
  /* What is shown, of an axis on which has_range is set; else all points, also
   * those of the pictures before. In coordinates of the files. */
  gboolean has_range[GST_SSIO_N_AXES];
  GstSsioBox range;
  GstSsioPalette palette;
  GstSsioColorRange color_range;
  guint point_size; /* pixels a side; 0: by how many points there are */
  gboolean shading;
} GstSsioRenderSettings;

typedef struct {
  guint64 points; /* that came */
  guint64
      not_finite;  /* of them: left out for a coordinate that is no number */
  guint64 outside; /* of them: left out for being beside the picture */
} GstSsioRenderCounts;

typedef struct _GstSsioRenderer GstSsioRenderer;

GstSsioRenderer *gst_ssio_renderer_new (void);
void gst_ssio_renderer_free (GstSsioRenderer *renderer);

/* From now on. Those points that a picture has already stay in it. */
gboolean gst_ssio_renderer_set_layout (GstSsioRenderer *renderer,
    const GstSsioLayout *layout, const gdouble subtracted[GST_SSIO_N_AXES],
    const gchar *color_by, GError **error);

/* Of pictures. FALSE where points were lost that were drawn already. */
gboolean gst_ssio_renderer_set_size (GstSsioRenderer *renderer, guint width,
    guint height);

/* Begins a picture without points. What settings say holds until the next. */
void gst_ssio_renderer_begin (GstSsioRenderer *renderer,
    const GstSsioRenderSettings *settings);

/* FALSE with error set where the points are out of range. */
gboolean gst_ssio_renderer_add (GstSsioRenderer *renderer,
    const guint8 *points, gsize n_points, GError **error);

/* Paints the picture of all points since the beginning. */
void gst_ssio_renderer_paint (GstSsioRenderer *renderer,
    const GstSsioImage *image);

/* Of all pictures. */
GstSsioRenderCounts
gst_ssio_renderer_get_counts (const GstSsioRenderer *renderer);

G_END_DECLS
