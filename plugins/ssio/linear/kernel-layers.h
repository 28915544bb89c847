/* SPDX-License-Identifier: MIT */
/* Any number of layers in one sweep, layer by layer over a tile of points in
 * shared memory. */
#pragma once

#include "kernel-records.h"

DEVICE unsigned
count_groups (unsigned n_outputs)
{
  return (n_outputs + SSIO_LAYERS_OUTPUTS - 1) / SSIO_LAYERS_OUTPUTS;
}

DEVICE void
add_products (float sums[SSIO_LAYERS_POINTS], float weight, float4 low,
    float4 high)
{
  sums[0] = multiply_add (weight, low.x, sums[0]);
  sums[1] = multiply_add (weight, low.y, sums[1]);
  sums[2] = multiply_add (weight, low.z, sums[2]);
  sums[3] = multiply_add (weight, low.w, sums[3]);
  sums[4] = multiply_add (weight, high.x, sums[4]);
  sums[5] = multiply_add (weight, high.y, sums[5]);
  sums[6] = multiply_add (weight, high.z, sums[6]);
  sums[7] = multiply_add (weight, high.w, sums[7]);
}

DEVICE float4
finish_four (const float *sums, unsigned relu)
{
  float4 four;

  four.x = relu ? rectify (sums[0]) : sums[0];
  four.y = relu ? rectify (sums[1]) : sums[1];
  four.z = relu ? rectify (sums[2]) : sums[2];
  four.w = relu ? rectify (sums[3]) : sums[3];
  return four;
}

/* A group of outputs of a thread's points: four in the lower half of the tile
 * and four in the upper one, so that neighbouring threads read neighbouring
 * addresses. */
DEVICE void
compute_group (float4 *out, const float4 *in, const float4 *weights,
    unsigned n_in, unsigned half, unsigned relu)
{
  float sums[SSIO_LAYERS_OUTPUTS][SSIO_LAYERS_POINTS];
  const float4 bias = weights[0];
  unsigned i, o, p;

  UNROLL
  for (p = 0; p < SSIO_LAYERS_POINTS; p++) {
    sums[0][p] = bias.x;
    sums[1][p] = bias.y;
    sums[2][p] = bias.z;
    sums[3][p] = bias.w;
  }
  UNROLL_TWICE
  for (i = 0; i < n_in; i++) {
    const float4 weight = weights[1 + i];
    const float4 low = in[i * 2 * half];
    const float4 high = in[i * 2 * half + half];

    add_products (sums[0], weight.x, low, high);
    add_products (sums[1], weight.y, low, high);
    add_products (sums[2], weight.z, low, high);
    add_products (sums[3], weight.w, low, high);
  }
  UNROLL
  for (o = 0; o < SSIO_LAYERS_OUTPUTS; o++) {
    out[o * 2 * half] = finish_four (sums[o], relu);
    out[o * 2 * half + half] = finish_four (sums[o] + 4, relu);
  }
}

/* Columns count float4 here, of which half a tile has half. */
DEVICE void
compute_layer (const Block *block, float4 *out, const float4 *in,
    const float4 *weights, unsigned n_in, unsigned n_groups, unsigned half,
    unsigned relu)
{
  unsigned item;

  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_groups * half; item += block->n_threads) {
      const unsigned group = item / half;
      const unsigned lane = item % half;

      compute_group (out + group * SSIO_LAYERS_OUTPUTS * 2 * half + lane,
          in + lane, weights + group * (1 + n_in), n_in, half, relu);
    }
  }
}

/* Adds outputs, columns of a tile, to a double for each: runs of a few points
 * as floats first, each to its first float. */
DEVICE void
add_outputs (const Block *block, double *sums, float *outputs, unsigned n_out,
    unsigned tile, unsigned n_points)
{
  const unsigned n_runs = tile / SSIO_LAYERS_POINTS;
  unsigned item, p;

  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_out * n_runs; item += block->n_threads) {
      const unsigned first = item % n_runs * SSIO_LAYERS_POINTS;
      float *run = outputs + item * SSIO_LAYERS_POINTS;
      float sum = 0;

      for (p = 0; p < SSIO_LAYERS_POINTS; p++)
        sum += first + p < n_points ? run[p] : 0;
      run[0] = sum;
    }
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_out; item += block->n_threads) {
      double sum = 0;

      for (p = 0; p < n_runs; p++)
        sum += outputs[item * tile + p * SSIO_LAYERS_POINTS];
      sums[item] += sum;
    }
  }
}

/* Columns of a tile to rows. */
DEVICE void
store_rows (const Block *block, float *rows, const float *outputs,
    unsigned n_out, unsigned tile, unsigned n_points)
{
  unsigned item;

  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_points * n_out; item += block->n_threads)
      rows[item] = outputs[item % n_out * tile + item / n_out];
  }
}

/* rows is where the tile's outputs go, or NULL. */
DEVICE void
sweep_tile (const Block *block, const SsioLayersParams *params,
    unsigned n_points, float *rows)
{
  const unsigned half = params->sweep.records.tile / SSIO_LAYERS_POINTS;
  const float4 *weights = (const float4 *) block->shared;
  unsigned layer;

  for (layer = 0; layer < params->n_layers; layer++) {
    const unsigned n_in = params->widths[layer];
    const unsigned n_groups = count_groups (params->widths[layer + 1]);

    compute_layer (block,
        (float4 *) (block->shared + params->activations[(layer + 1) % 2]),
        (const float4 *) (block->shared + params->activations[layer % 2]),
        weights, n_in, n_groups, half, layer + 1 < params->n_layers);
    weights += n_groups * (1 + n_in);
    BARRIER ();
  }
  if (rows) {
    store_rows (block, rows,
        (const float *) (block->shared
                         + params->activations[params->n_layers % 2]),
        params->widths[params->n_layers], params->sweep.records.tile,
        n_points);
    BARRIER ();
  }
  add_outputs (block, (double *) (block->shared + params->sums),
      (float *) (block->shared + params->activations[params->n_layers % 2]),
      params->widths[params->n_layers], params->sweep.records.tile, n_points);
}

DEVICE void
sweep_layers (const Block *block, const SsioLayersParams *params,
    const unsigned keeps_rows)
{
  const SsioKernelRecords *records = &params->sweep.records;
  const unsigned n_tiles = count_tiles (records);
  const unsigned n_out = params->widths[params->n_layers];
  double *sums = (double *) (block->shared + params->sums);
  unsigned stage = 0;
  unsigned tile, o;

  FOR_EACH_THREAD (block, thread)
  {
    for (o = thread; o < n_out; o += block->n_threads)
      sums[o] = 0;
  }
  stage_weights (block, &params->sweep);
  start_tiles (block, records);
  for (tile = block->index; tile < n_tiles; tile += block->n_blocks) {
    enter_tile (block, records, tile, stage);
    sweep_tile (block, params, count_points (records, tile),
        keeps_rows ? params->rows + (uint64_t) tile * records->tile * n_out
                   : (float *) 0);
    stage = leave_tile (block, records, tile, stage);
  }
  /* a sum is of the thread that added to it */
  FOR_EACH_THREAD (block, thread)
  {
    for (o = thread; o < n_out; o += block->n_threads)
      params->sweep.partials[(uint64_t) block->index * n_out + o] += sums[o];
  }
}
