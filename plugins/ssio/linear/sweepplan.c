/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "kernel-list.h"
#include "kernelplan.h"
#include "sweepplan.h"

static gboolean
place_stages (GstSsioSweepPlan *plan, guint64 used, guint64 share,
    guint n_stages)
{
  return gst_ssio_kernel_plan_place_stages (&plan->params.sweep.records, used,
      share, n_stages, &plan->shared_bytes);
}

/* The kernel reads floats of the records themselves. */
static gboolean
place_plain_pair (GstSsioSweepPlan *plan, guint64 used, guint64 share)
{
  SsioPairParams *pair = &plan->params.pair;
  SsioKernelRecords *records = &pair->sweep.records;
  guint i;

  if (records->point_size % sizeof (gfloat) != 0)
    return FALSE;
  for (i = 0; i < records->n_inputs; i++) {
    const SsioKernelField *field = &plan->fields[i];

    if (field->kind != SSIO_KERNEL_FLOAT || field->size != sizeof (gfloat)
        || !field->is_plain || field->offset % sizeof (gfloat) != 0)
      return FALSE;
    pair->input_offsets[i] = field->offset;
  }
  if (!place_stages (plan, used, share, 2)
      && !place_stages (plan, used, share, 1))
    return FALSE;
  records->converts = FALSE;
  pair->inputs = records->stages;
  pair->input_stride = records->point_size;
  return TRUE;
}

static gboolean
place_converted_pair (GstSsioSweepPlan *plan, guint64 used, guint64 share,
    gboolean needs_stage)
{
  SsioPairParams *pair = &plan->params.pair;
  SsioKernelRecords *records = &pair->sweep.records;
  const guint column = SSIO_PAIR_TILE * sizeof (gfloat);
  guint64 end = used + records->n_inputs * column;
  guint i;

  if (!place_stages (plan, end, share, 1)
      && (needs_stage || !place_stages (plan, end, share, 0)))
    return FALSE;
  records->columns = used;
  records->converts = TRUE;
  pair->inputs = used;
  pair->input_stride = sizeof (gfloat);
  for (i = 0; i < records->n_inputs; i++)
    pair->input_offsets[i] = i * column;
  return TRUE;
}

