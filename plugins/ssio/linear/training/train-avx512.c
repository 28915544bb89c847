/* SPDX-License-Identifier: MIT */

#include <immintrin.h>

#define KERNEL gst_ssio_train_kernel_avx512
#define KERNEL_NAME "avx512"
#define LANES 16
#define TILE_VECTORS 4
#define BLOCK_TILES 4
#define GRADIENT_INPUTS 8
#define VECTOR_MAX _mm512_max_ps
#define VECTOR_WIDEN _mm512_cvtps_pd

#include "train-kernel.h"
