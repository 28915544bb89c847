/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "../distributed/devicesum.h"
#include "trainer.h"

/* What ranks add up of GstSsioTrainSums. */
#define N_RANK_SUMS 5

struct _GstSsioTrainer {
  GstSsioModel *model;
  GstSsioModel *gradients;
  GstSsioModel *before; /* the weights before a step */
  GstSsioBatchGradient *batch;
  GstSsioOptimizer *optimizer;
  const GstSsioTargets *targets;
  GstSsioCollective *collective; /* NULL without */
  guint steps_per_update;
  guint point_size;
  gsize n_sums;      /* of a gradient */
  gdouble *gradient; /* of a batch, and room for N_RANK_SUMS */
  gdouble *total;    /* of batches that wait for a step, each divided by its
                      * weight */
  guint n_waiting;
};

GstSsioTrainer *
gst_ssio_trainer_new (GstSsioModel *model, GstSsioOptimizer *optimizer,
    const GstSsioTargets *targets, GstSsioBatchGradient *batch,
    const GstSsioTrainSettings *settings)
{
  GstSsioTrainer *self = g_new0 (GstSsioTrainer, 1);

  self->model = model;
  self->gradients = gst_ssio_model_new_like (model);
  self->before = gst_ssio_model_new_like (model);
  self->batch = batch;
  self->optimizer = optimizer;
  self->targets = targets;
  self->collective = settings->collective;
  self->steps_per_update = settings->steps_per_update;
  self->point_size = gst_ssio_targets_get_point_size (targets);
  self->n_sums = gst_ssio_batch_gradient_get_n_sums (batch);
  self->gradient = g_new (gdouble, self->n_sums + N_RANK_SUMS);
  self->total = g_new0 (gdouble, self->n_sums);
  return self;
}

void
gst_ssio_trainer_free (GstSsioTrainer *self)
{
  gst_ssio_batch_gradient_free (self->batch);
  g_free (self->gradient);
  g_free (self->total);
  gst_ssio_model_free (self->before);
  gst_ssio_model_free (self->gradients);
  g_free (self);
}

gboolean
gst_ssio_trainer_set_normalization (GstSsioTrainer *self, const gdouble *mean,
    const gdouble *divisor, GError **error)
{
  return gst_ssio_batch_gradient_set_normalization (self->batch, mean, divisor,
      error);
}

gboolean
gst_ssio_trainer_join_ranks (GstSsioTrainer *self, GError **error)
{
  GstSsioCudaContext *context
      = gst_ssio_batch_gradient_get_context (self->batch);

  return !context
         || gst_ssio_device_sum_begin (self->collective, context,
             self->n_sums + N_RANK_SUMS, error);
}

G_GNUC_PRINTF (2, 3)
static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "%s; the weights are as they were before; lower learning-rate, and "
      "look for features that are large or no numbers",
      text);
  g_free (text);
  return FALSE;
}

static gboolean
update (GstSsioTrainer *self, GError **error)
{
  gst_ssio_model_copy_weights (self->before, self->model);
  gst_ssio_batch_gradient_unpack (self->batch, self->total,
      1.0 / self->n_waiting, self->gradients);
  memset (self->total, 0, self->n_sums * sizeof (gdouble));
  self->n_waiting = 0;
  gst_ssio_optimizer_step (self->optimizer, self->model, self->gradients);
  if (!gst_ssio_model_is_finite (self->model)) {
    gst_ssio_model_copy_weights (self->model, self->before);
    return fail (error, "a weight would be no finite number after a step");
  }
  return gst_ssio_batch_gradient_set_weights (self->batch, self->model, error);
}

static void
set_wrong_label (const GstSsioTrainer *self, GstBuffer *buffer, gsize point,
    GError **error)
{
  guint8 *record = g_malloc (self->point_size);
  gchar *text;

  gst_buffer_extract (buffer, point * self->point_size, record,
      self->point_size);
  text = gst_ssio_targets_explain (self->targets, record);
  g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, text);
  g_free (text);
  g_free (record);
}

