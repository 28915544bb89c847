/* SPDX-License-Identifier: MIT */
/* Forward and backward over tiles of points in shared memory, by the rules of
 * training/train-kernel.h. On the way back the gradients of a layer's inputs
 * take the place of these inputs, as soon as the gradient of its weights is
 * known. */
#pragma once

#include "kernel-labels.h"
#include "kernel-layers.h"

/* What a thread adds products of at once; the bias is the weight of an input
 * that is always 1. */
#define TRAIN_OUTPUTS SSIO_LAYERS_OUTPUTS
#define TRAIN_INPUTS 2

/* A point's weighted loss, and its weight. */
#define TRAIN_SUMS 2

DEVICE float *
find_columns (const Block *block, const SsioTrainParams *params,
    unsigned layer)
{
  return (float *) (block->shared + params->columns[layer]);
}

/* Where there is no point, zeros stay: what comes of them could be infinite,
 * and times the gradients there, which are 0, a NaN. */
DEVICE void
normalize_points (const Block *block, const SsioTrainParams *params,
    unsigned n_points)
{
  const unsigned n_inputs = params->sweep.records.n_inputs;
  const unsigned tile = params->sweep.records.tile;
  float *columns = find_columns (block, params, 0);
  unsigned i, p;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = 0; params->normalization && i < n_inputs; i++) {
      const float mean = params->normalization[i];
      const float factor = params->normalization[n_inputs + i];

      for (p = thread; p < n_points; p += block->n_threads)
        columns[i * tile + p] = (columns[i * tile + p] - mean) * factor;
    }
  }
  BARRIER ();
}

/* Where a layer's weights are. */
DEVICE const float4 *
find_weights (const Block *block, const SsioTrainParams *params,
    unsigned layer)
{
  const float4 *weights = (const float4 *) block->shared;
  unsigned l;

  for (l = 0; l < layer; l++)
    weights += count_groups (params->widths[l + 1]) * (1 + params->widths[l]);
  return weights;
}

DEVICE void
run_forward (const Block *block, const SsioTrainParams *params)
{
  const unsigned half = params->sweep.records.tile / SSIO_LAYERS_POINTS;
  unsigned layer;

  for (layer = 0; layer < params->n_layers; layer++) {
    compute_layer (block, (float4 *) find_columns (block, params, layer + 1),
        (const float4 *) find_columns (block, params, layer),
        find_weights (block, params, layer), params->widths[layer],
        count_groups (params->widths[layer + 1]), half,
        layer + 1 < params->n_layers);
    BARRIER ();
  }
}

/* Outputs of a point become gradients: softmax less 1 for the point's class,
 * times the point's weight. Returns the weighted loss. */
DEVICE double
learn_point (float *outputs, unsigned n_outputs, unsigned tile, int target,
    unsigned largest, float weight)
{
  const float top = outputs[largest * tile];
  const float wanted = target >= 0 ? outputs[(unsigned) target * tile] : top;
  float others = 0;
  float factor;
  unsigned o;

  for (o = 0; o < n_outputs; o++) {
    const float power = exponential (outputs[o * tile] - top);

    others += o == largest ? 0 : power;
    outputs[o * tile] = power;
  }
  factor = weight / (1 + others);
  for (o = 0; o < n_outputs; o++)
    outputs[o * tile]
        = outputs[o * tile] * factor - ((int) o == target ? weight : 0);
  /* a point that does not count may have anything for a loss */
  return target < 0 ? 0
                    : weight
                          * (log_of_one_and ((double) others)
                              + ((double) top - (double) wanted));
}

/* A point is a thread's, whose sums have a weighted loss and a weight. */
DEVICE void
learn_tile (const Block *block, const SsioTrainParams *params, unsigned tile,
    unsigned n_points)
{
  const SsioKernelRecords *records = &params->sweep.records;
  const unsigned n_outputs = params->widths[params->n_layers];
  const uint64_t first = (uint64_t) tile * records->tile;
  float *outputs = find_columns (block, params, params->n_layers);
  double *sums = (double *) (block->shared + params->thread_sums);
  unsigned *counts = params->counts.in_shared
                         ? (unsigned *) (block->shared + params->shared_counts)
                         : (unsigned *) 0;
  unsigned o, p;

  FOR_EACH_THREAD (block, thread)
  {
    for (p = thread; p < n_points; p += block->n_threads) {
      const unsigned largest
          = find_largest (outputs + p, n_outputs, records->tile);
      const int target = find_target (&params->labels,
          records->points + (first + p) * records->point_size);
      const float weight = target >= 0 ? params->class_weights[target] : 0;

      count_point (&params->counts, counts, n_outputs, first + p, target,
          largest);
      sums[thread * TRAIN_SUMS] += learn_point (outputs + p, n_outputs,
          records->tile, target, largest, weight);
      sums[thread * TRAIN_SUMS + 1] += weight;
    }
    for (; p < records->tile; p += block->n_threads) {
      for (o = 0; o < n_outputs; o++)
        outputs[o * records->tile + p] = 0;
    }
  }
  BARRIER ();
}

