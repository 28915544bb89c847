/* SPDX-License-Identifier: MIT */
/* The kernels compiled for the host, where tests run them without a device. */
#pragma once

#include <stddef.h>

typedef struct {
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
  void *shared; /* of that size, aligned to 16 bytes; NULL if it is 0 */
} SsioHostLaunch;

typedef struct {
  const char *name;
  /* runs all blocks of a launch; what device memory is for a device is any
   * memory here */
  void (*run) (const SsioHostLaunch *launch, void **parameters);
  unsigned n_parameters;
  const size_t *parameter_sizes;
} SsioHostKernel;

/* In no order, each with a struct as its only parameter; the last one has no
 * name. */
extern const SsioHostKernel ssio_host_kernels[];
