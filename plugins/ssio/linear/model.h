/* SPDX-License-Identifier: MIT */
/* A stack of linear layers with ReLU between them: its shape and weights. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_SSIO_MODEL_MAX_LAYERS 64
#define GST_SSIO_MODEL_MAX_WIDTH 65536
/* Of the layers after the first, whose inputs the text does not say: 1 GiB. */
#define GST_SSIO_MODEL_MAX_WEIGHTS (1 << 28)

typedef struct {
  guint n_in;
  guint n_out;
  gfloat *weight; /* [n_out][n_in], as PyTorch's nn.Linear keeps it */
  gfloat *bias;   /* [n_out] */
} GstSsioLinearLayer;

typedef struct {
  guint n_layers;
  GstSsioLinearLayer *layers;
} GstSsioModel;

/* Parses widths separated by commas, "64,3". */
gboolean gst_ssio_model_parse_widths (const gchar *text, GArray **widths,
    GError **error);

/* A model of n_in inputs and the given widths (an array of guint), with room
 * for weights that the caller fills. */
GstSsioModel *gst_ssio_model_new (guint n_in, const GArray *widths);

/* One of the same shape, of zeros. */
GstSsioModel *gst_ssio_model_new_like (const GstSsioModel *model);

/* Takes over the weights of a model of the same shape. */
void gst_ssio_model_copy_weights (GstSsioModel *model,
    const GstSsioModel *from);

/* Whether all weights and biases are finite numbers. */
gboolean gst_ssio_model_is_finite (const GstSsioModel *model);

/* Fills weights and biases uniformly in +-1/sqrt(n_in), layer by layer, the
 * weight before the bias: PyTorch's distribution for nn.Linear, from GLib's
 * Mersenne Twister, whose numbers are the same everywhere. */
void gst_ssio_model_init_random (GstSsioModel *model, guint seed);

GstSsioModel *gst_ssio_model_copy (const GstSsioModel *model);

guint gst_ssio_model_get_n_outputs (const GstSsioModel *model);

void gst_ssio_model_free (GstSsioModel *model);

/* What was learned stays whatever the points are like: FALSE with error set
 * where they have another number of inputs. */
gboolean gst_ssio_model_check_inputs (const GstSsioModel *model, guint n,
    GError **error);

G_END_DECLS
