/* SPDX-License-Identifier: MIT */
/* A training over a stream of batches: what each batch came to, and the files
 * that are written. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

#include "../datafiles.h"
#include "../distributed/collective.h"
#include "../normalization.h"
#include "../score.h"
#include "../targets.h"
#include "optimizer.h"
#include "settings.h"

G_BEGIN_DECLS

typedef struct _GstSsioTraining GstSsioTraining;

/* NULL with error set where the settings do not fit a model of n_outputs, or
 * the checkpoint cannot be read. collective, which must outlive it, has the
 * ranks that train the same model; NULL where there is one. */
GstSsioTraining *
gst_ssio_training_new (const GstSsioTrainingSettings *settings,
    guint n_outputs, GstSsioCollective *collective, GError **error);

void gst_ssio_training_free (GstSsioTraining *training);

/* Where one of those that follow returns FALSE, with error set, only
 * gst_ssio_training_free() may come next. */

/* Whether weights come from a checkpoint. */
gboolean gst_ssio_training_has_checkpoint (const GstSsioTraining *training);

/* Where a stream is to go on; NULL for its begin. */
const gchar *gst_ssio_training_get_stream (const GstSsioTraining *training);

/* Trains model, which must outlive it, from the weights that it has or those
 * of the checkpoint. */
gboolean gst_ssio_training_set_model (GstSsioTraining *training,
    GstSsioModel *model, GError **error);

/* What batches are of. What it points to must stay as long as they come. */
typedef struct {
  const GstSsioLayout *layout;
  const guint *fields; /* of each of the model's inputs */
  const GstSsioTargets *targets;
  const GstSsioDataFiles *files; /* NULL where they are not known */
  GstSsioNormalize normalize;
  const GstSsioNormalization *normalization; /* NULL unless that is STATS */
  guint n_threads;                           /* 0 is one for each core */
  GstSsioCudaContext *context; /* of the device they are on, else NULL */
} GstSsioTrainingInput;

gboolean gst_ssio_training_set_input (GstSsioTraining *training,
    const GstSsioTrainingInput *input, GError **error);

/* Whether batches are in a device's memory and computed on the CPU. */
gboolean gst_ssio_training_downloads (const GstSsioTraining *training);

/* Whether it has to be told of the stream before the first batch. */
gboolean gst_ssio_training_needs_stream (const GstSsioTraining *training);

/* What ssiosrc says of itself: see gst_query_parse_ssio_state(). state is NULL
 * where there is nobody to ask. */
gboolean gst_ssio_training_set_stream (GstSsioTraining *training,
    const gchar *state, guint epochs, guint64 batches, GError **error);

/* Learns from the points of buffer, and adds them to tally; of those of other
 * ranks it adds all but their confusion. */
gboolean gst_ssio_training_push (GstSsioTraining *training, GstBuffer *buffer,
    GstSsioTally *tally, GError **error);

/* The message of the last batch, where one is due; else NULL. Free with
 * gst_structure_free(). */
GstStructure *gst_ssio_training_take_message (GstSsioTraining *training);

/* Learns from what batches other ranks still have, makes the last step and
 * writes what is to be written. */
gboolean gst_ssio_training_end_epoch (GstSsioTraining *training,
    GstSsioTally *tally, GError **error);

/* For the report of an epoch. */
const GstSsioOptimizer *
gst_ssio_training_get_optimizer (const GstSsioTraining *training);

/* What computes, in a few words, or NULL before it is known. Free with
 * g_free(). */
gchar *gst_ssio_training_describe (const GstSsioTraining *training);

G_END_DECLS
