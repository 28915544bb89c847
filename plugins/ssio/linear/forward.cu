/* SPDX-License-Identifier: MIT */
/* The model and conversions of layouts as CUDA kernels. Where this is
 * not compiled by nvcc but included in a C file, each kernel is an ordinary
 * function that runs all blocks of a launch, one after the other. */

#include "../convert/kernel-convert.h"
#include "kernel-layers.h"
#include "kernel-list.h"
#include "kernel-pair.h"
#include "kernel-rows.h"
#include "kernel-score.h"
#include "kernel-train.h"

#ifdef __CUDACC__

#define DEFINE_KERNEL(name, Params, blocks, call) \
  extern "C" __global__ void __launch_bounds__ (SSIO_KERNEL_THREADS, blocks) \
      name (const __grid_constant__ Params by_value) \
  { \
    extern __shared__ float4 shared[]; \
    const Block here = { blockIdx.x, blockIdx.y, gridDim.x, gridDim.y, \
      SSIO_KERNEL_THREADS, (unsigned char *) shared }; \
    const Block *block = &here; \
    const Params *params = &by_value; \
\
    call; \
  }

#else

#include "kernel-host.h"

#define DEFINE_KERNEL(name, Params, blocks, call) \
  static void name (const SsioHostLaunch *launch, void **parameters) \
  { \
    const Params *params = parameters[0]; \
    Block here = { 0, 0, launch->grid[0], launch->grid[1], launch->block[0], \
      launch->shared }; \
    const Block *block = &here; \
\
    for (here.index_y = 0; here.index_y < here.n_blocks_y; here.index_y++) { \
      for (here.index = 0; here.index < here.n_blocks; here.index++) \
        call; \
    } \
  }

#endif

#define DEFINE_PAIR_KERNEL(n_in, n_out, blocks) \
  DEFINE_KERNEL (ssio_sweep_pair_##n_in##_##n_out, SsioPairParams, blocks, \
      sweep_pair (block, params, n_in, n_out))

SSIO_PAIR_SHAPES (DEFINE_PAIR_KERNEL)
SSIO_OTHER_KERNELS (DEFINE_KERNEL)
