/* SPDX-License-Identifier: MIT */
/* How a model's inputs are normalised: by what is set, and by what the files
 * with its weights and with normalize-file say. */
#pragma once

#include "settings.h"

G_BEGIN_DECLS

/* Starts as zeroes. */
typedef struct {
  GstSsioNormalize mode;
  GstSsioNormalization *stats; /* NULL until there are any */
} GstSsioInputNormalization;

/* What was measured goes. */
void
gst_ssio_input_normalization_clear (GstSsioInputNormalization *normalization);

/* For a model of so many inputs, whose weights come from the file weights,
 * which may be NULL. What was measured of as many inputs stays, unless a file
 * has other values. */
gboolean
gst_ssio_input_normalization_choose (GstSsioInputNormalization *normalization,
    const GstSsioLinearSettings *settings, const gchar *weights,
    guint n_inputs, GError **error);

/* Whether the values that inputs are normalised by are not known yet. */
gboolean
gst_ssio_input_normalization_is_to_be_measured (const GstSsioInputNormalization
        *normalization);

/* Those values; NULL where there are none to be used. */
const GstSsioNormalization *
gst_ssio_input_normalization_get_stats (const GstSsioInputNormalization
        *normalization);

G_END_DECLS
