/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "settings.h"

#define DEFAULT_LAYERS "64,3"
#define DEFAULT_SEED 0
#define DEFAULT_THREADS 0
#define MAX_THREADS 1024

enum {
  PROP_0,
  PROP_LAYERS,
  PROP_FEATURES,
  PROP_WEIGHTS,
  PROP_SEED,
  PROP_THREADS,
  N_PROPS
};

G_STATIC_ASSERT (N_PROPS == GST_SSIO_LINEAR_N_SETTINGS + 1);

void
gst_ssio_linear_settings_init (GstSsioLinearSettings *settings)
{
  *settings = (GstSsioLinearSettings){
    .layers = g_strdup (DEFAULT_LAYERS),
    .seed = DEFAULT_SEED,
    .threads = DEFAULT_THREADS,
  };
}

void
gst_ssio_linear_settings_clear (GstSsioLinearSettings *settings)
{
  g_clear_pointer (&settings->layers, g_free);
  g_clear_pointer (&settings->features, g_free);
  g_clear_pointer (&settings->weights, g_free);
}

void
gst_ssio_linear_settings_copy (const GstSsioLinearSettings *settings,
    GstSsioLinearSettings *copy)
{
  *copy = *settings;
  copy->layers = g_strdup (settings->layers);
  copy->features = g_strdup (settings->features);
  copy->weights = g_strdup (settings->weights);
}

static void
take_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

/* Of a name, an empty one is none. */
static void
take_name (gchar **place, const GValue *value)
{
  take_string (place, value);
  if (*place && !**place)
    g_clear_pointer (place, g_free);
}

gboolean
gst_ssio_linear_settings_set (GstSsioLinearSettings *settings, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_LAYERS:
    take_string (&settings->layers, value);
    return TRUE;
  case PROP_FEATURES:
    take_string (&settings->features, value);
    return TRUE;
  case PROP_WEIGHTS:
    take_name (&settings->weights, value);
    return TRUE;
  case PROP_SEED:
    settings->seed = g_value_get_uint (value);
    return TRUE;
  case PROP_THREADS:
    settings->threads = g_value_get_uint (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_linear_settings_get (const GstSsioLinearSettings *settings, guint id,
    GValue *value)
{
  switch (id) {
  case PROP_LAYERS:
    g_value_set_string (value, settings->layers);
    return TRUE;
  case PROP_FEATURES:
    g_value_set_string (value, settings->features);
    return TRUE;
  case PROP_WEIGHTS:
    g_value_set_string (value, settings->weights);
    return TRUE;
  case PROP_SEED:
    g_value_set_uint (value, settings->seed);
    return TRUE;
  case PROP_THREADS:
    g_value_set_uint (value, settings->threads);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
install_model (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_LAYERS,
      g_param_spec_string ("layers", "Layers",
          "Widths of the layers after the input, separated by commas; the "
          "last one is the number of outputs",
          DEFAULT_LAYERS, flags));
  g_object_class_install_property (class, PROP_FEATURES,
      g_param_spec_string ("features", "Features",
          "Names of the fields that are the model's inputs, separated by "
          "commas (unset = all fields)",
          NULL, flags));
  g_object_class_install_property (class, PROP_WEIGHTS,
      g_param_spec_string ("weights", "Weights",
          "A safetensors file with the *.weight and *.bias tensors (F32) of a "
          "PyTorch nn.Sequential of linear layers (unset = random weights)",
          NULL, flags));
  g_object_class_install_property (class, PROP_SEED,
      g_param_spec_uint ("seed", "Seed",
          "Seed of the random weights; the same seed gives the same weights "
          "everywhere",
          0, G_MAXUINT, DEFAULT_SEED, flags));
  g_object_class_install_property (class, PROP_THREADS,
      g_param_spec_uint ("threads", "Threads",
          "Number of threads that compute (0 = one for each core)", 0,
          MAX_THREADS, DEFAULT_THREADS, flags));
}

void
gst_ssio_linear_settings_install (GObjectClass *class)
{
  install_model (class,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}
