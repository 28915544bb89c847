/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "kernels.h"

/* Adds a constant to n floats. */
static void
add (const FakecudaLaunch *launch, void **parameters)
{
  float *values = *(float **) parameters[0];
  unsigned n = *(const unsigned *) parameters[1];
  float addend = *(const float *) parameters[2];
  unsigned i;

  for (i = 0; i < n; i++)
    values[i] += addend;
}

/* Fills the block's shared memory, and copies it to the device's. */
static void
fill (const FakecudaLaunch *launch, void **parameters)
{
  unsigned char *to = *(unsigned char **) parameters[0];

  if (!launch->shared)
    return;
  memset (launch->shared, 7, launch->shared_bytes);
  memcpy (to, launch->shared, launch->shared_bytes);
}

static const size_t add_sizes[]
    = { sizeof (float *), sizeof (unsigned), sizeof (float) };
static const size_t fill_sizes[] = { sizeof (unsigned char *) };

const FakecudaKernel fakecuda_kernels[] = {
  { "fakecuda_add", add, 3, add_sizes },
  { "fakecuda_fill", fill, 1, fill_sizes },
  { NULL, NULL, 0, NULL },
};
