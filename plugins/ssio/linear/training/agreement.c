/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "agreement.h"

static void
append_optimizer (GString *text, const GstSsioOptimizer *optimizer)
{
  const GstSsioOptimizerSettings *settings = &optimizer->settings;

  g_string_append_printf (text,
      "optimizer %s at step %" G_GUINT64_FORMAT
      ", learning-rate %.9g, momentum %.9g, weight-decay %.9g",
      settings->type == GST_SSIO_OPTIMIZER_SGD ? "sgd" : "adamw",
      optimizer->step, settings->learning_rate, settings->momentum,
      settings->weight_decay);
  if (settings->schedule == GST_SSIO_SCHEDULE_COSINE)
    g_string_append_printf (text,
        ", cosine of %" G_GUINT64_FORMAT " schedule-steps",
        settings->schedule_steps);
}

gboolean
gst_ssio_agree_on_training (GstSsioCollective *collective,
    const GstSsioAgreement *agreement, GError **error)
{
  const GstSsioTrainingSettings *settings = agreement->settings;
  GString *text = g_string_new (NULL);
  gboolean ok;

  append_optimizer (text, agreement->optimizer);
  g_string_append_printf (text,
      ", steps-per-update %u, kernels for %s, class-weights %s",
      settings->steps_per_update, agreement->kernels,
      settings->class_weights ? settings->class_weights : "1");
  ok = gst_ssio_collective_agree (collective, "distributed", text->str, error);
  g_string_free (text, TRUE);
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
