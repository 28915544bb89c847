/* SPDX-License-Identifier: MIT */
/* How the CUDA kernel that trains is launched for a model, and all that it is
 * given but addresses. */
#pragma once

#include "../kernelplan.h"

G_BEGIN_DECLS

/* What a block's row of partials has after the gradients: the sum of weighted
 * losses, and that of weights. */
#define GST_SSIO_TRAIN_PLAN_SUMS 2

typedef struct {
  guint max_blocks; /* that are meant to run on a multiprocessor at once */
  guint shared_bytes;
  SsioKernelField *fields; /* one for each input */
  /* without points, their number, labels, and what is a pointer */
  SsioTrainParams params;
} GstSsioTrainPlan;

/* fields has the index in layout of each of the model's inputs; max_shared is
 * bytes of shared memory that a block can ask for. NULL where the model needs
 * more. */
GstSsioTrainPlan *gst_ssio_train_plan_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint max_shared);

void gst_ssio_train_plan_free (GstSsioTrainPlan *plan);

/* Sets gradients, of the model's shape, to those of the kernel times scale. */
void gst_ssio_train_plan_unpack (const gdouble *sums, gdouble scale,
    GstSsioModel *gradients);

G_END_DECLS
