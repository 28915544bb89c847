/* SPDX-License-Identifier: MIT */
/* Two layers in one sweep, for few inputs and outputs: a thread keeps the
 * inputs and outputs of SSIO_PAIR_POINTS points in registers, and a hidden
 * unit's weights, once read from shared memory, serve them all. The functions
 * are inlined with constant n_in and n_out. */
#pragma once

#include "kernel-records.h"

/* Threads that add up an output's sums at the end: one alone would take as
 * long as a tenth of a small batch. */
#define SUMMERS 16

/* Points that a thread works on are a block's threads apart. Where there is no
 * point, the last one stands in. */
DEVICE void
load_inputs (float inputs[SSIO_PAIR_POINTS][SSIO_PAIR_MAX_INPUTS],
    const SsioPairParams *params, const unsigned char *from, unsigned n_points,
    unsigned thread, const unsigned n_in)
{
  unsigned i, p;

  UNROLL
  for (p = 0; p < SSIO_PAIR_POINTS; p++) {
    const unsigned point = thread + p * SSIO_KERNEL_THREADS;
    const unsigned char *at
        = from
          + (point < n_points ? point : n_points - 1) * params->input_stride;

    UNROLL
    for (i = 0; i < n_in; i++)
      inputs[p][i] = i < params->sweep.records.n_inputs
                         ? *(const float *) (at + params->input_offsets[i])
                         : 0;
  }
}

DEVICE void
add_unit (float outputs[SSIO_PAIR_POINTS][SSIO_PAIR_MAX_OUTPUTS],
    float inputs[SSIO_PAIR_POINTS][SSIO_PAIR_MAX_INPUTS], const float4 *packed,
    const unsigned n_in, const unsigned n_out)
{
  float weights[SSIO_PAIR_UNIT_FLOATS (SSIO_PAIR_MAX_INPUTS,
      SSIO_PAIR_MAX_OUTPUTS)];
  unsigned i, o, p;

  UNROLL
  for (i = 0; i < SSIO_PAIR_UNIT_FLOATS (n_in, n_out) / 4; i++) {
    const float4 four = packed[i];

    weights[4 * i] = four.x;
    weights[4 * i + 1] = four.y;
    weights[4 * i + 2] = four.z;
    weights[4 * i + 3] = four.w;
  }
  UNROLL
  for (p = 0; p < SSIO_PAIR_POINTS; p++) {
    float unit = weights[n_in];

    UNROLL
    for (i = 0; i < n_in; i++)
      unit = multiply_add (weights[i], inputs[p][i], unit);
    unit = rectify (unit);
    UNROLL
    for (o = 0; o < n_out; o++)
      outputs[p][o]
          = multiply_add (weights[n_in + 1 + o], unit, outputs[p][o]);
  }
}

/* Adds the outputs of a thread's points to its sums: as floats to each other
 * first, since doubles are slow on most devices. */
DEVICE void
compute_pair (double *sums, const Block *block, const SsioPairParams *params,
    const unsigned char *from, unsigned n_points, unsigned thread,
    const unsigned n_in, const unsigned n_out)
{
  const float4 *units = (const float4 *) block->shared;
  const unsigned stride = SSIO_PAIR_UNIT_FLOATS (n_in, n_out) / 4;
  const float *bias = (const float *) (units + params->n_hidden * stride);
  float inputs[SSIO_PAIR_POINTS][SSIO_PAIR_MAX_INPUTS];
  float outputs[SSIO_PAIR_POINTS][SSIO_PAIR_MAX_OUTPUTS];
  unsigned o, p, u;

  load_inputs (inputs, params, from, n_points, thread, n_in);
  UNROLL
  for (p = 0; p < SSIO_PAIR_POINTS; p++) {
    UNROLL
    for (o = 0; o < n_out; o++)
      outputs[p][o] = bias[o];
  }
  UNROLL_TWICE
  for (u = 0; u < params->n_hidden; u++)
    add_unit (outputs, inputs, units + u * stride, n_in, n_out);
  UNROLL
  for (o = 0; o < n_out; o++) {
    float sum = 0;

    UNROLL
    for (p = 0; p < SSIO_PAIR_POINTS; p++)
      sum += thread + p * SSIO_KERNEL_THREADS < n_points ? outputs[p][o] : 0;
    sums[o] += sum;
  }
}

DEVICE void
sweep_pair (const Block *block, const SsioPairParams *params,
    const unsigned n_in, const unsigned n_out)
{
  const SsioKernelRecords *records = &params->sweep.records;
  const unsigned n_tiles = count_tiles (records);
  double *thread_sums = (double *) (block->shared + params->inputs);
  unsigned stage = 0;
  unsigned tile, o, t;
  PRIVATE (double, sums, SSIO_PAIR_MAX_OUTPUTS);

  FOR_EACH_THREAD (block, thread)
  {
    UNROLL
    for (o = 0; o < n_out; o++)
      sums[OF (thread)][o] = 0;
  }
  stage_weights (block, &params->sweep);
  start_tiles (block, records);
  for (tile = block->index; tile < n_tiles; tile += block->n_blocks) {
    const unsigned char *from
        = block->shared + params->inputs
          + (records->converts ? 0 : stage) * records->stage_size;

    enter_tile (block, records, tile, stage);
    FOR_EACH_THREAD (block, thread)
    {
      compute_pair (sums[OF (thread)], block, params, from,
          count_points (records, tile), thread, n_in, n_out);
    }
    stage = leave_tile (block, records, tile, stage);
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    UNROLL
    for (o = 0; o < n_out; o++)
      thread_sums[o * SSIO_KERNEL_THREADS + thread] = sums[OF (thread)][o];
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    /* a thread's place is one of those that it alone reads */
    if (thread < n_out * SUMMERS) {
      double *run = thread_sums + thread / SUMMERS * SSIO_KERNEL_THREADS
                    + thread % SUMMERS;
      double sum = 0;

      UNROLL
      for (t = 0; t < SSIO_KERNEL_THREADS; t += SUMMERS)
        sum += run[t];
      run[0] = sum;
    }
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    if (thread < n_out) {
      double sum = 0;

      UNROLL
      for (t = 0; t < SUMMERS; t++)
        sum += thread_sums[thread * SSIO_KERNEL_THREADS + t];
      params->sweep.partials[block->index * n_out + thread] += sum;
    }
  }
}
