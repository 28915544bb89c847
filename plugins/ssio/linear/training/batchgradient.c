/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "batchgradient-private.h"

GstSsioBatchGradient *
gst_ssio_device_batch_gradient_new (GstSsioCudaContext *context,
    const GstSsioGradientInput *input, gboolean *downloads, GError **error)
{
  GError *cause = NULL;
  GstSsioBatchGradient *self
      = gst_ssio_cuda_batch_gradient_new (context, input, &cause);

  *downloads = g_error_matches (cause, GST_CORE_ERROR,
      GST_CORE_ERROR_NOT_IMPLEMENTED);
  if (*downloads) {
    g_error_free (cause);
    return gst_ssio_cpu_batch_gradient_new (input);
  }
  if (cause)
    g_propagate_error (error, cause);
  return self;
}

void
gst_ssio_batch_gradient_free (GstSsioBatchGradient *self)
{
  self->klass->free (self);
}

gboolean
gst_ssio_batch_gradient_set_weights (GstSsioBatchGradient *self,
    const GstSsioModel *model, GError **error)
{
  return self->klass->set_weights (self, model, error);
}

gboolean
gst_ssio_batch_gradient_set_normalization (GstSsioBatchGradient *self,
    const gdouble *mean, const gdouble *divisor, GError **error)
{
  return self->klass->set_normalization (self, mean, divisor, error);
}

gsize
gst_ssio_batch_gradient_get_n_sums (const GstSsioBatchGradient *self)
{
  return self->n_sums;
}

gboolean
gst_ssio_batch_gradient_compute (GstSsioBatchGradient *self, GstBuffer *buffer,
    gdouble *gradient, GstSsioTrainSums *sums, guint64 *confusion,
    gsize *first_wrong, GError **error)
{
  return self->klass->compute (self, buffer, gradient, sums, confusion,
      first_wrong, error);
}

void
gst_ssio_batch_gradient_unpack (const GstSsioBatchGradient *self,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients)
{
  self->klass->unpack (self, gradient, scale, gradients);
}

const gchar *
gst_ssio_batch_gradient_get_kernels (const GstSsioBatchGradient *self)
{
  return self->klass->get_kernels (self);
}

GstSsioCudaContext *
gst_ssio_batch_gradient_get_context (const GstSsioBatchGradient *self)
{
  return self->context;
}

gchar *
gst_ssio_batch_gradient_describe (const GstSsioBatchGradient *self)
{
  return self->klass->describe (self);
}
