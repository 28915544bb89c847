/* SPDX-License-Identifier: MIT */
/* Which CUDA kernel sweeps over the points for a model, and all that it is
 * given but addresses. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "kernel-abi.h"
#include "model.h"

G_BEGIN_DECLS

typedef struct {
  const gchar *kernel;
  guint max_blocks; /* that are meant to run on a multiprocessor at once */
  guint shared_bytes;
  guint n_outputs;
  SsioKernelField *fields; /* one for each input */
  gfloat *weights;         /* as many as the params say */
  /* of the kernel; without points, their number, fields, weights, partials */
  union {
    SsioSweep sweep;
    SsioPairParams pair;
    SsioLayersParams layers;
  } params;
} GstSsioSweepPlan;

/* max_shared: bytes of shared memory that a block can ask for. NULL where the
 * model needs more. */
GstSsioSweepPlan *gst_ssio_sweep_plan_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared);

/* The same for a kernel that keeps the outputs of each point, as rows at
 * params.layers.rows. */
GstSsioSweepPlan *gst_ssio_sweep_plan_new_rows (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared);

void gst_ssio_sweep_plan_free (GstSsioSweepPlan *plan);

G_END_DECLS
