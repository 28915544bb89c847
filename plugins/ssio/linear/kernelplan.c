/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "kernelplan.h"

/* Shared memory of a multiprocessor that each block costs besides its own;
 * a block can have all the rest but this. */
#define RESERVED_BYTES 1024

#define ALIGNMENT 16

guint64
gst_ssio_kernel_plan_align (guint64 size)
{
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static gboolean
is_plain (const GstSsioField *field)
{
  return field->mask == 0 && field->scale == 1 && field->origin == 0;
}

static guint
get_kind (GstSsioType type)
{
  switch (type) {
  case GST_SSIO_TYPE_F4:
  case GST_SSIO_TYPE_F8:
    return SSIO_KERNEL_FLOAT;
  case GST_SSIO_TYPE_I1:
  case GST_SSIO_TYPE_I2:
  case GST_SSIO_TYPE_I4:
  case GST_SSIO_TYPE_I8:
    return SSIO_KERNEL_SIGNED;
  default:
    return SSIO_KERNEL_UNSIGNED;
  }
}

void
gst_ssio_kernel_plan_make_field (const GstSsioField *field,
    SsioKernelField *made)
{
  made->mask = field->mask;
  made->scale = field->scale;
  made->origin = field->origin;
  made->offset = field->offset;
  made->shift = field->shift;
  made->kind = get_kind (field->type);
  made->size = gst_ssio_type_get_size (field->type);
  made->is_plain = is_plain (field);
}

SsioKernelField *
gst_ssio_kernel_plan_make_fields (const GstSsioLayout *layout,
    const guint *fields, guint n_fields)
{
  SsioKernelField *made = g_new0 (SsioKernelField, n_fields);
  guint i;

  for (i = 0; i < n_fields; i++)
    gst_ssio_kernel_plan_make_field (gst_ssio_layout_get_field (layout,
                                         fields[i]),
        &made[i]);
  return made;
}

guint64
gst_ssio_kernel_plan_get_share (guint max_shared, guint n_blocks)
{
  const guint part = (max_shared + RESERVED_BYTES) / n_blocks;

  return part > RESERVED_BYTES ? part - RESERVED_BYTES : 0;
}

gboolean
gst_ssio_kernel_plan_place_stages (SsioKernelRecords *records, guint64 used,
    guint64 share, guint n_stages, guint *shared_bytes)
{
  guint64 size = gst_ssio_kernel_plan_align ((guint64) records->tile
                                             * records->point_size);

  if (used + n_stages * size > share)
    return FALSE;
  records->n_stages = n_stages;
  records->stages = used;
  records->stage_size = size;
  *shared_bytes = used + n_stages * size;
  return TRUE;
}

guint
gst_ssio_kernel_plan_count_groups (guint n_outputs)
{
  return (n_outputs + SSIO_LAYERS_OUTPUTS - 1) / SSIO_LAYERS_OUTPUTS;
}

static guint64
count_layer_weights (const GstSsioLinearLayer *layer)
{
  return (guint64) gst_ssio_kernel_plan_count_groups (layer->n_out)
         * SSIO_LAYERS_OUTPUTS * (1 + layer->n_in);
}

guint64
gst_ssio_kernel_plan_count_weights (const GstSsioModel *model)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < model->n_layers; i++)
    n += count_layer_weights (&model->layers[i]);
  return n;
}

void
gst_ssio_kernel_plan_pack_weights (const GstSsioModel *model, gfloat *packed)
{
  guint l, o, i;

  for (l = 0; l < model->n_layers; l++) {
    const GstSsioLinearLayer *layer = &model->layers[l];

    for (o = 0; o < layer->n_out; o++) {
      gfloat *group = packed
                      + (gsize) (o / SSIO_LAYERS_OUTPUTS) * SSIO_LAYERS_OUTPUTS
                            * (1 + layer->n_in)
                      + o % SSIO_LAYERS_OUTPUTS;

      group[0] = layer->bias[o];
      for (i = 0; i < layer->n_in; i++)
        group[(1 + i) * SSIO_LAYERS_OUTPUTS]
            = layer->weight[(gsize) o * layer->n_in + i];
    }
    packed += count_layer_weights (layer);
  }
}
