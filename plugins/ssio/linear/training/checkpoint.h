/* SPDX-License-Identifier: MIT */
/* A training as a file from which it goes on bit for bit: a safetensors file
 * with the model's tensors, those of the optimizer's state, named as
 * "exp_avg.0.weight", and texts: how many steps there were, how inputs are
 * normalised, and where the stream of points stands. */
#pragma once

#include "../normalization.h"
#include "../tensors.h"
#include "optimizer.h"

G_BEGIN_DECLS

typedef struct {
  const GstSsioModel *model;
  const GstSsioOptimizer *optimizer;
  GstSsioNormalize normalize;
  const GstSsioNormalization *normalization; /* NULL unless that is STATS */
  const gchar *stream; /* of gst_ssio_state_after_batch(), or NULL */
} GstSsioCheckpoint;

gboolean gst_ssio_checkpoint_save (const GstSsioCheckpoint *checkpoint,
    const gchar *path, GError **error);

/* NULL with error set where the file is none of a checkpoint. */
GstSsioTensors *gst_ssio_checkpoint_open (const gchar *path, GError **error);

/* Of such a file; NULL where the training's stream had none. */
const gchar *gst_ssio_checkpoint_get_stream (const GstSsioTensors *tensors);

/* Fills model and optimizer, which must be of the shape and type of those that
 * were saved. */
gboolean gst_ssio_checkpoint_read (const GstSsioTensors *tensors,
    GstSsioModel *model, GstSsioOptimizer *optimizer, GError **error);

G_END_DECLS
