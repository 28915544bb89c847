/* SPDX-License-Identifier: MIT */
/* What a CUDA device makes of the outputs of each point, as scorer.h does on
 * the CPU. All functions want the device's context to be current. */
#pragma once

#include "cudadevice.h"
#include "evaluator.h"

G_BEGIN_DECLS

typedef struct _GstSsioCudaScorer GstSsioCudaScorer;

/* For records of point_size bytes; outcomes are copied, and what they point to
 * must outlive the scorer. What it allocates is the device's. */
GstSsioCudaScorer *gst_ssio_cuda_scorer_new (GstSsioCudaDevice *device,
    guint n_classes, guint point_size, const GstSsioOutcomes *outcomes,
    GError **error);

/* What was on the stream has to be done. */
void gst_ssio_cuda_scorer_free (GstSsioCudaScorer *scorer);

/* Where a sweep has to leave the outputs, a row a point, and of how many
 * points at most. */
CUdeviceptr gst_ssio_cuda_scorer_get_rows (const GstSsioCudaScorer *scorer);
guint64 gst_ssio_cuda_scorer_get_chunk (const GstSsioCudaScorer *scorer);

/* The n_points points that follow are those of a batch, whose meta may be
 * NULL. FALSE with error set where they have no place in the predictions. */
gboolean gst_ssio_cuda_scorer_begin_batch (GstSsioCudaScorer *scorer,
    const GstSsioBatchMeta *meta, guint64 n_points, GError **error);

/* Starts on n_points records at points, whose outputs are in the rows. Waits
 * for it only where there are predictions. */
gboolean gst_ssio_cuda_scorer_score (GstSsioCudaScorer *scorer,
    CUdeviceptr points, guint64 n_points, GError **error);

/* Waits, and adds all points since the last call to the tally. FALSE with
 * error set, and nothing added, where one has had no class. */
gboolean gst_ssio_cuda_scorer_collect (GstSsioCudaScorer *scorer,
    GError **error);

G_END_DECLS
