/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "trainer.h"
#include "workers.h"

/* Pieces of a batch: enough for as many cores, and of some blocks each, since
 * to hand one over takes as long as a block of a small model. */
#define MAX_PIECES 64
#define PIECE_BLOCKS 2

/* What the gradients of all pieces may take. Models for which this is not
 * enough for MAX_PIECES have one for each thread. */
#define MAX_GRADIENT_BYTES ((gsize) 1 << 28)

/* Blocks whose classes are read at once. */
#define RUN_BLOCKS 16

/* What ranks add up of GstSsioTrainSums. */
#define N_RANK_SUMS 5

/* Of a batch. */
typedef struct {
  gdouble *gradient; /* and room for N_RANK_SUMS */
  GstSsioTrainSums sums;
  gsize first_wrong; /* point without a class, else n_points */
} Piece;

/* Of a thread. */
typedef struct {
  gpointer scratch;
  gint32 *classes;
  gint32 *predictions;
  guint64 *confusion;
} State;

struct _GstSsioTrainer {
  GstSsioModel *model;
  GstSsioModel *gradients;
  GstSsioModel *before; /* the weights before a step */
  GstSsioBackprop *backprop;
  GstSsioOptimizer *optimizer;
  GstSsioWorkers *workers;
  const GstSsioTargets *targets;
  GstSsioCollective *collective; /* NULL without */
  guint steps_per_update;
  guint point_size;
  guint n_outputs;
  guint block;
  guint run_points;
  gsize n_sums; /* of a gradient */

  guint max_pieces;
  Piece *pieces;
  guint n_threads;
  State *states;
  gdouble *total; /* of batches that wait for a step, each divided by its
                   * weight */
  guint n_waiting;
};

static void
clear_sums (GstSsioTrainer *self, gdouble *sums)
{
  memset (sums, 0, self->n_sums * sizeof (*sums));
}

static void
count_predictions (const GstSsioTrainer *self, const State *state, gsize n)
{
  gsize p;

  for (p = 0; p < n; p++) {
    if (state->classes[p] >= 0)
      state->confusion[(gsize) state->classes[p] * self->n_outputs
                       + state->predictions[p]]++;
  }
}

static void
work (const GstSsioChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  GstSsioTrainer *self = user_data;
  State *state = &self->states[thread];
  Piece *piece = chunk->owner;
  gsize at = 0;
  gsize n, n_read;

  clear_sums (self, piece->gradient);
  piece->sums = (GstSsioTrainSums){ 0 };
  piece->first_wrong = chunk->n_points;
  for (; at < chunk->n_points; at += n) {
    const guint8 *points = chunk->points + at * self->point_size;

    n = MIN (chunk->n_points - at, self->run_points);
    n_read = gst_ssio_targets_read (self->targets, points, n, state->classes);
    if (n_read < n) {
      piece->first_wrong = at + n_read;
      return;
    }
    gst_ssio_backprop_run (self->backprop, state->scratch, points, n,
        state->classes, state->predictions, piece->gradient, &piece->sums);
    count_predictions (self, state, n);
  }
}

static void
init_state (GstSsioTrainer *self, State *state)
{
  state->scratch = gst_ssio_backprop_new_scratch (self->backprop);
  state->classes = g_new (gint32, self->run_points);
  state->predictions = g_new (gint32, self->run_points);
  state->confusion
      = g_new0 (guint64, (gsize) self->n_outputs * self->n_outputs);
}

static void
clear_state (State *state)
{
  gst_ssio_backprop_free_scratch (state->scratch);
  g_free (state->classes);
  g_free (state->predictions);
  g_free (state->confusion);
}

