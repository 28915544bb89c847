/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "settings.h"

#define DEFAULT_LAYERS "64,3"
#define DEFAULT_SEED 0
#define DEFAULT_THREADS 0
#define MAX_THREADS 1024
#define DEFAULT_IGNORE_LABEL (-100) /* PyTorch's */

enum {
  PROP_0,
  PROP_LAYERS,
  PROP_FEATURES,
  PROP_WEIGHTS,
  PROP_SEED,
  PROP_THREADS,
  PROP_LABEL,
  PROP_IGNORE_LABEL,
  PROP_CLASS_MAP,
  PROP_NORMALIZE,
  PROP_NORMALIZE_FILE,
  PROP_PREDICTIONS,
  PROP_PREDICTIONS_TYPE,
  PROP_DISTRIBUTED,
  N_PROPS
};

/* Those of training follow. */
#define N_BEFORE_TRAINING (N_PROPS - 1)

G_STATIC_ASSERT (N_BEFORE_TRAINING + GST_SSIO_TRAINING_N_SETTINGS
                 == GST_SSIO_LINEAR_N_SETTINGS);

static GType
gst_ssio_normalize_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_NORMALIZE_AUTO, "As the weights say, or none", "auto" },
    { GST_SSIO_NORMALIZE_NONE, "Inputs as they are", "none" },
    { GST_SSIO_NORMALIZE_STATS,
        "Each input less its mean, divided by its deviation: those of the "
        "weights or of normalize-file, else the first epoch measures them and "
        "computes nothing",
        "stats" },
    { GST_SSIO_NORMALIZE_CENTER_XY,
        "Inputs x and y less their mean over each batch", "center-xy" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioNormalize", values));
  return type;
}

static GType
gst_ssio_predictions_type_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_PREDICTIONS_ARGMAX,
        "The index of each point's largest output, u1 for up to 255 outputs, "
        "else u2",
        "argmax" },
    { GST_SSIO_PREDICTIONS_LOGITS, "Each point's outputs, f4", "logits" },
    { GST_SSIO_PREDICTIONS_PROBABILITIES,
        "The softmax of each point's outputs, f4", "probabilities" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioPredictionsType", values));
  return type;
}

void
gst_ssio_linear_settings_init (GstSsioLinearSettings *settings)
{
  *settings = (GstSsioLinearSettings){
    .layers = g_strdup (DEFAULT_LAYERS),
    .seed = DEFAULT_SEED,
    .threads = DEFAULT_THREADS,
    .ignore_label = DEFAULT_IGNORE_LABEL,
    .normalize = GST_SSIO_NORMALIZE_AUTO,
    .predictions_type = GST_SSIO_PREDICTIONS_ARGMAX,
  };
  gst_ssio_training_settings_init (&settings->training);
}

void
gst_ssio_linear_settings_clear (GstSsioLinearSettings *settings)
{
  g_clear_pointer (&settings->layers, g_free);
  g_clear_pointer (&settings->features, g_free);
  g_clear_pointer (&settings->weights, g_free);
  g_clear_pointer (&settings->label, g_free);
  g_clear_pointer (&settings->class_map, g_free);
  g_clear_pointer (&settings->normalize_file, g_free);
  g_clear_pointer (&settings->predictions, g_free);
  gst_ssio_training_settings_clear (&settings->training);
}

