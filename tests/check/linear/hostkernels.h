/* SPDX-License-Identifier: MIT */
/* The CUDA kernels, compiled for the host and run without any driver. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

/* Runs all blocks of a kernel with its only parameter, a struct of at least
 * params_size bytes. */
void ssio_host_kernel_launch (const gchar *name, guint grid_x, guint grid_y,
    gsize shared_bytes, gpointer params, gsize params_size);

G_END_DECLS
