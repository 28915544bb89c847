/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <float.h>

#include "settings.h"

#define DEFAULT_OPTIMIZER GST_SSIO_OPTIMIZER_ADAMW
#define DEFAULT_LEARNING_RATE 0.001
#define DEFAULT_MOMENTUM 0.9
#define DEFAULT_WEIGHT_DECAY (-1)
#define DEFAULT_SCHEDULE GST_SSIO_SCHEDULE_CONSTANT
#define DEFAULT_STEPS_PER_UPDATE 1
#define DEFAULT_REPORT_INTERVAL GST_SECOND

/* PyTorch's default of AdamW; that of SGD is 0. */
#define ADAMW_WEIGHT_DECAY 0.01

enum {
  PROP_0,
  PROP_TRAIN,
  PROP_OPTIMIZER,
  PROP_LEARNING_RATE,
  PROP_MOMENTUM,
  PROP_WEIGHT_DECAY,
  PROP_SCHEDULE,
  PROP_SCHEDULE_STEPS,
  PROP_STEPS_PER_UPDATE,
  PROP_CLASS_WEIGHTS,
  PROP_REPORT_INTERVAL,
  PROP_SAVE_WEIGHTS,
  PROP_CHECKPOINT,
  PROP_CHECKPOINT_INTERVAL,
  N_PROPS
};

G_STATIC_ASSERT (N_PROPS == GST_SSIO_TRAINING_N_SETTINGS + 1);

static GType
gst_ssio_optimizer_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_OPTIMIZER_SGD, "torch.optim.SGD", "sgd" },
    { GST_SSIO_OPTIMIZER_ADAMW,
        "torch.optim.AdamW, with betas of 0.9 and 0.999 and an eps of 1e-8",
        "adamw" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioOptimizer", values));
  return type;
}

static GType
gst_ssio_schedule_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_SCHEDULE_CONSTANT, "learning-rate all the time", "constant" },
    { GST_SSIO_SCHEDULE_COSINE,
        "From learning-rate to 0 in schedule-steps along a half cosine, as "
        "torch's CosineAnnealingLR, and 0 from there",
        "cosine" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioSchedule", values));
  return type;
}

void
gst_ssio_training_settings_init (GstSsioTrainingSettings *settings)
{
  *settings = (GstSsioTrainingSettings){
    .optimizer = DEFAULT_OPTIMIZER,
    .learning_rate = DEFAULT_LEARNING_RATE,
    .momentum = DEFAULT_MOMENTUM,
    .weight_decay = DEFAULT_WEIGHT_DECAY,
    .schedule = DEFAULT_SCHEDULE,
    .steps_per_update = DEFAULT_STEPS_PER_UPDATE,
    .report_interval = DEFAULT_REPORT_INTERVAL,
  };
}

void
gst_ssio_training_settings_clear (GstSsioTrainingSettings *settings)
{
  g_clear_pointer (&settings->class_weights, g_free);
  g_clear_pointer (&settings->save_weights, g_free);
  g_clear_pointer (&settings->checkpoint, g_free);
}

void
gst_ssio_training_settings_copy (const GstSsioTrainingSettings *settings,
    GstSsioTrainingSettings *copy)
{
  *copy = *settings;
  copy->class_weights = g_strdup (settings->class_weights);
  copy->save_weights = g_strdup (settings->save_weights);
  copy->checkpoint = g_strdup (settings->checkpoint);
}

/* An empty text is none. */
static void
take_text (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
  if (*place && !**place)
    g_clear_pointer (place, g_free);
}

