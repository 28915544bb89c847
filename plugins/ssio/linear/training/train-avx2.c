/* SPDX-License-Identifier: MIT */

#include <immintrin.h>

#define KERNEL gst_ssio_train_kernel_avx2
#define KERNEL_NAME "avx2"
#define LANES 8
#define TILE_VECTORS 3
#define BLOCK_TILES 10
#define GRADIENT_INPUTS 4
#define VECTOR_MAX _mm256_max_ps
#define VECTOR_WIDEN _mm256_cvtps_pd

#include "train-kernel.h"
