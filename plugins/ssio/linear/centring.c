/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/gather.h>

#include "centring.h"
#include "evaluator-private.h"

#define N_AXES 2
#define BLOCK_POINTS 1024

struct _GstSsioCentring {
  GstSsioGather *gather; /* of x and y */
  guint point_size;
  guint n_out;
  gdouble *weights[N_AXES]; /* [n_out], of the inputs x and y */
  gfloat *bias;
};

static const gchar *const axes[N_AXES] = { "x", "y" };

/* Adds the weights of all inputs that are this axis, and returns its field, or
 * -1 where there is none. */
static gint
add_weights (const GstSsioLinearLayer *layer, const GstSsioLayout *layout,
    const guint *fields, const gchar *axis, gdouble *weights)
{
  gint field = -1;
  guint i, o;

  for (i = 0; i < layer->n_in; i++) {
    const GstSsioField *input = gst_ssio_layout_get_field (layout, fields[i]);

    if (strcmp (input->name, axis) != 0)
      continue;
    field = fields[i];
    for (o = 0; o < layer->n_out; o++)
      weights[o] += layer->weight[(gsize) o * layer->n_in + i];
  }
  return field;
}

GstSsioCentring *
gst_ssio_centring_new (const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, GError **error)
{
  const GstSsioLinearLayer *layer = &model->layers[0];
  GstSsioCentring *self = g_new0 (GstSsioCentring, 1);
  guint found[N_AXES];
  guint a;

  for (a = 0; a < N_AXES; a++) {
    gint field;

    self->weights[a] = g_new0 (gdouble, layer->n_out);
    field = add_weights (layer, layout, fields, axes[a], self->weights[a]);
    if (field < 0) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "normalize=center-xy: expected inputs x and y, found no %s; name "
          "them in features",
          axes[a]);
      gst_ssio_centring_free (self);
      return NULL;
    }
    found[a] = field;
  }
  self->gather = gst_ssio_gather_new (layout, found, N_AXES);
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_out = layer->n_out;
  self->bias = g_memdup2 (layer->bias, layer->n_out * sizeof (gfloat));
  return self;
}

void
gst_ssio_centring_free (GstSsioCentring *self)
{
  guint a;

  for (a = 0; a < N_AXES; a++)
    g_free (self->weights[a]);
  g_clear_pointer (&self->gather, gst_ssio_gather_free);
  g_free (self->bias);
  g_free (self);
}

guint
gst_ssio_centring_get_width (const GstSsioCentring *self)
{
  return self->n_out;
}

void
gst_ssio_centring_compute_means (const GstSsioCentring *self,
    const guint8 *points, gsize n_points, gdouble means[N_AXES])
{
  gfloat columns[N_AXES][BLOCK_POINTS];
  gsize at, p;
  guint a;

  means[0] = means[1] = 0;
  for (at = 0; at < n_points; at += BLOCK_POINTS) {
    const gsize n = MIN (n_points - at, BLOCK_POINTS);

    gst_ssio_gather_columns (self->gather, points + at * self->point_size, n,
        columns[0], BLOCK_POINTS);
    for (a = 0; a < N_AXES; a++) {
      for (p = 0; p < n; p++)
        means[a] += columns[a][p];
    }
  }
  for (a = 0; a < N_AXES; a++)
    means[a] /= n_points;
}

gboolean
gst_ssio_centring_compute_bias (GstSsioCentring *self, GstBuffer *buffer,
    gfloat *bias, GError **error)
{
  gdouble means[N_AXES];
  GstMapInfo map;
  guint o;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_ssio_evaluator_refuse (gst_buffer_get_size (buffer), self->point_size,
        "readable memory", error);
    return FALSE;
  }
  gst_ssio_centring_compute_means (self, map.data, map.size / self->point_size,
      means);
  gst_buffer_unmap (buffer, &map);
  for (o = 0; o < self->n_out; o++)
    bias[o] = self->bias[o] - self->weights[0][o] * means[0]
              - self->weights[1][o] * means[1];
  return TRUE;
}
