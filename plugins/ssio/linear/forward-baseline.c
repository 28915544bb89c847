/* SPDX-License-Identifier: MIT */

#define KERNEL gst_ssio_forward_kernel_baseline
#define KERNEL_NAME "baseline"
#define LANES 4
#define TILE_VECTORS 2
#define BLOCK_TILES 8
#define PAIR_VECTORS 2

#include "forward-kernel.h"
