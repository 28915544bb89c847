/* SPDX-License-Identifier: MIT */
/* What an epoch came to, for people and for applications. */
#pragma once

#include <gst/ssio/gstssioepoch.h>

#include "normalization.h"
#include "score.h"
#include "training/optimizer.h"

G_BEGIN_DECLS

typedef struct {
  GstSsioEpoch epoch; /* counts are of all ranks */
  guint n_ranks;      /* 0 where there is one process */
  gdouble seconds;
  guint64 dropped;        /* batches that came, and were not computed */
  guint64 missed_batches; /* that did not come */
  guint64 missed_points;
  guint n_means;
  gdouble *means;                 /* of each output; NULL if there are none */
  GstSsioScore *score;            /* NULL without labels */
  GstSsioNormalization *measured; /* NULL unless the epoch was for this */
  gboolean is_training;           /* with what follows */
  guint64 step;                   /* of the optimizer, made so far */
  gdouble learning_rate;          /* of the next one */
} GstSsioReport;

/* Once it has its epoch: the means of the n outputs with these sums. */
void gst_ssio_report_set_outputs (GstSsioReport *report, const gdouble *sums,
    guint n);

void gst_ssio_report_set_training (GstSsioReport *report,
    const GstSsioOptimizer *optimizer);

void gst_ssio_report_clear (GstSsioReport *report);

/* In one line. Free with g_free(). */
gchar *gst_ssio_report_to_string (const GstSsioReport *report);

/* With the fields that are documented at the element. */
GstStructure *gst_ssio_report_to_structure (const GstSsioReport *report);

G_END_DECLS
