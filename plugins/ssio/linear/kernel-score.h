/* SPDX-License-Identifier: MIT */
/* What is made of rows of outputs, by the rules of scorer.c and targets.c: loss
 * and confusion where points have labels, and rows of predictions. */
#pragma once

#include "kernel-records.h"

/* Integers up to here are exact in a double. */
#define MAX_LABEL 9007199254740992.0

/* What find_target() gives besides classes. */
#define IGNORED (-1)
#define WRONG (-2)

DEVICE double
read_label (const SsioKernelField *field, const unsigned char *record)
{
  const uint64_t bits = read_bits (record + field->offset, field->size);
  const unsigned unused = 64 - 8 * field->size;
  double value;

  if (field->kind == SSIO_KERNEL_FLOAT && field->size == 4)
    value = bits_to_float ((uint32_t) bits);
  else if (field->kind == SSIO_KERNEL_FLOAT)
    value = bits_to_double (bits);
  else if (field->mask != 0)
    value = (double) ((bits & field->mask) >> field->shift);
  else if (field->kind == SSIO_KERNEL_SIGNED)
    value = (double) ((int64_t) (bits << unused) >> unused);
  else
    value = (double) bits;
  return scale_and_move (value, field->scale, field->origin);
}

DEVICE int
find_target (const SsioScoreParams *params, uint64_t point)
{
  const double value = read_label (&params->label,
      params->points + point * params->point_size);
  int64_t label;

  if (!(value >= -MAX_LABEL && value <= MAX_LABEL))
    return WRONG;
  label = (int64_t) value;
  if ((double) label != value)
    return WRONG;
  if (params->n_mapped > 0) {
    const uint64_t at = (uint64_t) label - (uint64_t) params->first_mapped;

    if (at >= params->n_mapped || params->map[at] == SSIO_SCORE_ABSENT)
      return WRONG;
    label = params->map[at];
  }
  if (label == params->ignore_label)
    return IGNORED;
  return label >= 0 && label < params->n_classes ? (int) label : WRONG;
}

DEVICE float
get_output (const SsioScoreParams *params, uint64_t point, unsigned output)
{
  return params->rows[point * params->n_classes + output];
}

/* The first of the largest outputs; a NaN is larger than all. */
DEVICE unsigned
find_largest (const SsioScoreParams *params, uint64_t point)
{
  float largest = get_output (params, point, 0);
  unsigned found = 0;
  unsigned o;

  for (o = 1; o < params->n_classes; o++) {
    const float output = get_output (params, point, o);

    if (!(output <= largest) && largest == largest) {
      largest = output;
      found = o;
    }
  }
  return found;
}

/* Of exp (output - largest), over the outputs but the largest. */
DEVICE float
add_others (const SsioScoreParams *params, uint64_t point, unsigned largest)
{
  float others = 0;
  unsigned o;

  for (o = 0; o < params->n_classes; o++) {
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
  float *row = (float *) params->predictions + point * params->n_classes;
  unsigned o;

  if (params->prediction == SSIO_SCORE_U1) {
    ((unsigned char *) params->predictions)[point] = (unsigned char) largest;
  } else if (params->prediction == SSIO_SCORE_U2) {
    ((uint16_t *) params->predictions)[point] = (uint16_t) largest;
  } else if (params->prediction == SSIO_SCORE_PROBABILITIES) {
    for (o = 0; o < params->n_classes; o++)
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
  const unsigned largest = find_largest (params, point);
  const float others
      = params->scores || params->prediction == SSIO_SCORE_PROBABILITIES
            ? add_others (params, point, largest)
            : 0;
  unsigned place;
  int target;

  write_prediction (params, point, largest, others);
  if (!params->scores)
    return 0;
  target = find_target (params, point);
  if (target == WRONG) {
    ATOMIC_MIN (params->fault, params->first_point + point);
    return 0;
  }
  place = target == IGNORED ? params->n_classes * params->n_classes
                            : (unsigned) target * params->n_classes + largest;
  if (counts)
    ATOMIC_ADD_SHARED (&counts[place], 1);
  else
    ATOMIC_ADD (&params->counts[place], 1);
  if (target == IGNORED)
    return 0;
  return log_of_one_and ((double) others)
         + ((double) get_output (params, point, largest)
             - get_output (params, point, (unsigned) target));
}

DEVICE void
score_rows (const Block *block, const SsioScoreParams *params)
{
  const unsigned n_counts = params->n_classes * params->n_classes + 1;
  double *losses = (double *) block->shared;
  unsigned *counts = params->counts_in_shared
                         ? (unsigned *) (losses + SSIO_KERNEL_THREADS)
                         : (unsigned *) 0;
  const uint64_t step = (uint64_t) block->n_blocks * block->n_threads;
  uint64_t point;
  unsigned i;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; counts && i < n_counts; i += block->n_threads)
      counts[i] = 0;
  }
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
  FOR_EACH_THREAD (block, thread)
  {
    double loss = 0;

    for (i = thread; counts && i < n_counts; i += block->n_threads) {
      if (counts[i] > 0)
        ATOMIC_ADD (&params->counts[i], counts[i]);
    }
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
  const uint64_t point = *params->fault - params->first_point;
  unsigned i;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; point < params->n_points && i < params->point_size;
         i += block->n_threads)
      params->record[i] = params->points[point * params->point_size + i];
  }
}
