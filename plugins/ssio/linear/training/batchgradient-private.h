/* SPDX-License-Identifier: MIT */
/* What each kind of batch gradient has. */
#pragma once

#include "batchgradient.h"

G_BEGIN_DECLS

typedef struct {
  void (*free) (GstSsioBatchGradient *self);
  gboolean (*set_weights) (GstSsioBatchGradient *self,
      const GstSsioModel *model, GError **error);
  gboolean (*set_normalization) (GstSsioBatchGradient *self,
      const gdouble *mean, const gdouble *divisor, GError **error);
  gboolean (*compute) (GstSsioBatchGradient *self, GstBuffer *buffer,
      gdouble *gradient, GstSsioTrainSums *sums, guint64 *confusion,
      gsize *first_wrong, GError **error);
  void (*unpack) (const GstSsioBatchGradient *self, const gdouble *gradient,
      gdouble scale, GstSsioModel *gradients);
  const gchar *(*get_kernels) (const GstSsioBatchGradient *self);
  gchar *(*describe) (const GstSsioBatchGradient *self);
} GstSsioBatchGradientClass;

/* The first member of each kind's own struct. */
struct _GstSsioBatchGradient {
  const GstSsioBatchGradientClass *klass;
  gsize n_sums;
  GstSsioCudaContext *context; /* whose device computes; NULL on the CPU */
};

G_END_DECLS
