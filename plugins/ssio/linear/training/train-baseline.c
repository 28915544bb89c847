/* SPDX-License-Identifier: MIT */

#define KERNEL gst_ssio_train_kernel_baseline
#define KERNEL_NAME "baseline"
#define LANES 4
#define TILE_VECTORS 2
#define BLOCK_TILES 32
#define GRADIENT_INPUTS 4

#include "train-kernel.h"
