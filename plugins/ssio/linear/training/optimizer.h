/* SPDX-License-Identifier: MIT */
/* Steps of the weights along their gradients, by PyTorch's formulas and in
 * float32 as there: torch.optim.SGD and torch.optim.AdamW, and
 * torch.optim.lr_scheduler.CosineAnnealingLR. */
#pragma once

#include "../model.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_OPTIMIZER_SGD,
  GST_SSIO_OPTIMIZER_ADAMW,
} GstSsioOptimizerType;

typedef enum {
  GST_SSIO_SCHEDULE_CONSTANT,
  GST_SSIO_SCHEDULE_COSINE,
} GstSsioSchedule;

typedef struct {
  GstSsioOptimizerType type;
  gdouble learning_rate;
  gdouble momentum;     /* of SGD */
  gdouble weight_decay; /* as L2 of SGD's gradient, decoupled in AdamW */
  GstSsioSchedule schedule;
  guint64 schedule_steps; /* to a learning rate of 0 */
} GstSsioOptimizerSettings;

/* Values that belong to each of a model's, in arrays as the model has them:
 * gradients, or what an optimizer keeps from step to step. */
typedef struct {
  const gchar *name; /* PyTorch's, "exp_avg" */
  GstSsioModel *values;
} GstSsioOptimizerState;

#define GST_SSIO_OPTIMIZER_MAX_STATES 2

typedef struct {
  GstSsioOptimizerSettings settings;
  guint64 step; /* steps made */
  guint n_states;
  GstSsioOptimizerState states[GST_SSIO_OPTIMIZER_MAX_STATES];
} GstSsioOptimizer;

/* For models of this shape. */
GstSsioOptimizer *gst_ssio_optimizer_new (const GstSsioModel *model,
    const GstSsioOptimizerSettings *settings);

void gst_ssio_optimizer_free (GstSsioOptimizer *optimizer);

/* That of the next step. */
gdouble
gst_ssio_optimizer_get_learning_rate (const GstSsioOptimizer *optimizer);

/* Makes a step. */
void gst_ssio_optimizer_step (GstSsioOptimizer *optimizer, GstSsioModel *model,
    const GstSsioModel *gradients);

G_END_DECLS
