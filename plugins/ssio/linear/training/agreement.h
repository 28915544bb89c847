/* SPDX-License-Identifier: MIT */
/* What the ranks of a training must have in common, besides what they
 * compute. */
#pragma once

#include "../distributed/collective.h"
#include "optimizer.h"
#include "settings.h"

G_BEGIN_DECLS

typedef struct {
  const GstSsioTrainingSettings *settings;
  const GstSsioOptimizer *optimizer;
  const gchar *kernels; /* whose order gradients have */
} GstSsioAgreement;

/* Before the first step: all that steps depend on. */
gboolean gst_ssio_agree_on_training (GstSsioCollective *collective,
    const GstSsioAgreement *agreement, GError **error);

/* Where this rank's shard goes on, where the stream of rank 0 goes on at
 * state. NULL where that is NULL; free with g_free(). */
gchar *gst_ssio_state_of_rank (const gchar *state,
    const GstSsioCollective *collective);

G_END_DECLS
