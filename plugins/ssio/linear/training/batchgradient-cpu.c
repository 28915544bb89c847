/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../evaluator-private.h"
#include "batchgradient-private.h"
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

/* Of a batch. */
typedef struct {
  gdouble *gradient; /* NULL before it is needed */
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

typedef struct {
  GstSsioBatchGradient parent;
  GstSsioBackprop *backprop;
  GstSsioWorkers *workers;
  const GstSsioTargets *targets;
  guint point_size;
  guint n_outputs;
  guint block;
  guint run_points;

  guint max_pieces;
  Piece *pieces;
  guint n_threads;
  State *states;
} CpuGradient;

static void
count_predictions (const CpuGradient *self, const State *state, gsize n)
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
  CpuGradient *self = user_data;
  State *state = &self->states[thread];
  Piece *piece = chunk->owner;
  gsize at = 0;
  gsize n, n_read;

  memset (piece->gradient, 0, self->parent.n_sums * sizeof (gdouble));
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
init_state (CpuGradient *self, State *state)
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

static void
cpu_gradient_free (GstSsioBatchGradient *parent)
{
  CpuGradient *self = (CpuGradient *) parent;
  guint i;

  gst_ssio_workers_free (self->workers);
  for (i = 0; i < self->n_threads; i++)
    clear_state (&self->states[i]);
  for (i = 0; i < self->max_pieces; i++)
    g_free (self->pieces[i].gradient);
  g_free (self->states);
  g_free (self->pieces);
  gst_ssio_backprop_free (self->backprop);
  g_free (self);
}

static gboolean
cpu_gradient_set_weights (GstSsioBatchGradient *parent,
    const GstSsioModel *model, GError **error)
{
  CpuGradient *self = (CpuGradient *) parent;

  gst_ssio_backprop_set_weights (self->backprop, model);
  return TRUE;
}

static gboolean
cpu_gradient_set_normalization (GstSsioBatchGradient *parent,
    const gdouble *mean, const gdouble *divisor, GError **error)
{
  CpuGradient *self = (CpuGradient *) parent;

  gst_ssio_backprop_set_normalization (self->backprop, mean, divisor);
  return TRUE;
}

static guint
count_pieces (const CpuGradient *self, gsize n_points)
{
  return CLAMP (n_points / (PIECE_BLOCKS * self->block), 1, self->max_pieces);
}

/* The first point of piece i of n, or the batch's end. */
static gsize
find_piece (const CpuGradient *self, gsize n_points, guint i, guint n)
{
  const gsize n_blocks = (n_points + self->block - 1) / self->block;

  return MIN (n_blocks * i / n * self->block, n_points);
}

static void
run_pieces (CpuGradient *self, guint n, const guint8 *points, gsize n_points)
{
  guint i;

  for (i = 0; i < n; i++) {
    const gsize first = find_piece (self, n_points, i, n);
    const GstSsioChunk chunk
        = { &self->pieces[i], points + first * self->point_size,
            find_piece (self, n_points, i + 1, n) - first };

    if (!self->pieces[i].gradient)
      self->pieces[i].gradient = g_new (gdouble, self->parent.n_sums);
    gst_ssio_workers_push (self->workers, &chunk);
  }
  gst_ssio_workers_drain (self->workers);
}

/* The first point without a class of all pieces, else n_points. */
static gsize
find_wrong (const CpuGradient *self, guint n_pieces, gsize n_points)
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
add_sums (const CpuGradient *self, guint n_pieces)
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

static void
add_gradients (const CpuGradient *self, guint n_pieces, gdouble *gradient)
{
  const gsize n_sums = self->parent.n_sums;
  gsize s;
  guint i;

  memcpy (gradient, self->pieces[0].gradient, n_sums * sizeof (gdouble));
  for (i = 1; i < n_pieces; i++) {
    for (s = 0; s < n_sums; s++)
      gradient[s] += self->pieces[i].gradient[s];
  }
}

static void
take_confusion (CpuGradient *self, guint64 *confusion)
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

static gboolean
cpu_gradient_compute (GstSsioBatchGradient *parent, GstBuffer *buffer,
    gdouble *gradient, GstSsioTrainSums *sums, guint64 *confusion,
    gsize *first_wrong, GError **error)
{
  CpuGradient *self = (CpuGradient *) parent;
  const gsize size = gst_buffer_get_size (buffer);
  const gsize n_points = size / self->point_size;
  const guint n_pieces = count_pieces (self, n_points);
  GstMapInfo map;

  if (size % self->point_size != 0
      || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_ssio_evaluator_refuse (size, self->point_size, "readable memory",
        error);
    return FALSE;
  }
  run_pieces (self, n_pieces, map.data, n_points);
  gst_buffer_unmap (buffer, &map);
  *first_wrong = find_wrong (self, n_pieces, n_points);
  *sums = add_sums (self, n_pieces);
  add_gradients (self, n_pieces, gradient);
  take_confusion (self, confusion);
  return TRUE;
}

static void
cpu_gradient_unpack (const GstSsioBatchGradient *parent,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients)
{
  const CpuGradient *self = (const CpuGradient *) parent;

  gst_ssio_backprop_get_gradients (self->backprop, gradient, scale, gradients);
}

static const gchar *
cpu_gradient_get_kernels (const GstSsioBatchGradient *parent)
{
  return gst_ssio_backprop_get_isa (((const CpuGradient *) parent)->backprop);
}

static gchar *
cpu_gradient_describe (const GstSsioBatchGradient *parent)
{
  return g_strdup_printf ("%s, %u threads", cpu_gradient_get_kernels (parent),
      ((const CpuGradient *) parent)->n_threads);
}

static const GstSsioBatchGradientClass cpu_gradient_class = {
  cpu_gradient_free,
  cpu_gradient_set_weights,
  cpu_gradient_set_normalization,
  cpu_gradient_compute,
  cpu_gradient_unpack,
  cpu_gradient_get_kernels,
  cpu_gradient_describe,
};

static guint
limit_pieces (const CpuGradient *self)
{
  const gsize bytes = self->parent.n_sums * sizeof (gdouble);

  return bytes * MAX_PIECES <= MAX_GRADIENT_BYTES ? MAX_PIECES
                                                  : self->n_threads;
}

GstSsioBatchGradient *
gst_ssio_cpu_batch_gradient_new (const GstSsioGradientInput *input)
{
  CpuGradient *self = g_new0 (CpuGradient, 1);
  guint i;

  self->parent.klass = &cpu_gradient_class;
  self->backprop = gst_ssio_backprop_new (input->model, input->layout,
      input->fields, input->class_weights, NULL);
  self->parent.n_sums = gst_ssio_backprop_get_n_sums (self->backprop);
  self->targets = input->targets;
  self->point_size = gst_ssio_layout_get_point_size (input->layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (input->model);
  self->block = gst_ssio_backprop_get_block (self->backprop);
  self->run_points = RUN_BLOCKS * self->block;
  self->n_threads
      = input->n_threads > 0 ? input->n_threads : g_get_num_processors ();
  self->max_pieces = limit_pieces (self);
  self->pieces = g_new0 (Piece, self->max_pieces);
  self->states = g_new0 (State, self->n_threads);
  for (i = 0; i < self->n_threads; i++)
    init_state (self, &self->states[i]);
  self->workers = gst_ssio_workers_new (self->n_threads, 0, work, self);
  return &self->parent;
}
