/* SPDX-License-Identifier: MIT */
/* What an epoch's outputs were worth, measured by the points' labels. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What points have come to so far. */
typedef struct {
  guint n_classes;
  guint64 *confusion; /* [label][prediction] */
  guint64 n_ignored;  /* points */
  gdouble loss;       /* sum of the points' cross-entropies */
} GstSsioTally;

GstSsioTally *gst_ssio_tally_new (guint n_classes);
void gst_ssio_tally_clear (GstSsioTally *tally);
void gst_ssio_tally_free (GstSsioTally *tally);

typedef struct {
  guint n_classes;
  gint ignored_class; /* which has no IoU, or negative */
  guint64 n_scored;   /* points */
  guint64 n_ignored;
  gdouble loss;       /* mean cross-entropy, in natural logarithms */
  gdouble accuracy;   /* share of the points whose largest output is theirs */
  gdouble *iou;       /* of each class; NaN where it has none */
  gdouble miou;       /* mean of those that there are */
  guint64 *confusion; /* [label][prediction] */
} GstSsioScore;

GstSsioScore *gst_ssio_score_new (const GstSsioTally *tally,
    gint ignored_class);

void gst_ssio_score_free (GstSsioScore *score);

/* ", loss 0.31, accuracy 91.02 %, mIoU 0.7 (IoU 0.8, 0.6)" and so on. */
void gst_ssio_score_append_to (const GstSsioScore *score, GString *text);

/* Adds the fields that are documented at the element. */
void gst_ssio_score_add_to (const GstSsioScore *score,
    GstStructure *structure);

G_END_DECLS
