/* SPDX-License-Identifier: MIT */

#define KERNEL gst_ssio_forward_kernel_avx2
#define KERNEL_NAME "avx2"
#define LANES 8
#define TILE_VECTORS 3
#define BLOCK_TILES 4

#include "forward-kernel.h"
