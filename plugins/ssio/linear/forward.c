/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/gather.h>

#include "forward-private.h"
#include "forward.h"
#include "isa.h"

struct _GstSsioForward {
  const GstSsioForwardKernel *kernel;
  GstSsioGather *gather;
  guint n_layers;
  GstSsioForwardLayer *layers;
  guint point_size;
  guint n_in;
  guint widest;
};

static const GstSsioForwardKernel *const kernels[GST_SSIO_N_ISAS] = {
#ifdef HAVE_X86_KERNELS
  [GST_SSIO_ISA_AVX512] = &gst_ssio_forward_kernel_avx512,
  [GST_SSIO_ISA_AVX2] = &gst_ssio_forward_kernel_avx2,
#endif
  [GST_SSIO_ISA_BASELINE] = &gst_ssio_forward_kernel_baseline,
};

GstSsioForward *
gst_ssio_forward_new (const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields)
{
  GstSsioForward *forward = g_new0 (GstSsioForward, 1);
  guint i;

  gst_ssio_forward_set_isa (forward, NULL);
  forward->point_size = gst_ssio_layout_get_point_size (layout);
  forward->n_in = model->layers[0].n_in;
  forward->gather = gst_ssio_gather_new (layout, fields, forward->n_in);
  forward->n_layers = model->n_layers;
  forward->layers = g_new0 (GstSsioForwardLayer, model->n_layers);
  forward->widest = forward->n_in;
  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];

    gst_ssio_forward_layer_init (&forward->layers[i], layer->n_in,
        layer->n_out,
        i + 1 < model->n_layers ? GST_SSIO_FORWARD_RELU
                                : GST_SSIO_FORWARD_PLAIN);
    gst_ssio_forward_layer_pack (&forward->layers[i], layer->weight,
        layer->n_in, 1, layer->bias);
    forward->widest = MAX (forward->widest, layer->n_out);
  }
  return forward;
}

void
gst_ssio_forward_free (GstSsioForward *forward)
{
  guint i;

  for (i = 0; i < forward->n_layers; i++)
    gst_ssio_forward_layer_clear (&forward->layers[i]);
  g_free (forward->layers);
  gst_ssio_gather_free (forward->gather);
  g_free (forward);
}

const gchar *
gst_ssio_forward_get_isa (const GstSsioForward *forward)
{
  return forward->kernel->name;
}

gboolean
gst_ssio_forward_set_isa (GstSsioForward *forward, const gchar *name)
{
  GstSsioIsa isa;

  if (!gst_ssio_isa_find (name, &isa))
    return FALSE;
  forward->kernel = kernels[isa];
  return TRUE;
}

gpointer
gst_ssio_forward_new_scratch (const GstSsioForward *forward)
{
  return g_aligned_alloc0 (2 * (gsize) forward->widest
                               * GST_SSIO_FORWARD_MAX_BLOCK,
      sizeof (gfloat), GST_SSIO_FORWARD_CACHE_LINE);
}

void
gst_ssio_forward_free_scratch (gpointer scratch)
{
  g_aligned_free (scratch);
}

void
gst_ssio_forward_run_blocks (const GstSsioForward *forward, gpointer scratch,
    const gfloat *bias, const guint8 *points, gsize n_points, gdouble *sums,
    GstSsioOutputsFunc func, gpointer user_data)
{
  const GstSsioForwardKernel *kernel = forward->kernel;
  const guint block = kernel->block;
  GstSsioForwardLayer layers[GST_SSIO_MODEL_MAX_LAYERS];
  gfloat *activations[2]
      = { scratch, (gfloat *) scratch + (gsize) forward->widest * block };

  memcpy (layers, forward->layers, forward->n_layers * sizeof (*layers));
  if (bias)
    layers[0].bias = (gfloat *) bias;
  while (n_points > 0) {
    guint n = MIN (n_points, block);
    GstSsioOutputs outputs = { NULL, block, points, n };

    /* what a short block leaves over must not be a denormal, or older data
     * that turns into one: both are slow */
    if (n < block)
      memset (scratch, 0, (gsize) forward->n_in * block * sizeof (gfloat));
    gst_ssio_gather_columns (forward->gather, points, n, activations[0],
        block);
    points += (gsize) n * forward->point_size;
    n_points -= n;
    outputs.columns
        = kernel->run_block (layers, forward->n_layers, activations, n, sums,
            (GstSsioForwardAhead){ points,
                points + MIN (n_points, block) * forward->point_size });
    if (func)
      func (&outputs, user_data);
  }
}

void
gst_ssio_forward_run (const GstSsioForward *forward, gpointer scratch,
    const guint8 *points, gsize n_points, gdouble *sums)
{
  gst_ssio_forward_run_blocks (forward, scratch, NULL, points, n_points, sums,
      NULL, NULL);
}

const GstSsioForwardKernel *
gst_ssio_forward_get_kernel (const GstSsioForward *forward)
{
  return forward->kernel;
}
