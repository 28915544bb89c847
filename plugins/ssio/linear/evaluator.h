/* SPDX-License-Identifier: MIT */
/* Runs a model over buffers of points on all cores and adds up its outputs. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "model.h"

G_BEGIN_DECLS

typedef struct _GstSsioEvaluator GstSsioEvaluator;

/* fields has the index in layout of each of the model's inputs. n_threads
 * counts the calling one; 0 is one for each core. The model is copied. */
GstSsioEvaluator *gst_ssio_evaluator_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads);

/* Waits for the work in progress. */
void gst_ssio_evaluator_free (GstSsioEvaluator *evaluator);

/* Starts on the points of buffer, which it holds until they are done. FALSE
 * where the buffer cannot be mapped or holds no whole number of points. */
gboolean gst_ssio_evaluator_push (GstSsioEvaluator *evaluator,
    GstBuffer *buffer);

/* Waits for the work in progress, adds the sums of the outputs since the last
 * call to sums, one for each output, and starts again at 0. */
void gst_ssio_evaluator_collect (GstSsioEvaluator *evaluator, gdouble *sums);

const gchar *gst_ssio_evaluator_get_isa (const GstSsioEvaluator *evaluator);
guint gst_ssio_evaluator_get_n_threads (const GstSsioEvaluator *evaluator);

G_END_DECLS
