/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "cuda/caps.h"
#include "distributed/agreement.h"
#include "inputs.h"
#include "safetensors.h"
#include "session-private.h"
#include "sourcefile.h"

static gboolean
open_settings (GstSsioSession *self, GError **error)
{
  GstSsioLinearSettings *settings = &self->settings;

  if (self->collective
      && !gst_ssio_linear_settings_set_rank (settings,
          gst_ssio_session_get_rank (self), error))
    return FALSE;
  if (!gst_ssio_model_parse_widths (settings->layers ? settings->layers : "",
          &self->widths, error))
    return FALSE;
  self->n_outputs = g_array_index (self->widths, guint, self->widths->len - 1);
  if (!gst_ssio_linear_settings_check (settings, self->n_outputs, error))
    return FALSE;
  if (settings->training.train
      && !(self->training = gst_ssio_training_new (&settings->training,
               self->n_outputs, self->collective, error)))
    return FALSE;
  return !settings->class_map
         || (self->class_map
             = gst_ssio_class_map_new (settings->class_map, error));
}

GstSsioSession *
gst_ssio_session_new (const GstSsioLinearSettings *settings,
    GstSsioCollective *collective, GError **error)
{
  GstSsioSession *self = g_new0 (GstSsioSession, 1);

  gst_ssio_linear_settings_copy (settings, &self->settings);
  self->collective = collective;
  if (!open_settings (self, error)) {
    gst_ssio_session_tell_ranks (self, (*error)->message);
    gst_ssio_session_free (self);
    return NULL;
  }
  self->sums = g_new0 (gdouble, self->n_outputs);
  if (settings->label)
    self->tally = gst_ssio_tally_new (self->n_outputs);
  if (settings->predictions)
    self->predictions = gst_ssio_predictions_new (self->settings.predictions,
        settings->predictions_type, self->n_outputs);
  return self;
}

void
gst_ssio_session_close_computers (GstSsioSession *self)
{
  g_clear_pointer (&self->evaluator, gst_ssio_evaluator_free);
  g_clear_pointer (&self->statistics, gst_ssio_statistics_free);
  self->is_training = FALSE;
}

static void
close_input (GstSsioSession *self)
{
  gst_ssio_session_close_computers (self);
  g_clear_pointer (&self->targets, gst_ssio_targets_free);
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
}

void
gst_ssio_session_free (GstSsioSession *self)
{
  close_input (self);
  g_clear_pointer (&self->training, gst_ssio_training_free);
  gst_ssio_session_tell_ranks (self, NULL);
  g_clear_pointer (&self->model, gst_ssio_model_free);
  gst_ssio_input_normalization_clear (&self->normalization);
  g_clear_pointer (&self->files, gst_ssio_data_files_free);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  g_clear_pointer (&self->predictions, gst_ssio_predictions_free);
  g_clear_pointer (&self->tally, gst_ssio_tally_free);
  g_clear_pointer (&self->class_map, gst_ssio_class_map_free);
  g_clear_pointer (&self->widths, g_array_unref);
  gst_clear_object (&self->context);
  g_free (self->stream);
  g_free (self->warning);
  g_free (self->sums);
  gst_ssio_linear_settings_clear (&self->settings);
  g_free (self);
}

gboolean
gst_ssio_session_has_ranks (const GstSsioSession *self)
{
  return self->collective != NULL;
}

guint
gst_ssio_session_get_rank (const GstSsioSession *self)
{
  return self->collective ? gst_ssio_collective_get_rank (self->collective)
                          : 0;
}

void
gst_ssio_session_tell_ranks (GstSsioSession *self, const gchar *message)
{
  if (self->collective)
    gst_ssio_collective_leave (g_steal_pointer (&self->collective), message);
}

void
gst_ssio_session_interrupt (GstSsioSession *self)
{
  if (self->collective)
    gst_ssio_collective_interrupt (self->collective);
}

gboolean
gst_ssio_session_collect (GstSsioSession *self, GError **error)
{
  return !self->evaluator
         || gst_ssio_evaluator_collect (self->evaluator, self->sums, error);
}

