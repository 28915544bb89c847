/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/ssio.h>

#include "../centring.h"
#include "../distributed/agreement.h"
#include "../safetensors.h"
#include "agreement.h"
#include "badinput.h"
#include "checkpoint.h"
#include "trainer.h"
#include "training.h"

#define MESSAGE_NAME "ssio-training"

struct _GstSsioTraining {
  GstSsioTrainingSettings settings;
  guint n_outputs;
  gfloat *class_weights;         /* NULL for 1 each */
  GstSsioTensors *checkpoint;    /* to go on from; NULL for the begin */
  GstSsioCollective *collective; /* NULL without other ranks */
  gboolean has_agreed;           /* with them */
  gchar *old_stream;             /* where it goes on; NULL for its begin */

  GstSsioModel *model; /* the caller's */
  GstSsioOptimizer *optimizer;
  GstSsioTrainer *trainer;
  GstSsioTrainingInput input;
  gboolean downloads; /* what is in a device's memory */
  guint point_size;
  GstSsioCentring *centring; /* NULL unless inputs x and y are centred */
  gdouble *mean;             /* of each input, as divisor */
  gdouble *divisor;

  gboolean stream_is_known;
  gchar *stream; /* its state, at any time of it; NULL where it has none */
  guint64 n_stream_batches; /* of an epoch */

  gboolean has_batch; /* one that says where it comes from */
  GstSsioBatchMeta batch;
  guint64 n_seen;    /* batches */
  guint64 n_batches; /* since a checkpoint was written */
  GstSsioTrainSums sums;
  gint64 told_at; /* the last message */
  gboolean is_due;
};

/* A checkpoint has what rank 0 says. */
static gchar *
describe_old_stream (const gchar *stream, const GstSsioCollective *collective)
{
  return collective ? gst_ssio_state_of_rank (stream, collective)
                    : g_strdup (stream);
}

