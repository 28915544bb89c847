/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "optimizer.h"

/* PyTorch's defaults of AdamW. */
#define BETA_1 0.9
#define BETA_2 0.999
#define EPSILON 1e-8

GstSsioOptimizer *
gst_ssio_optimizer_new (const GstSsioModel *model,
    const GstSsioOptimizerSettings *settings)
{
  static const gchar *const names[][GST_SSIO_OPTIMIZER_MAX_STATES] = {
    [GST_SSIO_OPTIMIZER_SGD] = { "momentum_buffer" },
    [GST_SSIO_OPTIMIZER_ADAMW] = { "exp_avg", "exp_avg_sq" },
  };
  GstSsioOptimizer *optimizer = g_new0 (GstSsioOptimizer, 1);
  guint i;

  optimizer->settings = *settings;
  for (i = 0; i < GST_SSIO_OPTIMIZER_MAX_STATES && names[settings->type][i];
       i++) {
    optimizer->states[i].name = names[settings->type][i];
    optimizer->states[i].values = gst_ssio_model_new_like (model);
    optimizer->n_states++;
  }
  return optimizer;
}

void
gst_ssio_optimizer_free (GstSsioOptimizer *optimizer)
{
  guint i;

  for (i = 0; i < optimizer->n_states; i++)
    gst_ssio_model_free (optimizer->states[i].values);
  g_free (optimizer);
}

/* The closed form of CosineAnnealingLR, which stays at its end. */
gdouble
gst_ssio_optimizer_get_learning_rate (const GstSsioOptimizer *optimizer)
{
  const GstSsioOptimizerSettings *settings = &optimizer->settings;

  if (settings->schedule == GST_SSIO_SCHEDULE_CONSTANT)
    return settings->learning_rate;
  if (optimizer->step >= settings->schedule_steps)
    return 0;
  return settings->learning_rate
         * (1 + cos (G_PI * optimizer->step / settings->schedule_steps)) / 2;
}

/* A run of weights, and what goes with each. */
typedef struct {
  gsize n;
  gfloat *weights;
  const gfloat *gradients;
  gfloat *states[GST_SSIO_OPTIMIZER_MAX_STATES];
} Run;

/* The first step leaves the gradient in the momentum buffer. */
static void
step_sgd (const GstSsioOptimizer *optimizer, const Run *run)
{
  const gfloat rate = gst_ssio_optimizer_get_learning_rate (optimizer);
  const gfloat momentum
      = optimizer->step == 0 ? 0 : optimizer->settings.momentum;
  const gfloat decay = optimizer->settings.weight_decay;
  gfloat *buffer = run->states[0];
  gsize i;

  for (i = 0; i < run->n; i++) {
    gfloat gradient = run->gradients[i] + decay * run->weights[i];

    buffer[i] = buffer[i] * momentum + gradient;
    run->weights[i] -= rate * buffer[i];
  }
}

static void
step_adamw (const GstSsioOptimizer *optimizer, const Run *run)
{
  const gdouble rate = gst_ssio_optimizer_get_learning_rate (optimizer);
  const gdouble step = optimizer->step + 1;
  const gdouble correction_1 = 1 - pow (BETA_1, step);
  const gfloat root_2 = sqrt (1 - pow (BETA_2, step));
  const gfloat size = rate / correction_1;
  const gfloat kept = 1 - rate * optimizer->settings.weight_decay;
  const gfloat old_1 = BETA_1;
  const gfloat new_1 = 1 - BETA_1;
  const gfloat old_2 = BETA_2;
  const gfloat new_2 = 1 - BETA_2;
  const gfloat epsilon = EPSILON;
  gfloat *average = run->states[0];
  gfloat *square = run->states[1];
  gsize i;

  for (i = 0; i < run->n; i++) {
    const gfloat gradient = run->gradients[i];

    average[i] = average[i] * old_1 + gradient * new_1;
    square[i] = square[i] * old_2 + gradient * gradient * new_2;
    run->weights[i]
        = run->weights[i] * kept
          - size * average[i] / (sqrtf (square[i]) / root_2 + epsilon);
  }
}

static void
step_run (const GstSsioOptimizer *optimizer, const Run *run)
{
  switch (optimizer->settings.type) {
  case GST_SSIO_OPTIMIZER_SGD:
    step_sgd (optimizer, run);
    break;
  case GST_SSIO_OPTIMIZER_ADAMW:
    step_adamw (optimizer, run);
    break;
  }
}

void
gst_ssio_optimizer_step (GstSsioOptimizer *optimizer, GstSsioModel *model,
    const GstSsioModel *gradients)
{
  guint i, s;

  for (i = 0; i < model->n_layers; i++) {
    GstSsioLinearLayer *layer = &model->layers[i];
    const GstSsioLinearLayer *gradient = &gradients->layers[i];
    Run weights = { (gsize) layer->n_in * layer->n_out, layer->weight,
      gradient->weight, { NULL } };
    Run biases = { layer->n_out, layer->bias, gradient->bias, { NULL } };

    for (s = 0; s < optimizer->n_states; s++) {
      weights.states[s] = optimizer->states[s].values->layers[i].weight;
      biases.states[s] = optimizer->states[s].values->layers[i].bias;
    }
    step_run (optimizer, &weights);
    step_run (optimizer, &biases);
  }
  optimizer->step++;
}
