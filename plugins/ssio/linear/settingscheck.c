/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "safetensors.h"
#include "scorer.h"
#include "settings.h"

gboolean
gst_ssio_linear_settings_set_rank (GstSsioLinearSettings *settings, guint rank,
    GError **error)
{
  gchar **parts;
  gchar *text;

  if (!settings->predictions)
    return TRUE;
  if (!strstr (settings->predictions, "%d")) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "predictions=\"%s\": expected %%d in the name with distributed=true, "
        "in place of which comes the rank: each rank writes a file of its own, "
        "with the rows of its points",
        settings->predictions);
    return FALSE;
  }
  text = g_strdup_printf ("%u", rank);
  parts = g_strsplit (settings->predictions, "%d", -1);
  g_free (settings->predictions);
  settings->predictions = g_strjoinv (text, parts);
  g_strfreev (parts);
  g_free (text);
  return TRUE;
}

/* Whether a folder can take the predictions shows before they are there. */
static gboolean
check_predictions (const GstSsioLinearSettings *settings, guint n_outputs,
    GError **error)
{
  const gchar *fault = NULL;
  gchar *folder;

  if (!settings->predictions)
    return TRUE;
  if (settings->predictions_type == GST_SSIO_PREDICTIONS_ARGMAX
      && n_outputs > GST_SSIO_PREDICTIONS_MAX_CLASSES) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "predictions-type=argmax: expected at most %d outputs, found %u",
        GST_SSIO_PREDICTIONS_MAX_CLASSES, n_outputs);
    return FALSE;
  }
  folder = g_path_get_dirname (settings->predictions);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    fault = "found no such folder";
  else if (g_file_test (settings->predictions, G_FILE_TEST_EXISTS)
           && !g_file_test (settings->predictions, G_FILE_TEST_IS_REGULAR))
    fault = "found a folder, device or pipe, which predictions would replace";
  if (fault)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s: expected the name of a file for predictions, in a folder that is "
        "there, %s",
        settings->predictions, fault);
  g_free (folder);
  return !fault;
}

static gboolean
check_labels (const GstSsioLinearSettings *settings, guint n_outputs,
    GError **error)
{
  if (!settings->label) {
    if (!settings->class_map)
      return TRUE;
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "class-map: expected with label, which names the field of the labels "
        "that it maps");
    return FALSE;
  }
  if (n_outputs >= 2 && n_outputs <= GST_SSIO_SCORER_MAX_CLASSES)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "label=\"%s\": expected an output for each of 2 to %d classes, found %u "
      "outputs; the last of layers is their number",
      settings->label, GST_SSIO_SCORER_MAX_CLASSES, n_outputs);
  return FALSE;
}

static gboolean
check_training (const GstSsioLinearSettings *settings, GError **error)
{
  const gchar *fault = NULL;

  if (settings->training.train && !settings->label)
    fault = "train=true: expected with label, which names the field of each "
            "point's class";
  else if (settings->training.train && settings->predictions)
    fault = "predictions: expected with train=false, since weights change "
            "from batch to batch; run the weights that save-weights leaves";
  if (!fault)
    return gst_ssio_training_settings_check (&settings->training, error);
  g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      fault);
  return FALSE;
}

/* Whether they can be read, but for what depends on the model. */
static gboolean
check_tensors (const GstSsioLinearSettings *settings, GError **error)
{
  return (!settings->weights
             || gst_ssio_safetensors_check (settings->weights, error))
         && (!settings->normalize_file
             || gst_ssio_safetensors_check (settings->normalize_file, error));
}

gboolean
gst_ssio_linear_settings_check (const GstSsioLinearSettings *settings,
    guint n_outputs, GError **error)
{
  return check_tensors (settings, error)
         && check_labels (settings, n_outputs, error)
         && check_predictions (settings, n_outputs, error)
         && check_training (settings, error);
}
