/* SPDX-License-Identifier: MIT */
/* The kernels compiled for the host, where tests run them without a device. */
#pragma once

#include <stddef.h>

typedef struct {
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
  void *shared; /* aligned to 16 bytes */
} SsioHostLaunch;

typedef struct {
  const char *name;
  size_t parameter_size; /* of the only one, a struct */
  /* runs all blocks of a launch; what device memory is for a device is any
   * memory here */
  void (*run) (const SsioHostLaunch *launch, void **parameters);
} SsioHostKernel;

/* In no order; the last one has no name. */
extern const SsioHostKernel ssio_host_kernels[];