static gboolean
find_fields (GstSsioSession *self, GError **error)
{
  gint label = -1;

  if (self->settings.label) {
    label = gst_ssio_inputs_find_label (self->layout, self->settings.label,
        error);
    if (label < 0)
      return FALSE;
    self->targets = gst_ssio_targets_new (self->layout, label, self->class_map,
        self->settings.ignore_label, self->n_outputs);
  }
  self->fields = gst_ssio_inputs_find (self->layout, self->settings.features,
      label, error);
  return self->fields != NULL;
}

/* Weights to begin with, but where a checkpoint has them. */
static gboolean
init_model (GstSsioSession *self, GError **error)
{
  const gchar *weights = self->settings.weights;

  if (self->training && gst_ssio_training_has_checkpoint (self->training))
    return TRUE;
  if (weights)
    return gst_ssio_safetensors_load (weights, self->model, error);
  gst_ssio_model_init_random (self->model, self->settings.seed);
  return TRUE;
}

static gboolean
make_model (GstSsioSession *self, GError **error)
{
  if (self->training && self->model)
    return gst_ssio_model_check_inputs (self->model, self->fields->len, error);
  g_clear_pointer (&self->model, gst_ssio_model_free);
  self->model = gst_ssio_model_new (self->fields->len, self->widths);
  return init_model (self, error)
         && (!self->training
             || gst_ssio_training_set_model (self->training, self->model,
                 error));
}

/* The file that weights have come from, or NULL. */
static const gchar *
find_weights (const GstSsioSession *self)
{
  if (self->training && gst_ssio_training_has_checkpoint (self->training))
    return self->settings.training.checkpoint;
  return self->settings.weights;
}

/* Takes layout. */
static gboolean
set_layout (GstSsioSession *self, GstSsioLayout *layout, GError **error)
{
  close_input (self);
  self->downloads = FALSE;
  self->layout = layout;
  self->point_size = gst_ssio_layout_get_point_size (self->layout);
  return find_fields (self, error) && make_model (self, error)
         && gst_ssio_input_normalization_choose (&self->normalization,
             &self->settings, find_weights (self), self->fields->len, error);
}

void
gst_ssio_session_set_context (GstSsioSession *self,
    GstSsioCudaContext *context)
{
  gst_object_replace ((GstObject **) &self->context, (GstObject *) context);
}

gboolean
gst_ssio_session_set_caps (GstSsioSession *self, GstCaps *caps, GError **error)
{
  GstSsioLayout *layout;
  gboolean is_same;

  if (!gst_ssio_session_collect (self, error))
    return FALSE;
  layout = gst_ssio_layout_new_from_caps (caps, NULL, error);
  if (!layout)
    return FALSE;
  self->on_device = gst_ssio_caps_are_cuda (caps);
  if (!self->statistics || self->epoch.points == 0)
    return set_layout (self, layout, error);
  /* what was measured stays what it is of */
  is_same = gst_ssio_layout_is_equal (layout, self->layout);
  gst_ssio_layout_unref (layout);
  if (!is_same)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "normalize=stats: expected the same caps while an epoch is measured, "
        "found others; set normalize-file");
  return is_same;
}

/* What was predicted of an epoch is of the files that it began with. */
static gboolean
check_predicted (const GstSsioSession *self, const GstSsioDataFiles *files,
    GError **error)
{
  if (!self->predictions)
    return TRUE;
  if (!gst_ssio_predictions_is_open (self->predictions))
    return gst_ssio_data_files_spare (files, self->settings.predictions,
        error);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s: expected predictions of the files that the epoch has begun with, "
      "found other files in mid-epoch; stream them in another pipeline, or all "
      "of them with one ssiosrc",
      self->settings.predictions);
  return FALSE;
}

gboolean
gst_ssio_session_set_files (GstSsioSession *self, GstEvent *event,
    GError **error)
{
  GstSsioDataFiles *files = gst_ssio_data_files_new (event);

  if (!files)
    return TRUE;
  if (gst_ssio_data_files_equal (files, self->files)) {
    gst_ssio_data_files_free (files);
    return TRUE;
  }
  if (!check_predicted (self, files, error)
      || !gst_ssio_session_collect (self, error)) {
    gst_ssio_data_files_free (files);
    return FALSE;
  }
  /* which knows those before, as the training */
  g_clear_pointer (&self->evaluator, gst_ssio_evaluator_free);
  self->is_training = FALSE;
  g_clear_pointer (&self->files, gst_ssio_data_files_free);
  self->files = files;
  return TRUE;
}

