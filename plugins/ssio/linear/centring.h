/* SPDX-License-Identifier: MIT */
/* Inputs x and y less their mean over each batch. To a linear layer that is
 * another bias. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "model.h"

G_BEGIN_DECLS

typedef struct _GstSsioCentring GstSsioCentring;

/* fields has the index in layout of each of the model's inputs, of which those
 * named x and y are centred. NULL with error set where one is missing. */
GstSsioCentring *gst_ssio_centring_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields, GError **error);

void gst_ssio_centring_free (GstSsioCentring *centring);

/* Of the first layer: how many values its bias has. */
guint gst_ssio_centring_get_width (const GstSsioCentring *centring);

/* The first layer's bias for the points of buffer. FALSE with error set where
 * it cannot be read. */
gboolean gst_ssio_centring_compute_bias (GstSsioCentring *centring,
    GstBuffer *buffer, gfloat *bias, GError **error);

/* The means of x and y, by which compute_bias() moves them. */
void gst_ssio_centring_compute_means (const GstSsioCentring *centring,
    const guint8 *points, gsize n_points, gdouble means[2]);

G_END_DECLS
