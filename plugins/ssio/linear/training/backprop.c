/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/gather.h>

#include "../isa.h"
#include "backprop.h"
#include "net.h"

struct _GstSsioBackprop {
  const GstSsioTrainKernel *kernel;
  GstSsioGather *gather;
  GstSsioTrainNet *net;
  gfloat *class_weights; /* of each output's class */
  gfloat *mean;          /* of each input; NULL where they are as they are */
  gfloat *scale;
  guint point_size;
  guint n_in;
};

/* What a thread needs for a block. */
typedef struct {
  gfloat *columns;
  gint32 classes[GST_SSIO_FORWARD_MAX_BLOCK];
  gfloat weights[GST_SSIO_FORWARD_MAX_BLOCK];
  gint32 predictions[GST_SSIO_FORWARD_MAX_BLOCK];
} Scratch;

static const GstSsioTrainKernel *const kernels[GST_SSIO_N_ISAS] = {
#ifdef HAVE_X86_KERNELS
  [GST_SSIO_ISA_AVX512] = &gst_ssio_train_kernel_avx512,
  [GST_SSIO_ISA_AVX2] = &gst_ssio_train_kernel_avx2,
#endif
  [GST_SSIO_ISA_BASELINE] = &gst_ssio_train_kernel_baseline,
};

GstSsioBackprop *
gst_ssio_backprop_new (const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, const gfloat *class_weights, const gchar *isa_name)
{
  guint n_outputs = gst_ssio_model_get_n_outputs (model);
  GstSsioBackprop *backprop;
  GstSsioIsa isa;
  guint o;

  if (!gst_ssio_isa_find (isa_name, &isa))
    return NULL;
  backprop = g_new0 (GstSsioBackprop, 1);
  backprop->kernel = kernels[isa];
  backprop->point_size = gst_ssio_layout_get_point_size (layout);
  backprop->n_in = model->layers[0].n_in;
  backprop->gather = gst_ssio_gather_new (layout, fields, backprop->n_in);
  backprop->net = gst_ssio_train_net_new (model, backprop->kernel);
  backprop->class_weights = g_new (gfloat, n_outputs);
  for (o = 0; o < n_outputs; o++)
    backprop->class_weights[o] = class_weights ? class_weights[o] : 1;
  gst_ssio_backprop_set_weights (backprop, model);
  return backprop;
}

void
gst_ssio_backprop_free (GstSsioBackprop *backprop)
{
  gst_ssio_train_net_free (backprop->net);
  gst_ssio_gather_free (backprop->gather);
  g_free (backprop->class_weights);
  g_free (backprop->mean);
  g_free (backprop->scale);
  g_free (backprop);
}

const gchar *
gst_ssio_backprop_get_isa (const GstSsioBackprop *backprop)
{
  return backprop->kernel->name;
}

void
gst_ssio_backprop_set_weights (GstSsioBackprop *backprop,
    const GstSsioModel *model)
{
  gst_ssio_train_net_pack (backprop->net, model);
}

void
gst_ssio_backprop_set_normalization (GstSsioBackprop *backprop,
    const gdouble *mean, const gdouble *divisor)
{
  guint i;

  if (!backprop->mean) {
    backprop->mean = g_new (gfloat, backprop->n_in);
    backprop->scale = g_new (gfloat, backprop->n_in);
  }
  for (i = 0; i < backprop->n_in; i++) {
    backprop->mean[i] = mean[i];
    backprop->scale[i] = 1 / divisor[i];
  }
}

guint
gst_ssio_backprop_get_block (const GstSsioBackprop *backprop)
{
  return backprop->kernel->block;
}

