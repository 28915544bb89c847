/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "model.h"

static guint64
count_weights (const GArray *widths)
{
  guint64 n = 0;
  guint i;

  for (i = 1; i < widths->len; i++)
    n += (guint64) g_array_index (widths, guint, i - 1)
         * g_array_index (widths, guint, i);
  return n;
}

gboolean
gst_ssio_model_parse_widths (const gchar *text, GArray **widths,
    GError **error)
{
  gchar **tokens = g_strsplit (text, ",", GST_SSIO_MODEL_MAX_LAYERS + 1);
  guint n = g_strv_length (tokens);
  guint64 value;
  guint width, i;

  *widths = g_array_new (FALSE, FALSE, sizeof (guint));
  for (i = 0; i < n; i++) {
    if (!g_ascii_string_to_unsigned (g_strstrip (tokens[i]), 10, 1,
            GST_SSIO_MODEL_MAX_WIDTH, &value, NULL))
      break;
    width = value;
    g_array_append_val (*widths, width);
  }
  g_strfreev (tokens);

  if (n == 0 || i < n || n > GST_SSIO_MODEL_MAX_LAYERS)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "layers=\"%s\": expected 1 to %d widths of 1 to %d, separated by "
        "commas, as in \"64,3\"",
        text, GST_SSIO_MODEL_MAX_LAYERS, GST_SSIO_MODEL_MAX_WIDTH);
  else if (count_weights (*widths) > GST_SSIO_MODEL_MAX_WEIGHTS)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "layers=\"%s\": expected at most %d weights, found %" G_GUINT64_FORMAT,
        text, GST_SSIO_MODEL_MAX_WEIGHTS, count_weights (*widths));
  else
    return TRUE;

  g_clear_pointer (widths, g_array_unref);
  return FALSE;
}

GstSsioModel *
gst_ssio_model_new (guint n_in, const GArray *widths)
{
  GstSsioModel *model = g_new0 (GstSsioModel, 1);
  guint i;

  model->n_layers = widths->len;
  model->layers = g_new0 (GstSsioLinearLayer, widths->len);
  for (i = 0; i < widths->len; i++) {
    GstSsioLinearLayer *layer = &model->layers[i];

    layer->n_in = n_in;
    layer->n_out = g_array_index (widths, guint, i);
    layer->weight = g_new0 (gfloat, (gsize) layer->n_in * layer->n_out);
    layer->bias = g_new0 (gfloat, layer->n_out);
    n_in = layer->n_out;
  }
  return model;
}

GstSsioModel *
gst_ssio_model_new_like (const GstSsioModel *model)
{
  GArray *widths = g_array_new (FALSE, FALSE, sizeof (guint));
  GstSsioModel *result;
  guint i;

  for (i = 0; i < model->n_layers; i++)
    g_array_append_val (widths, model->layers[i].n_out);
  result = gst_ssio_model_new (model->layers[0].n_in, widths);
  g_array_unref (widths);
  return result;
}

static gsize
count_weights_of (const GstSsioLinearLayer *layer)
{
  return (gsize) layer->n_in * layer->n_out;
}

void
gst_ssio_model_copy_weights (GstSsioModel *model, const GstSsioModel *from)
{
  guint i;

  for (i = 0; i < model->n_layers; i++) {
    GstSsioLinearLayer *layer = &model->layers[i];

    memcpy (layer->weight, from->layers[i].weight,
        count_weights_of (layer) * sizeof (gfloat));
    memcpy (layer->bias, from->layers[i].bias, layer->n_out * sizeof (gfloat));
  }
}

/* Times 0, what is not finite is NaN. */
static gboolean
are_finite (const gfloat *values, gsize n)
{
  gfloat zero = 0;
  gsize i;

  for (i = 0; i < n; i++)
    zero += values[i] * 0;
  return zero == 0;
}

gboolean
gst_ssio_model_is_finite (const GstSsioModel *model)
{
  guint i;

  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];

    if (!are_finite (layer->weight, count_weights_of (layer))
        || !are_finite (layer->bias, layer->n_out))
      return FALSE;
  }
  return TRUE;
}

/* 24 random bits are what a float32 in [0, 1) holds; nothing is rounded
 * before the last product, so that every machine gets the same. */
static void
fill_uniform (GRand *random, gfloat *values, gsize n, gdouble bound)
{
  gsize i;

  for (i = 0; i < n; i++) {
    gdouble unit = (g_rand_int (random) >> 8) / 16777216.0;

    values[i] = (gfloat) ((2 * unit - 1) * bound);
  }
}

void
gst_ssio_model_init_random (GstSsioModel *model, guint seed)
{
  GRand *random = g_rand_new_with_seed (seed);
  guint i;

  for (i = 0; i < model->n_layers; i++) {
    GstSsioLinearLayer *layer = &model->layers[i];
    gdouble bound = 1 / sqrt (layer->n_in);

    fill_uniform (random, layer->weight, (gsize) layer->n_in * layer->n_out,
        bound);
    fill_uniform (random, layer->bias, layer->n_out, bound);
  }
  g_rand_free (random);
}

GstSsioModel *
gst_ssio_model_copy (const GstSsioModel *model)
{
  GstSsioModel *copy = g_new (GstSsioModel, 1);
  guint i;

  copy->n_layers = model->n_layers;
  copy->layers
      = g_memdup2 (model->layers, model->n_layers * sizeof (*model->layers));
  for (i = 0; i < copy->n_layers; i++) {
    GstSsioLinearLayer *layer = &copy->layers[i];

    layer->weight = g_memdup2 (layer->weight,
        (gsize) layer->n_in * layer->n_out * sizeof (gfloat));
    layer->bias = g_memdup2 (layer->bias, layer->n_out * sizeof (gfloat));
  }
  return copy;
}

guint
gst_ssio_model_get_n_outputs (const GstSsioModel *model)
{
  return model->layers[model->n_layers - 1].n_out;
}

void
gst_ssio_model_free (GstSsioModel *model)
{
  guint i;

  for (i = 0; i < model->n_layers; i++) {
    g_free (model->layers[i].weight);
    g_free (model->layers[i].bias);
  }
  g_free (model->layers);
  g_free (model);
}

gboolean
gst_ssio_model_check_inputs (const GstSsioModel *model, guint n,
    GError **error)
{
  const guint n_in = model->layers[0].n_in;

  if (n == n_in)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "the model that is being trained has %u inputs, found %u after the caps "
      "have changed; name them in features",
      n_in, n);
  return FALSE;
}
