/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "hostkernels.h"
#include "linear/kernel-abi.h"
#include "linear/kernel-host.h"

void
ssio_host_kernel_launch (const gchar *name, guint grid_x, guint grid_y,
    gsize shared_bytes, gpointer params, gsize params_size)
{
  SsioHostLaunch started = { { grid_x, grid_y, 1 },
    { SSIO_KERNEL_THREADS, 1, 1 }, shared_bytes, g_malloc (shared_bytes) };
  void *parameters[] = { params };
  guint k = 0;

  while (ssio_host_kernels[k].name
         && strcmp (ssio_host_kernels[k].name, name) != 0)
    k++;
  fail_unless (ssio_host_kernels[k].name != NULL, "no kernel %s", name);
  fail_unless (ssio_host_kernels[k].parameter_sizes[0] <= params_size);
  ssio_host_kernels[k].run (&started, parameters);
  g_free (started.shared);
}