static gboolean
is_finite (const gdouble *values, gsize n)
{
  gdouble zero = 0;
  gsize i;

  for (i = 0; i < n; i++)
    zero += values[i] * 0;
  return zero == 0;
}

/* FALSE where a point could not be learned from, or what came of them is no
 * number. */
static gboolean
check (const GstSsioTrainer *self, GstBuffer *buffer,
    const GstSsioTrainSums *sums, gsize first_wrong, GError **error)
{
  if (first_wrong < gst_buffer_get_size (buffer) / self->point_size) {
    set_wrong_label (self, buffer, first_wrong, error);
    return FALSE;
  }
  if (!isfinite (sums->loss))
    return fail (error, "the loss is %g: expected a finite number",
        fabs (sums->loss));
  if (!is_finite (self->gradient, self->n_sums))
    return fail (error,
        "a gradient is no finite number, though the loss is %g",
        sums->loss / sums->weight);
  return TRUE;
}

/* Counts are exact in a double up to 2^53. */
static void
put_sums (gdouble *values, const GstSsioTrainSums *sums)
{
  values[0] = sums->loss;
  values[1] = sums->weight;
  values[2] = sums->n_points;
  values[3] = sums->n_counted;
  values[4] = sums->n_correct;
}

static void
get_sums (const gdouble *values, GstSsioTrainSums *sums)
{
  sums->loss = values[0];
  sums->weight = values[1];
  sums->n_points = values[2];
  sums->n_counted = values[3];
  sums->n_correct = values[4];
}

/* The sums of all ranks' batches, and their gradient, in place of this one's.
 */
static gboolean
add_ranks (GstSsioTrainer *self, GstSsioTrainSums *sums, GError **error)
{
  gdouble *rank_sums = self->gradient + self->n_sums;

  if (!self->collective)
    return TRUE;
  put_sums (rank_sums, sums);
  if (!gst_ssio_collective_step (self->collective, self->gradient,
          self->n_sums + N_RANK_SUMS, error))
    return FALSE;
  get_sums (rank_sums, sums);
  return TRUE;
}

static gboolean
learn (GstSsioTrainer *self, const GstSsioTrainSums *sums, GError **error)
{
  gsize s;

  if (sums->weight > 0) {
    for (s = 0; s < self->n_sums; s++)
      self->total[s] += self->gradient[s] / sums->weight;
    self->n_waiting++;
  }
  return self->n_waiting < self->steps_per_update || update (self, error);
}

gboolean
gst_ssio_trainer_train (GstSsioTrainer *self, GstBuffer *buffer,
    GstSsioTrainSums *sums, guint64 *confusion, gsize *first_wrong,
    GError **error)
{
  *first_wrong = gst_buffer_get_size (buffer) / self->point_size;
  return gst_ssio_batch_gradient_compute (self->batch, buffer, self->gradient,
             sums, confusion, first_wrong, error)
         && check (self, buffer, sums, *first_wrong, error)
         && add_ranks (self, sums, error) && learn (self, sums, error);
}

gboolean
gst_ssio_trainer_follow (GstSsioTrainer *self, GstSsioTrainSums *sums,
    gboolean *all_ended, GError **error)
{
  if (!gst_ssio_collective_end (self->collective, self->gradient,
          self->n_sums + N_RANK_SUMS, all_ended, error))
    return FALSE;
  get_sums (self->gradient + self->n_sums, sums);
  return *all_ended || learn (self, sums, error);
}

gboolean
gst_ssio_trainer_is_waiting (const GstSsioTrainer *self)
{
  return self->n_waiting > 0;
}

gboolean
gst_ssio_trainer_finish_update (GstSsioTrainer *self, GError **error)
{
  return self->n_waiting == 0 || update (self, error);
}

const gchar *
gst_ssio_trainer_get_kernels (const GstSsioTrainer *self)
{
  return gst_ssio_batch_gradient_get_kernels (self->batch);
}

gchar *
gst_ssio_trainer_describe (const GstSsioTrainer *self)
{
  gchar *computer = gst_ssio_batch_gradient_describe (self->batch);
  gchar *text = g_strdup_printf ("training on %s", computer);

  g_free (computer);
  return text;
}
