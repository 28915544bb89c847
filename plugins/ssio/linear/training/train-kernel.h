/* SPDX-License-Identifier: MIT */
/* Forward and backward over a block of points. This file is compiled once for
 * each instruction set: the including file defines what layer-kernel.h needs,
 * and
 *
 *   KERNEL           the name of the GstSsioTrainKernel
 *   GRADIENT_INPUTS  inputs in a tile of a gradient
 *
 * All activations of a block stay in the second-level cache. On the way back
 * the gradients of a layer's inputs take the place of these inputs, as soon as
 * the gradient of its weights is known. */

#include "../layer-kernel.h"
#include "../vector-math.h"
#include "train-private.h"
#include "vector-sums.h"

#define GRADIENT_OUTPUTS GST_SSIO_TRAIN_TILE_OUTPUTS
#define GRADIENT_SUMS (GRADIENT_OUTPUTS * GRADIENT_INPUTS)

G_STATIC_ASSERT (BLOCK % LANES == 0);
G_STATIC_ASSERT (LANES <= GST_SSIO_TRAIN_MAX_LANES);

static inline Integers
load_integers (const gint32 *from)
{
  Integers vector;

  memcpy (&vector, from, sizeof (vector));
  return vector;
}

/* Outputs become gradients: softmax less 1 for the point's class, times the
 * point's weight. Returns the weighted losses. */
static inline Vector
learn_vector (gfloat *outputs, guint n_outputs, Integers classes,
    Vector weights, gint32 *predictions)
{
  const Vector zero = { 0 };
  Vector target = zero;
  Vector total = zero;
  Vector largest, scale;
  Integers prediction;
  guint o;

  find_largest (outputs, n_outputs, &largest, &prediction);
  memcpy (predictions, &prediction, sizeof (prediction));
  for (o = 0; o < n_outputs; o++) {
    gfloat *at = outputs + (gsize) o * BLOCK;
    Vector output = load (at);
    Vector power = exponential (output - largest);

    target = choose (classes == (gint32) o, output, target);
    store (at, power);
    total += power;
  }
  scale = weights / total;
  for (o = 0; o < n_outputs; o++) {
    gfloat *at = outputs + (gsize) o * BLOCK;
    Vector gradient = load (at) * scale;

    gradient -= (Vector) ((classes == (gint32) o) & (Integers) weights);
    store (at, gradient);
  }
  /* a point that does not count may have anything for a loss */
  return (Vector) ((classes >= 0)
                   & (Integers) (weights
                                 * (logarithm (total) + (largest - target))));
}

static gdouble
learn (gfloat *outputs, guint n_outputs, const GstSsioTrainTargets *targets,
    guint n_points)
{
  Vector losses = { 0 };
  gdouble loss = 0;
  guint p, lane;

  for (p = 0; p < n_points; p += LANES)
    losses += learn_vector (outputs + p, n_outputs,
        load_integers (targets->classes + p), load (targets->weights + p),
        targets->predictions + p);
  for (lane = 0; lane < LANES; lane++)
    loss += losses[lane];
  return loss;
}

/* Adds what all points' outputs times inputs come to. n_outputs and n_inputs
 * are constants at each call. Returns where the next tile's sums are. */
