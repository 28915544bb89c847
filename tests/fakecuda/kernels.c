/* SPDX-License-Identifier: MIT */

#include <string.h>
#include <unistd.h>

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

/* Keeps its stream until a number of the host is not 0. */
static void
wait_for (const FakecudaLaunch *launch, void **parameters)
{
  const int *flag = *(const int **) parameters[0];

  while (!__atomic_load_n (flag, __ATOMIC_ACQUIRE))
    usleep (100);
}

static const size_t add_sizes[]
    = { sizeof (float *), sizeof (unsigned), sizeof (float) };
static const size_t pointer_sizes[] = { sizeof (void *) };

const FakecudaKernel fakecuda_kernels[] = {
  { "fakecuda_add", add, 3, add_sizes },
  { "fakecuda_fill", fill, 1, pointer_sizes },
  { "fakecuda_wait_for", wait_for, 1, pointer_sizes },
  { NULL, NULL, 0, NULL },
};
