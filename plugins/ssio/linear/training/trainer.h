/* SPDX-License-Identifier: MIT */
/* Trains a model batch by batch: a gradient of the batches of all ranks, and a
 * step. */
#pragma once

#include "../distributed/collective.h"
#include "../targets.h"
#include "batchgradient.h"
#include "optimizer.h"

G_BEGIN_DECLS

typedef struct _GstSsioTrainer GstSsioTrainer;

typedef struct {
  guint steps_per_update; /* batches whose mean gradient makes one step */
  GstSsioCollective *collective; /* other ranks; NULL without */
} GstSsioTrainSettings;

/* Changes the weights of model, and the optimizer, which must outlive it, as
 * targets and collective must. batch, which it takes, has been made of the
 * model and the targets. */
GstSsioTrainer *gst_ssio_trainer_new (GstSsioModel *model,
    GstSsioOptimizer *optimizer, const GstSsioTargets *targets,
    GstSsioBatchGradient *batch, const GstSsioTrainSettings *settings);

void gst_ssio_trainer_free (GstSsioTrainer *trainer);

/* What is subtracted from each input of the batches that follow, and what the
 * rest is divided by. */
gboolean gst_ssio_trainer_set_normalization (GstSsioTrainer *trainer,
    const gdouble *mean, const gdouble *divisor, GError **error);

/* Where one of those that follow returns FALSE, with error set, only
 * gst_ssio_trainer_free() may come next; the weights are as before the call. */

/* Before the first batch, on all ranks at once: chooses how their gradients
 * are added up. */
gboolean gst_ssio_trainer_join_ranks (GstSsioTrainer *trainer, GError **error);

/* Learns from a batch, and those of the other ranks, sets sums to what came of
 * all of them, and adds the points of its own to confusion,
 * [class][prediction]. A batch without a point that counts changes
 * nothing. FALSE where a point has no class, the first of which is
 * *first_wrong then, and else the number of points; where the loss, a gradient
 * or a weight would be no finite number; or where buffer cannot be read. */
gboolean gst_ssio_trainer_train (GstSsioTrainer *trainer, GstBuffer *buffer,
    GstSsioTrainSums *sums, guint64 *confusion, gsize *first_wrong,
    GError **error);

/* Learns from a batch of the other ranks, where this one has no more. Sets
 * *all_ended where they have none either. */
gboolean gst_ssio_trainer_follow (GstSsioTrainer *trainer,
    GstSsioTrainSums *sums, gboolean *all_ended, GError **error);

/* Whether batches wait for a step. */
gboolean gst_ssio_trainer_is_waiting (const GstSsioTrainer *trainer);

/* Makes the step that batches wait for where they are fewer than
 * steps_per_update. */
gboolean gst_ssio_trainer_finish_update (GstSsioTrainer *trainer,
    GError **error);

/* Whose order gradients have: an instruction set's, or a device's. */
const gchar *gst_ssio_trainer_get_kernels (const GstSsioTrainer *trainer);

/* What computes, in a few words. Free with g_free(). */
gchar *gst_ssio_trainer_describe (const GstSsioTrainer *trainer);

G_END_DECLS
