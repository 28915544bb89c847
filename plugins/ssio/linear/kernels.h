/* SPDX-License-Identifier: MIT */
/* The CUDA kernels as a fat binary for cuModuleLoadData(): the one that was
 * built and is in this plugin, or the file that the environment variable
 * GST_SSIO_CUDA_KERNELS names. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE where nvcc was missing when this was built, and no file is named. */
gboolean gst_ssio_kernels_are_built (void);

/* NULL with error set where there are none. */
GBytes *gst_ssio_kernels_get_image (GError **error);

G_END_DECLS
