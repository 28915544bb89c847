/* SPDX-License-Identifier: MIT */
/* What the kernel that measures multiply-adds and its host agree on. */
#pragma once

#define SSIO_FMA_KERNEL ssio_peak_fma
#define SSIO_FMA_THREADS 256
#define SSIO_FMA_CHAINS 16 /* of dependent multiply-adds, in each thread */
#define SSIO_FMA_STEPS 16  /* of each chain in a round */
