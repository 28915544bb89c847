/* SPDX-License-Identifier: MIT */
/* What the ranks of a training must have in common: else each would train a
 * model of its own, and nobody would see it. */
#pragma once

#include "../distributed/collective.h"
#include "../normalization.h"
#include "optimizer.h"
#include "settings.h"

G_BEGIN_DECLS

typedef struct {
  const GstSsioTrainingSettings *settings;
  const GstSsioModel *model;
  const GstSsioOptimizer *optimizer;
  const gchar *kernels; /* whose order gradients have */
  GstSsioNormalize normalize;
  const GstSsioNormalization *normalization; /* NULL unless that is STATS */
} GstSsioAgreement;

/* Before the first step: all that steps depend on. */
gboolean gst_ssio_agree_on_training (GstSsioCollective *collective,
    const GstSsioAgreement *agreement, GError **error);

/* Whether all ranks have the same weights, bit for bit. */
gboolean gst_ssio_agree_on_weights (GstSsioCollective *collective,
    const GstSsioModel *model, GError **error);

/* Sets *number to the largest of all ranks. */
gboolean gst_ssio_agree_on_largest (GstSsioCollective *collective,
    guint64 *number, GError **error);

/* Where this rank's shard goes on, where the stream of rank 0 goes on at
 * state. NULL where that is NULL; free with g_free(). */
gchar *gst_ssio_state_of_rank (const gchar *state,
    const GstSsioCollective *collective);

G_END_DECLS
