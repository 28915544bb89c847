/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <sys/wait.h>

#include <gst/ssio/ssio.h>

#include "program.h"
#include "pipeline.h"

gchar *
ssio_pipeline_quote (const gchar *value)
{
  GString *text = g_string_new ("\"");

  for (; *value; value++) {
    if (*value == '"' || *value == '\\')
      g_string_append_c (text, '\\');
    g_string_append_c (text, *value);
  }
  g_string_append_c (text, '"');
  return g_string_free (text, FALSE);
}

static void
add_epoch (SsioEpochs *epochs, const GstStructure *structure)
{
  const GValue *outputs = gst_structure_get_value (structure, "output-mean");
  gdouble value = 0;
  guint i;

  gst_structure_get_double (structure, "seconds", &value);
  g_array_append_val (epochs->seconds, value);
  if (gst_structure_get_double (structure, "loss", &value))
    g_array_append_val (epochs->losses, value);
  gst_structure_get_uint64 (structure, "points", &epochs->points);
  g_array_set_size (epochs->means, 0);
  for (i = 0; outputs && i < gst_value_array_get_size (outputs); i++) {
    value = g_value_get_double (gst_value_array_get_value (outputs, i));
    g_array_append_val (epochs->means, value);
  }
}

GstElement *
ssio_pipeline_new (const gchar *text)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  if (error)
    ssio_fail ("%s: %s", text, error->message);
  return pipeline;
}

/* Follows a pipeline to its end. */
static void
follow (GstElement *pipeline, SsioEpochs *epochs)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessageType type = GST_MESSAGE_UNKNOWN;

  while (type != GST_MESSAGE_EOS) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

    type = GST_MESSAGE_TYPE (message);
    if (type == GST_MESSAGE_ERROR) {
      GError *error = NULL;

      gst_message_parse_error (message, &error, NULL);
      ssio_fail ("%s", error->message);
    }
    if (epochs && gst_message_has_name (message, GST_SSIO_EPOCH_NAME))
      add_epoch (epochs, gst_message_get_structure (message));
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

void
ssio_pipeline_play (GstElement *pipeline, SsioEpochs *epochs)
{
  /* comes after what the failing element has to say, if it says anything */
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    gst_element_post_message (pipeline,
        gst_message_new_error (GST_OBJECT (pipeline),
            g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
                "The pipeline does not start"),
            NULL));
  follow (pipeline, epochs);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

void
ssio_pipeline_run (const gchar *text, SsioEpochs *epochs)
{
  GstElement *pipeline = ssio_pipeline_new (text);

  epochs->seconds = g_array_new (FALSE, FALSE, sizeof (gdouble));
  epochs->losses = g_array_new (FALSE, FALSE, sizeof (gdouble));
  epochs->means = g_array_new (FALSE, FALSE, sizeof (gdouble));
  epochs->points = 0;
  ssio_pipeline_play (pipeline, epochs);
  gst_object_unref (pipeline);
}

void
ssio_epochs_clear (SsioEpochs *epochs)
{
  g_array_unref (epochs->seconds);
  g_array_unref (epochs->losses);
  g_array_unref (epochs->means);
}

/* What Linux counts includes the pages of mapped files. */
gdouble
ssio_pipeline_get_peak (void)
{
  gchar *status = NULL, *line = NULL;
  gdouble bytes;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    line = strstr (status, "VmHWM:");
  if (!line)
    ssio_fail ("/proc/self/status has no VmHWM");
  bytes = g_ascii_strtod (line + strlen ("VmHWM:"), NULL) * 1024;
  g_free (status);
  return bytes;
}

void
ssio_pipeline_print_resident (const gchar *text)
{
  SsioEpochs epochs;

  ssio_pipeline_run (text, &epochs);
  ssio_epochs_clear (&epochs);
  g_print ("%.0f\n", ssio_pipeline_get_peak ());
}

gdouble
ssio_pipeline_measure_resident (const gchar *text)
{
  const gchar *argv[] = { "/proc/self/exe", "--child", text, NULL };
  /* a look for new plugins would count as the pipeline's memory */
  gchar **env
      = g_environ_setenv (g_get_environ (), "GST_REGISTRY_UPDATE", "no", TRUE);
  GError *error = NULL;
  gchar *output = NULL;
  gdouble bytes;
  gint status;

  if (!g_spawn_sync (NULL, (gchar **) argv, env, G_SPAWN_DEFAULT, NULL, NULL,
          &output, NULL, &status, &error))
    ssio_fail ("%s", error->message);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    ssio_fail ("the process that measures memory failed on %s", text);
  bytes = g_ascii_strtod (output, NULL);
  g_free (output);
  g_strfreev (env);
  return bytes;
}