static const struct {
  guint n_in;
  guint n_out;
  guint max_blocks;
  const gchar *name;
} pair_kernels[] = {
#define DESCRIBE(n_in, n_out, blocks) \
  { n_in, n_out, blocks, "ssio_sweep_pair_" #n_in "_" #n_out },
  SSIO_PAIR_SHAPES (DESCRIBE)
#undef DESCRIBE
};

/* The kernel of just as many outputs and the fewest inputs that suffice. */
static guint
find_pair_kernel (guint n_in, guint n_out)
{
  guint i = 0;

  while (pair_kernels[i].n_in < n_in || pair_kernels[i].n_out != n_out)
    i++;
  return i;
}

static gfloat *
pack_pair (const GstSsioModel *model, guint n_in, guint n_weights)
{
  const GstSsioLinearLayer *hidden = &model->layers[0];
  const GstSsioLinearLayer *last = &model->layers[1];
  const guint stride = SSIO_PAIR_UNIT_FLOATS (n_in, last->n_out);
  gfloat *packed = g_new0 (gfloat, n_weights);
  guint u, o;

  for (u = 0; u < hidden->n_out; u++) {
    gfloat *unit = packed + u * stride;

    memcpy (unit, hidden->weight + u * hidden->n_in,
        hidden->n_in * sizeof (gfloat));
    unit[n_in] = hidden->bias[u];
    for (o = 0; o < last->n_out; o++)
      unit[n_in + 1 + o] = last->weight[o * last->n_in + u];
  }
  memcpy (packed + hidden->n_out * stride, last->bias,
      last->n_out * sizeof (gfloat));
  return packed;
}

/* As many blocks as have room on a multiprocessor. */
static gboolean
place_pair (GstSsioSweepPlan *plan, guint64 used, guint max_blocks,
    guint min_blocks, guint max_shared, gboolean needs_stage)
{
  guint n_blocks;

  for (n_blocks = max_blocks; n_blocks >= min_blocks; n_blocks--) {
    const guint64 share
        = gst_ssio_kernel_plan_get_share (max_shared, n_blocks);

    plan->max_blocks = n_blocks;
    if (place_plain_pair (plan, used, share)
        || place_converted_pair (plan, used, share, needs_stage))
      return TRUE;
  }
  return FALSE;
}

static gboolean
plan_pair (GstSsioSweepPlan *plan, const GstSsioModel *model, guint max_shared)
{
  const guint n_hidden = model->layers[0].n_out;
  const guint kernel
      = find_pair_kernel (model->layers[0].n_in, model->layers[1].n_out);
  const guint n_in = pair_kernels[kernel].n_in;
  const guint max_blocks = pair_kernels[kernel].max_blocks;
  const guint64 n_weights
      = (guint64) n_hidden * SSIO_PAIR_UNIT_FLOATS (n_in, plan->n_outputs)
        + SSIO_PAIR_MAX_OUTPUTS;
  const guint64 used = n_weights * sizeof (gfloat);

  plan->kernel = pair_kernels[kernel].name;
  plan->params.sweep.records.tile = SSIO_PAIR_TILE;
  plan->params.sweep.n_weights = n_weights;
  plan->params.pair.n_hidden = n_hidden;
  /* fewer blocks that copy their records ahead are better than more that read
   * them where they are */
  if (!place_pair (plan, used, max_blocks, 2, max_shared, TRUE)
      && !place_pair (plan, used, max_blocks, 1, max_shared, FALSE))
    return FALSE;
  plan->weights = pack_pair (model, n_in, n_weights);
  return TRUE;
}

/* Bytes of the activations in each of the two places, for a tile. */
static void
measure_activations (const GstSsioModel *model, guint tile, guint64 sizes[2])
{
  guint l;

  sizes[0] = (guint64) model->layers[0].n_in * tile * sizeof (gfloat);
  sizes[1] = 0;
  for (l = 0; l < model->n_layers; l++) {
    guint64 size
        = (guint64) gst_ssio_kernel_plan_count_groups (model->layers[l].n_out)
          * SSIO_LAYERS_OUTPUTS * tile * sizeof (gfloat);

    sizes[(l + 1) % 2] = MAX (sizes[(l + 1) % 2], size);
  }
}

static gboolean
place_layers (GstSsioSweepPlan *plan, const GstSsioModel *model,
    guint64 n_weights, guint64 share, guint tile)
{
  SsioLayersParams *layers = &plan->params.layers;
  SsioKernelRecords *records = &layers->sweep.records;
  guint64 sizes[2];
  guint64 used = n_weights * sizeof (gfloat);
  guint i;

  measure_activations (model, tile, sizes);
  records->tile = tile;
  for (i = 0; i < 2; i++) {
    layers->activations[i] = used;
    used += sizes[i];
  }
  layers->sums = used;
  used += gst_ssio_kernel_plan_align (plan->n_outputs * sizeof (gdouble));
  if (!place_stages (plan, used, share, 1)
      && !place_stages (plan, used, share, 0))
    return FALSE;
  records->columns = layers->activations[0];
  records->converts = TRUE;
  layers->sweep.n_weights = n_weights;
  return TRUE;
}

/* A large tile reads each weight seldom; several blocks fill the time in which
 * another one waits. The best first. */
static const struct {
  guint n_blocks;
  guint tile;
} shapes[] = {
  { 4, 128 },
  { 4, 64 },
  { 3, 128 },
  { 3, 64 },
  { 2, 128 },
  { 2, 64 },
  { 2, 32 },
  { 1, 128 },
  { 1, 64 },
  { 1, 32 },
};

static gboolean
plan_layers (GstSsioSweepPlan *plan, const GstSsioModel *model,
    guint max_shared)
{
  const guint64 n_weights = gst_ssio_kernel_plan_count_weights (model);
  guint i;

  plan->kernel = "ssio_sweep_layers";
  plan->params.layers.n_layers = model->n_layers;
  plan->params.layers.widths[0] = model->layers[0].n_in;
  for (i = 0; i < model->n_layers; i++)
    plan->params.layers.widths[i + 1] = model->layers[i].n_out;
  for (i = 0; i < G_N_ELEMENTS (shapes); i++) {
    if (place_layers (plan, model, n_weights,
            gst_ssio_kernel_plan_get_share (max_shared, shapes[i].n_blocks),
            shapes[i].tile)) {
      plan->max_blocks = shapes[i].n_blocks;
      plan->weights = g_new0 (gfloat, n_weights);
      gst_ssio_kernel_plan_pack_weights (model, plan->weights);
      return TRUE;
    }
  }
  return FALSE;
}

/* Without a kernel. */
static GstSsioSweepPlan *
new_plan (const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields)
{
  GstSsioSweepPlan *plan = g_new0 (GstSsioSweepPlan, 1);
  const guint n_in = model->layers[0].n_in;

  plan->n_outputs = gst_ssio_model_get_n_outputs (model);
  plan->fields = gst_ssio_kernel_plan_make_fields (layout, fields, n_in);
  plan->params.sweep.records.n_inputs = n_in;
  plan->params.sweep.records.point_size
      = gst_ssio_layout_get_point_size (layout);
  return plan;
}

GstSsioSweepPlan *
gst_ssio_sweep_plan_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared)
{
  GstSsioSweepPlan *plan = new_plan (model, layout, fields);
  const guint n_in = model->layers[0].n_in;
  gboolean is_planned;

  is_planned = model->n_layers == 2 && n_in <= SSIO_PAIR_MAX_INPUTS
               && plan->n_outputs <= SSIO_PAIR_MAX_OUTPUTS
               && plan_pair (plan, model, max_shared);
  if (!is_planned && !plan_layers (plan, model, max_shared))
    g_clear_pointer (&plan, gst_ssio_sweep_plan_free);
  return plan;
}

GstSsioSweepPlan *
gst_ssio_sweep_plan_new_rows (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared)
{
  GstSsioSweepPlan *plan = new_plan (model, layout, fields);

  if (plan_layers (plan, model, max_shared))
    plan->kernel = "ssio_sweep_layers_rows";
  else
    g_clear_pointer (&plan, gst_ssio_sweep_plan_free);
  return plan;
}

void
gst_ssio_sweep_plan_free (GstSsioSweepPlan *plan)
{
  g_free (plan->fields);
  g_free (plan->weights);
  g_free (plan);
}
