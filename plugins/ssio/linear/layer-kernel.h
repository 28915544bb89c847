/* SPDX-License-Identifier: MIT */
/* Layers over a block of points, in GCC's vector extensions, as the kernels of
 * the forward pass and of training have them. The including file is compiled
 * once for each instruction set and has defined
 *
 *   LANES         floats in a vector
 *   TILE_VECTORS  vectors of points that a tile computes at once
 *   BLOCK_TILES   tiles of points in a block
 *   VECTOR_MAX    x86's max of two vectors, where there is one
 *   VECTOR_WIDEN  half a vector to doubles, where GCC does not find the
 *                 instruction
 *
 * A tile keeps TILE_OUTPUTS x TILE_VECTORS sums in registers. Activations of
 * a block are columns of BLOCK floats. */

#include <string.h>

#include "forward-private.h"

#define TILE_OUTPUTS GST_SSIO_FORWARD_TILE_OUTPUTS
#define TILE_POINTS (TILE_VECTORS * LANES)
#define BLOCK (BLOCK_TILES * TILE_POINTS)
#define FETCH_LINES 2

G_STATIC_ASSERT (BLOCK <= GST_SSIO_FORWARD_MAX_BLOCK);

typedef gfloat Vector __attribute__ ((vector_size (LANES * sizeof (gfloat))));
typedef gint32 Integers
    __attribute__ ((vector_size (LANES * sizeof (gint32))));
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

/* What becomes of a layer's output, whose place in memory is out. */
static inline Vector
finish (Vector sum, const gfloat *out, GstSsioForwardEnd end)
{
  const Vector zero = { 0 };

  switch (end) {
  case GST_SSIO_FORWARD_RELU:
    return rectify (sum);
  case GST_SSIO_FORWARD_GATED:
    return (Vector) ((Integers) sum & (load (out) > zero));
  default:
    return sum;
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

/* n_outputs is a constant at each call, so that every sum is a register. */
static inline __attribute__ ((always_inline)) void
compute_tile (const gfloat *restrict in, gfloat *restrict out,
    const gfloat *restrict weight, const gfloat *restrict bias, guint n_in,
    GstSsioForwardEnd end, const guint n_outputs)
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
      gfloat *to = out + (gsize) o * BLOCK + v * LANES;

      store (to, finish (sums[o][v], to, end));
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
  const GstSsioForwardEnd end = layer->end;
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
        compute_tile (tile_in, tile_out, weight, bias, n_in, end, 1);
        break;
      case 2:
        compute_tile (tile_in, tile_out, weight, bias, n_in, end, 2);
        break;
      case 3:
        compute_tile (tile_in, tile_out, weight, bias, n_in, end, 3);
        break;
      default:
        compute_tile (tile_in, tile_out, weight, bias, n_in, end, 4);
        break;
      }
    }
    weight += (gsize) n_in * n_outputs;
    fetch (ahead);
  }
}