DEVICE float
multiply_four (float4 a, float4 b, float sum)
{
  sum = multiply_add (a.x, b.x, sum);
  sum = multiply_add (a.y, b.y, sum);
  sum = multiply_add (a.z, b.z, sum);
  return multiply_add (a.w, b.w, sum);
}

/* Sums over a tile's points, a power of 2, of which each thread begins with
 * others: columns are as far apart as the banks of shared memory repeat. */
DEVICE void
add_point_products (float sums[TRAIN_OUTPUTS][TRAIN_INPUTS],
    const float4 *outputs, const float4 *const inputs[TRAIN_INPUTS],
    unsigned n_fours, unsigned start)
{
  unsigned at, o;

  for (at = 0; at < n_fours; at++) {
    const unsigned four = (start + at) & (n_fours - 1);
    const float4 first = inputs[0][four];
    const float4 second = inputs[1][four];

    UNROLL
    for (o = 0; o < TRAIN_OUTPUTS; o++) {
      const float4 output = outputs[o * n_fours + four];

      sums[o][0] = multiply_four (output, first, sums[o][0]);
      sums[o][1] = multiply_four (output, second, sums[o][1]);
    }
  }
}

/* The column of an input, or that of ones in place of the last one's
 * neighbour; past that any. */
DEVICE const float4 *
find_input (const Block *block, const SsioTrainParams *params, unsigned layer,
    unsigned input)
{
  const unsigned offset = input < params->widths[layer]
                              ? params->columns[layer]
                                    + input * params->sweep.records.tile
                                          * (unsigned) sizeof (float)
                              : params->ones;

  return (const float4 *) (block->shared + offset);
}

/* Adds some of the products of a layer's outputs and inputs to what is at
 * gradients. */
DEVICE void
add_gradient_tile (const Block *block, const SsioTrainParams *params,
    unsigned layer, unsigned output, unsigned input, unsigned start,
    double *gradients)
{
  const unsigned n_fours = params->sweep.records.tile / 4;
  const unsigned n_inputs = params->widths[layer] + 1;
  const unsigned n_outputs = params->widths[layer + 1];
  const float4 *outputs
      = (const float4 *) find_columns (block, params, layer + 1)
        + output * n_fours;
  const float4 *const inputs[TRAIN_INPUTS]
      = { find_input (block, params, layer, input),
          find_input (block, params, layer, input + 1) };
  float sums[TRAIN_OUTPUTS][TRAIN_INPUTS] = { { 0 } };
  unsigned o;

  add_point_products (sums, outputs, inputs, n_fours, start);
  gradients += output * n_inputs + input;
  UNROLL
  for (o = 0; o < TRAIN_OUTPUTS; o++) {
    if (output + o < n_outputs) {
      gradients[o * n_inputs] += sums[o][0];
      if (input + 1 < n_inputs)
        gradients[o * n_inputs + 1] += sums[o][1];
    }
  }
}

DEVICE void
add_gradients (const Block *block, const SsioTrainParams *params,
    unsigned layer, double *gradients)
{
  const unsigned n_inputs
      = (params->widths[layer] + 1 + TRAIN_INPUTS - 1) / TRAIN_INPUTS;
  const unsigned n_items = count_groups (params->widths[layer + 1]) * n_inputs;
  unsigned item;

  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_items; item += block->n_threads)
      add_gradient_tile (block, params, layer, item / n_inputs * TRAIN_OUTPUTS,
          item % n_inputs * TRAIN_INPUTS, item, gradients);
  }
  BARRIER ();
}

/* Adds what an output's gradients are to four of its inputs. */
DEVICE void
add_output (float sums[4][SSIO_LAYERS_POINTS], const float4 *output,
    unsigned half, float a, float b, float c, float d)
{
  const float4 low = output[0];
  const float4 high = output[half];

  add_products (sums[0], a, low, high);
  add_products (sums[1], b, low, high);
  add_products (sums[2], c, low, high);
  add_products (sums[3], d, low, high);
}

/* The gradient of what came out of rectify(); it is that of a NaN, too. */
DEVICE float
gate (float value, float gradient)
{
  return value <= 0.0f ? 0.0f : gradient;
}

DEVICE void
gate_four (float4 *value, const float gradient[4])
{
  value->x = gate (value->x, gradient[0]);
  value->y = gate (value->y, gradient[1]);
  value->z = gate (value->z, gradient[2]);
  value->w = gate (value->w, gradient[3]);
}

/* The gradients of n_in inputs, up to four, of a thread's points, in their
 * place. A group's weights lie one input after the other; past the last one is
 * something else, which nobody takes. */
