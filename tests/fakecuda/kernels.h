/* SPDX-License-Identifier: MIT */
/* The kernels that the stand-in's modules have: code for the host. */
#pragma once

#include <stddef.h>

typedef struct {
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
  void *shared; /* a heap block of that size, NULL if it is 0 */
} FakecudaLaunch;

/* parameters are copies of the launch's, n_parameters of them. run does the
 * whole grid, in a stream's thread. */
typedef struct {
  const char *name;
  void (*run) (const FakecudaLaunch *launch, void **parameters);
  unsigned n_parameters;
  const size_t *parameter_sizes;
} FakecudaKernel;

/* The last one has no name. */
extern const FakecudaKernel fakecuda_kernels[];