GstSsioTrainer *
gst_ssio_trainer_new (GstSsioModel *model, GstSsioOptimizer *optimizer,
    const GstSsioLayout *layout, const guint *fields,
    const GstSsioTargets *targets, const GstSsioTrainSettings *settings)
{
  GstSsioTrainer *self = g_new0 (GstSsioTrainer, 1);
  gsize gradient_bytes;
  guint i;

  self->model = model;
  self->gradients = gst_ssio_model_new_like (model);
  self->before = gst_ssio_model_new_like (model);
  self->backprop = gst_ssio_backprop_new (model, layout, fields,
      settings->class_weights, NULL);
  self->optimizer = optimizer;
  self->targets = targets;
  self->collective = settings->collective;
  self->steps_per_update = settings->steps_per_update;
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (model);
  self->block = gst_ssio_backprop_get_block (self->backprop);
  self->run_points = RUN_BLOCKS * self->block;
  self->n_sums = gst_ssio_backprop_get_n_sums (self->backprop);
  self->total = g_new0 (gdouble, self->n_sums);

  self->n_threads = settings->n_threads > 0 ? settings->n_threads
                                            : g_get_num_processors ();
  gradient_bytes = self->n_sums * sizeof (gdouble);
  self->max_pieces = gradient_bytes * MAX_PIECES <= MAX_GRADIENT_BYTES
                         ? MAX_PIECES
                         : self->n_threads;
  self->pieces = g_new0 (Piece, self->max_pieces);
  self->states = g_new0 (State, self->n_threads);
  for (i = 0; i < self->n_threads; i++)
    init_state (self, &self->states[i]);
  self->workers = gst_ssio_workers_new (self->n_threads, 0, work, self);
  return self;
}

void
gst_ssio_trainer_free (GstSsioTrainer *self)
{
  guint i;

  gst_ssio_workers_free (self->workers);
  for (i = 0; i < self->n_threads; i++)
    clear_state (&self->states[i]);
  for (i = 0; i < self->max_pieces; i++)
    g_free (self->pieces[i].gradient);
  g_free (self->states);
  g_free (self->pieces);
  g_free (self->total);
  gst_ssio_backprop_free (self->backprop);
  gst_ssio_model_free (self->before);
  gst_ssio_model_free (self->gradients);
  g_free (self);
}

void
gst_ssio_trainer_set_normalization (GstSsioTrainer *self, const gdouble *mean,
    const gdouble *divisor)
{
  gst_ssio_backprop_set_normalization (self->backprop, mean, divisor);
}

static gdouble *
get_gradient (GstSsioTrainer *self, guint piece)
{
  gdouble **gradient = &self->pieces[piece].gradient;

  if (!*gradient)
    *gradient = g_new (gdouble, self->n_sums + N_RANK_SUMS);
  return *gradient;
}

static guint
count_pieces (const GstSsioTrainer *self, gsize n_points)
{
  return CLAMP (n_points / (PIECE_BLOCKS * self->block), 1, self->max_pieces);
}

/* The first point of piece i of n, or the batch's end. */
static gsize
find_piece (const GstSsioTrainer *self, gsize n_points, guint i, guint n)
{
  const gsize n_blocks = (n_points + self->block - 1) / self->block;

  return MIN (n_blocks * i / n * self->block, n_points);
}

static void
run_pieces (GstSsioTrainer *self, guint n, const guint8 *points,
    gsize n_points)
{
  guint i;

  for (i = 0; i < n; i++) {
    const gsize first = find_piece (self, n_points, i, n);
    const GstSsioChunk chunk
        = { &self->pieces[i], points + first * self->point_size,
            find_piece (self, n_points, i + 1, n) - first };

    get_gradient (self, i);
    gst_ssio_workers_push (self->workers, &chunk);
  }
  gst_ssio_workers_drain (self->workers);
}

/* The first point without a class of all pieces, else n_points. */
static gsize
find_wrong (const GstSsioTrainer *self, guint n_pieces, gsize n_points)
{
  guint i;

  for (i = 0; i < n_pieces; i++) {
    const gsize first = find_piece (self, n_points, i, n_pieces);
    const gsize end = find_piece (self, n_points, i + 1, n_pieces);

    if (first + self->pieces[i].first_wrong < end)
      return first + self->pieces[i].first_wrong;
  }
  return n_points;
}

static GstSsioTrainSums
add_sums (const GstSsioTrainer *self, guint n_pieces)
{
  GstSsioTrainSums total = { 0 };
  guint i;

  for (i = 0; i < n_pieces; i++) {
    const GstSsioTrainSums *sums = &self->pieces[i].sums;

    total.loss += sums->loss;
    total.weight += sums->weight;
    total.n_points += sums->n_points;
    total.n_counted += sums->n_counted;
    total.n_correct += sums->n_correct;
  }
  return total;
}

/* The batch's gradient, in the first piece's place. Returns whether it is
 * finite. */
