/* SPDX-License-Identifier: MIT */

#define KERNEL gst_ssio_forward_kernel_avx512
#define KERNEL_NAME "avx512"
#define LANES 16
#define TILE_VECTORS 4
#define BLOCK_TILES 2

#include "forward-kernel.h"
