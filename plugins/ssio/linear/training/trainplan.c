/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "trainplan.h"

/* Takes size bytes of shared memory. */
static guint
place (guint64 *used, guint64 size)
{
  const guint at = *used;

  *used += gst_ssio_kernel_plan_align (size);
  return at;
}

/* The inputs of each layer, and the last one's outputs. */
static void
place_columns (GstSsioTrainPlan *plan, guint64 *used)
{
  SsioTrainParams *params = &plan->params;
  const guint64 column = params->sweep.records.tile * sizeof (gfloat);
  guint i;

  for (i = 0; i <= params->n_layers; i++)
    params->columns[i] = place (used,
        (guint64) gst_ssio_kernel_plan_count_groups (params->widths[i])
            * SSIO_LAYERS_OUTPUTS * column);
  params->ones = place (used, column);
}

static void
place_sums (GstSsioTrainPlan *plan, guint64 *used)
{
  SsioTrainParams *params = &plan->params;
  const guint64 n_classes = params->widths[params->n_layers];

  params->gradients = place (used, params->n_gradients * sizeof (gdouble));
  params->thread_sums = place (used,
      SSIO_KERNEL_THREADS * GST_SSIO_TRAIN_PLAN_SUMS * sizeof (gdouble));
  params->counts.in_shared = n_classes <= SSIO_SHARED_CLASSES;
  if (params->counts.in_shared)
    params->shared_counts
        = place (used, (n_classes * n_classes + 1) * sizeof (guint32));
}

static gboolean
place_all (GstSsioTrainPlan *plan, guint64 share, guint tile)
{
  SsioKernelRecords *records = &plan->params.sweep.records;
  guint64 used = 0;

  records->tile = tile;
  place (&used, plan->params.sweep.n_weights * sizeof (gfloat));
  place_columns (plan, &used);
  place_sums (plan, &used);
  records->columns = plan->params.columns[0];
  records->converts = TRUE;
  return gst_ssio_kernel_plan_place_stages (records, used, share, 1,
             &plan->shared_bytes)
         || gst_ssio_kernel_plan_place_stages (records, used, share, 0,
             &plan->shared_bytes);
}

/* Tiles are powers of 2. A large one reads each weight seldom; several blocks
 * fill the time in which another one waits. The best first. */
static gboolean
find_place (GstSsioTrainPlan *plan, guint max_shared)
{
  static const struct {
    guint n_blocks;
    guint tile;
  } shapes[] = {
    { 4, 128 },
    { 3, 128 },
    { 4, 64 },
    { 2, 128 },
    { 3, 64 },
    { 2, 64 },
    { 1, 128 },
    { 2, 32 },
    { 1, 64 },
    { 1, 32 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (shapes); i++) {
    plan->max_blocks = shapes[i].n_blocks;
    if (place_all (plan,
            gst_ssio_kernel_plan_get_share (max_shared, shapes[i].n_blocks),
            shapes[i].tile))
      return TRUE;
  }
  return FALSE;
}

/* Returns how many gradients there are. */
static guint64
set_widths (SsioTrainParams *params, const GstSsioModel *model)
{
  guint64 n = 0;
  guint i;

  params->n_layers = model->n_layers;
  params->widths[0] = model->layers[0].n_in;
  for (i = 0; i < model->n_layers; i++) {
    params->widths[i + 1] = model->layers[i].n_out;
    n += (guint64) model->layers[i].n_out * (model->layers[i].n_in + 1);
  }
  return n;
}

GstSsioTrainPlan *
gst_ssio_train_plan_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared)
{
  GstSsioTrainPlan *plan = g_new0 (GstSsioTrainPlan, 1);
  SsioSweep *sweep = &plan->params.sweep;
  const guint n_in = model->layers[0].n_in;
  const guint64 n_weights = gst_ssio_kernel_plan_count_weights (model);

  sweep->records.n_inputs = n_in;
  sweep->records.point_size = gst_ssio_layout_get_point_size (layout);
  sweep->n_weights = n_weights;
  plan->params.n_gradients = set_widths (&plan->params, model);
  plan->fields = gst_ssio_kernel_plan_make_fields (layout, fields, n_in);
  /* so that all numbers fit their types */
  if (n_weights * sizeof (gfloat) > max_shared
      || !find_place (plan, max_shared))
    g_clear_pointer (&plan, gst_ssio_train_plan_free);
  return plan;
}

void
gst_ssio_train_plan_free (GstSsioTrainPlan *plan)
{
  g_free (plan->fields);
  g_free (plan);
}

void
gst_ssio_train_plan_unpack (const gdouble *sums, gdouble scale,
    GstSsioModel *gradients)
{
  guint l, o, i;

  for (l = 0; l < gradients->n_layers; l++) {
    GstSsioLinearLayer *layer = &gradients->layers[l];

    for (o = 0; o < layer->n_out; o++) {
      for (i = 0; i < layer->n_in; i++)
        layer->weight[(gsize) o * layer->n_in + i] = scale * *sums++;
      layer->bias[o] = scale * *sums++;
    }
  }
}