static gboolean
open_checkpoint (GstSsioTraining *self, GError **error)
{
  const gchar *path = self->settings.checkpoint;

  if (!path || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  self->checkpoint = gst_ssio_checkpoint_open (path, error);
  if (!self->checkpoint)
    return FALSE;
  self->old_stream
      = describe_old_stream (gst_ssio_checkpoint_get_stream (self->checkpoint),
          self->collective);
  return TRUE;
}

GstSsioTraining *
gst_ssio_training_new (const GstSsioTrainingSettings *settings,
    guint n_outputs, GstSsioCollective *collective, GError **error)
{
  GstSsioTraining *self = g_new0 (GstSsioTraining, 1);

  gst_ssio_training_settings_copy (settings, &self->settings);
  self->collective = collective;
  self->n_outputs = n_outputs;
  self->told_at = G_MININT64;
  if (!gst_ssio_training_settings_parse_class_weights (settings, n_outputs,
          &self->class_weights, error)
      || !open_checkpoint (self, error))
    g_clear_pointer (&self, gst_ssio_training_free);
  return self;
}

static void
close_input (GstSsioTraining *self)
{
  g_clear_pointer (&self->trainer, gst_ssio_trainer_free);
  g_clear_pointer (&self->centring, gst_ssio_centring_free);
  g_clear_pointer (&self->mean, g_free);
  g_clear_pointer (&self->divisor, g_free);
}

void
gst_ssio_training_free (GstSsioTraining *self)
{
  close_input (self);
  g_clear_pointer (&self->optimizer, gst_ssio_optimizer_free);
  g_clear_pointer (&self->checkpoint, gst_ssio_tensors_free);
  g_free (self->class_weights);
  g_free (self->stream);
  g_free (self->old_stream);
  gst_ssio_training_settings_clear (&self->settings);
  g_free (self);
}

gboolean
gst_ssio_training_has_checkpoint (const GstSsioTraining *self)
{
  return self->checkpoint != NULL;
}

const gchar *
gst_ssio_training_get_stream (const GstSsioTraining *self)
{
  return self->old_stream;
}

gboolean
gst_ssio_training_set_model (GstSsioTraining *self, GstSsioModel *model,
    GError **error)
{
  const GstSsioOptimizerSettings settings
      = gst_ssio_training_settings_get_optimizer (&self->settings);

  self->model = model;
  self->optimizer = gst_ssio_optimizer_new (model, &settings);
  return !self->checkpoint
         || gst_ssio_checkpoint_read (self->checkpoint, model, self->optimizer,
             error);
}

static gboolean
init_normalization (GstSsioTraining *self, GError **error)
{
  const GstSsioNormalization *normalization = self->input.normalization;
  const guint n = self->model->layers[0].n_in;
  guint i;

  self->mean = g_new0 (gdouble, n);
  self->divisor = g_new (gdouble, n);
  for (i = 0; i < n; i++) {
    self->mean[i] = normalization ? normalization->mean[i] : 0;
    self->divisor[i]
        = normalization ? gst_ssio_normalization_get_divisor (normalization, i)
                        : 1;
  }
  return !normalization
         || gst_ssio_trainer_set_normalization (self->trainer, self->mean,
             self->divisor, error);
}

/* Inputs x and y less their mean over the batch. */
static void
set_means (GstSsioTraining *self, const gdouble means[2])
{
  const GstSsioTrainingInput *input = &self->input;
  guint i;

  for (i = 0; i < self->model->layers[0].n_in; i++) {
    const gchar *name
        = gst_ssio_layout_get_field (input->layout, input->fields[i])->name;

    if (strcmp (name, "x") == 0)
      self->mean[i] = means[0];
    else if (strcmp (name, "y") == 0)
      self->mean[i] = means[1];
  }
}

static gboolean
centre (GstSsioTraining *self, GstBuffer *buffer, GError **error)
{
  gdouble means[2];
  GstMapInfo map;

  /* what cannot be mapped is told of by who reads it next */
  if (!self->centring || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return TRUE;
  gst_ssio_centring_compute_means (self->centring, map.data,
      map.size / self->point_size, means);
  gst_buffer_unmap (buffer, &map);
  set_means (self, means);
  return gst_ssio_trainer_set_normalization (self->trainer, self->mean,
      self->divisor, error);
}

/* Where batches are, but the CPU centres them. */
static GstSsioBatchGradient *
new_batch_gradient (GstSsioTraining *self, GError **error)
{
  const GstSsioTrainingInput *input = &self->input;
  const gboolean is_centred = input->normalize == GST_SSIO_NORMALIZE_CENTER_XY;
  const GstSsioGradientInput gradient = {
    .model = self->model,
    .layout = input->layout,
    .fields = input->fields,
    .targets = input->targets,
    .class_weights = self->class_weights,
    .n_threads = input->n_threads,
  };

  if (input->context && !is_centred)
    return gst_ssio_device_batch_gradient_new (input->context, &gradient,
        &self->downloads, error);
  self->downloads = input->context != NULL;
  return gst_ssio_cpu_batch_gradient_new (&gradient);
}

gboolean
gst_ssio_training_set_input (GstSsioTraining *self,
    const GstSsioTrainingInput *input, GError **error)
{
  const GstSsioTrainSettings settings = {
    .steps_per_update = self->settings.steps_per_update,
    .collective = self->collective,
  };
  GstSsioBatchGradient *batch;

  if (self->trainer && !gst_ssio_trainer_finish_update (self->trainer, error))
    return FALSE;
  close_input (self);
  self->input = *input;
  self->point_size = gst_ssio_layout_get_point_size (input->layout);
  batch = new_batch_gradient (self, error);
  if (!batch)
    return FALSE;
  self->trainer = gst_ssio_trainer_new (self->model, self->optimizer,
      input->targets, batch, &settings);
  if (!init_normalization (self, error))
    return FALSE;
  if (input->normalize != GST_SSIO_NORMALIZE_CENTER_XY)
    return TRUE;
  self->centring = gst_ssio_centring_new (self->model, input->layout,
      input->fields, error);
  return self->centring != NULL;
}

gboolean
gst_ssio_training_downloads (const GstSsioTraining *self)
{
  return self->downloads;
}

static gboolean
needs_steps (const GstSsioTraining *self)
{
  return self->settings.schedule == GST_SSIO_SCHEDULE_COSINE
         && self->settings.schedule_steps == 0;
}

gboolean
gst_ssio_training_needs_stream (const GstSsioTraining *self)
{
  return !self->stream_is_known
         && (self->settings.checkpoint || needs_steps (self));
}

/* The steps of a schedule that is as long as the stream, but where a checkpoint
 * knows them: a training that goes on keeps to them. */
static gboolean
find_steps (GstSsioTraining *self, guint epochs, guint64 batches,
    GError **error)
{
  GstSsioOptimizer *optimizer = self->optimizer;
  const guint64 each = self->settings.steps_per_update;
  guint64 *steps = &optimizer->settings.schedule_steps;

  if (*steps == 0)
    *steps = (batches + each - 1) / each * epochs;
  if (*steps == 0)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "schedule=cosine: expected schedule-steps, or ssiosrc with an end, "
        "found %u epochs of %" G_GUINT64_FORMAT " batches",
        epochs, batches);
  else if (optimizer->step >= *steps)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "schedule=cosine: all %" G_GUINT64_FORMAT " steps of the checkpoint "
        "are made, and the learning rate is 0; set schedule-steps to more, or "
        "schedule=constant, to go on",
        *steps);
  return *steps > optimizer->step;
}

