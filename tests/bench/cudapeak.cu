/* SPDX-License-Identifier: MIT */
/* Multiply-adds in registers, and nothing else that takes time. */

#include "cudapeak-abi.h"

extern "C" __global__ void
__launch_bounds__ (SSIO_FMA_THREADS) SSIO_FMA_KERNEL (float *results,
    float factor, float addend, unsigned n_rounds)
{
  const unsigned thread = blockIdx.x * SSIO_FMA_THREADS + threadIdx.x;
  float chains[SSIO_FMA_CHAINS];
  float sum = 0;

#pragma unroll
  for (int i = 0; i < SSIO_FMA_CHAINS; i++)
    chains[i] = thread + i;
#pragma unroll 1
  for (unsigned round = 0; round < n_rounds; round++) {
#pragma unroll
    for (int step = 0; step < SSIO_FMA_STEPS; step++) {
#pragma unroll
      for (int i = 0; i < SSIO_FMA_CHAINS; i++)
        chains[i] = fmaf (chains[i], factor, addend);
    }
  }
  /* so that the compiler must not leave them out */
#pragma unroll
  for (int i = 0; i < SSIO_FMA_CHAINS; i++)
    sum += chains[i];
  results[thread] = sum;
}