static gboolean
add_gradients (GstSsioTrainer *self, guint n_pieces)
{
  gdouble *gradient = self->pieces[0].gradient;
  gdouble zero = 0;
  gsize s;
  guint i;

  for (i = 1; i < n_pieces; i++) {
    for (s = 0; s < self->n_sums; s++)
      gradient[s] += self->pieces[i].gradient[s];
  }
  for (s = 0; s < self->n_sums; s++)
    zero += gradient[s] * 0;
  return zero == 0;
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
  gst_ssio_backprop_get_gradients (self->backprop, self->total,
      1.0 / self->n_waiting, self->gradients);
  clear_sums (self, self->total);
  self->n_waiting = 0;
  gst_ssio_optimizer_step (self->optimizer, self->model, self->gradients);
  if (!gst_ssio_model_is_finite (self->model)) {
    gst_ssio_model_copy_weights (self->model, self->before);
    return fail (error, "a weight would be no finite number after a step");
  }
  gst_ssio_backprop_set_weights (self->backprop, self->model);
  return TRUE;
}

/* Adds up what the pieces came to. FALSE where one could not be read, or what
 * came of them is no number. */
static gboolean
settle (GstSsioTrainer *self, guint n_pieces, const guint8 *points,
    gsize n_points, GstSsioTrainSums *sums, gsize *first_wrong, GError **error)
{
  *sums = add_sums (self, n_pieces);
  *first_wrong = find_wrong (self, n_pieces, n_points);
  if (*first_wrong < n_points) {
    gchar *text = gst_ssio_targets_explain (self->targets,
        points + *first_wrong * self->point_size);

    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        text);
    g_free (text);
    return FALSE;
  }
  if (!isfinite (sums->loss))
    return fail (error, "the loss is %g: expected a finite number",
        fabs (sums->loss));
  if (!add_gradients (self, n_pieces))
    return fail (error,
        "a gradient is no finite number, though the loss is %g",
        sums->loss / sums->weight);
  return TRUE;
}

static void
take_confusion (GstSsioTrainer *self, guint64 *confusion)
{
  const gsize n = (gsize) self->n_outputs * self->n_outputs;
  guint t;
  gsize i;

  for (t = 0; t < self->n_threads; t++) {
    guint64 *from = self->states[t].confusion;

    for (i = 0; i < n; i++) {
      confusion[i] += from[i];
      from[i] = 0;
    }
  }
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
  gdouble *gradient = get_gradient (self, 0);

  if (!self->collective)
    return TRUE;
  put_sums (gradient + self->n_sums, sums);
  if (!gst_ssio_collective_step (self->collective, gradient,
          self->n_sums + N_RANK_SUMS, error))
    return FALSE;
  get_sums (gradient + self->n_sums, sums);
  return TRUE;
}

/* From the gradient in the first piece's place. */
static gboolean
learn (GstSsioTrainer *self, const GstSsioTrainSums *sums, GError **error)
{
  gsize s;

  if (sums->weight > 0) {
    for (s = 0; s < self->n_sums; s++)
      self->total[s] += self->pieces[0].gradient[s] / sums->weight;
    self->n_waiting++;
  }
  return self->n_waiting < self->steps_per_update || update (self, error);
}

gboolean
gst_ssio_trainer_train (GstSsioTrainer *self, const guint8 *points,
    gsize n_points, GstSsioTrainSums *sums, guint64 *confusion,
    gsize *first_wrong, GError **error)
{
  const guint n_pieces = count_pieces (self, n_points);

  run_pieces (self, n_pieces, points, n_points);
  if (!settle (self, n_pieces, points, n_points, sums, first_wrong, error)
      || !add_ranks (self, sums, error) || !learn (self, sums, error))
    return FALSE;
  take_confusion (self, confusion);
  return TRUE;
}

gboolean
gst_ssio_trainer_follow (GstSsioTrainer *self, GstSsioTrainSums *sums,
    gboolean *all_ended, GError **error)
{
  gdouble *gradient = get_gradient (self, 0);

  if (!gst_ssio_collective_end (self->collective, gradient,
          self->n_sums + N_RANK_SUMS, all_ended, error))
    return FALSE;
  get_sums (gradient + self->n_sums, sums);
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
gst_ssio_trainer_get_isa (const GstSsioTrainer *self)
{
  return gst_ssio_backprop_get_isa (self->backprop);
}

gchar *
gst_ssio_trainer_describe (const GstSsioTrainer *self)
{
  return g_strdup_printf ("training on %s, %u threads",
      gst_ssio_backprop_get_isa (self->backprop), self->n_threads);
}
