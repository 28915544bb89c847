/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "normalization.h"

const gchar *
gst_ssio_normalize_to_string (GstSsioNormalize normalize)
{
  static const gchar *const names[] = { "auto", "none", "stats", "center-xy" };

  return names[normalize];
}

GstSsioNormalization *
gst_ssio_normalization_new (guint n)
{
  GstSsioNormalization *self = g_new (GstSsioNormalization, 1);

  self->n = n;
  self->mean = g_new0 (gdouble, n);
  self->deviation = g_new0 (gdouble, n);
  return self;
}

GstSsioNormalization *
gst_ssio_normalization_copy (const GstSsioNormalization *self)
{
  GstSsioNormalization *copy = g_new (GstSsioNormalization, 1);

  copy->n = self->n;
  copy->mean = g_memdup2 (self->mean, self->n * sizeof (gdouble));
  copy->deviation = g_memdup2 (self->deviation, self->n * sizeof (gdouble));
  return copy;
}

void
gst_ssio_normalization_free (GstSsioNormalization *self)
{
  g_free (self->mean);
  g_free (self->deviation);
  g_free (self);
}

gboolean
gst_ssio_normalization_equal (const GstSsioNormalization *a,
    const GstSsioNormalization *b)
{
  const gsize size = a->n * sizeof (gdouble);

  return a->n == b->n && memcmp (a->mean, b->mean, size) == 0
         && memcmp (a->deviation, b->deviation, size) == 0;
}

gdouble
gst_ssio_normalization_get_divisor (const GstSsioNormalization *self,
    guint input)
{
  return self->deviation[input] > 0 ? self->deviation[input] : 1;
}

/* W·((x - m) / d) + b = (W / d)·x + (b - (W / d)·m) */
void
gst_ssio_normalization_fold (const GstSsioNormalization *self,
    GstSsioModel *model)
{
  GstSsioLinearLayer *layer = &model->layers[0];
  guint i, o;

  for (o = 0; o < layer->n_out; o++) {
    gfloat *weights = layer->weight + (gsize) o * layer->n_in;
    gdouble bias = layer->bias[o];

    for (i = 0; i < layer->n_in; i++) {
      const gdouble weight
          = weights[i] / gst_ssio_normalization_get_divisor (self, i);

      weights[i] = weight;
      /* the weight as it is rounded, so that a mean input still gives b */
      bias -= weights[i] * self->mean[i];
    }
    layer->bias[o] = bias;
  }
}
