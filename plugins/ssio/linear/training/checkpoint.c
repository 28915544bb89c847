/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../safetensors.h"
#include "checkpoint.h"

#define STEP "step"
#define SCHEDULE_STEPS "schedule-steps"
#define STREAM "stream"

static void
add_number (GstSsioTensorWriter *writer, const gchar *key, guint64 number)
{
  gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  gst_ssio_tensor_writer_add_metadata (writer, key, text);
  g_free (text);
}

static gchar *
name_prefix (const GstSsioOptimizerState *state)
{
  return g_strdup_printf ("%s.", state->name);
}

gboolean
gst_ssio_checkpoint_save (const GstSsioCheckpoint *checkpoint,
    const gchar *path, GError **error)
{
  const GstSsioOptimizer *optimizer = checkpoint->optimizer;
  GstSsioTensorWriter *writer = gst_ssio_tensor_writer_new ();
  gboolean ok;
  guint s;

  add_number (writer, STEP, optimizer->step);
  add_number (writer, SCHEDULE_STEPS, optimizer->settings.schedule_steps);
  if (checkpoint->stream)
    gst_ssio_tensor_writer_add_metadata (writer, STREAM, checkpoint->stream);
  gst_ssio_safetensors_add_normalization (writer, checkpoint->normalize,
      checkpoint->normalization);
  gst_ssio_safetensors_add (writer, "", checkpoint->model);
  for (s = 0; s < optimizer->n_states; s++) {
    const GstSsioOptimizerState *state = &optimizer->states[s];
    gchar *prefix = name_prefix (state);

    gst_ssio_safetensors_add (writer, prefix, state->values);
    g_free (prefix);
  }
  ok = gst_ssio_tensor_writer_write (writer, path, error);
  gst_ssio_tensor_writer_free (writer);
  return ok;
}

static gboolean
read_number (const GstSsioTensors *tensors, const gchar *key, guint64 *number,
    GError **error)
{
  const gchar *text = gst_ssio_tensors_get_metadata (tensors, key);

  if (text
      && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL))
    return TRUE;
  return gst_ssio_tensors_fail (error, tensors,
      "is no checkpoint: expected a number \"%s\" in its metadata, found %s; "
      "delete it to begin anew, or name it as weights",
      key, text ? text : "none");
}

/* The steps of a schedule that was told so stay as they are told. */
static gboolean
read_steps (const GstSsioTensors *tensors, GstSsioOptimizer *optimizer,
    GError **error)
{
  guint64 schedule_steps;

  if (!read_number (tensors, STEP, &optimizer->step, error)
      || !read_number (tensors, SCHEDULE_STEPS, &schedule_steps, error))
    return FALSE;
  if (optimizer->settings.schedule_steps == 0)
    optimizer->settings.schedule_steps = schedule_steps;
  return TRUE;
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

GstSsioTensors *
gst_ssio_checkpoint_open (const gchar *path, GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_load (path, error);
  guint64 step;

  if (tensors && !read_number (tensors, STEP, &step, error))
    g_clear_pointer (&tensors, gst_ssio_tensors_free);
  return tensors;
}

const gchar *
gst_ssio_checkpoint_get_stream (const GstSsioTensors *tensors)
{
  return gst_ssio_tensors_get_metadata (tensors, STREAM);
}

gboolean
gst_ssio_checkpoint_read (const GstSsioTensors *tensors, GstSsioModel *model,
    GstSsioOptimizer *optimizer, GError **error)
{
  return read_steps (tensors, optimizer, error)
         && gst_ssio_safetensors_read (tensors, "", model, error)
         && read_states (tensors, optimizer, error);
}
