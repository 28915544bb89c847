/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/training/backprop.h"
#include "ssiocheck.h"

#define MAX_WIDTH 96
#define IGNORED (-1)

static const gchar *const isas[] = { "baseline", "avx2", "avx512" };

/* Points of n_in floats with a class each, and a model for them. */
typedef struct {
  guint n_in;
  guint n_points;
  GstSsioLayout *layout;
  guint *fields;
  gfloat *points;
  gint32 *classes;
  gfloat *class_weights;
  GstSsioModel *model;
} Task;

static void
init_task (Task *task, guint n_in, const gchar *widths, guint n_points)
{
  GRand *random = g_rand_new_with_seed (5);
  GString *names = g_string_new ("f0");
  guint n_out, i;

  task->n_in = n_in;
  task->n_points = n_points;
  task->model = ssio_check_new_model (n_in, widths);
  gst_ssio_model_init_random (task->model, 3);
  n_out = gst_ssio_model_get_n_outputs (task->model);
  task->fields = g_new (guint, n_in);
  for (i = 0; i < n_in; i++) {
    task->fields[i] = i;
    if (i > 0)
      g_string_append_printf (names, ",f%u", i);
  }
  task->layout = gst_ssio_layout_new_from_string (names->str, 0, NULL);
  task->points = g_new (gfloat, n_in * n_points);
  for (i = 0; i < n_in * n_points; i++)
    task->points[i] = g_rand_double_range (random, -2, 2);
  task->classes = g_new (gint32, n_points);
  for (i = 0; i < n_points; i++)
    task->classes[i] = g_rand_int_range (random, IGNORED, n_out);
  task->class_weights = g_new (gfloat, n_out);
  for (i = 0; i < n_out; i++)
    task->class_weights[i] = 0.5f + i % 3;
  g_string_free (names, TRUE);
  g_rand_free (random);
}

static void
clear_task (Task *task)
{
  gst_ssio_model_free (task->model);
  gst_ssio_layout_unref (task->layout);
  g_free (task->fields);
  g_free (task->points);
  g_free (task->classes);
  g_free (task->class_weights);
}

/* All weights and biases in float64, layer by layer. */
static gdouble *
widen_weights (const GstSsioModel *model, gsize *n_weights)
{
  GArray *weights = g_array_new (FALSE, FALSE, sizeof (gdouble));
  guint i, w;

  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];

    for (w = 0; w < layer->n_in * layer->n_out + layer->n_out; w++) {
      gdouble value = w < layer->n_in * layer->n_out
                          ? layer->weight[w]
                          : layer->bias[w - layer->n_in * layer->n_out];

      g_array_append_val (weights, value);
    }
  }
  *n_weights = weights->len;
  return (gdouble *) g_array_free (weights, FALSE);
}

/* Outputs of a point in float64. */
static void
compute_outputs (const Task *task, const gdouble *weights, guint point,
    gdouble *values)
{
  gdouble inputs[MAX_WIDTH];
  guint l, i, o;

  for (i = 0; i < task->n_in; i++)
    values[i] = task->points[point * task->n_in + i];
  for (l = 0; l < task->model->n_layers; l++) {
    const guint n_in = task->model->layers[l].n_in;
    const guint n_out = task->model->layers[l].n_out;

    memcpy (inputs, values, n_in * sizeof (gdouble));
    for (o = 0; o < n_out; o++) {
      gdouble sum = weights[n_in * n_out + o];

      for (i = 0; i < n_in; i++)
        sum += weights[o * n_in + i] * inputs[i];
      values[o] = l + 1 < task->model->n_layers ? MAX (sum, 0) : sum;
    }
    weights += n_in * n_out + n_out;
  }
}

/* The sum of the weighted losses, and what else a sweep counts. */
static GstSsioTrainSums
compute_sums (const Task *task, const gdouble *weights)
{
  const guint n_out = gst_ssio_model_get_n_outputs (task->model);
  GstSsioTrainSums sums = { 0 };
  gdouble outputs[MAX_WIDTH];
  guint p, o;

  for (p = 0; p < task->n_points; p++) {
    const gint32 class = task->classes[p];
    gdouble total = 0;
    guint best = 0;

    if (class == IGNORED)
      continue;
    compute_outputs (task, weights, p, outputs);
    for (o = 0; o < n_out; o++) {
      total += exp (outputs[o]);
      best = outputs[o] > outputs[best] ? o : best;
    }
    sums.loss += task->class_weights[class] * (log (total) - outputs[class]);
    sums.weight += task->class_weights[class];
    sums.n_counted++;
    sums.n_correct += (gint32) best == class;
  }
  return sums;
}