gboolean
gst_ssio_training_settings_set (GstSsioTrainingSettings *settings, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_TRAIN:
    settings->train = g_value_get_boolean (value);
    return TRUE;
  case PROP_OPTIMIZER:
    settings->optimizer = g_value_get_enum (value);
    return TRUE;
  case PROP_LEARNING_RATE:
    settings->learning_rate = g_value_get_double (value);
    return TRUE;
  case PROP_MOMENTUM:
    settings->momentum = g_value_get_double (value);
    return TRUE;
  case PROP_WEIGHT_DECAY:
    settings->weight_decay = g_value_get_double (value);
    return TRUE;
  case PROP_SCHEDULE:
    settings->schedule = g_value_get_enum (value);
    return TRUE;
  case PROP_SCHEDULE_STEPS:
    settings->schedule_steps = g_value_get_uint64 (value);
    return TRUE;
  case PROP_STEPS_PER_UPDATE:
    settings->steps_per_update = g_value_get_uint (value);
    return TRUE;
  case PROP_CLASS_WEIGHTS:
    take_text (&settings->class_weights, value);
    return TRUE;
  case PROP_REPORT_INTERVAL:
    settings->report_interval = g_value_get_uint64 (value);
    return TRUE;
  case PROP_SAVE_WEIGHTS:
    take_text (&settings->save_weights, value);
    return TRUE;
  case PROP_CHECKPOINT:
    take_text (&settings->checkpoint, value);
    return TRUE;
  case PROP_CHECKPOINT_INTERVAL:
    settings->checkpoint_interval = g_value_get_uint64 (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_training_settings_get (const GstSsioTrainingSettings *settings,
    guint id, GValue *value)
{
  switch (id) {
  case PROP_TRAIN:
    g_value_set_boolean (value, settings->train);
    return TRUE;
  case PROP_OPTIMIZER:
    g_value_set_enum (value, settings->optimizer);
    return TRUE;
  case PROP_LEARNING_RATE:
    g_value_set_double (value, settings->learning_rate);
    return TRUE;
  case PROP_MOMENTUM:
    g_value_set_double (value, settings->momentum);
    return TRUE;
  case PROP_WEIGHT_DECAY:
    g_value_set_double (value, settings->weight_decay);
    return TRUE;
  case PROP_SCHEDULE:
    g_value_set_enum (value, settings->schedule);
    return TRUE;
  case PROP_SCHEDULE_STEPS:
    g_value_set_uint64 (value, settings->schedule_steps);
    return TRUE;
  case PROP_STEPS_PER_UPDATE:
    g_value_set_uint (value, settings->steps_per_update);
    return TRUE;
  case PROP_CLASS_WEIGHTS:
    g_value_set_string (value, settings->class_weights);
    return TRUE;
  case PROP_REPORT_INTERVAL:
    g_value_set_uint64 (value, settings->report_interval);
    return TRUE;
  case PROP_SAVE_WEIGHTS:
    g_value_set_string (value, settings->save_weights);
    return TRUE;
  case PROP_CHECKPOINT:
    g_value_set_string (value, settings->checkpoint);
    return TRUE;
  case PROP_CHECKPOINT_INTERVAL:
    g_value_set_uint64 (value, settings->checkpoint_interval);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
install_steps (GObjectClass *class, guint n_before, GParamFlags flags)
{
  g_object_class_install_property (class, n_before + PROP_TRAIN,
      g_param_spec_boolean ("train", "Train",
          "Learn each point's label: softmax cross-entropy, and a step of the "
          "optimizer for each batch",
          FALSE, flags));
  g_object_class_install_property (class, n_before + PROP_OPTIMIZER,
      g_param_spec_enum ("optimizer", "Optimizer",
          "How weights follow their gradients", gst_ssio_optimizer_get_type (),
          DEFAULT_OPTIMIZER, flags));
  g_object_class_install_property (class, n_before + PROP_LEARNING_RATE,
      g_param_spec_double ("learning-rate", "Learning rate",
          "Size of the optimizer's steps", 0, G_MAXDOUBLE,
          DEFAULT_LEARNING_RATE, flags));
  g_object_class_install_property (class, n_before + PROP_MOMENTUM,
      g_param_spec_double ("momentum", "Momentum",
          "What optimizer=sgd keeps of the last step", 0, 1, DEFAULT_MOMENTUM,
          flags));
  g_object_class_install_property (class, n_before + PROP_WEIGHT_DECAY,
      g_param_spec_double ("weight-decay", "Weight decay",
          "Pull of weights to 0: added to gradients by sgd, apart from them "
          "in adamw (negative = PyTorch's default, 0 for sgd and 0.01 for "
          "adamw)",
          -1, G_MAXDOUBLE, DEFAULT_WEIGHT_DECAY, flags));
}

static void
install_batches (GObjectClass *class, guint n_before, GParamFlags flags)
{
  g_object_class_install_property (class, n_before + PROP_SCHEDULE,
      g_param_spec_enum ("schedule", "Schedule",
          "What becomes of the learning rate", gst_ssio_schedule_get_type (),
          DEFAULT_SCHEDULE, flags));
  g_object_class_install_property (class, n_before + PROP_SCHEDULE_STEPS,
      g_param_spec_uint64 ("schedule-steps", "Schedule steps",
          "Steps of the optimizer to the end of schedule=cosine (0 = as many "
          "as all epochs of ssiosrc make)",
          0, G_MAXUINT64, 0, flags));
  g_object_class_install_property (class, n_before + PROP_STEPS_PER_UPDATE,
      g_param_spec_uint ("steps-per-update", "Steps per update",
          "Batches whose mean gradient makes one step of the optimizer; an "
          "epoch's last step is of those that are left",
          1, G_MAXUINT, DEFAULT_STEPS_PER_UPDATE, flags));
  g_object_class_install_property (class, n_before + PROP_CLASS_WEIGHTS,
      g_param_spec_string ("class-weights", "Class weights",
          "Weights of the classes in the loss, separated by commas, as those "
          "of torch's CrossEntropyLoss (unset = 1 each)",
          NULL, flags));
  g_object_class_install_property (class, n_before + PROP_REPORT_INTERVAL,
      g_param_spec_uint64 ("report-interval", "Report interval",
          "Least time in nanoseconds between two messages ssio-training with "
          "the loss of a batch (0 = one for each batch, "
          "18446744073709551615 = none)",
          0, G_MAXUINT64, DEFAULT_REPORT_INTERVAL, flags));
}

static void
install_files (GObjectClass *class, guint n_before, GParamFlags flags)
{
  g_object_class_install_property (class, n_before + PROP_SAVE_WEIGHTS,
      g_param_spec_string ("save-weights", "Save weights",
          "A safetensors file of the trained weights, for weights and "
          "PyTorch, that each epoch writes anew at its end (unset = none)",
          NULL, flags));
  g_object_class_install_property (class, n_before + PROP_CHECKPOINT,
      g_param_spec_string ("checkpoint", "Checkpoint",
          "A file that each epoch writes anew at its end, and from which "
          "training goes on where it is there already: weights, state of the "
          "optimizer and of ssiosrc (unset = none)",
          NULL, flags));
  g_object_class_install_property (class, n_before + PROP_CHECKPOINT_INTERVAL,
      g_param_spec_uint64 ("checkpoint-interval", "Checkpoint interval",
          "Batches after which checkpoint is written within an epoch (0 = "
          "not)",
          0, G_MAXUINT64, 0, flags));
}

void
gst_ssio_training_settings_install (GObjectClass *class, guint n_before)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  install_steps (class, n_before, flags);
  install_batches (class, n_before, flags);
  install_files (class, n_before, flags);
}

GstSsioOptimizerSettings
gst_ssio_training_settings_get_optimizer (const GstSsioTrainingSettings
        *settings)
{
  GstSsioOptimizerSettings optimizer = {
    .type = settings->optimizer,
    .learning_rate = settings->learning_rate,
    .momentum = settings->momentum,
    .weight_decay = settings->weight_decay,
    .schedule = settings->schedule,
    .schedule_steps = settings->schedule_steps,
  };

  if (optimizer.weight_decay < 0)
    optimizer.weight_decay
        = optimizer.type == GST_SSIO_OPTIMIZER_ADAMW ? ADAMW_WEIGHT_DECAY : 0;
  return optimizer;
}

static gboolean
check_folder (const gchar *property, const gchar *path, GError **error)
{
  gchar *folder = path ? g_path_get_dirname (path) : NULL;
  gboolean ok = !path
                || (g_file_test (folder, G_FILE_TEST_IS_DIR)
                    && !g_file_test (path, G_FILE_TEST_IS_DIR));

  if (!ok)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s=\"%s\": expected the name of a file, in a folder that is there",
        property, path);
  g_free (folder);
  return ok;
}

gboolean
gst_ssio_training_settings_check (const GstSsioTrainingSettings *settings,
    GError **error)
{
  if (!settings->train && (settings->save_weights || settings->checkpoint)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: expected with train=true, found train=false",
        settings->save_weights ? "save-weights" : "checkpoint");
    return FALSE;
  }
  return check_folder ("save-weights", settings->save_weights, error)
         && check_folder ("checkpoint", settings->checkpoint, error);
}

gboolean
gst_ssio_training_settings_parse_class_weights (const GstSsioTrainingSettings
                                                    *settings,
    guint n_classes, gfloat **weights, GError **error)
{
  gchar **texts;
  guint n, i;

  *weights = NULL;
  if (!settings->class_weights)
    return TRUE;
  texts = g_strsplit (settings->class_weights, ",", -1);
  n = g_strv_length (texts);
  *weights = g_new0 (gfloat, MAX (n, n_classes));
  for (i = 0; i < n; i++) {
    gchar *end;
    gdouble value = g_ascii_strtod (g_strstrip (texts[i]), &end);

    if (end == texts[i] || *end || !(value >= 0 && value <= FLT_MAX))
      break;
    (*weights)[i] = value;
  }
  g_strfreev (texts);
  if (i == n && n == n_classes)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "class-weights=\"%s\": expected %u numbers from 0 on, one for each "
      "output, separated by commas",
      settings->class_weights, n_classes);
  g_clear_pointer (weights, g_free);
  return FALSE;
}
