/* SPDX-License-Identifier: MIT */
/* ssiolinear's properties that say how it trains. */
#pragma once

#include <gst/gst.h>

#include "optimizer.h"

G_BEGIN_DECLS

typedef struct {
  gboolean train;
  GstSsioOptimizerType optimizer;
  gdouble learning_rate;
  gdouble momentum;
  gdouble weight_decay; /* negative for the optimizer's own */
  GstSsioSchedule schedule;
  guint64 schedule_steps;
  guint steps_per_update;
  gchar *class_weights; /* NULL for 1 */
  GstClockTime report_interval;
  gchar *save_weights; /* NULL for nowhere, as what follows */
  gchar *checkpoint;
  guint64 checkpoint_interval;
} GstSsioTrainingSettings;

/* Property IDs are 1 to this, after those that are before them. */
#define GST_SSIO_TRAINING_N_SETTINGS 13

void gst_ssio_training_settings_init (GstSsioTrainingSettings *settings);
void gst_ssio_training_settings_clear (GstSsioTrainingSettings *settings);
void gst_ssio_training_settings_copy (const GstSsioTrainingSettings *settings,
    GstSsioTrainingSettings *copy);

/* n_before is how many property IDs come before. */
void gst_ssio_training_settings_install (GObjectClass *class, guint n_before);

/* FALSE where there is no such property. */
gboolean gst_ssio_training_settings_set (GstSsioTrainingSettings *settings,
    guint id, const GValue *value);
gboolean
gst_ssio_training_settings_get (const GstSsioTrainingSettings *settings,
    guint id, GValue *value);

/* For the optimizer, with defaults filled in. */
GstSsioOptimizerSettings
gst_ssio_training_settings_get_optimizer (const GstSsioTrainingSettings
        *settings);

/* Whether they go together, before anything is known of the stream. */
gboolean
gst_ssio_training_settings_check (const GstSsioTrainingSettings *settings,
    GError **error);

/* *weights is NULL where there are none; free it with g_free(). */
gboolean
gst_ssio_training_settings_parse_class_weights (const GstSsioTrainingSettings
                                                    *settings,
    guint n_classes, gfloat **weights, GError **error);

G_END_DECLS