gboolean
gst_ssio_session_has_model (const GstSsioSession *self)
{
  return self->model != NULL;
}

static const guint *
get_fields (const GstSsioSession *self)
{
  return (const guint *) self->fields->data;
}

static GstSsioOutcomes
get_outcomes (const GstSsioSession *self)
{
  return (GstSsioOutcomes){
    .targets = self->targets,
    .tally = self->tally,
    .predictions = self->predictions,
    .type = self->settings.predictions_type,
    .files = self->files,
    .center_xy = self->normalization.mode == GST_SSIO_NORMALIZE_CENTER_XY,
  };
}

static GstSsioEvaluator *
new_evaluator (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  const GstSsioNormalization *stats
      = gst_ssio_input_normalization_get_stats (&self->normalization);
  const GstSsioOutcomes outcomes = get_outcomes (self);
  GstSsioModel *model = gst_ssio_model_copy (self->model);
  GstSsioEvaluator *evaluator;

  if (stats)
    gst_ssio_normalization_fold (stats, model);
  if (self->on_device)
    evaluator
        = gst_ssio_device_evaluator_new (gst_buffer_peek_memory (buffer, 0),
            model, self->layout, get_fields (self), self->settings.threads,
            &outcomes, &self->downloads, error);
  else
    evaluator = gst_ssio_outcome_evaluator_new (model, self->layout,
        get_fields (self), self->settings.threads, &outcomes, error);
  gst_ssio_model_free (model);
  return evaluator;
}

/* A batch says it best, but there may be none. */
static gboolean
find_context (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  GstMemory *memory;

  if (!self->on_device || !buffer)
    return TRUE;
  memory = gst_buffer_peek_memory (buffer, 0);
  if (!gst_ssio_check_cuda_memory (memory, error))
    return FALSE;
  gst_ssio_session_set_context (self,
      gst_ssio_cuda_memory_get_context (memory));
  return TRUE;
}

static gboolean
open_training (GstSsioSession *self, GError **error)
{
  const GstSsioTrainingInput input = {
    .layout = self->layout,
    .fields = get_fields (self),
    .targets = self->targets,
    .files = self->files,
    .normalize = self->normalization.mode,
    .normalization
    = gst_ssio_input_normalization_get_stats (&self->normalization),
    .n_threads = self->settings.threads,
    .context = self->on_device ? self->context : NULL,
  };

  self->is_training
      = gst_ssio_training_set_input (self->training, &input, error);
  self->downloads = gst_ssio_training_downloads (self->training);
  return self->is_training;
}

gboolean
gst_ssio_session_begin (GstSsioSession *self, GstBuffer *buffer,
    GError **error)
{
  if (self->statistics || self->is_training)
    return TRUE;
  if (gst_ssio_input_normalization_is_to_be_measured (&self->normalization)) {
    self->statistics = gst_ssio_statistics_new (self->layout,
        get_fields (self), self->fields->len, self->settings.threads);
    return TRUE;
  }
  return !self->training
         || (find_context (self, buffer, error)
             && open_training (self, error));
}

/* Where to compute shows only with the first batch. */
gboolean
gst_ssio_session_prepare (GstSsioSession *self, GstBuffer *buffer,
    GError **error)
{
  if (self->evaluator || gst_buffer_get_size (buffer) == 0)
    return TRUE;
  if (!gst_ssio_session_begin (self, buffer, error))
    return FALSE;
  if (self->statistics || self->training)
    return TRUE;
  self->evaluator = new_evaluator (self, buffer, error);
  return self->evaluator != NULL;
}

/* Ranks on machines of their own may well have files of the same names. */
static gboolean
compare_streams (GstSsioSession *self, GError **error)
{
  guint rank, other;

  if (!gst_ssio_find_same_streams (self->collective, self->stream, &rank,
          &other, error))
    return FALSE;
  if (rank != other && gst_ssio_session_get_rank (self) == 0)
    self->warning = g_strdup_printf (
        "distributed: ranks %u and %u stream the same points, which count "
        "twice; set num-shards=-1 and shard-index=-1 of ssiosrc for each rank "
        "to have a part of them",
        rank, other);
  return TRUE;
}

