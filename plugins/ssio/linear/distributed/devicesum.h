/* SPDX-License-Identifier: MIT */
/* Has the ranks of a collective add up the values of their steps by NCCL, from
 * CUDA device to CUDA device, where each rank has one of its own. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

#include "collective.h"

G_BEGIN_DECLS

/* All ranks come here in the same turn. context is the one whose device
 * computes here, and max_values how many are added up at once. Where a rank has
 * no NCCL, or two have the same device, nothing changes. FALSE with error set
 * where ranks cannot be met, or NCCL fails. */
gboolean gst_ssio_device_sum_begin (GstSsioCollective *collective,
    GstSsioCudaContext *context, gsize max_values, GError **error);

G_END_DECLS