DEVICE void
compute_input_gradients (float4 *inputs, const float4 *outputs,
    const float4 *weights, unsigned n_in, unsigned group_size,
    unsigned n_groups, unsigned half)
{
  float sums[4][SSIO_LAYERS_POINTS] = { { 0 } };
  unsigned group, i;

  for (group = 0; group < n_groups; group++) {
    const float4 a = weights[0];
    const float4 b = weights[1];
    const float4 c = weights[2];
    const float4 d = weights[3];

    add_output (sums, outputs, half, a.x, b.x, c.x, d.x);
    add_output (sums, outputs + 2 * half, half, a.y, b.y, c.y, d.y);
    add_output (sums, outputs + 4 * half, half, a.z, b.z, c.z, d.z);
    add_output (sums, outputs + 6 * half, half, a.w, b.w, c.w, d.w);
    outputs += SSIO_LAYERS_OUTPUTS * 2 * half;
    weights += group_size;
  }
  UNROLL
  for (i = 0; i < 4; i++) {
    if (i < n_in) {
      gate_four (&inputs[i * 2 * half], sums[i]);
      gate_four (&inputs[i * 2 * half + half], sums[i] + 4);
    }
  }
}

DEVICE void
run_backward (const Block *block, const SsioTrainParams *params,
    unsigned layer)
{
  const unsigned half = params->sweep.records.tile / SSIO_LAYERS_POINTS;
  const unsigned n_inputs = params->widths[layer];
  const unsigned n_fours = (n_inputs + 3) / 4;
  const float4 *weights = find_weights (block, params, layer);
  const float4 *outputs
      = (const float4 *) find_columns (block, params, layer + 1);
  float4 *inputs = (float4 *) find_columns (block, params, layer);
  unsigned item;

  FOR_EACH_THREAD (block, thread)
  {
    for (item = thread; item < n_fours * half; item += block->n_threads) {
      const unsigned input = item / half * 4;
      const unsigned lane = item % half;

      compute_input_gradients (inputs + input * 2 * half + lane,
          outputs + lane, weights + 1 + input, n_inputs - input, 1 + n_inputs,
          count_groups (params->widths[layer + 1]), half);
    }
  }
  BARRIER ();
}

DEVICE void
train_tile (const Block *block, const SsioTrainParams *params, unsigned tile)
{
  const unsigned n_points = count_points (&params->sweep.records, tile);
  double *gradients
      = (double *) (block->shared + params->gradients) + params->n_gradients;
  unsigned layer;

  normalize_points (block, params, n_points);
  run_forward (block, params);
  learn_tile (block, params, tile, n_points);
  for (layer = params->n_layers; layer-- > 0;) {
    gradients -= params->widths[layer + 1] * (params->widths[layer] + 1);
    add_gradients (block, params, layer, gradients);
    if (layer > 0)
      run_backward (block, params, layer);
  }
}

DEVICE void
start_training (const Block *block, const SsioTrainParams *params)
{
  double *gradients = (double *) (block->shared + params->gradients);
  double *sums = (double *) (block->shared + params->thread_sums);
  float *ones = (float *) (block->shared + params->ones);
  unsigned i;

  stage_weights (block, &params->sweep);
  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; i < params->n_gradients; i += block->n_threads)
      gradients[i] = 0;
    for (i = 0; i < TRAIN_SUMS; i++)
      sums[thread * TRAIN_SUMS + i] = 0;
    for (i = thread; i < params->sweep.records.tile; i += block->n_threads)
      ones[i] = 1;
  }
}

/* To the block's own row. */
DEVICE void
keep_gradients (const Block *block, const SsioTrainParams *params)
{
  const double *gradients
      = (const double *) (block->shared + params->gradients);
  const double *sums = (const double *) (block->shared + params->thread_sums);
  double *row = params->sweep.partials
                + (uint64_t) block->index * (params->n_gradients + TRAIN_SUMS);
  unsigned i, t;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; i < params->n_gradients; i += block->n_threads)
      row[i] += gradients[i];
    for (i = thread; i < TRAIN_SUMS; i += block->n_threads) {
      double sum = 0;

      for (t = 0; t < block->n_threads; t++)
        sum += sums[t * TRAIN_SUMS + i];
      row[params->n_gradients + i] += sum;
    }
  }
}

DEVICE void
train_layers (const Block *block, const SsioTrainParams *params)
{
  const SsioKernelRecords *records = &params->sweep.records;
  const unsigned n_tiles = count_tiles (records);
  const unsigned n_outputs = params->widths[params->n_layers];
  unsigned *counts = params->counts.in_shared
                         ? (unsigned *) (block->shared + params->shared_counts)
                         : (unsigned *) 0;
  unsigned stage = 0;
  unsigned tile;

  start_training (block, params);
  clear_counts (block, counts, n_outputs);
  start_tiles (block, records);
  for (tile = block->index; tile < n_tiles; tile += block->n_blocks) {
    enter_tile (block, records, tile, stage);
    train_tile (block, params, tile);
    stage = leave_tile (block, records, tile, stage);
  }
  BARRIER ();
  add_counts (block, &params->counts, counts, n_outputs);
  keep_gradients (block, params);
}
