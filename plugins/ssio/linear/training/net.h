/* SPDX-License-Identifier: MIT */
/* A model's weights as the training kernels take them, and their gradients
 * from where the kernels leave them. */
#pragma once

#include "../model.h"
#include "train-private.h"

G_BEGIN_DECLS

/* For models of this shape; weights come with gst_ssio_train_net_pack(). */
GstSsioTrainNet *gst_ssio_train_net_new (const GstSsioModel *model,
    const GstSsioTrainKernel *kernel);

void gst_ssio_train_net_free (GstSsioTrainNet *net);

/* Takes the model's weights. */
void gst_ssio_train_net_pack (GstSsioTrainNet *net, const GstSsioModel *model);

/* Sets a layer's gradients to the kernel's sums times scale, in the order of
 * its weights and biases. */
void gst_ssio_train_net_unpack (const GstSsioTrainNet *net,
    const GstSsioTrainKernel *kernel, guint layer, const gdouble *sums,
    gdouble scale, GstSsioLinearLayer *gradients);

G_END_DECLS
