/* SPDX-License-Identifier: MIT */
/* What a batch comes to: its loss, and the gradient of all weights, on all
 * cores or on a CUDA device. On the CPU a batch is cut into pieces whose number
 * does not depend on the threads', and on a device into as many as it runs at
 * once; what they come to is added up in their order. So the same batches give
 * the same bits whatever the number of threads, as long as the model is of a
 * usual size, or on the same kind of device. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

#include "../targets.h"
#include "backprop.h"

G_BEGIN_DECLS

typedef struct _GstSsioBatchGradient GstSsioBatchGradient;

/* fields has the index in layout of each of the model's inputs. targets must
 * outlive what is made of them. */
typedef struct {
  const GstSsioModel *model;
  const GstSsioLayout *layout;
  const guint *fields;
  const GstSsioTargets *targets;
  const gfloat *class_weights; /* of each output's class; NULL for 1 */
  guint n_threads; /* with the calling one; 0 is one for each core */
} GstSsioGradientInput;

/* For buffers in any memory that can be mapped. */
GstSsioBatchGradient *
gst_ssio_cpu_batch_gradient_new (const GstSsioGradientInput *input);

/* For buffers in memory of the context's device. NULL with error set where
 * there are no kernels, or the device refuses; GST_CORE_ERROR_NOT_IMPLEMENTED
 * says that the model is too wide for its shared memory. */
GstSsioBatchGradient *
gst_ssio_cuda_batch_gradient_new (GstSsioCudaContext *context,
    const GstSsioGradientInput *input, GError **error);

/* The same where the device can: on the CPU where the model is too wide for it,
 * as *downloads then says. */
GstSsioBatchGradient *
gst_ssio_device_batch_gradient_new (GstSsioCudaContext *context,
    const GstSsioGradientInput *input, gboolean *downloads, GError **error);

void gst_ssio_batch_gradient_free (GstSsioBatchGradient *self);

/* Takes the weights of a model of the same shape, which may have changed. */
gboolean gst_ssio_batch_gradient_set_weights (GstSsioBatchGradient *self,
    const GstSsioModel *model, GError **error);

/* What is subtracted from each input of the batches that follow, and what the
 * rest is divided by; nothing and 1 before this is called. */
gboolean gst_ssio_batch_gradient_set_normalization (GstSsioBatchGradient *self,
    const gdouble *mean, const gdouble *divisor, GError **error);

/* Doubles in what follows: a gradient in an order of its own. */
gsize gst_ssio_batch_gradient_get_n_sums (const GstSsioBatchGradient *self);

/* Sets gradient and sums to what the points of buffer come to, and adds them
 * to confusion, [class][prediction]. *first_wrong is the first point that has
 * no class, where the rest means nothing; else their number. FALSE with error
 * set where the buffer cannot be read, or a device fails. */
gboolean gst_ssio_batch_gradient_compute (GstSsioBatchGradient *self,
    GstBuffer *buffer, gdouble *gradient, GstSsioTrainSums *sums,
    guint64 *confusion, gsize *first_wrong, GError **error);

/* Sets gradients, of the model's shape, to gradient times scale. */
void gst_ssio_batch_gradient_unpack (const GstSsioBatchGradient *self,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients);

/* Whose order gradients have: an instruction set's, or a device's. */
const gchar *
gst_ssio_batch_gradient_get_kernels (const GstSsioBatchGradient *self);

/* Whose device computes; NULL on the CPU. */
GstSsioCudaContext *
gst_ssio_batch_gradient_get_context (const GstSsioBatchGradient *self);

/* What computes, in a few words. Free with g_free(). */
gchar *gst_ssio_batch_gradient_describe (const GstSsioBatchGradient *self);

G_END_DECLS
