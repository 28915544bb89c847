/* SPDX-License-Identifier: MIT */
/* A training as a file from which it goes on bit for bit: a safetensors file
 * with the model's tensors, those of the optimizer's state, named as
 * "exp_avg.0.weight", and texts: how many steps there were, and where the
 * stream of points stands. */
#pragma once

#include "optimizer.h"

G_BEGIN_DECLS

/* stream is what gst_ssio_state_after_batch() has said, or NULL. */
gboolean gst_ssio_checkpoint_save (const gchar *path,
    const GstSsioModel *model, const GstSsioOptimizer *optimizer,
    const gchar *stream, GError **error);

/* Fills model and optimizer, which must be of the shape and type of those that
 * were saved. */
gboolean gst_ssio_checkpoint_load (const gchar *path, GstSsioModel *model,
    GstSsioOptimizer *optimizer, GError **error);

/* The text alone, before anything is known of the model: *stream is NULL where
 * the training was of a stream that has none. Free it with g_free(). */
gboolean gst_ssio_checkpoint_load_stream (const gchar *path, gchar **stream,
    GError **error);

G_END_DECLS
