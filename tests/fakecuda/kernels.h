/* SPDX-License-Identifier: MIT */
/* The kernels that the stand-in's modules have besides those of the plugin:
 * what its own tests need. */
#pragma once

#include "linear/kernel-host.h"

/* The last one has no name. */
extern const SsioHostKernel fakecuda_kernels[];
