/* SPDX-License-Identifier: MIT */
/* Inputs less their mean, in units of their deviation. To a linear layer those
 * are other weights and another bias. */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/* What is done to inputs before the model sees them. */
typedef enum {
  GST_SSIO_NORMALIZE_AUTO, /* as the weights say */
  GST_SSIO_NORMALIZE_NONE,
  GST_SSIO_NORMALIZE_STATS,
  GST_SSIO_NORMALIZE_CENTER_XY,
} GstSsioNormalize;

/* As the property has it. */
const gchar *gst_ssio_normalize_to_string (GstSsioNormalize normalize);

typedef struct {
  guint n; /* inputs */
  gdouble *mean;
  gdouble *deviation; /* of the whole, as NumPy's std() */
} GstSsioNormalization;

GstSsioNormalization *gst_ssio_normalization_new (guint n);
GstSsioNormalization *
gst_ssio_normalization_copy (const GstSsioNormalization *normalization);
void gst_ssio_normalization_free (GstSsioNormalization *normalization);

/* Whether they are the same to the bit. */
gboolean gst_ssio_normalization_equal (const GstSsioNormalization *a,
    const GstSsioNormalization *b);

/* What an input is divided by: its deviation, or 1 where that is 0. */
gdouble
gst_ssio_normalization_get_divisor (const GstSsioNormalization *normalization,
    guint input);

/* Has model, of normalised inputs, be the same of inputs as they are. */
void gst_ssio_normalization_fold (const GstSsioNormalization *normalization,
    GstSsioModel *model);

G_END_DECLS
