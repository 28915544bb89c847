/* SPDX-License-Identifier: MIT */
/* What is made of the outputs of each point while they are in the cache: loss
 * and confusion where points have labels, and rows of predictions. */
#pragma once

#include "datafiles.h"
#include "forward.h"
#include "predictions.h"
#include "score.h"
#include "targets.h"

G_BEGIN_DECLS

/* Most classes with labels: the confusion matrix is their square. */
#define GST_SSIO_SCORER_MAX_CLASSES 1024

typedef struct _GstSsioScorer GstSsioScorer;

/* targets, NULL without labels, and files, which may be NULL, must outlive
 * it. */
GstSsioScorer *gst_ssio_scorer_new (guint n_classes,
    const GstSsioTargets *targets, const GstSsioDataFiles *files,
    GstSsioPredictionsType type, guint n_threads);

void gst_ssio_scorer_free (GstSsioScorer *scorer);

/* Where a block of points comes from. */
typedef struct {
  guint64 order;                /* of its batch, counted by who calls */
  guint64 offset;               /* of the block's first point in it */
  const GstSsioBatchMeta *meta; /* the batch's; may be NULL */
} GstSsioScorerPlace;

/* Bytes of a row of predictions. */
guint gst_ssio_scorer_get_row_size (const GstSsioScorer *scorer);

/* Looks at a block of outputs of forward on a thread, from 0. Adds the losses
 * of its points to *loss, and writes their rows of predictions to rows, unless
 * that is NULL. */
void gst_ssio_scorer_score (GstSsioScorer *scorer, guint thread,
    const GstSsioForward *forward, const GstSsioOutputs *outputs,
    const GstSsioScorerPlace *place, guint8 *rows, gdouble *loss);

/* Whether a point has had no class, at any time. */
gboolean gst_ssio_scorer_has_failed (GstSsioScorer *scorer);

/* Sets error for the first such point, once no thread is scoring. */
void gst_ssio_scorer_set_error (GstSsioScorer *scorer, GError **error);

/* With no thread scoring: adds all points since the last call to tally but
 * their losses. */
void gst_ssio_scorer_collect (GstSsioScorer *scorer, GstSsioTally *tally);

G_END_DECLS