gboolean
gst_ssio_training_set_stream (GstSsioTraining *self, const gchar *state,
    guint epochs, guint64 batches, GError **error)
{
  self->stream_is_known = TRUE;
  self->stream = g_strdup (state);
  self->n_stream_batches = batches;
  return !needs_steps (self) || find_steps (self, epochs, batches, error);
}

/* Ranks can be steps apart in what they make of the number of batches. */
static gboolean
meet_ranks (GstSsioTraining *self, GError **error)
{
  const GstSsioAgreement agreement = {
    .settings = &self->settings,
    .optimizer = self->optimizer,
    .kernels = gst_ssio_trainer_get_kernels (self->trainer),
  };

  if (!self->collective || self->has_agreed)
    return TRUE;
  self->has_agreed = TRUE;
  return gst_ssio_agree_on_largest (self->collective,
             &self->optimizer->settings.schedule_steps, error)
         && gst_ssio_agree_on_training (self->collective, &agreement, error)
         && gst_ssio_trainer_join_ranks (self->trainer, error);
}

static void
add_to_tally (const GstSsioTrainSums *sums, GstSsioTally *tally)
{
  tally->n_ignored += sums->n_points - sums->n_counted;
  if (sums->weight > 0)
    tally->loss += sums->loss / sums->weight * sums->n_counted;
}

/* What is no finite number in the points says more than what comes of it. */
static void
explain (GstSsioTraining *self, GstBuffer *buffer, gsize *first_wrong,
    GError **error)
{
  const GstSsioTrainingInput *input = &self->input;
  GstMapInfo map;
  gchar *text;

  if (!g_error_matches (*error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED)
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  text = gst_ssio_find_bad_input (input->layout, input->fields,
      self->model->layers[0].n_in, map.data, map.size / self->point_size,
      first_wrong);
  gst_buffer_unmap (buffer, &map);
  if (!text)
    return;
  g_clear_error (error);
  g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, text);
  g_free (text);
}

static gchar *
describe_place (const GstSsioTraining *self, gsize n_points, gsize first_wrong)
{
  if (first_wrong < n_points)
    return gst_ssio_data_files_describe (self->input.files,
        self->has_batch ? &self->batch : NULL, first_wrong);
  return g_strdup_printf ("epoch %u, batch %" G_GUINT64_FORMAT,
      self->batch.epoch, self->batch.batch);
}

static gboolean
train (GstSsioTraining *self, GstBuffer *buffer, GstSsioTally *tally,
    GError **error)
{
  const gsize n_points = gst_buffer_get_size (buffer) / self->point_size;
  GError *cause = NULL;
  gsize first_wrong = n_points;
  gchar *place;

  if (centre (self, buffer, &cause)
      && gst_ssio_trainer_train (self->trainer, buffer, &self->sums,
          tally->confusion, &first_wrong, &cause)) {
    add_to_tally (&self->sums, tally);
    return TRUE;
  }
  if (!cause) /* it was interrupted */
    return FALSE;
  explain (self, buffer, &first_wrong, &cause);
  place = describe_place (self, n_points, first_wrong);
  g_propagate_prefixed_error (error, cause, "%s: ", place);
  g_free (place);
  return FALSE;
}

/* A batch that does not say where it comes from is counted. */
static void
note_batch (GstSsioTraining *self, GstBuffer *buffer)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

  self->has_batch = meta != NULL;
  if (meta)
    self->batch = *meta;
  else
    self->batch = (GstSsioBatchMeta){ .batch = self->n_seen };
  self->n_seen++;
}

static gchar *
describe_stream (const GstSsioTraining *self)
{
  return self->stream && self->has_batch
             ? gst_ssio_state_after_batch (self->stream, &self->batch)
             : NULL;
}

static gboolean
write_checkpoint (GstSsioTraining *self, GError **error)
{
  gchar *stream = describe_stream (self);
  const GstSsioCheckpoint checkpoint = {
    .model = self->model,
    .optimizer = self->optimizer,
    .normalize = self->input.normalize,
    .normalization = self->input.normalization,
    .stream = stream,
  };
  gboolean ok = gst_ssio_checkpoint_save (&checkpoint,
      self->settings.checkpoint, error);

  self->n_batches = 0;
  g_free (stream);
  return ok;
}

