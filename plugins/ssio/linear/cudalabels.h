/* SPDX-License-Identifier: MIT */
/* What targets.h reads from points, for a CUDA device. */
#pragma once

#include "cudadevice.h"
#include "kernel-abi.h"
#include "targets.h"

G_BEGIN_DECLS

/* Sets labels to what targets of n_classes are; the device has their map until
 * it is closed. Wants its context to be current. */
gboolean gst_ssio_cuda_labels_upload (GstSsioCudaDevice *device,
    const GstSsioTargets *targets, guint n_classes, SsioKernelLabels *labels,
    GError **error);

G_END_DECLS
