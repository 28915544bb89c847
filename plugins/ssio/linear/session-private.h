/* SPDX-License-Identifier: MIT */
/* What the parts of a session share. */
#pragma once

#include "evaluator.h"
#include "inputnormalization.h"
#include "session.h"
#include "statistics.h"
#include "training/training.h"

G_BEGIN_DECLS

struct _GstSsioSession {
  GstSsioLinearSettings settings;
  GArray *widths;
  guint n_outputs;
  GstSsioClassMap *class_map; /* NULL without */

  gboolean on_device;          /* where batches are */
  GstSsioCudaContext *context; /* theirs there; NULL where it is not known */
  gboolean downloads;          /* from there, to compute on the CPU */
  GstSsioLayout *layout;       /* theirs; NULL before caps */
  guint point_size;
  GArray *fields;          /* of the layout, which are the model's inputs */
  GstSsioTargets *targets; /* NULL without labels */
  GstSsioModel *model;     /* NULL before caps */
  GstSsioInputNormalization normalization;
  GstSsioDataFiles *files; /* NULL where they are not known */
  GstSsioPointFile *file;  /* where the last batch was mapped from */

  /* one or the other; NULL until a batch has shown where to compute */
  GstSsioEvaluator *evaluator;
  GstSsioStatistics *statistics;

  GstSsioCollective *collective; /* of several processes; NULL without */
  gboolean has_agreed;           /* with them */
  gchar *stream;                 /* its state; NULL where it is not known */
  gchar *warning;                /* until it is taken */
  GstSsioTraining *training;     /* NULL unless the model is trained */
  gboolean is_training;          /* it knows what batches are of */
  gboolean has_measured;         /* an epoch that was not trained */

  /* of this epoch */
  GstSsioEpoch epoch;
  gdouble *sums;                   /* of each output */
  GstSsioTally *tally;             /* NULL without labels */
  GstSsioPredictions *predictions; /* NULL without */
};

/* Adds what was computed to the epoch's sums. */
gboolean gst_ssio_session_collect (GstSsioSession *session, GError **error);

void gst_ssio_session_close_computers (GstSsioSession *session);

/* What can begin without a batch; buffer is the first one, or NULL. */
gboolean gst_ssio_session_begin (GstSsioSession *session, GstBuffer *buffer,
    GError **error);

/* Where there are any, and the files that they are of are known. */
gboolean gst_ssio_session_open_predictions (GstSsioSession *session,
    GError **error);

/* Before any rank does something that others might do otherwise. */
gboolean gst_ssio_session_meet_ranks (GstSsioSession *session, GError **error);

G_END_DECLS
