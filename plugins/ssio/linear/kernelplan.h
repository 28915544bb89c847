/* SPDX-License-Identifier: MIT */
/* What the plans of all CUDA kernels need: what fields are to kernels, room in
 * shared memory, and weights as kernels of any number of layers take them. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "kernel-abi.h"
#include "model.h"

G_BEGIN_DECLS

/* What a field is to a kernel. */
void gst_ssio_kernel_plan_make_field (const GstSsioField *field,
    SsioKernelField *made);

/* What fields, one index in layout for each of the model's inputs, are to a
 * kernel. Free with g_free(). */
SsioKernelField *gst_ssio_kernel_plan_make_fields (const GstSsioLayout *layout,
    const guint *fields, guint n_fields);

/* So that anything can follow. */
guint64 gst_ssio_kernel_plan_align (guint64 size);

/* Bytes of shared memory for a block where so many run at once; max_shared is
 * what one can ask for. */
guint64 gst_ssio_kernel_plan_get_share (guint max_shared, guint n_blocks);

/* Lays stages out after used bytes; FALSE where they need more than share. */
gboolean gst_ssio_kernel_plan_place_stages (SsioKernelRecords *records,
    guint64 used, guint64 share, guint n_stages, guint *shared_bytes);

/* Of outputs, whose weights lie side by side: see SsioLayersParams. */
guint gst_ssio_kernel_plan_count_groups (guint n_outputs);

/* Floats in what follows. */
guint64 gst_ssio_kernel_plan_count_weights (const GstSsioModel *model);

/* Packed is zeroed, and stays so where a group has no output. */
void gst_ssio_kernel_plan_pack_weights (const GstSsioModel *model,
    gfloat *packed);

G_END_DECLS
