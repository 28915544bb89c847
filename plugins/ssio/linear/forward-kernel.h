/* SPDX-License-Identifier: MIT */
/* The forward pass over a block of points. This file is compiled once for each
 * instruction set: the including file defines what layer-kernel.h needs, and
 *
 *   KERNEL        the name of the GstSsioForwardKernel
 *   PAIR_VECTORS  vectors of points that two layers compute at once
 *
 * Activations of a block stay in the first-level cache; those between the last
 * two layers of a model with few outputs stay in registers. */

#include "layer-kernel.h"

#define PAIR_POINTS (PAIR_VECTORS * LANES)

G_STATIC_ASSERT (BLOCK % PAIR_POINTS == 0);

/* A group of the hidden layer's outputs, and what they add to the sums of the
 * last layer's. The order of additions is that of compute_tile(). */
static inline __attribute__ ((always_inline)) void
add_hidden_group (Vector sums[TILE_OUTPUTS][PAIR_VECTORS],
    const gfloat *restrict in, const GstSsioForwardLayer *hidden,
    const GstSsioForwardLayer *last, guint first, const guint n_group,
    const guint n_outputs)
{
  const Vector zero = { 0 };
  const gfloat *weight = hidden->weight + (gsize) first * hidden->n_in;
  const gfloat *last_weight = last->weight + (gsize) first * n_outputs;
  Vector units[TILE_OUTPUTS][PAIR_VECTORS];
  guint i, g, o, v;

#pragma GCC unroll 8
  for (g = 0; g < n_group; g++) {
#pragma GCC unroll 8
    for (v = 0; v < PAIR_VECTORS; v++)
      units[g][v] = hidden->bias[first + g] - zero;
  }
#pragma GCC unroll 2
  for (i = 0; i < hidden->n_in; i++) {
#pragma GCC unroll 8
    for (g = 0; g < n_group; g++) {
#pragma GCC unroll 8
      for (v = 0; v < PAIR_VECTORS; v++)
        units[g][v] += weight[g] * load (in + v * LANES);
    }
    in += BLOCK;
    weight += n_group;
  }
#pragma GCC unroll 8
  for (g = 0; g < n_group; g++) {
#pragma GCC unroll 8
    for (v = 0; v < PAIR_VECTORS; v++) {
      Vector unit = rectify (units[g][v]);

#pragma GCC unroll 8
      for (o = 0; o < n_outputs; o++)
        sums[o][v] += last_weight[g * n_outputs + o] * unit;
    }
  }
}

static inline __attribute__ ((always_inline)) void
compute_pair_tile (const gfloat *restrict in, gfloat *restrict out,
    const GstSsioForwardLayer *hidden, const GstSsioForwardLayer *last,
    const guint n_outputs, GstSsioForwardAhead *ahead)
{
  const Vector zero = { 0 };
  Vector sums[TILE_OUTPUTS][PAIR_VECTORS];
  guint first, o, v;

#pragma GCC unroll 8
  for (o = 0; o < n_outputs; o++) {
#pragma GCC unroll 8
    for (v = 0; v < PAIR_VECTORS; v++)
      sums[o][v] = last->bias[o] - zero;
  }
  for (first = 0; first + TILE_OUTPUTS <= hidden->n_out;
       first += TILE_OUTPUTS) {
    add_hidden_group (sums, in, hidden, last, first, TILE_OUTPUTS, n_outputs);
    fetch (ahead);
  }
  switch (hidden->n_out - first) {
  case 1:
    add_hidden_group (sums, in, hidden, last, first, 1, n_outputs);
    break;
  case 2:
    add_hidden_group (sums, in, hidden, last, first, 2, n_outputs);
    break;
  case 3:
    add_hidden_group (sums, in, hidden, last, first, 3, n_outputs);
    break;
  default:
    break;
  }
#pragma GCC unroll 8
  for (o = 0; o < n_outputs; o++) {
#pragma GCC unroll 8
    for (v = 0; v < PAIR_VECTORS; v++)
      store (out + (gsize) o * BLOCK + v * LANES, sums[o][v]);
  }
}

/* The last two layers at once: the hidden one's outputs never see memory. */
static void
compute_pair (const GstSsioForwardLayer *hidden,
    const GstSsioForwardLayer *last, const gfloat *in, gfloat *out,
    GstSsioForwardAhead *ahead)
{
  guint p;

  for (p = 0; p < BLOCK; p += PAIR_POINTS) {
    switch (last->n_out) {
    case 1:
      compute_pair_tile (in + p, out + p, hidden, last, 1, ahead);
      break;
    case 2:
      compute_pair_tile (in + p, out + p, hidden, last, 2, ahead);
      break;
    case 3:
      compute_pair_tile (in + p, out + p, hidden, last, 3, ahead);
      break;
    default:
      compute_pair_tile (in + p, out + p, hidden, last, 4, ahead);
      break;
    }
  }
}

static void
add_outputs (const gfloat *out, guint n_out, guint n_points, gdouble *sums)
{
  guint o, p, lane;

  for (o = 0; o < n_out; o++, out += BLOCK) {
    Doubles low = { 0 };
    Doubles high = { 0 };
    gdouble rest = 0;

    for (p = 0; p + LANES <= n_points; p += LANES) {
      low += load_doubles (out + p);
      high += load_doubles (out + p + LANES / 2);
    }
    for (; p < n_points; p++)
      rest += out[p];
    low += high;
    for (lane = 0; lane < LANES / 2; lane++)
      rest += low[lane];
    sums[o] += rest;
  }
}

static const gfloat *
run_block (const GstSsioForwardLayer *layers, guint n_layers,
    gfloat *activations[2], guint n_points, gdouble *sums,
    GstSsioForwardAhead ahead)
{
  const GstSsioForwardLayer *last = &layers[n_layers - 1];
  gfloat *in = activations[0];
  gfloat *out = activations[1];
  gboolean paired = n_layers > 1 && last->n_out <= TILE_OUTPUTS;
  guint n_single = paired ? n_layers - 2 : n_layers;
  guint i;

  for (i = 0; i < n_single; i++) {
    gfloat *computed = out;

    compute_layer (&layers[i], in, out, &ahead);
    out = in;
    in = computed;
  }
  if (paired) {
    compute_pair (last - 1, last, in, out, &ahead);
    in = out;
  }
  add_outputs (in, last->n_out, n_points, sums);
  return in;
}

#include "softmax-kernel.h"

const GstSsioForwardKernel KERNEL = { KERNEL_NAME, BLOCK, run_block, softmax };
