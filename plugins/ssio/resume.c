/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/gstssiostate.h>

#include "resume.h"
#include "srcopen.h"

GstStructure *
gst_ssio_resume_describe (const GstSsioSrcSettings *settings,
    const GstSsioDataset *dataset)
{
  GstStructure *description = gst_structure_new_empty (GST_SSIO_STATE_NAME);
  guint shard = 0;
  guint n_shards = 1;
  gchar *fingerprint = gst_ssio_dataset_get_fingerprint (dataset);

  /* the data set was opened with them */
  gst_ssio_src_settings_find_shard (settings, &shard, &n_shards, NULL);
  gst_structure_set (description, "files", G_TYPE_UINT,
      gst_ssio_dataset_get_n_files (dataset), "data", G_TYPE_STRING,
      fingerprint, "batch-size", G_TYPE_UINT, settings->batch_size,
      "drop-last", G_TYPE_BOOLEAN, settings->drop_last, "shuffle", G_TYPE_UINT,
      settings->shuffle, "shuffle-window", G_TYPE_UINT,
      settings->shuffle == GST_SSIO_SHUFFLE_POINTS ? settings->shuffle_window
                                                   : 0,
      "seed", G_TYPE_UINT64, settings->seed, "num-shards", G_TYPE_UINT,
      n_shards, "shard-index", G_TYPE_UINT, shard, "shard-policy", G_TYPE_UINT,
      settings->shard_policy, "start-point", G_TYPE_UINT64,
      settings->start_point, "stop-point", G_TYPE_UINT64, settings->stop_point,
      NULL);
  g_free (fingerprint);
  return description;
}

gchar *
gst_ssio_resume_to_string (const GstStructure *description, guint epoch,
    guint64 batch)
{
  GstStructure *state = gst_structure_copy (description);
  gchar *text;

  gst_structure_set (state, "epoch", G_TYPE_UINT, epoch, "batch",
      G_TYPE_UINT64, batch, NULL);
  text = gst_structure_to_string (state);
  gst_structure_free (state);
  return text;
}

/* What errors say of where a text is from, and of how to do without it. */
static const gchar *const names[] = {
  [GST_SSIO_RESUME_PROPERTY] = "resume-from",
  [GST_SSIO_RESUME_CHECKPOINT] = "the checkpoint of an element behind",
};

static const gchar *const ways_out[] = {
  [GST_SSIO_RESUME_PROPERTY] = "leave resume-from unset",
  [GST_SSIO_RESUME_CHECKPOINT] = "give that element another checkpoint",
};

typedef struct {
  const GstStructure *state;
  GstSsioResumeOrigin origin;
  GError **error;
} Comparison;

static gboolean
compare_field (GQuark field, const GValue *expected, gpointer user_data)
{
  Comparison *comparison = user_data;
  const GValue *found = gst_structure_id_get_value (comparison->state, field);
  gchar *expected_text, *found_text;

  if (found && gst_value_compare (found, expected) == GST_VALUE_EQUAL)
    return TRUE;
  expected_text = gst_value_serialize (expected);
  found_text = found ? gst_value_serialize (found) : g_strdup ("none");
  g_set_error (comparison->error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS,
      "%s is of another stream: expected %s=%s as here, found %s; set what the "
      "stream had that is to go on, or %s",
      names[comparison->origin], g_quark_to_string (field), expected_text,
      found_text, ways_out[comparison->origin]);
  g_free (found_text);
  g_free (expected_text);
  return FALSE;
}

gboolean
gst_ssio_resume_parse (const gchar *text, GstSsioResumeOrigin origin,
    const GstStructure *description, guint *epoch, guint64 *batch,
    GError **error)
{
  GstStructure *state = gst_structure_from_string (text, NULL);
  Comparison comparison = { state, origin, error };
  gboolean fits = FALSE;

  if (state && gst_structure_has_name (state, GST_SSIO_STATE_NAME)
      && gst_structure_get (state, "epoch", G_TYPE_UINT, epoch, "batch",
          G_TYPE_UINT64, batch, NULL))
    fits = gst_structure_foreach (description, compare_field, &comparison);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s=\"%s\": expected what the property state of a stream has said "
        "(" GST_SSIO_STATE_NAME ", epoch=...); %s",
        names[origin], text, ways_out[origin]);
  g_clear_pointer (&state, gst_structure_free);
  return fits;
}