static gboolean
compare_tasks (GstSsioSession *self, GError **error)
{
  const GstSsioTask task = {
    .train = self->training != NULL,
    .model = self->model,
    .normalize = self->normalization.mode,
    .normalization
    = gst_ssio_input_normalization_get_stats (&self->normalization),
    .layout = self->layout,
    .fields = get_fields (self),
    .label = self->settings.label,
    .ignore_label = self->settings.ignore_label,
    .class_map = self->class_map,
  };

  return gst_ssio_agree_on_task (self->collective, &task, error);
}

gboolean
gst_ssio_session_meet_ranks (GstSsioSession *self, GError **error)
{
  if (!self->collective || self->has_agreed)
    return TRUE;
  self->has_agreed = TRUE;
  return compare_tasks (self, error) && compare_streams (self, error);
}

gchar *
gst_ssio_session_describe (const GstSsioSession *self)
{
  gchar *computer, *description;

  if (!self->evaluator && !self->is_training)
    return NULL;
  computer = self->is_training ? gst_ssio_training_describe (self->training)
                               : gst_ssio_evaluator_describe (self->evaluator);
  description = g_strdup_printf ("%u inputs, %u outputs, %s",
      self->fields->len, self->n_outputs, computer);
  g_free (computer);
  return description;
}

gboolean
gst_ssio_session_downloads (const GstSsioSession *self)
{
  return self->downloads;
}

gboolean
gst_ssio_session_open_predictions (GstSsioSession *self, GError **error)
{
  if (!self->predictions || !self->files
      || gst_ssio_predictions_is_open (self->predictions))
    return TRUE;
  return gst_ssio_predictions_begin (self->predictions,
      self->files->first_rows[self->files->n_files], error);
}

static gboolean
compute (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  if (!gst_ssio_session_prepare (self, buffer, error)
      || !gst_ssio_session_meet_ranks (self, error))
    return FALSE;
  if (self->statistics)
    return gst_ssio_statistics_push (self->statistics, buffer, error);
  if (self->training)
    return gst_ssio_training_push (self->training, buffer, self->tally, error);
  return gst_ssio_session_open_predictions (self, error)
         && gst_ssio_evaluator_push (self->evaluator, buffer, error);
}

gboolean
gst_ssio_session_push (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  const gsize size = gst_buffer_get_size (buffer);

  if (size > 0 && !compute (self, buffer, error))
    return FALSE;
  gst_ssio_source_file_note (&self->file, buffer);
  if (meta)
    self->epoch.epoch = meta->epoch;
  self->epoch.batches++;
  self->epoch.points += size / self->point_size;
  self->epoch.bytes += size;
  return TRUE;
}

void
gst_ssio_session_set_epoch (GstSsioSession *self, guint epoch)
{
  self->epoch.epoch = epoch;
}

const gchar *
gst_ssio_session_get_stream (const GstSsioSession *self)
{
  return self->training ? gst_ssio_training_get_stream (self->training) : NULL;
}

gboolean
gst_ssio_session_needs_stream (const GstSsioSession *self)
{
  return (self->collective && !self->has_agreed)
         || (self->is_training
             && gst_ssio_training_needs_stream (self->training));
}

gboolean
gst_ssio_session_set_stream (GstSsioSession *self, const gchar *state,
    guint epochs, guint64 batches, GError **error)
{
  g_free (self->stream);
  self->stream = g_strdup (state);
  if (!self->is_training)
    return TRUE;
  if (self->has_measured && epochs > 0)
    epochs--;
  return gst_ssio_training_set_stream (self->training, state, epochs, batches,
      error);
}

gchar *
gst_ssio_session_take_warning (GstSsioSession *self)
{
  return g_steal_pointer (&self->warning);
}

GstStructure *
gst_ssio_session_take_message (GstSsioSession *self)
{
  return self->is_training ? gst_ssio_training_take_message (self->training)
                           : NULL;
}
