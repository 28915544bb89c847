/* SPDX-License-Identifier: MIT */
/* ssiolinear's properties that say what is computed. */
#pragma once

#include "normalization.h"
#include "predictions.h"
#include "training/settings.h"

G_BEGIN_DECLS

typedef struct {
  gchar *layers;
  gchar *features; /* NULL for all fields */
  gchar *weights;  /* NULL for random ones */
  guint seed;
  guint threads;
  gchar *label; /* NULL to compute only */
  gint ignore_label;
  gchar *class_map;
  GstSsioNormalize normalize;
  gchar *normalize_file;
  gchar *predictions;
  GstSsioPredictionsType predictions_type;
  gboolean distributed;
  GstSsioTrainingSettings training;
} GstSsioLinearSettings;

/* Property IDs are 1 to this; an element's own ones follow. */
#define GST_SSIO_LINEAR_N_SETTINGS (13 + GST_SSIO_TRAINING_N_SETTINGS)

void gst_ssio_linear_settings_init (GstSsioLinearSettings *settings);
void gst_ssio_linear_settings_clear (GstSsioLinearSettings *settings);
void gst_ssio_linear_settings_copy (const GstSsioLinearSettings *settings,
    GstSsioLinearSettings *copy);

/* Has files that each of several ranks writes be those of this one: %d in a
 * name is the rank. FALSE with error set where a name has none. */
gboolean gst_ssio_linear_settings_set_rank (GstSsioLinearSettings *settings,
    guint rank, GError **error);

/* Whether they fit each other, and a model of so many outputs. */
gboolean gst_ssio_linear_settings_check (const GstSsioLinearSettings *settings,
    guint n_outputs, GError **error);

void gst_ssio_linear_settings_install (GObjectClass *class);

/* FALSE where there is no such property. */
gboolean gst_ssio_linear_settings_set (GstSsioLinearSettings *settings,
    guint id, const GValue *value);
gboolean gst_ssio_linear_settings_get (const GstSsioLinearSettings *settings,
    guint id, GValue *value);

G_END_DECLS
