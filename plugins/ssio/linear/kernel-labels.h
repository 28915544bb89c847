/* SPDX-License-Identifier: MIT */
/* The class of a point, by the rules of targets.c, its prediction, and points
 * counted by both. */
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
find_target (const SsioKernelLabels *labels, const unsigned char *record)
{
  const double value = read_label (&labels->field, record);
  int64_t label;

  if (!(value >= -MAX_LABEL && value <= MAX_LABEL))
    return WRONG;
  label = (int64_t) value;
  if ((double) label != value)
    return WRONG;
  if (labels->n_mapped > 0) {
    const uint64_t at = (uint64_t) label - (uint64_t) labels->first_mapped;

    if (at >= labels->n_mapped || labels->map[at] == SSIO_LABEL_ABSENT)
      return WRONG;
    label = labels->map[at];
  }
  if (label == labels->ignored)
    return IGNORED;
  return label >= 0 && label < labels->n_classes ? (int) label : WRONG;
}

/* The first of a point's largest outputs, which are stride floats apart; a NaN
 * is larger than all. */
DEVICE unsigned
find_largest (const float *outputs, unsigned n_outputs, unsigned stride)
{
  float largest = outputs[0];
  unsigned found = 0;
  unsigned o;

  for (o = 1; o < n_outputs; o++) {
    const float output = outputs[o * stride];

    if (!(output <= largest) && largest == largest) {
      largest = output;
      found = o;
    }
  }
  return found;
}

/* counts is the block's own, or NULL. */
DEVICE void
clear_counts (const Block *block, unsigned *counts, unsigned n_classes)
{
  unsigned i;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; counts && i < n_classes * n_classes + 1;
         i += block->n_threads)
      counts[i] = 0;
  }
}

DEVICE void
count_point (const SsioKernelCounts *all, unsigned *counts, unsigned n_classes,
    uint64_t point, int target, unsigned prediction)
{
  const unsigned place = target == IGNORED
                             ? n_classes * n_classes
                             : (unsigned) target * n_classes + prediction;

  if (target == WRONG)
    ATOMIC_MIN (all->fault, all->first_point + point);
  else if (counts)
    ATOMIC_ADD_SHARED (&counts[place], 1);
  else
    ATOMIC_ADD (&all->counts[place], 1);
}

/* Once all of the block's points are counted. */
DEVICE void
add_counts (const Block *block, const SsioKernelCounts *all,
    const unsigned *counts, unsigned n_classes)
{
  unsigned i;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = thread; counts && i < n_classes * n_classes + 1;
         i += block->n_threads) {
      if (counts[i] > 0)
        ATOMIC_ADD (&all->counts[i], counts[i]);
    }
  }
}
