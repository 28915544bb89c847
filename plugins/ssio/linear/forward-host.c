/* SPDX-License-Identifier: MIT */

#include "forward.cu"

#define DESCRIBE_KERNEL(name, Params, blocks, call) \
  { #name, sizeof (Params), name },

#define DESCRIBE_PAIR_KERNEL(n_in, n_out, blocks) \
  DESCRIBE_KERNEL (ssio_sweep_pair_##n_in##_##n_out, SsioPairParams, blocks, )

const SsioHostKernel ssio_host_kernels[] = {
  SSIO_PAIR_SHAPES (DESCRIBE_PAIR_KERNEL)
      SSIO_OTHER_KERNELS (DESCRIBE_KERNEL){ NULL, 0, NULL },
};
