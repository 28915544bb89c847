/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../safetensors.h"
#include "checkpoint.h"

#define STEP "step"
#define STREAM "stream"

static gchar *
name_prefix (const GstSsioOptimizerState *state)
{
  return g_strdup_printf ("%s.", state->name);
}

gboolean
gst_ssio_checkpoint_save (const gchar *path, const GstSsioModel *model,
    const GstSsioOptimizer *optimizer, const gchar *stream, GError **error)
{
  GstSsioTensorWriter *writer = gst_ssio_tensor_writer_new ();
  gchar *step = g_strdup_printf ("%" G_GUINT64_FORMAT, optimizer->step);
  gboolean ok;
  guint s;

  gst_ssio_tensor_writer_add_metadata (writer, STEP, step);
  if (stream)
    gst_ssio_tensor_writer_add_metadata (writer, STREAM, stream);
  gst_ssio_safetensors_add (writer, "", model);
  for (s = 0; s < optimizer->n_states; s++) {
    const GstSsioOptimizerState *state = &optimizer->states[s];
    gchar *prefix = name_prefix (state);

    gst_ssio_safetensors_add (writer, prefix, state->values);
    g_free (prefix);
  }
  ok = gst_ssio_tensor_writer_write (writer, path, error);
  gst_ssio_tensor_writer_free (writer);
  g_free (step);
  return ok;
}

static gboolean
read_step (const GstSsioTensors *tensors, guint64 *step, GError **error)
{
  const gchar *text = gst_ssio_tensors_get_metadata (tensors, STEP);

  if (text
      && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, step, NULL))
    return TRUE;
  return gst_ssio_tensors_fail (error, tensors,
      "is no checkpoint: expected the number of steps in its metadata, found "
      "%s; delete it to begin anew, or name it as weights",
      text ? text : "none");
}

static gboolean
read_states (const GstSsioTensors *tensors, GstSsioOptimizer *optimizer,
    GError **error)
{
  gboolean ok = TRUE;
  guint s;

  for (s = 0; ok && s < optimizer->n_states; s++) {
    GstSsioOptimizerState *state = &optimizer->states[s];
    gchar *prefix = name_prefix (state);

    ok = gst_ssio_safetensors_read (tensors, prefix, state->values, error);
    g_free (prefix);
  }
  if (!ok)
    g_prefix_error (error, "a checkpoint goes on with the same optimizer, "
                           "layers and features only: ");
  return ok;
}

gboolean
gst_ssio_checkpoint_load (const gchar *path, GstSsioModel *model,
    GstSsioOptimizer *optimizer, GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_load (path, error);
  gboolean ok;

  if (!tensors)
    return FALSE;
  ok = read_step (tensors, &optimizer->step, error)
       && gst_ssio_safetensors_read (tensors, "", model, error)
       && read_states (tensors, optimizer, error);
  gst_ssio_tensors_free (tensors);
  return ok;
}

gboolean
gst_ssio_checkpoint_load_stream (const gchar *path, gchar **stream,
    GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_load (path, error);
  guint64 step;
  gboolean ok;

  *stream = NULL;
  if (!tensors)
    return FALSE;
  ok = read_step (tensors, &step, error);
  if (ok)
    *stream = g_strdup (gst_ssio_tensors_get_metadata (tensors, STREAM));
  gst_ssio_tensors_free (tensors);
  return ok;
}