/* By central differences. */
static gdouble *
compute_gradient (const Task *task, gsize *n_weights, gdouble *largest)
{
  const gdouble step = 1e-5;
  gdouble *weights = widen_weights (task->model, n_weights);
  gdouble *gradient = g_new (gdouble, *n_weights);
  gsize w;

  *largest = 0;
  for (w = 0; w < *n_weights; w++) {
    const gdouble weight = weights[w];

    weights[w] = weight + step;
    gradient[w] = compute_sums (task, weights).loss;
    weights[w] = weight - step;
    gradient[w] -= compute_sums (task, weights).loss;
    gradient[w] /= 2 * step;
    weights[w] = weight;
    *largest = MAX (*largest, fabs (gradient[w]));
  }
  g_free (weights);
  return gradient;
}

/* Runs over an allocation that ends with the last point. The result is
 * widen_weights() of the gradients; NULL without that instruction set. */
static gdouble *
run_backprop (const Task *task, const gchar *isa, GstSsioTrainSums *sums)
{
  GstSsioBackprop *backprop = gst_ssio_backprop_new (task->model, task->layout,
      task->fields, task->class_weights, isa);
  gsize size = task->n_points * task->n_in * sizeof (gfloat);
  GstSsioModel *gradients;
  gdouble *gradient, *result;
  gpointer scratch, points;
  gsize n;

  if (!backprop) {
    ssio_check_skip ("%s is not on this machine", isa);
    return NULL;
  }
  fail_unless_equals_string (gst_ssio_backprop_get_isa (backprop), isa);
  scratch = gst_ssio_backprop_new_scratch (backprop);
  points = g_memdup2 (task->points, size);
  gradient = g_new0 (gdouble, gst_ssio_backprop_get_n_sums (backprop));
  *sums = (GstSsioTrainSums){ 0 };
  gst_ssio_backprop_run (backprop, scratch, points, task->n_points,
      task->classes, NULL, gradient, sums);
  gradients = gst_ssio_model_new_like (task->model);
  gst_ssio_backprop_get_gradients (backprop, gradient, 1, gradients);
  result = widen_weights (gradients, &n);
  gst_ssio_model_free (gradients);
  g_free (gradient);
  g_free (points);
  gst_ssio_backprop_free_scratch (scratch);
  gst_ssio_backprop_free (backprop);
  return result;
}

static void
check_gradient (guint n_in, const gchar *widths, guint n_points)
{
  gdouble *expected, *found, *weights;
  GstSsioTrainSums expected_sums, sums;
  gdouble largest;
  gsize n_weights, w;
  Task task;
  guint i;

  init_task (&task, n_in, widths, n_points);
  expected = compute_gradient (&task, &n_weights, &largest);
  weights = widen_weights (task.model, &n_weights);
  expected_sums = compute_sums (&task, weights);
  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    found = run_backprop (&task, isas[i], &sums);
    if (!found)
      continue;
    for (w = 0; w < n_weights; w++)
      fail_unless (fabs (found[w] - expected[w]) <= 1e-5 * largest + 1e-9,
          "%s, %u-%s, %u points, weight %u: expected %.9g, found %.9g",
          isas[i], n_in, widths, n_points, (guint) w, expected[w], found[w]);
    fail_unless (fabs (sums.loss - expected_sums.loss)
                     <= 1e-6 * expected_sums.loss + 1e-9,
        "%s: expected a loss of %.9g, found %.9g", isas[i], expected_sums.loss,
        sums.loss);
    fail_unless_equals_float (sums.weight, expected_sums.weight);
    fail_unless_equals_uint64 (sums.n_counted, expected_sums.n_counted);
    fail_unless_equals_uint64 (sums.n_correct, expected_sums.n_correct);
    g_free (found);
  }
  g_free (weights);
  g_free (expected);
  clear_task (&task);
}

GST_START_TEST (gradients_are_those_of_finite_differences)
{
  check_gradient (6, "64,3", 300);
  check_gradient (3, "33,17,5", 300);
  check_gradient (9, "8", 300);
}
GST_END_TEST;

GST_START_TEST (gradients_are_right_for_any_number_of_inputs)
{
  guint n_in;
  gchar widths[] = "5,3";

  for (n_in = 1; n_in <= 18; n_in++)
    check_gradient (n_in, widths, 20);
}
GST_END_TEST;

