/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "cuda/caps.h"
#include "evaluator.h"
#include "inputs.h"
#include "safetensors.h"
#include "session.h"
#include "sourcefile.h"

struct _GstSsioSession {
  GstSsioLinearSettings settings;
  GArray *widths;

  gboolean on_device;    /* where batches are */
  GstSsioLayout *layout; /* theirs; NULL before caps */
  guint point_size;
  GArray *fields;      /* of the layout, which are the model's inputs */
  GstSsioModel *model; /* NULL as the layout is */
  guint n_outputs;
  GstSsioEvaluator *evaluator; /* NULL until a batch has shown where */
  GstSsioPointFile *file;      /* where the last batch was mapped from */

  gdouble *sums; /* of each output, in this epoch */
  GstSsioEpoch epoch;
};

GstSsioSession *
gst_ssio_session_new (const GstSsioLinearSettings *settings, GError **error)
{
  GstSsioSession *self = g_new0 (GstSsioSession, 1);
  const gchar *layers = settings->layers ? settings->layers : "";

  gst_ssio_linear_settings_copy (settings, &self->settings);
  if ((settings->weights
          && !gst_ssio_safetensors_check (settings->weights, error))
      || !gst_ssio_model_parse_widths (layers, &self->widths, error))
    g_clear_pointer (&self, gst_ssio_session_free);
  return self;
}

static void
close_model (GstSsioSession *self)
{
  g_clear_pointer (&self->evaluator, gst_ssio_evaluator_free);
  g_clear_pointer (&self->model, gst_ssio_model_free);
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
}

void
gst_ssio_session_free (GstSsioSession *self)
{
  close_model (self);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  g_clear_pointer (&self->widths, g_array_unref);
  g_free (self->sums);
  gst_ssio_linear_settings_clear (&self->settings);
  g_free (self);
}

/* Adds what was computed to the epoch's sums. */
static gboolean
collect (GstSsioSession *self, GError **error)
{
  return !self->evaluator
         || gst_ssio_evaluator_collect (self->evaluator, self->sums, error);
}

static GstSsioModel *
make_model (const GstSsioSession *self, GError **error)
{
  GstSsioModel *model = gst_ssio_model_new (self->fields->len, self->widths);

  if (!self->settings.weights)
    gst_ssio_model_init_random (model, self->settings.seed);
  else if (!gst_ssio_safetensors_load (self->settings.weights, model, error))
    g_clear_pointer (&model, gst_ssio_model_free);
  return model;
}

gboolean
gst_ssio_session_set_caps (GstSsioSession *self, GstCaps *caps, GError **error)
{
  if (!collect (self, error))
    return FALSE;
  close_model (self);
  self->on_device = gst_ssio_caps_are_cuda (caps);
  self->layout = gst_ssio_layout_new_from_caps (caps, NULL, error);
  if (self->layout)
    self->fields
        = gst_ssio_inputs_find (self->layout, self->settings.features, error);
  if (self->fields)
    self->model = make_model (self, error);
  if (!self->model)
    return FALSE;
  self->point_size = gst_ssio_layout_get_point_size (self->layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (self->model);
  if (!self->sums)
    self->sums = g_new0 (gdouble, self->n_outputs);
  return TRUE;
}

gboolean
gst_ssio_session_has_model (const GstSsioSession *self)
{
  return self->model != NULL;
}

static GstSsioEvaluator *
new_cpu_evaluator (GstSsioSession *self)
{
  return gst_ssio_cpu_evaluator_new (self->model, self->layout,
      (const guint *) self->fields->data, self->settings.threads);
}

/* On the device that the batch is on. */
static GstSsioEvaluator *
new_cuda_evaluator (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

  if (!gst_ssio_check_cuda_memory (memory, error))
    return NULL;
  return gst_ssio_cuda_evaluator_new (
      gst_ssio_cuda_memory_get_context (memory), self->model, self->layout,
      (const guint *) self->fields->data, error);
}

/* Where to compute shows only with the first batch. */
gboolean
gst_ssio_session_prepare (GstSsioSession *self, GstBuffer *buffer,
    GError **error)
{
  if (self->evaluator || gst_buffer_get_size (buffer) == 0)
    return TRUE;
  self->evaluator = self->on_device ? new_cuda_evaluator (self, buffer, error)
                                    : new_cpu_evaluator (self);
  return self->evaluator != NULL;
}

gchar *
gst_ssio_session_describe (const GstSsioSession *self)
{
  gchar *computer, *description;

  if (!self->evaluator)
    return NULL;
  computer = gst_ssio_evaluator_describe (self->evaluator);
  description = g_strdup_printf ("%u inputs, %u outputs, %s",
      self->fields->len, self->n_outputs, computer);
  g_free (computer);
  return description;
}

gboolean
gst_ssio_session_push (GstSsioSession *self, GstBuffer *buffer, GError **error)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  const gsize size = gst_buffer_get_size (buffer);

  if (size > 0
      && (!gst_ssio_session_prepare (self, buffer, error)
          || !gst_ssio_evaluator_push (self->evaluator, buffer, error)))
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

static void
reset_epoch (GstSsioSession *self, guint epoch)
{
  guint i;

  self->epoch = (GstSsioEpoch){ .epoch = epoch };
  for (i = 0; self->sums && i < self->n_outputs; i++)
    self->sums[i] = 0;
}

static void
make_report (const GstSsioSession *self, GstSsioReport *report)
{
  guint i;

  report->epoch = self->epoch;
  report->n_means = self->n_outputs;
  report->means = g_new (gdouble, self->n_outputs);
  for (i = 0; i < self->n_outputs; i++)
    report->means[i]
        = self->epoch.points ? self->sums[i] / self->epoch.points : NAN;
}

gboolean
gst_ssio_session_end_epoch (GstSsioSession *self, GstSsioReport *report,
    GError **error)
{
  *report = (GstSsioReport){ 0 };
  if (!collect (self, error)
      || !gst_ssio_source_file_is_intact (self->file, error))
    return FALSE;
  if (!self->model)
    return TRUE;
  make_report (self, report);
  reset_epoch (self, self->epoch.epoch + 1);
  return TRUE;
}

gboolean
gst_ssio_session_throw_away (GstSsioSession *self, GError **error)
{
  if (!collect (self, error))
    return FALSE;
  reset_epoch (self, self->epoch.epoch);
  return TRUE;
}
