/* SPDX-License-Identifier: MIT */
/* Runs a model over buffers of points and adds up its outputs: on all cores,
 * or on a CUDA device. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>
#include <gst/ssio/gstssiolayout.h>

#include "datafiles.h"
#include "model.h"
#include "predictions.h"
#include "score.h"
#include "targets.h"

G_BEGIN_DECLS

typedef struct _GstSsioEvaluator GstSsioEvaluator;

/* For buffers in system memory. fields has the index in layout of each of the
 * model's inputs. n_threads counts the calling one; 0 is one for each core.
 * The model is copied. */
GstSsioEvaluator *gst_ssio_cpu_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads);

/* What else is made of the outputs of each point. All pointers may be NULL,
 * and what they point to must outlive the evaluator. */
typedef struct {
  const GstSsioTargets *targets;   /* with tally */
  GstSsioTally *tally;             /* gets more at each collect */
  GstSsioPredictions *predictions; /* get a row for each point */
  GstSsioPredictionsType type;
  const GstSsioDataFiles *files;
  gboolean center_xy; /* inputs x and y less their mean over the batch */
} GstSsioOutcomes;

/* The same, for buffers in any memory that can be mapped. NULL with error set
 * where there are no inputs to centre. */
GstSsioEvaluator *gst_ssio_outcome_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads,
    const GstSsioOutcomes *outcomes, GError **error);

/* For buffers in memory of the context's device. NULL with error set where
 * there are no kernels, or the device refuses. */
GstSsioEvaluator *gst_ssio_cuda_evaluator_new (GstSsioCudaContext *context,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, GError **error);

/* The same, with what else is made of the outputs; inputs must not be centred.
 * GST_CORE_ERROR_NOT_IMPLEMENTED says that the model is too wide for that. */
GstSsioEvaluator *
gst_ssio_cuda_outcome_evaluator_new (GstSsioCudaContext *context,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, const GstSsioOutcomes *outcomes, GError **error);

/* For buffers in memory like that, of a device: on the device, or on the CPU
 * where the device cannot do it, as *downloads then says. */
GstSsioEvaluator *gst_ssio_device_evaluator_new (GstMemory *memory,
    const GstSsioModel *model, const GstSsioLayout *layout,
    const guint *fields, guint n_threads, const GstSsioOutcomes *outcomes,
    gboolean *downloads, GError **error);

/* Waits for the work in progress. */
void gst_ssio_evaluator_free (GstSsioEvaluator *evaluator);

/* Starts on the points of buffer, whose memory it holds until they are done.
 * FALSE with error set where the buffer cannot be read or holds no whole
 * number of points, or a device fails; then only gst_ssio_evaluator_free() may
 * follow. */
gboolean gst_ssio_evaluator_push (GstSsioEvaluator *evaluator,
    GstBuffer *buffer, GError **error);

/* Waits for the work in progress, adds the sums of the outputs since the last
 * call to sums, one for each output, and starts again at 0. FALSE with error
 * set as for gst_ssio_evaluator_push(); then sums are as they were. */
gboolean gst_ssio_evaluator_collect (GstSsioEvaluator *evaluator,
    gdouble *sums, GError **error);

/* What computes, in a few words. Free with g_free(). */
gchar *gst_ssio_evaluator_describe (GstSsioEvaluator *evaluator);

G_END_DECLS
