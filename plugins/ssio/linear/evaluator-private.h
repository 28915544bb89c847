/* SPDX-License-Identifier: MIT */
/* What each kind of evaluator has. */
#pragma once

#include "evaluator.h"

G_BEGIN_DECLS

typedef struct {
  void (*free) (GstSsioEvaluator *evaluator);
  gboolean (*push) (GstSsioEvaluator *evaluator, GstBuffer *buffer,
      GError **error);
  gboolean (*collect) (GstSsioEvaluator *evaluator, gdouble *sums,
      GError **error);
  gchar *(*describe) (GstSsioEvaluator *evaluator);
} GstSsioEvaluatorClass;

/* The first member of each kind's own struct. */
struct _GstSsioEvaluator {
  const GstSsioEvaluatorClass *klass;
};

/* Sets the error for memory that cannot be read as points. */
void gst_ssio_evaluator_refuse (gsize size, guint point_size,
    const gchar *memory, GError **error);

G_END_DECLS