GST_START_TEST (gradients_are_right_for_any_number_of_outputs)
{
  guint n_out;

  for (n_out = 1; n_out <= 18; n_out++) {
    gchar *widths = g_strdup_printf ("%u,%u", 19 - n_out, n_out);

    check_gradient (4, widths, 20);
    g_free (widths);
  }
}
GST_END_TEST;

GST_START_TEST (gradients_are_right_for_any_number_of_points)
{
  static const guint counts[]
      = { 1, 2, 3, 4, 7, 8, 15, 16, 17, 239, 240, 241, 255, 256, 257, 1000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    check_gradient (5, "7,3", counts[i]);
}
GST_END_TEST;

GST_START_TEST (outputs_far_apart_have_finite_losses)
{
  Task task;
  GstSsioTrainSums sums;
  guint i;

  init_task (&task, 1, "2", 3);
  task.model->layers[0].weight[0] = 1000;
  task.model->layers[0].weight[1] = -1000;
  memset (task.model->layers[0].bias, 0, 2 * sizeof (gfloat));
  for (i = 0; i < 3; i++) {
    task.points[i] = 1;
    task.classes[i] = 1;
    task.class_weights[1] = 1;
  }
  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    gdouble *gradient = run_backprop (&task, isas[i], &sums);

    if (!gradient)
      continue;
    fail_unless_equals_float (sums.loss, 6000);
    fail_unless_equals_float (gradient[0], 3);
    fail_unless_equals_float (gradient[1], -3);
    g_free (gradient);
  }
  clear_task (&task);
}
GST_END_TEST;

/* Whichever output it is in, and whatever the point's class. */
GST_START_TEST (nan_and_infinity_show_in_the_loss)
{
  static const gfloat bad[] = { NAN, INFINITY, -INFINITY };
  GstSsioTrainSums sums;
  Task task;
  guint i, b;

  init_task (&task, 2, "4,3", 21);
  for (i = 0; i < task.n_points; i++)
    task.classes[i] = i % 3;
  for (b = 0; b < G_N_ELEMENTS (bad); b++) {
    task.points[7] = bad[b];
    for (i = 0; i < G_N_ELEMENTS (isas); i++) {
      g_free (run_backprop (&task, isas[i], &sums));
      fail_if (isfinite (sums.loss), "%s, %g: %g", isas[i], bad[b], sums.loss);
    }
  }
  for (b = 0; b < 3; b++) {
    task.points[7] = 0;
    task.model->layers[1].bias[b] = NAN;
    for (i = 0; i < G_N_ELEMENTS (isas); i++) {
      g_free (run_backprop (&task, isas[i], &sums));
      fail_if (isfinite (sums.loss), "%s, output %u: %g", isas[i], b,
          sums.loss);
    }
    task.model->layers[1].bias[b] = 0;
  }
  clear_task (&task);
}
GST_END_TEST;

GST_START_TEST (points_that_do_not_count_add_nothing)
{
  GstSsioTrainSums sums;
  Task task;
  guint i, w;

  init_task (&task, 2, "4,3", 50);
  for (i = 0; i < task.n_points; i++)
    task.classes[i] = IGNORED;
  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    gdouble *gradient = run_backprop (&task, isas[i], &sums);

    for (w = 0; gradient && w < 2 * 4 + 4 + 4 * 3 + 3; w++)
      fail_unless (gradient[w] == 0);
    fail_unless (sums.loss == 0 && sums.weight == 0 && sums.n_counted == 0
                 && sums.n_correct == 0);
    g_free (gradient);
  }
  clear_task (&task);
}
GST_END_TEST;

static Suite *
backprop_suite (void)
{
  Suite *suite = suite_create ("backprop");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, gradients_are_those_of_finite_differences);
  tcase_add_test (tcase, gradients_are_right_for_any_number_of_inputs);
  tcase_add_test (tcase, gradients_are_right_for_any_number_of_outputs);
  tcase_add_test (tcase, gradients_are_right_for_any_number_of_points);
  tcase_add_test (tcase, outputs_far_apart_have_finite_losses);
  tcase_add_test (tcase, nan_and_infinity_show_in_the_loss);
  tcase_add_test (tcase, points_that_do_not_count_add_nothing);
  return suite;
}

SSIO_CHECK_MAIN (backprop)
