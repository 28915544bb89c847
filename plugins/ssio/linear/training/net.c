/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net.h"

/* Sums that a tile takes: they come in whole vectors. */
static gsize
count_tile (const GstSsioTrainKernel *kernel, guint n_outputs, guint n_inputs)
{
  return (n_outputs * n_inputs + kernel->lanes - 1) / kernel->lanes
         * kernel->lanes;
}

static gsize
count_sums (const GstSsioTrainKernel *kernel, guint n_outputs, guint n_inputs)
{
  gsize n = 0;
  guint i, o;

  for (o = 0; o < n_outputs; o += GST_SSIO_TRAIN_TILE_OUTPUTS) {
    for (i = 0; i < n_inputs; i += kernel->tile_inputs)
      n += count_tile (kernel,
          MIN (n_outputs - o, GST_SSIO_TRAIN_TILE_OUTPUTS),
          MIN (n_inputs - i, kernel->tile_inputs));
  }
  return n;
}

GstSsioTrainNet *
gst_ssio_train_net_new (const GstSsioModel *model,
    const GstSsioTrainKernel *kernel)
{
  GstSsioTrainNet *net = g_new0 (GstSsioTrainNet, 1);
  guint i;

  net->n_layers = model->n_layers;
  net->layers = g_new0 (GstSsioTrainLayer, model->n_layers);
  net->n_outputs = gst_ssio_model_get_n_outputs (model);
  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *from = &model->layers[i];
    GstSsioTrainLayer *layer = &net->layers[i];

    gst_ssio_forward_layer_init (&layer->forward, from->n_in, from->n_out,
        i + 1 < model->n_layers ? GST_SSIO_FORWARD_RELU
                                : GST_SSIO_FORWARD_PLAIN);
    if (i > 0)
      gst_ssio_forward_layer_init (&layer->backward, from->n_out, from->n_in,
          GST_SSIO_FORWARD_GATED);
    layer->inputs = net->n_columns;
    layer->gradient = net->n_sums;
    net->n_columns += from->n_in + 1;
    net->n_sums += count_sums (kernel, from->n_out, from->n_in + 1);
  }
  net->outputs = net->n_columns;
  net->n_columns += net->n_outputs;
  return net;
}

void
gst_ssio_train_net_free (GstSsioTrainNet *net)
{
  guint i;

  for (i = 0; i < net->n_layers; i++) {
    gst_ssio_forward_layer_clear (&net->layers[i].forward);
    gst_ssio_forward_layer_clear (&net->layers[i].backward);
  }
  g_free (net->layers);
  g_free (net);
}

void
gst_ssio_train_net_pack (GstSsioTrainNet *net, const GstSsioModel *model)
{
  guint i;

  for (i = 0; i < net->n_layers; i++) {
    const GstSsioLinearLayer *from = &model->layers[i];
    GstSsioTrainLayer *layer = &net->layers[i];

    gst_ssio_forward_layer_pack (&layer->forward, from->weight, from->n_in, 1,
        from->bias);
    if (i > 0)
      gst_ssio_forward_layer_pack (&layer->backward, from->weight, 1,
          from->n_in, NULL);
  }
}

/* What vector-sums.h says of the order of the lanes. */
static gsize
find_sum (const GstSsioTrainKernel *kernel, guint i)
{
  const guint blocks = kernel->lanes / 4;
  const guint lane = i % kernel->lanes;

  return i - lane + lane % blocks * 4 + lane / blocks;
}

static void
unpack_tile (const GstSsioTrainKernel *kernel, const gdouble *sums,
    gdouble scale, guint output, guint input, guint n_outputs, guint n_inputs,
    GstSsioLinearLayer *gradients)
{
  guint i, o;

  for (o = 0; o < n_outputs; o++) {
    gfloat *weight
        = gradients->weight + (gsize) (output + o) * gradients->n_in;

    for (i = 0; i < n_inputs; i++) {
      gfloat value = scale * sums[find_sum (kernel, o * n_inputs + i)];

      if (input + i < gradients->n_in)
        weight[input + i] = value;
      else
        gradients->bias[output + o] = value;
    }
  }
}

void
gst_ssio_train_net_unpack (const GstSsioTrainNet *net,
    const GstSsioTrainKernel *kernel, guint layer, const gdouble *sums,
    gdouble scale, GstSsioLinearLayer *gradients)
{
  const guint n_inputs = gradients->n_in + 1;
  guint i, o;

  sums += net->layers[layer].gradient;
  for (o = 0; o < gradients->n_out; o += GST_SSIO_TRAIN_TILE_OUTPUTS) {
    guint tile_outputs
        = MIN (gradients->n_out - o, GST_SSIO_TRAIN_TILE_OUTPUTS);

    for (i = 0; i < n_inputs; i += kernel->tile_inputs) {
      guint tile_inputs = MIN (n_inputs - i, kernel->tile_inputs);

      unpack_tile (kernel, sums, scale, o, i, tile_outputs, tile_inputs,
          gradients);
      sums += count_tile (kernel, tile_outputs, tile_inputs);
    }
  }
}
