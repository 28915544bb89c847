/* SPDX-License-Identifier: MIT */
/* What is made of rows of outputs, by the rules of scorer.c and targets.c: loss
 * and confusion where points have labels, and rows of predictions. */
#pragma once

#include "kernel-labels.h"

DEVICE float
get_output (const SsioScoreParams *params, uint64_t point, unsigned output)
{
  return params->rows[point * params->n_outputs + output];
}

/* Of exp (output - largest), over the outputs but the largest. */
DEVICE float
add_others (const SsioScoreParams *params, uint64_t point, unsigned largest)
{
  float others = 0;
  unsigned o;

  for (o = 0; o < params->n_outputs; o++) {
    if (o != largest)
      others += exponential (get_output (params, point, o)
                             - get_output (params, point, largest));
  }
  return others;
}

DEVICE void
write_prediction (const SsioScoreParams *params, uint64_t point,
    unsigned largest, float others)
{
  float *row = (float *) params->predictions + point * params->n_outputs;
  unsigned o;

  if (params->prediction == SSIO_SCORE_U1) {
    ((unsigned char *) params->predictions)[point] = (unsigned char) largest;
  } else if (params->prediction == SSIO_SCORE_U2) {
    ((uint16_t *) params->predictions)[point] = (uint16_t) largest;
  } else if (params->prediction == SSIO_SCORE_PROBABILITIES) {
    for (o = 0; o < params->n_outputs; o++)
      row[o] = exponential (get_output (params, point, o)
                            - get_output (params, point, largest))
               / (1 + others);
  }
}

/* Counts a point, and returns its loss. counts is the block's own, or
 * NULL. */
DEVICE double
score_point (const SsioScoreParams *params, uint64_t point, unsigned *counts)
{
  const unsigned largest
      = find_largest (params->rows + point * params->n_outputs,
          params->n_outputs, 1);
  const float others
      = params->scores || params->prediction == SSIO_SCORE_PROBABILITIES
            ? add_others (params, point, largest)
            : 0;
  int target;

  write_prediction (params, point, largest, others);
  if (!params->scores)
    return 0;
  target = find_target (&params->labels,
      params->points + point * params->point_size);
  count_point (&params->counts, counts, params->n_outputs, point, target,
      largest);
  if (target < 0)
    return 0;
  return log_of_one_and ((double) others)
         + ((double) get_output (params, point, largest)
             - get_output (params, point, (unsigned) target));
}

DEVICE void
score_rows (const Block *block, const SsioScoreParams *params)
{
  double *losses = (double *) block->shared;
  unsigned *counts = params->counts.in_shared
                         ? (unsigned *) (losses + SSIO_KERNEL_THREADS)
                         : (unsigned *) 0;
  const uint64_t step = (uint64_t) block->n_blocks * block->n_threads;
  uint64_t point;
  unsigned i;

  clear_counts (block, counts, params->n_outputs);
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    double loss = 0;

    for (point = (uint64_t) block->index * block->n_threads + thread;
         point < params->n_points; point += step)
      loss += score_point (params, point, counts);
    losses[thread] = loss;
  }
  BARRIER ();
  add_counts (block, &params->counts, counts, params->n_outputs);
  FOR_EACH_THREAD (block, thread)
  {
    double loss = 0;

    for (i = 0; thread == 0 && i < block->n_threads; i++)
      loss += losses[i];
    if (thread == 0)
      params->losses[block->index] += loss;
  }
}

/* Keeps the record of the first point without a class, if it is one of
 * these. */
DEVICE void
keep_fault (const Block *block, const SsioScoreParams *params)
{
  const uint64_t point = *params->counts.fault - params->counts.first_point;
  unsigned i;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; point < params->n_points && i < params->point_size;
         i += block->n_threads)
      params->record[i] = params->points[point * params->point_size + i];
  }
}