/* Sets the columns of ones, which stay. */
gpointer
gst_ssio_backprop_new_scratch (const GstSsioBackprop *backprop)
{
  const GstSsioTrainNet *net = backprop->net;
  const guint block = backprop->kernel->block;
  Scratch *scratch = g_new0 (Scratch, 1);
  guint i, p;

  scratch->columns = g_aligned_alloc0 (net->n_columns * block, sizeof (gfloat),
      GST_SSIO_FORWARD_CACHE_LINE);
  for (i = 0; i < net->n_layers; i++) {
    const GstSsioTrainLayer *layer = &net->layers[i];
    gfloat *ones
        = scratch->columns + (layer->inputs + layer->forward.n_in) * block;

    for (p = 0; p < block; p++)
      ones[p] = 1;
  }
  return scratch;
}

void
gst_ssio_backprop_free_scratch (gpointer scratch)
{
  g_aligned_free (((Scratch *) scratch)->columns);
  g_free (scratch);
}

gsize
gst_ssio_backprop_get_n_sums (const GstSsioBackprop *backprop)
{
  return backprop->net->n_sums;
}

static void
normalize (const GstSsioBackprop *backprop, gfloat *columns, guint n_points)
{
  guint i, p;

  for (i = 0; i < backprop->n_in; i++) {
    const gfloat mean = backprop->mean[i];
    const gfloat scale = backprop->scale[i];
    gfloat *column = columns + (gsize) i * backprop->kernel->block;

    for (p = 0; p < n_points; p++)
      column[p] = (column[p] - mean) * scale;
  }
}

/* The kernel may look at the whole block's. */
static void
set_targets (const GstSsioBackprop *backprop, Scratch *scratch,
    const gint32 *classes, guint n_points, GstSsioTrainSums *sums)
{
  gdouble weight = 0;
  guint p;

  for (p = 0; p < backprop->kernel->block; p++) {
    gint32 of_point = p < n_points ? classes[p] : -1;

    scratch->classes[p] = of_point;
    scratch->weights[p]
        = of_point >= 0 ? backprop->class_weights[of_point] : 0;
    weight += scratch->weights[p];
    sums->n_counted += of_point >= 0;
  }
  sums->weight += weight;
}

static void
run_block (const GstSsioBackprop *backprop, Scratch *scratch, guint n_points,
    GstSsioForwardAhead ahead, gdouble *gradient, GstSsioTrainSums *sums)
{
  const GstSsioTrainTargets targets
      = { scratch->classes, scratch->weights, scratch->predictions };
  guint p;

  sums->loss += backprop->kernel->run_block (backprop->net, scratch->columns,
      &targets, n_points, gradient, ahead);
  for (p = 0; p < n_points; p++)
    sums->n_correct += scratch->predictions[p] == scratch->classes[p];
}

void
gst_ssio_backprop_run (const GstSsioBackprop *backprop, gpointer user_scratch,
    const guint8 *points, gsize n_points, const gint32 *classes,
    gint32 *predictions, gdouble *gradient, GstSsioTrainSums *sums)
{
  const guint block = backprop->kernel->block;
  Scratch *scratch = user_scratch;

  sums->n_points += n_points;
  while (n_points > 0) {
    const guint n = MIN (n_points, block);
    GstSsioForwardAhead ahead;

    if (n < block)
      memset (scratch->columns, 0,
          (gsize) backprop->n_in * block * sizeof (gfloat));
    gst_ssio_gather_columns (backprop->gather, points, n, scratch->columns,
        block);
    if (backprop->mean)
      normalize (backprop, scratch->columns, n);
    set_targets (backprop, scratch, classes, n, sums);
    points += (gsize) n * backprop->point_size;
    n_points -= n;
    classes += n;
    ahead.at = points;
    ahead.end = points + MIN (n_points, block) * backprop->point_size;
    run_block (backprop, scratch, n, ahead, gradient, sums);
    if (predictions) {
      memcpy (predictions, scratch->predictions, n * sizeof (gint32));
      predictions += n;
    }
  }
}

void
gst_ssio_backprop_get_gradients (const GstSsioBackprop *backprop,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients)
{
  guint i;

  for (i = 0; i < gradients->n_layers; i++)
    gst_ssio_train_net_unpack (backprop->net, backprop->kernel, i, gradient,
        scale, &gradients->layers[i]);
}
