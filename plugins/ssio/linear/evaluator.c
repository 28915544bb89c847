/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "cuda/caps.h"
#include "evaluator-private.h"

/* NULL without an error where the device cannot do that. */
static GstSsioEvaluator *
new_on_device (GstMemory *memory, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields,
    const GstSsioOutcomes *outcomes, GError **error)
{
  GstSsioCudaContext *context;
  GstSsioEvaluator *evaluator;
  GError *cause = NULL;

  if (outcomes->center_xy || !gst_ssio_check_cuda_memory (memory, error))
    return NULL;
  context = gst_ssio_cuda_memory_get_context (memory);
  if (!outcomes->targets && !outcomes->predictions)
    return gst_ssio_cuda_evaluator_new (context, model, layout, fields, error);
  evaluator = gst_ssio_cuda_outcome_evaluator_new (context, model, layout,
      fields, outcomes, &cause);
  if (g_error_matches (cause, GST_CORE_ERROR, GST_CORE_ERROR_NOT_IMPLEMENTED))
    g_error_free (cause);
  else if (cause)
    g_propagate_error (error, cause);
  return evaluator;
}

GstSsioEvaluator *
gst_ssio_device_evaluator_new (GstMemory *memory, const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, guint n_threads,
    const GstSsioOutcomes *outcomes, gboolean *downloads, GError **error)
{
  GError *cause = NULL;
  GstSsioEvaluator *evaluator
      = new_on_device (memory, model, layout, fields, outcomes, &cause);

  *downloads = !evaluator && !cause;
  if (*downloads)
    return gst_ssio_outcome_evaluator_new (model, layout, fields, n_threads,
        outcomes, error);
  if (cause)
    g_propagate_error (error, cause);
  return evaluator;
}

void
gst_ssio_evaluator_free (GstSsioEvaluator *evaluator)
{
  evaluator->klass->free (evaluator);
}

gboolean
gst_ssio_evaluator_push (GstSsioEvaluator *evaluator, GstBuffer *buffer,
    GError **error)
{
  return evaluator->klass->push (evaluator, buffer, error);
}

gboolean
gst_ssio_evaluator_collect (GstSsioEvaluator *evaluator, gdouble *sums,
    GError **error)
{
  return evaluator->klass->collect (evaluator, sums, error);
}

gchar *
gst_ssio_evaluator_describe (GstSsioEvaluator *evaluator)
{
  return evaluator->klass->describe (evaluator);
}

void
gst_ssio_evaluator_refuse (gsize size, guint point_size, const gchar *memory,
    GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "a buffer of %" G_GSIZE_FORMAT
      " bytes cannot be read as points: expected %s and a multiple of %u "
      "bytes; check what stands before this element",
      size, memory, point_size);
}
