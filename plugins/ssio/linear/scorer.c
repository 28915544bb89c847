/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "forward-private.h"
#include "scorer.h"

/* Points that share a logarithm. The product of so many sums of exponentials,
 * each at most GST_SSIO_SCORER_MAX_CLASSES, is far from a double's end. */
#define LOSS_RUN 16

/* Of one thread; aligned, so that threads do not share lines of the cache. */
typedef struct {
  GstSsioSoftmax softmax;
  gint32 targets[GST_SSIO_FORWARD_MAX_BLOCK];
  gfloat *exponentials; /* columns; NULL unless they are asked for */
  guint64 *confusion;   /* [target][prediction] */
  guint64 n_ignored;
} State;

struct _GstSsioScorer {
  guint n_classes;
  const GstSsioTargets *targets;
  const GstSsioDataFiles *files;
  GstSsioPredictionsType type;
  guint row_size;
  guint n_threads;
  State **states;

  gint has_failed; /* atomic */
  GMutex lock;     /* of what follows */
  guint64 failed_order;
  guint64 failed_offset;
  gchar *failure; /* of the first point that has no class */
};

static State *
new_state (const GstSsioScorer *self)
{
  State *state
      = g_aligned_alloc0 (1, sizeof (State), GST_SSIO_FORWARD_CACHE_LINE);

  if (self->targets)
    state->confusion
        = g_new0 (guint64, (gsize) self->n_classes * self->n_classes);
  if (self->type == GST_SSIO_PREDICTIONS_PROBABILITIES)
    state->exponentials = g_aligned_alloc (self->n_classes,
        GST_SSIO_FORWARD_MAX_BLOCK * sizeof (gfloat),
        GST_SSIO_FORWARD_CACHE_LINE);
  return state;
}

static void
free_state (State *state)
{
  g_free (state->confusion);
  g_aligned_free (state->exponentials);
  g_aligned_free (state);
}

GstSsioScorer *
gst_ssio_scorer_new (guint n_classes, const GstSsioTargets *targets,
    const GstSsioDataFiles *files, GstSsioPredictionsType type,
    guint n_threads)
{
  GstSsioScorer *self = g_new0 (GstSsioScorer, 1);
  guint i;

  self->n_classes = n_classes;
  self->targets = targets;
  self->files = files;
  self->type = type;
  self->row_size = gst_ssio_predictions_type_get_row_size (type, n_classes);
  self->n_threads = n_threads;
  self->states = g_new (State *, n_threads);
  for (i = 0; i < n_threads; i++)
    self->states[i] = new_state (self);
  g_mutex_init (&self->lock);
  return self;
}

void
gst_ssio_scorer_free (GstSsioScorer *self)
{
  guint i;

  for (i = 0; i < self->n_threads; i++)
    free_state (self->states[i]);
  g_free (self->states);
  g_free (self->failure);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint
gst_ssio_scorer_get_row_size (const GstSsioScorer *self)
{
  return self->row_size;
}

/* Whichever thread comes first, the point that counts is the first one. */
static void
note_failure (GstSsioScorer *self, const GstSsioScorerPlace *place,
    guint64 offset, const guint8 *point)
{
  g_mutex_lock (&self->lock);
  if (!self->failure || place->order < self->failed_order
      || (place->order == self->failed_order
          && offset < self->failed_offset)) {
    gchar *where
        = gst_ssio_data_files_describe (self->files, place->meta, offset);
    gchar *what = gst_ssio_targets_explain (self->targets, point);

    g_free (self->failure);
    self->failure = g_strdup_printf ("%s: %s", where, what);
    self->failed_order = place->order;
    self->failed_offset = offset;
    g_free (where);
    g_free (what);
  }
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->has_failed, TRUE);
}

/* The cross-entropy of a point is log (sum of exp (output)) less its class's
 * output. Sums of exponentials are multiplied, and their product's logarithm
 * is the sum of theirs. */