void
gst_ssio_linear_settings_copy (const GstSsioLinearSettings *settings,
    GstSsioLinearSettings *copy)
{
  *copy = *settings;
  copy->layers = g_strdup (settings->layers);
  copy->features = g_strdup (settings->features);
  copy->weights = g_strdup (settings->weights);
  copy->label = g_strdup (settings->label);
  copy->class_map = g_strdup (settings->class_map);
  copy->normalize_file = g_strdup (settings->normalize_file);
  copy->predictions = g_strdup (settings->predictions);
  gst_ssio_training_settings_copy (&settings->training, &copy->training);
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
  case PROP_LABEL:
    take_name (&settings->label, value);
    return TRUE;
  case PROP_IGNORE_LABEL:
    settings->ignore_label = g_value_get_int (value);
    return TRUE;
  case PROP_CLASS_MAP:
    take_name (&settings->class_map, value);
    return TRUE;
  case PROP_NORMALIZE:
    settings->normalize = g_value_get_enum (value);
    return TRUE;
  case PROP_NORMALIZE_FILE:
    take_name (&settings->normalize_file, value);
    return TRUE;
  case PROP_PREDICTIONS:
    take_name (&settings->predictions, value);
    return TRUE;
  case PROP_PREDICTIONS_TYPE:
    settings->predictions_type = g_value_get_enum (value);
    return TRUE;
  case PROP_DISTRIBUTED:
    settings->distributed = g_value_get_boolean (value);
    return TRUE;
  default:
    return gst_ssio_training_settings_set (&settings->training,
        id - N_BEFORE_TRAINING, value);
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
  case PROP_LABEL:
    g_value_set_string (value, settings->label);
    return TRUE;
  case PROP_IGNORE_LABEL:
    g_value_set_int (value, settings->ignore_label);
    return TRUE;
  case PROP_CLASS_MAP:
    g_value_set_string (value, settings->class_map);
    return TRUE;
  case PROP_NORMALIZE:
    g_value_set_enum (value, settings->normalize);
    return TRUE;
  case PROP_NORMALIZE_FILE:
    g_value_set_string (value, settings->normalize_file);
    return TRUE;
  case PROP_PREDICTIONS:
    g_value_set_string (value, settings->predictions);
    return TRUE;
  case PROP_PREDICTIONS_TYPE:
    g_value_set_enum (value, settings->predictions_type);
    return TRUE;
  case PROP_DISTRIBUTED:
    g_value_set_boolean (value, settings->distributed);
    return TRUE;
  default:
    return gst_ssio_training_settings_get (&settings->training,
        id - N_BEFORE_TRAINING, value);
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

static void
install_labels (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_LABEL,
      g_param_spec_string ("label", "Label",
          "Name of the field with each point's class, which is then no input "
          "(unset = points are not evaluated)",
          NULL, flags));
  g_object_class_install_property (class, PROP_IGNORE_LABEL,
      g_param_spec_int ("ignore-label", "Ignore label",
          "Points of this class, after class-map, count nowhere", G_MININT,
          G_MAXINT, DEFAULT_IGNORE_LABEL, flags));
  g_object_class_install_property (class, PROP_CLASS_MAP,
      g_param_spec_string ("class-map", "Class map",
          "Classes of raw labels: raw:class,raw:class or a file with a line "
          "\"raw: class\" for each, as semantic-kitti.yaml has them below "
          "learning_map (unset = labels are classes)",
          NULL, flags));
}

static void
install_normalization (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_NORMALIZE,
      g_param_spec_enum ("normalize", "Normalize",
          "What is done to inputs first", gst_ssio_normalize_get_type (),
          GST_SSIO_NORMALIZE_AUTO, flags));
  g_object_class_install_property (class, PROP_NORMALIZE_FILE,
      g_param_spec_string ("normalize-file", "Normalize file",
          "A safetensors file with the tensors normalize.mean and "
          "normalize.std, a value for each input, for normalize=stats (unset = "
          "those of the weights, or of the first epoch)",
          NULL, flags));
}

static void
install_predictions (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_PREDICTIONS,
      g_param_spec_string ("predictions", "Predictions",
          "A .npy file that each epoch writes anew, with a row for each point "
          "of the data set in the order of the files; with distributed, %d in "
          "its name is the rank, each of which writes the rows of its own "
          "points (unset = none)",
          NULL, flags));
  g_object_class_install_property (class, PROP_PREDICTIONS_TYPE,
      g_param_spec_enum ("predictions-type", "Predictions type",
          "What a row of predictions is",
          gst_ssio_predictions_type_get_type (), GST_SSIO_PREDICTIONS_ARGMAX,
          flags));
}

static void
install_ranks (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_DISTRIBUTED,
      g_param_spec_boolean ("distributed", "Distributed",
          "Do it with all processes that mpirun has started: train one model, "
          "each step of a batch of each of them, or evaluate the points of "
          "all",
          FALSE, flags));
}

void
gst_ssio_linear_settings_install (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  install_model (class, flags);
  install_labels (class, flags);
  install_normalization (class, flags);
  install_predictions (class, flags);
  install_ranks (class, flags);
  gst_ssio_training_settings_install (class, N_BEFORE_TRAINING);
}
