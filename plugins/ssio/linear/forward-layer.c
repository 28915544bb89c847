/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "forward-private.h"

void
gst_ssio_forward_layer_init (GstSsioForwardLayer *layer, guint n_in,
    guint n_out, GstSsioForwardEnd end)
{
  layer->n_in = n_in;
  layer->n_out = n_out;
  layer->end = end;
  layer->weight = g_new0 (gfloat, (gsize) n_in * n_out);
  layer->bias = g_new0 (gfloat, n_out);
}

/* Groups the outputs as tiles compute them, so that a tile reads its weights
 * one after the other. */
void
gst_ssio_forward_layer_pack (GstSsioForwardLayer *layer, const gfloat *weight,
    gsize out_stride, gsize in_stride, const gfloat *bias)
{
  gfloat *to = layer->weight;
  guint group, i, o;

  for (group = 0; group < layer->n_out;
       group += GST_SSIO_FORWARD_TILE_OUTPUTS) {
    guint end = MIN (group + GST_SSIO_FORWARD_TILE_OUTPUTS, layer->n_out);

    for (i = 0; i < layer->n_in; i++) {
      for (o = group; o < end; o++)
        *to++ = weight[o * out_stride + i * in_stride];
    }
  }
  for (o = 0; o < layer->n_out; o++)
    layer->bias[o] = bias ? bias[o] : 0;
}

void
gst_ssio_forward_layer_clear (GstSsioForwardLayer *layer)
{
  g_free (layer->weight);
  g_free (layer->bias);
}
