/* SPDX-License-Identifier: MIT */

#include <immintrin.h>

#define KERNEL gst_ssio_forward_kernel_avx512
#define KERNEL_NAME "avx512"
#define LANES 16
#define TILE_VECTORS 4
#define BLOCK_TILES 2
#define PAIR_VECTORS 4
#define VECTOR_MAX _mm512_max_ps
#define VECTOR_WIDEN _mm512_cvtps_pd

#include "forward-kernel.h"