static gboolean
writes_files (const GstSsioTraining *self)
{
  return !self->collective
         || gst_ssio_collective_get_rank (self->collective) == 0;
}

/* An epoch's end writes it, after save-weights, which would never come where
 * one from before said that the epoch is over. Shards of other ranks may have a
 * batch less than rank 0's, and so be over before it. */
static gboolean
epoch_may_be_over (const GstSsioTraining *self)
{
  const guint64 least = self->n_stream_batches - (self->collective ? 1 : 0);

  return self->has_batch && self->n_stream_batches > 0
         && self->batch.batch + 1 >= least;
}

/* Between two steps, since what a step waits for is not in the file. */
static gboolean
checkpoint_is_due (const GstSsioTraining *self)
{
  return self->settings.checkpoint && writes_files (self)
         && self->settings.checkpoint_interval > 0
         && self->n_batches >= self->settings.checkpoint_interval
         && !gst_ssio_trainer_is_waiting (self->trainer)
         && !epoch_may_be_over (self);
}

gboolean
gst_ssio_training_push (GstSsioTraining *self, GstBuffer *buffer,
    GstSsioTally *tally, GError **error)
{
  note_batch (self, buffer);
  if (!meet_ranks (self, error) || !train (self, buffer, tally, error))
    return FALSE;
  self->n_batches++;
  self->is_due = TRUE;
  return !checkpoint_is_due (self) || write_checkpoint (self, error);
}

GstStructure *
gst_ssio_training_take_message (GstSsioTraining *self)
{
  const GstClockTime interval = self->settings.report_interval;
  const gint64 now = g_get_monotonic_time ();
  const GstSsioTrainSums *sums = &self->sums;

  if (!self->is_due || interval == GST_CLOCK_TIME_NONE || sums->weight == 0
      || (self->told_at != G_MININT64
          && (guint64) (now - self->told_at) < interval / 1000))
    return NULL;
  self->told_at = now;
  self->is_due = FALSE;
  return gst_structure_new (MESSAGE_NAME, "epoch", G_TYPE_UINT,
      self->batch.epoch, "batch", G_TYPE_UINT64, self->batch.batch, "step",
      G_TYPE_UINT64, self->optimizer->step, "points", G_TYPE_UINT64,
      sums->n_counted, "loss", G_TYPE_DOUBLE, sums->loss / sums->weight,
      "accuracy", G_TYPE_DOUBLE, (gdouble) sums->n_correct / sums->n_counted,
      "learning-rate", G_TYPE_DOUBLE,
      gst_ssio_optimizer_get_learning_rate (self->optimizer), NULL);
}

static gboolean
save_weights (GstSsioTraining *self, GError **error)
{
  GstSsioTensorWriter *writer = gst_ssio_tensor_writer_new ();
  gboolean ok;

  gst_ssio_tensor_writer_add_metadata (writer, "format", "pt");
  gst_ssio_safetensors_add_normalization (writer, self->input.normalize,
      self->input.normalization);
  gst_ssio_safetensors_add (writer, "", self->model);
  ok = gst_ssio_tensor_writer_write (writer, self->settings.save_weights,
      error);
  gst_ssio_tensor_writer_free (writer);
  return ok;
}

/* Until no rank has a batch. */
static gboolean
follow_ranks (GstSsioTraining *self, GstSsioTally *tally, GError **error)
{
  gboolean all_ended = !self->collective;

  while (!all_ended) {
    if (!gst_ssio_trainer_follow (self->trainer, &self->sums, &all_ended,
            error))
      return FALSE;
    add_to_tally (&self->sums, tally);
  }
  return TRUE;
}

gboolean
gst_ssio_training_end_epoch (GstSsioTraining *self, GstSsioTally *tally,
    GError **error)
{
  if (!meet_ranks (self, error) || !follow_ranks (self, tally, error)
      || !gst_ssio_trainer_finish_update (self->trainer, error)
      || (self->collective
          && !gst_ssio_agree_on_weights (self->collective, self->model,
              error)))
    return FALSE;
  return !writes_files (self)
         || ((!self->settings.save_weights || save_weights (self, error))
             && (!self->settings.checkpoint
                 || write_checkpoint (self, error)));
}

const GstSsioOptimizer *
gst_ssio_training_get_optimizer (const GstSsioTraining *self)
{
  return self->optimizer;
}

gchar *
gst_ssio_training_describe (const GstSsioTraining *self)
{
  return self->trainer ? gst_ssio_trainer_describe (self->trainer) : NULL;
}