static inline __attribute__ ((always_inline)) gdouble *
add_products (const gfloat *outputs, const gfloat *inputs, guint n_points,
    gdouble *restrict to, const guint n_outputs, const guint n_inputs)
{
  const guint n_sums = n_outputs * n_inputs;
  const guint n_vectors = (n_sums + LANES - 1) / LANES;
  Vector sums[GRADIENT_SUMS + 1];
  gfloat added[GRADIENT_SUMS + LANES];
  guint i, o, p, at;

#pragma GCC unroll 32
  for (i = 0; i < n_sums; i++)
    sums[i] = (Vector){ 0 };
  for (p = 0; p < n_points; p += LANES) {
    Vector output[GRADIENT_OUTPUTS];

#pragma GCC unroll 8
    for (o = 0; o < n_outputs; o++)
      output[o] = load (outputs + o * BLOCK + p);
#pragma GCC unroll 8
    for (i = 0; i < n_inputs; i++) {
      Vector input = load (inputs + i * BLOCK + p);

#pragma GCC unroll 8
      for (o = 0; o < n_outputs; o++)
        sums[o * n_inputs + i] += output[o] * input;
    }
  }
  add_lanes (sums, n_sums);
#pragma GCC unroll 8
  for (i = 0; i < n_vectors; i++)
    store (added + i * LANES, sums[i]);
#pragma GCC unroll 16
  for (at = 0; at < n_vectors * LANES; at += LANES / 2) {
    Doubles sum;

    memcpy (&sum, to + at, sizeof (sum));
    sum += load_doubles (added + at);
    memcpy (to + at, &sum, sizeof (sum));
  }
  return to + n_vectors * LANES;
}

#define CASE(n_outputs, n_inputs) \
  case n_outputs *(GRADIENT_INPUTS + 1) + n_inputs: \
    return add_products (outputs, inputs, n_points, to, n_outputs, n_inputs)

#define CASES(n_inputs) \
  CASE (1, n_inputs); \
  CASE (2, n_inputs); \
  CASE (3, n_inputs)

static gdouble *
add_tile (const gfloat *outputs, const gfloat *inputs, guint n_points,
    gdouble *to, guint n_outputs, guint n_inputs)
{
  switch (n_outputs * (GRADIENT_INPUTS + 1) + n_inputs) {
    CASES (1);
    CASES (2);
    CASES (3);
    CASES (4);
#if GRADIENT_INPUTS == 8
    CASES (5);
    CASES (6);
    CASES (7);
    CASES (8);
#endif
  default:
    return to;
  }
}

static void
add_gradient (const GstSsioForwardLayer *layer, const gfloat *outputs,
    const gfloat *inputs, guint n_points, gdouble *to)
{
  const guint n_inputs = layer->n_in + 1;
  guint i, o;

  for (o = 0; o < layer->n_out; o += GRADIENT_OUTPUTS) {
    for (i = 0; i < n_inputs; i += GRADIENT_INPUTS)
      to = add_tile (outputs + (gsize) o * BLOCK, inputs + (gsize) i * BLOCK,
          n_points, to, MIN (layer->n_out - o, GRADIENT_OUTPUTS),
          MIN (n_inputs - i, GRADIENT_INPUTS));
  }
}

static gdouble
run_block (const GstSsioTrainNet *net, gfloat *columns,
    const GstSsioTrainTargets *targets, guint n_points, gdouble *gradient,
    GstSsioForwardAhead ahead)
{
  gfloat *outputs = columns + net->outputs * BLOCK;
  gfloat *next;
  gdouble loss;
  guint i;

  for (i = 0; i < net->n_layers; i++) {
    const GstSsioTrainLayer *layer = &net->layers[i];

    next = i + 1 < net->n_layers ? columns + layer[1].inputs * BLOCK : outputs;
    compute_layer (&layer->forward, columns + layer->inputs * BLOCK, next,
        &ahead);
  }
  loss = learn (outputs, net->n_outputs, targets, n_points);
  for (i = net->n_layers; i-- > 0;) {
    const GstSsioTrainLayer *layer = &net->layers[i];
    gfloat *inputs = columns + layer->inputs * BLOCK;

    add_gradient (&layer->forward, outputs, inputs, n_points,
        gradient + layer->gradient);
    if (i > 0)
      compute_layer (&layer->backward, outputs, inputs, &ahead);
    outputs = inputs;
  }
  return loss;
}

const GstSsioTrainKernel KERNEL
    = { KERNEL_NAME, BLOCK, LANES, GRADIENT_INPUTS, run_block };
