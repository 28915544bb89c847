/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "agreement.h"

/* Enough of a checksum that it is not the same by chance. */
#define SHOWN_CHECKSUM 16

static void
add_values (GChecksum *checksum, gconstpointer values, gsize n, gsize size)
{
  g_checksum_update (checksum, values, n * size);
}

static void
append_weights (GString *text, const GstSsioModel *model)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint i;

  g_string_append_printf (text, "layers %u", model->layers[0].n_in);
  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];

    g_string_append_printf (text, ",%u", layer->n_out);
    add_values (checksum, layer->weight, (gsize) layer->n_in * layer->n_out,
        sizeof (gfloat));
    add_values (checksum, layer->bias, layer->n_out, sizeof (gfloat));
  }
  g_string_append_printf (text, " of weights %.*s", SHOWN_CHECKSUM,
      g_checksum_get_string (checksum));
  g_checksum_free (checksum);
}

static void
append_optimizer (GString *text, const GstSsioOptimizer *optimizer)
{
  const GstSsioOptimizerSettings *settings = &optimizer->settings;

  g_string_append_printf (text,
      ", optimizer %s at step %" G_GUINT64_FORMAT
      ", learning-rate %.9g, momentum %.9g, weight-decay %.9g",
      settings->type == GST_SSIO_OPTIMIZER_SGD ? "sgd" : "adamw",
      optimizer->step, settings->learning_rate, settings->momentum,
      settings->weight_decay);
  if (settings->schedule == GST_SSIO_SCHEDULE_COSINE)
    g_string_append_printf (text,
        ", cosine of %" G_GUINT64_FORMAT " schedule-steps",
        settings->schedule_steps);
}

static void
append_normalization (GString *text, const GstSsioAgreement *agreement)
{
  const GstSsioNormalization *normalization = agreement->normalization;
  GChecksum *checksum;

  g_string_append_printf (text, ", normalize %s",
      gst_ssio_normalize_to_string (agreement->normalize));
  if (!normalization)
    return;
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  add_values (checksum, normalization->mean, normalization->n,
      sizeof (gdouble));
  add_values (checksum, normalization->deviation, normalization->n,
      sizeof (gdouble));
  g_string_append_printf (text, " %.*s", SHOWN_CHECKSUM,
      g_checksum_get_string (checksum));
  g_checksum_free (checksum);
}

gboolean
gst_ssio_agree_on_training (GstSsioCollective *collective,
    const GstSsioAgreement *agreement, GError **error)
{
  const GstSsioTrainingSettings *settings = agreement->settings;
  GString *text = g_string_new (NULL);
  gboolean ok;

  append_weights (text, agreement->model);
  append_optimizer (text, agreement->optimizer);
  append_normalization (text, agreement);
  g_string_append_printf (text,
      ", steps-per-update %u, kernels for %s, class-weights %s",
      settings->steps_per_update, agreement->kernels,
      settings->class_weights ? settings->class_weights : "1");
  ok = gst_ssio_collective_agree (collective, "distributed", text->str, error);
  g_string_free (text, TRUE);
  return ok;
}

gboolean
gst_ssio_agree_on_weights (GstSsioCollective *collective,
    const GstSsioModel *model, GError **error)
{
  GString *text = g_string_new (NULL);
  gboolean ok;

  append_weights (text, model);
  ok = gst_ssio_collective_agree (collective, "distributed, after an epoch",
      text->str, error);
  g_string_free (text, TRUE);
  return ok;
}

/* Each rank adds its own to a place of its own. */
gboolean
gst_ssio_agree_on_largest (GstSsioCollective *collective, guint64 *number,
    GError **error)
{
  const guint n = gst_ssio_collective_get_n_ranks (collective);
  guint64 *numbers = g_new0 (guint64, n);
  gboolean ok;
  guint r;

  numbers[gst_ssio_collective_get_rank (collective)] = *number;
  ok = gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, numbers, n,
      error);
  for (r = 0; ok && r < n; r++)
    *number = MAX (*number, numbers[r]);
  g_free (numbers);
  return ok;
}

gchar *
gst_ssio_state_of_rank (const gchar *state,
    const GstSsioCollective *collective)
{
  GstStructure *structure
      = state ? gst_structure_from_string (state, NULL) : NULL;
  guint n_shards;
  gchar *text;

  if (!structure)
    return g_strdup (state);
  if (gst_structure_get_uint (structure, "num-shards", &n_shards)
      && n_shards == gst_ssio_collective_get_n_ranks (collective))
    gst_structure_set (structure, "shard-index", G_TYPE_UINT,
        gst_ssio_collective_get_rank (collective), NULL);
  text = gst_structure_to_string (structure);
  gst_structure_free (structure);
  return text;
}
