/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "inputnormalization.h"
#include "safetensors.h"

void
gst_ssio_input_normalization_clear (GstSsioInputNormalization *self)
{
  g_clear_pointer (&self->stats, gst_ssio_normalization_free);
}

/* What the file with the weights has of it, if that is anything. */
static gboolean
load_weights (GstSsioInputNormalization *self, const gchar *path,
    guint n_inputs, GstSsioNormalize *told, GError **error)
{
  GstSsioNormalization *found;

  if (!gst_ssio_safetensors_load_normalization (path, n_inputs, told, &found,
          error))
    return FALSE;
  if (found) {
    gst_ssio_input_normalization_clear (self);
    self->stats = found;
  }
  return TRUE;
}

/* Weights mean little to inputs that are not as those they were made for. */
static gboolean
choose_mode (GstSsioInputNormalization *self, GstSsioNormalize wanted,
    GstSsioNormalize told, const gchar *weights, GError **error)
{
  self->mode = wanted == GST_SSIO_NORMALIZE_AUTO ? told : wanted;
  if (told == GST_SSIO_NORMALIZE_NONE || told == self->mode)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s: expected normalize=%s, with which these weights were made, found "
      "normalize=%s; leave normalize out",
      weights, gst_ssio_normalize_to_string (told),
      gst_ssio_normalize_to_string (wanted));
  return FALSE;
}

/* weights is the file with values of its own, or NULL. */
static gboolean
take_file (GstSsioInputNormalization *self, const gchar *path,
    GstSsioNormalization *found, const gchar *weights, GError **error)
{
  if (weights && !gst_ssio_normalization_equal (self->stats, found)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "normalize-file=\"%s\": expected the mean and deviation that the "
        "weights in %s were made with, found others; leave normalize-file out",
        path, weights);
    gst_ssio_normalization_free (found);
    return FALSE;
  }
  gst_ssio_input_normalization_clear (self);
  self->stats = found;
  return TRUE;
}

static gboolean
load_file (GstSsioInputNormalization *self, const gchar *path,
    const gchar *weights, guint n_inputs, GError **error)
{
  GstSsioNormalization *found;
  GstSsioNormalize told;

  if (self->mode != GST_SSIO_NORMALIZE_STATS) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "normalize-file=\"%s\": expected normalize=stats, found normalize=%s",
        path, gst_ssio_normalize_to_string (self->mode));
    return FALSE;
  }
  if (!gst_ssio_safetensors_load_normalization (path, n_inputs, &told, &found,
          error))
    return FALSE;
  if (found)
    return take_file (self, path, found, weights, error);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: expected the tensors normalize.mean and normalize.std, found none",
      path);
  return FALSE;
}

gboolean
gst_ssio_input_normalization_choose (GstSsioInputNormalization *self,
    const GstSsioLinearSettings *settings, const gchar *weights,
    guint n_inputs, GError **error)
{
  const gchar *path = settings->normalize_file;
  GstSsioNormalize told = GST_SSIO_NORMALIZE_NONE;

  if (self->stats && self->stats->n != n_inputs)
    gst_ssio_input_normalization_clear (self);
  if (weights && !load_weights (self, weights, n_inputs, &told, error))
    return FALSE;
  if (!choose_mode (self, settings->normalize, told, weights, error))
    return FALSE;
  return !path
         || load_file (self, path,
             told == GST_SSIO_NORMALIZE_STATS ? weights : NULL, n_inputs,
             error);
}

gboolean
gst_ssio_input_normalization_is_to_be_measured (const GstSsioInputNormalization
        *self)
{
  return self->mode == GST_SSIO_NORMALIZE_STATS && !self->stats;
}

const GstSsioNormalization *
gst_ssio_input_normalization_get_stats (const GstSsioInputNormalization *self)
{
  return self->mode == GST_SSIO_NORMALIZE_STATS ? self->stats : NULL;
}