static gdouble
sum_losses (const GstSsioOutputs *outputs, const State *state, guint n_points)
{
  const GstSsioSoftmax *softmax = &state->softmax;
  gdouble loss = 0;
  guint first, p;

  for (first = 0; first < n_points; first += LOSS_RUN) {
    const guint end = MIN (first + LOSS_RUN, n_points);
    gdouble product = 1;

    for (p = first; p < end; p++) {
      const gint32 target = state->targets[p];

      if (target == GST_SSIO_TARGET_IGNORED)
        continue;
      product *= 1.0 + softmax->others[p];
      loss += (gdouble) softmax->largest[p]
              - outputs->columns[(gsize) target * outputs->stride + p];
    }
    loss += log (product);
  }
  return loss;
}

static void
count_points (State *state, guint n_classes, guint n_points)
{
  guint p;

  for (p = 0; p < n_points; p++) {
    const gint32 target = state->targets[p];

    if (target == GST_SSIO_TARGET_IGNORED)
      state->n_ignored++;
    else
      state->confusion[(gsize) target * n_classes
                       + state->softmax.classes[p]]++;
  }
}

static void
write_classes (const GstSsioSoftmax *softmax, guint n_points, guint row_size,
    guint8 *rows)
{
  guint p;

  for (p = 0; p < n_points; p++) {
    if (row_size == 1)
      rows[p] = softmax->classes[p];
    else
      GST_WRITE_UINT16_LE (rows + 2 * p, softmax->classes[p]);
  }
}

/* Columns to rows, each value divided by 1 + others, unless that is NULL. */
static void
write_floats (const gfloat *columns, guint stride, guint n_columns,
    guint n_points, const gfloat *others, gfloat *rows)
{
  guint c, p;

  for (p = 0; p < n_points; p++) {
    const gfloat divisor = others ? 1 + others[p] : 1;

    for (c = 0; c < n_columns; c++)
      *rows++ = columns[(gsize) c * stride + p] / divisor;
  }
}

static void
write_rows (const GstSsioScorer *self, const State *state,
    const GstSsioOutputs *outputs, guint8 *rows)
{
  switch (self->type) {
  case GST_SSIO_PREDICTIONS_ARGMAX:
    write_classes (&state->softmax, outputs->n_points, self->row_size, rows);
    break;
  case GST_SSIO_PREDICTIONS_LOGITS:
    write_floats (outputs->columns, outputs->stride, self->n_classes,
        outputs->n_points, NULL, (gfloat *) rows);
    break;
  case GST_SSIO_PREDICTIONS_PROBABILITIES:
    write_floats (state->exponentials, outputs->stride, self->n_classes,
        outputs->n_points, state->softmax.others, (gfloat *) rows);
    break;
  }
}

void
gst_ssio_scorer_score (GstSsioScorer *self, guint thread,
    const GstSsioForward *forward, const GstSsioOutputs *outputs,
    const GstSsioScorerPlace *place, guint8 *rows, gdouble *loss)
{
  State *state = self->states[thread];
  guint n;

  gst_ssio_forward_get_kernel (forward)->softmax (outputs->columns,
      self->n_classes, outputs->n_points, &state->softmax,
      rows ? state->exponentials : NULL);
  if (rows)
    write_rows (self, state, outputs, rows);
  if (!self->targets)
    return;
  n = gst_ssio_targets_read (self->targets, outputs->points, outputs->n_points,
      state->targets);
  if (n < outputs->n_points)
    note_failure (self, place, place->offset + n,
        outputs->points
            + (gsize) n * gst_ssio_targets_get_point_size (self->targets));
  count_points (state, self->n_classes, n);
  *loss += sum_losses (outputs, state, n);
}

gboolean
gst_ssio_scorer_has_failed (GstSsioScorer *self)
{
  return g_atomic_int_get (&self->has_failed);
}

void
gst_ssio_scorer_set_error (GstSsioScorer *self, GError **error)
{
  g_mutex_lock (&self->lock);
  g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      self->failure);
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_scorer_collect (GstSsioScorer *self, GstSsioTally *tally)
{
  const gsize n = (gsize) self->n_classes * self->n_classes;
  guint t;
  gsize i;

  for (t = 0; t < self->n_threads; t++) {
    State *state = self->states[t];

    for (i = 0; i < n; i++)
      tally->confusion[i] += state->confusion[i];
    memset (state->confusion, 0, n * sizeof (*state->confusion));
    tally->n_ignored += state->n_ignored;
    state->n_ignored = 0;
  }
}
