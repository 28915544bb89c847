/* SPDX-License-Identifier: MIT */
/* What stands around the matrix products of models that are too wide for
 * shared memory, a row a point; and the end of every sweep. */
#pragma once

#include "kernel-records.h"

DEVICE void
gather_rows (const Block *block, const SsioGatherParams *params)
{
  const SsioKernelRecords *records = &params->records;
  const uint64_t n_values = records->n_points * records->n_inputs;
  const uint64_t step = (uint64_t) block->n_blocks * block->n_threads;
  uint64_t at;

  FOR_EACH_THREAD (block, thread)
  {
    for (at = (uint64_t) block->index * block->n_threads + thread;
         at < n_values; at += step)
      params->rows[at] = read_field (&records->fields[at % records->n_inputs],
          records->points + at / records->n_inputs * records->point_size);
  }
}

/* A thread has a column, and every n_blocks_y-th row of it. */
DEVICE void
activate_rows (const Block *block, const SsioRowsParams *params)
{
  uint64_t row;

  FOR_EACH_THREAD (block, thread)
  {
    const unsigned column = block->index * block->n_threads + thread;

    if (column < params->width) {
      const float bias = params->bias[column];

      for (row = block->index_y; row < params->n_rows;
           row += block->n_blocks_y) {
        float *value = &params->rows[row * params->width + column];

        *value = rectify (*value + bias);
      }
    }
  }
}

DEVICE void
add_rows (const Block *block, const SsioRowsParams *params)
{
  uint64_t row;

  FOR_EACH_THREAD (block, thread)
  {
    const unsigned column = block->index * block->n_threads + thread;

    if (column < params->width) {
      const float bias = params->bias[column];
      double sum = 0;

      for (row = block->index_y; row < params->n_rows;
           row += block->n_blocks_y)
        sum += params->rows[row * params->width + column] + bias;
      params->partials[(uint64_t) block->index_y * params->width + column]
          += sum;
    }
  }
}

/* A block has a column. */
DEVICE void
collect_partials (const Block *block, const SsioCollectParams *params)
{
  double *thread_sums = (double *) block->shared;
  unsigned row, t;

  FOR_EACH_THREAD (block, thread)
  {
    double sum = 0;

    for (row = thread; row < params->n_rows; row += block->n_threads) {
      double *partial
          = &params->partials[(uint64_t) row * params->width + block->index];

      sum += *partial;
      *partial = 0;
    }
    thread_sums[thread] = sum;
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    if (thread == 0) {
      double sum = 0;

      for (t = 0; t < block->n_threads; t++)
        sum += thread_sums[t];
      params->sums[block->index] = sum;
    }
  }
}
