/* SPDX-License-Identifier: MIT */
/* The forward pass over a block of points, in GCC's vector extensions. This
 * file is compiled once for each instruction set: the including file defines
 *
 *   KERNEL        the name of the GstSsioForwardKernel
 *   LANES         floats in a vector
 *   TILE_VECTORS  vectors of points that a tile computes at once
 *   BLOCK_TILES   tiles of points in a block
 *   PAIR_VECTORS  vectors of points that two layers compute at once
 *   VECTOR_MAX    x86's max of two vectors, where there is one
 *   VECTOR_WIDEN  half a vector to doubles, where GCC does not find the
 *                 instruction
 *
 * A tile keeps TILE_OUTPUTS x TILE_VECTORS sums in registers. Activations of
 * a block are columns of BLOCK floats and stay in the first-level cache; those
 * between the last two layers of a model with few outputs stay in registers. */

#include <string.h>

#include "forward-private.h"

#define TILE_OUTPUTS GST_SSIO_FORWARD_TILE_OUTPUTS
#define TILE_POINTS (TILE_VECTORS * LANES)
#define BLOCK (BLOCK_TILES * TILE_POINTS)
#define PAIR_POINTS (PAIR_VECTORS * LANES)
#define FETCH_LINES 2

G_STATIC_ASSERT (BLOCK <= GST_SSIO_FORWARD_MAX_BLOCK);
G_STATIC_ASSERT (BLOCK % PAIR_POINTS == 0);

typedef gfloat Vector __attribute__ ((vector_size (LANES * sizeof (gfloat))));
typedef gint32 Integers
    __attribute__ ((vector_size (LANES * sizeof (gint32))));
typedef guint32 Unsigned
    __attribute__ ((vector_size (LANES * sizeof (guint32))));
typedef gfloat HalfVector
    __attribute__ ((vector_size (LANES / 2 * sizeof (gfloat))));
typedef gdouble Doubles
    __attribute__ ((vector_size (LANES / 2 * sizeof (gdouble))));

static inline Vector
load (const gfloat *from)
{
  Vector vector;

  memcpy (&vector, from, sizeof (vector));
  return vector;
}

static inline void
store (gfloat *to, Vector vector)
{
  memcpy (to, &vector, sizeof (vector));
}

/* max (0, x) that leaves a NaN one, as PyTorch does: x86's max gives its
 * second operand where either is NaN. */
static inline Vector
rectify (Vector vector)
{
  const Vector zero = { 0 };

#ifdef VECTOR_MAX
  return (Vector) VECTOR_MAX (zero, vector);
#else
  return (Vector) ((Integers) vector & ~(zero > vector));
#endif
}

/* n_outputs is a constant at each call, so that every sum is a register. */
static inline __attribute__ ((always_inline)) void
compute_tile (const gfloat *restrict in, gfloat *restrict out,
    const gfloat *restrict weight, const gfloat *restrict bias, guint n_in,
    gboolean relu, const guint n_outputs)
{
  const Vector zero = { 0 };
  Vector sums[TILE_OUTPUTS][TILE_VECTORS];
  guint i, o, v;

#pragma GCC unroll 8
  for (o = 0; o < n_outputs; o++) {
#pragma GCC unroll 8
    for (v = 0; v < TILE_VECTORS; v++)
      sums[o][v] = bias[o] - zero;
  }
#pragma GCC unroll 2
  for (i = 0; i < n_in; i++) {
    Vector inputs[TILE_VECTORS];

#pragma GCC unroll 8
    for (v = 0; v < TILE_VECTORS; v++)
      inputs[v] = load (in + v * LANES);
#pragma GCC unroll 8
    for (o = 0; o < n_outputs; o++) {
#pragma GCC unroll 8
      for (v = 0; v < TILE_VECTORS; v++)
        sums[o][v] += weight[o] * inputs[v];
    }
    in += BLOCK;
    weight += n_outputs;
  }
#pragma GCC unroll 8
  for (o = 0; o < n_outputs; o++) {
#pragma GCC unroll 8
    for (v = 0; v < TILE_VECTORS; v++) {
      store (out + (gsize) o * BLOCK + v * LANES,
          relu ? rectify (sums[o][v]) : sums[o][v]);
    }
  }
}

/* Little by little, since a burst of misses stops the core. */
static inline void
fetch (GstSsioForwardAhead *ahead)
{
  guint i;

  for (i = 0; i < FETCH_LINES && ahead->at < ahead->end; i++) {
    __builtin_prefetch (ahead->at);
    ahead->at += GST_SSIO_FORWARD_CACHE_LINE;
  }
}

static void
compute_layer (const GstSsioForwardLayer *layer, const gfloat *in, gfloat *out,
    GstSsioForwardAhead *ahead)
{
  const guint n_in = layer->n_in;
  const gboolean relu = layer->relu;
  const gfloat *weight = layer->weight;
  guint o, t;

  for (o = 0; o < layer->n_out; o += TILE_OUTPUTS) {
    const gfloat *bias = layer->bias + o;
    guint n_outputs = MIN (layer->n_out - o, TILE_OUTPUTS);

    for (t = 0; t < BLOCK_TILES; t++) {
      const gfloat *tile_in = in + t * TILE_POINTS;
      gfloat *tile_out = out + (gsize) o * BLOCK + t * TILE_POINTS;

      switch (n_outputs) {
      case 1:
        compute_tile (tile_in, tile_out, weight, bias, n_in, relu, 1);
        break;
      case 2:
        compute_tile (tile_in, tile_out, weight, bias, n_in, relu, 2);
        break;
      case 3:
        compute_tile (tile_in, tile_out, weight, bias, n_in, relu, 3);
        break;
      default:
        compute_tile (tile_in, tile_out, weight, bias, n_in, relu, 4);
        break;
      }
    }
    weight += (gsize) n_in * n_outputs;
    fetch (ahead);
  }
}

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

/* Half a vector of floats makes a whole one of doubles. */
static inline Doubles
load_doubles (const gfloat *from)
{
  HalfVector half;

  memcpy (&half, from, sizeof (half));
#ifdef VECTOR_WIDEN
  return (Doubles) VECTOR_WIDEN (half);
#else
  return __builtin_convertvector(half, Doubles);
#endif
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
