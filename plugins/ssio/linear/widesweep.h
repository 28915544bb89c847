/* SPDX-License-Identifier: MIT */
/* The forward pass on a CUDA device for models too wide for shared memory:
 * layer by layer with cuBLASLt, over chunks of points whose activations have a
 * bounded size. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "cudadevice.h"
#include "model.h"

G_BEGIN_DECLS

typedef struct _GstSsioWideSweep GstSsioWideSweep;

/* Outputs are added to n_rows rows of doubles, [n_rows][n_outputs] at
 * partials. The context has to be current, here and below; what it allocates
 * is the device's. */
GstSsioWideSweep *gst_ssio_wide_sweep_new (GstSsioCudaDevice *device,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, CUdeviceptr partials, guint n_rows, GError **error);

void gst_ssio_wide_sweep_free (GstSsioWideSweep *sweep);

/* Starts on n_points records at points, in device memory. */
gboolean gst_ssio_wide_sweep_run (GstSsioWideSweep *sweep, CUdeviceptr points,
    guint64 n_points, GError **error);

G_END_DECLS
