/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "evaluator-private.h"

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
