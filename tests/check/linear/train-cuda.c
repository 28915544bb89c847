/* SPDX-License-Identifier: MIT */
/* The CUDA kernel that trains, compiled for the host and run without any
 * driver, against the CPU's kernels. */

#include <math.h>
#include <string.h>

#include "hostkernels.h"
#include "linear/targets.h"
#include "linear/training/backprop.h"
#include "linear/training/trainplan.h"
#include "ssiocheck.h"

#define N_BLOCKS 3
#define MAX_SHARED 100000

typedef struct {
  const gchar *layout; /* whose last field is the label */
  const gchar *widths;
  guint n_points;
  guint max_shared; /* 0 for MAX_SHARED */
  gboolean is_weighted;
  gboolean is_normalized;
} Case;

/* What a kernel or backprop leaves. */
typedef struct {
  GstSsioModel *gradients;
  GstSsioTrainSums sums;
  guint64 *counts;
} Result;

typedef struct {
  const Case *of;
  GstSsioLayout *layout;
  GstSsioModel *model;
  GstSsioTargets *targets;
  guint *fields;
  guint n_inputs;
  guint n_classes;
  guint point_size;
  guint8 *points;
  gfloat *class_weights; /* NULL for 1 each */
  gdouble *mean;
  gdouble *divisor;
} Task;

static guint8 *
make_points (const Task *task, guint n_points)
{
  const GstSsioField *label
      = gst_ssio_layout_get_field (task->layout, task->n_inputs);
  guint8 *points = g_malloc0 ((gsize) n_points * task->point_size);
  GRand *random = g_rand_new_with_seed (n_points);
  guint p, i;

  for (p = 0; p < n_points; p++) {
    guint8 *point = points + p * task->point_size;

    for (i = 0; i < task->n_inputs; i++) {
      const GstSsioField *field = gst_ssio_layout_get_field (task->layout, i);
      gfloat value = g_rand_double_range (random, -1, 1);
      gint16 small = g_rand_int_range (random, -300, 300);

      if (field->type == GST_SSIO_TYPE_F4)
        memcpy (point + field->offset, &value, sizeof (value));
      else
        memcpy (point + field->offset, &small, sizeof (small));
    }
    /* the class that is one too many is ignored */
    point[label->offset] = g_rand_int_range (random, 0, task->n_classes + 1);
  }
  g_rand_free (random);
  return points;
}

static void
init_task (Task *task, const Case *of)
{
  guint i;

  memset (task, 0, sizeof (*task));
  task->of = of;
  task->layout = gst_ssio_layout_new_from_string (of->layout, 0, NULL);
  fail_unless (task->layout != NULL);
  task->n_inputs = gst_ssio_layout_get_n_fields (task->layout) - 1;
  task->point_size = gst_ssio_layout_get_point_size (task->layout);
  task->model = ssio_check_new_model (task->n_inputs, of->widths);
  gst_ssio_model_init_random (task->model, 3);
  task->n_classes = gst_ssio_model_get_n_outputs (task->model);
  task->targets = gst_ssio_targets_new (task->layout, task->n_inputs, NULL,
      task->n_classes, task->n_classes);
  task->fields = g_new (guint, task->n_inputs);
  task->mean = g_new (gdouble, task->n_inputs);
  task->divisor = g_new (gdouble, task->n_inputs);
  for (i = 0; i < task->n_inputs; i++) {
    task->fields[i] = i;
    task->mean[i] = 0.25 * i;
    task->divisor[i] = 0.5 + i;
  }
  if (of->is_weighted) {
    task->class_weights = g_new (gfloat, task->n_classes);
    for (i = 0; i < task->n_classes; i++)
      task->class_weights[i] = 0.5f * i;
  }
  task->points = make_points (task, of->n_points);
}

static void
clear_task (Task *task)
{
  g_free (task->points);
  g_free (task->class_weights);
  g_free (task->mean);
  g_free (task->divisor);
  g_free (task->fields);
  gst_ssio_targets_free (task->targets);
  gst_ssio_model_free (task->model);
  gst_ssio_layout_unref (task->layout);
}

static void
init_result (Result *result, const Task *task)
{
  memset (result, 0, sizeof (*result));
  result->gradients = gst_ssio_model_new_like (task->model);
  result->counts = g_new0 (guint64, task->n_classes * task->n_classes + 1);
}

static void
clear_result (Result *result)
{
  gst_ssio_model_free (result->gradients);
  g_free (result->counts);
}

static void
run_cpu (const Task *task, Result *result)
{
  const guint n = task->of->n_points;
  GstSsioBackprop *backprop = gst_ssio_backprop_new (task->model, task->layout,
      task->fields, task->class_weights, NULL);
  gpointer scratch = gst_ssio_backprop_new_scratch (backprop);
  gdouble *gradient
      = g_new0 (gdouble, gst_ssio_backprop_get_n_sums (backprop));
  gint32 *classes = g_new (gint32, n);
  gint32 *predictions = g_new (gint32, n);
  guint p;

  init_result (result, task);
  if (task->of->is_normalized)
    gst_ssio_backprop_set_normalization (backprop, task->mean, task->divisor);
  fail_unless_equals_int (gst_ssio_targets_read (task->targets, task->points,
                              n, classes),
      n);
  gst_ssio_backprop_run (backprop, scratch, task->points, n, classes,
      predictions, gradient, &result->sums);
  gst_ssio_backprop_get_gradients (backprop, gradient, 1, result->gradients);
  for (p = 0; p < n; p++)
    result->counts[classes[p] < 0
                       ? task->n_classes * task->n_classes
                       : classes[p] * task->n_classes + predictions[p]]++;
  gst_ssio_backprop_free_scratch (scratch);
  gst_ssio_backprop_free (backprop);
  g_free (classes);
  g_free (predictions);
  g_free (gradient);
}

static gfloat *
make_factors (const Task *task)
{
  gfloat *factors = g_new (gfloat, 2 * task->n_inputs);
  guint i;

  for (i = 0; i < task->n_inputs; i++) {
    factors[i] = task->mean[i];
    factors[task->n_inputs + i] = 1 / task->divisor[i];
  }
  return factors;
}

static void
run_kernel (const Task *task, GstSsioTrainPlan *plan, Result *result,
    guint64 *fault)
{
  SsioTrainParams *params = &plan->params;
  const guint n_doubles = params->n_gradients + GST_SSIO_TRAIN_PLAN_SUMS;
  gfloat *weights
      = g_aligned_alloc0 (params->sweep.n_weights, sizeof (gfloat), 16);
  gdouble *partials = g_new0 (gdouble, N_BLOCKS * n_doubles);
  gdouble *sums = g_new (gdouble, n_doubles);
  gfloat *ones = g_new (gfloat, task->n_classes);
  gfloat *factors = make_factors (task);
  SsioCollectParams collect
      = { partials, sums, .n_rows = N_BLOCKS, .width = n_doubles };
  guint i;

  for (i = 0; i < task->n_classes; i++)
    ones[i] = 1;
  gst_ssio_kernel_plan_pack_weights (task->model, weights);
  params->sweep.records.points = task->points;
  params->sweep.records.n_points = task->of->n_points;
  params->sweep.records.fields = plan->fields;
  params->sweep.weights = weights;
  params->sweep.partials = partials;
  gst_ssio_kernel_plan_make_field (gst_ssio_targets_get_field (task->targets),
      &params->labels.field);
  params->labels.ignored = task->n_classes;
  params->labels.n_classes = task->n_classes;
  params->counts.counts = result->counts;
  params->counts.fault = fault;
  params->class_weights = task->class_weights ? task->class_weights : ones;
  params->normalization = task->of->is_normalized ? factors : NULL;
  ssio_host_kernel_launch ("ssio_train_layers", N_BLOCKS, 1,
      plan->shared_bytes, params, sizeof (*params));
  ssio_host_kernel_launch ("ssio_collect_partials", n_doubles, 1,
      SSIO_KERNEL_THREADS * sizeof (gdouble), &collect, sizeof (collect));
  for (i = 0; i < N_BLOCKS * n_doubles; i++)
    fail_unless (partials[i] == 0);
  gst_ssio_train_plan_unpack (sums, 1, result->gradients);
  result->sums.loss = sums[params->n_gradients];
  result->sums.weight = sums[params->n_gradients + 1];
  g_aligned_free (weights);
  g_free (partials);
  g_free (sums);
  g_free (ones);
  g_free (factors);
}

static GstSsioTrainPlan *
plan_task (const Task *task)
{
  const guint max_shared
      = task->of->max_shared ? task->of->max_shared : MAX_SHARED;
  GstSsioTrainPlan *plan = gst_ssio_train_plan_new (task->model, task->layout,
      task->fields, max_shared);

  fail_unless (plan != NULL, "%s", task->of->widths);
  fail_unless (plan->shared_bytes <= max_shared);
  return plan;
}

static void
check_values (const Case *of, const gfloat *expected, const gfloat *found,
    gsize n)
{
  const gdouble difference = ssio_check_difference (expected, found, n);

  fail_unless (difference <= 1e-5,
      "%s, %s, %u points: %u gradients are wrong by %.9g of their length",
      of->layout, of->widths, of->n_points, (guint) n, difference);
}

static void
check_gradients (const Case *of, const GstSsioModel *expected,
    const GstSsioModel *found)
{
  guint i;

  for (i = 0; i < expected->n_layers; i++) {
    const GstSsioLinearLayer *a = &expected->layers[i];
    const GstSsioLinearLayer *b = &found->layers[i];

    check_values (of, a->weight, b->weight, (gsize) a->n_in * a->n_out);
    check_values (of, a->bias, b->bias, a->n_out);
  }
}

static void
check_case (const Case *of)
{
  guint64 fault = G_MAXUINT64;
  GstSsioTrainPlan *plan;
  Result expected, found;
  Task task;
  guint i, n_counts;

  init_task (&task, of);
  n_counts = task.n_classes * task.n_classes + 1;
  plan = plan_task (&task);
  run_cpu (&task, &expected);
  init_result (&found, &task);
  run_kernel (&task, plan, &found, &fault);
  fail_unless_equals_uint64 (fault, G_MAXUINT64);
  check_gradients (of, expected.gradients, found.gradients);
  fail_unless (fabs (found.sums.loss - expected.sums.loss)
                   <= 1e-5 * expected.sums.loss,
      "%s: expected a loss of %.9g, found %.9g", of->widths,
      expected.sums.loss, found.sums.loss);
  fail_unless (found.sums.weight == expected.sums.weight);
  for (i = 0; i < n_counts; i++)
    fail_unless_equals_uint64 (found.counts[i], expected.counts[i]);
  clear_result (&expected);
  clear_result (&found);
  gst_ssio_train_plan_free (plan);
  clear_task (&task);
}

#define FLOATS "x:f4,y:f4,z:f4,label:u1"
#define PACKED "x:f4,label:u1"
#define SIX "a:f4,b:f4,c:f4,d:f4,e:f4,f:f4,label:u1"

GST_START_TEST (gradients_are_the_cpus_for_models_of_any_shape)
{
  static const Case cases[] = {
    { SIX, "64,3", 1000, 0, FALSE, FALSE },
    { SIX, "64,64,8", 1000, 0, FALSE, FALSE },
    { FLOATS, "2", 500, 0, FALSE, FALSE },
    { PACKED, "1,2", 500, 0, FALSE, FALSE },
    { FLOATS, "5,7,6,5", 700, 0, FALSE, FALSE },
    { FLOATS, "1,1,1,3", 300, 0, FALSE, FALSE },
    { FLOATS, "16,65", 2000, 0, FALSE,
        FALSE }, /* counts are not in shared memory */
    { SIX, "33,9", 4000, 0, FALSE, FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&cases[i]);
}
GST_END_TEST;

GST_START_TEST (gradients_are_the_cpus_for_any_number_of_points)
{
  static const guint numbers[] = { 1, 2, 127, 128, 129, 383, 384, 385, 1537 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (numbers); i++) {
    const Case of = { SIX, "12,4", numbers[i], 0, FALSE, FALSE };

    check_case (&of);
  }
}
GST_END_TEST;

/* Tiles are smaller then, and records have no stage. */
GST_START_TEST (gradients_are_the_cpus_with_little_shared_memory)
{
  static const guint sizes[] = { 60000, 40000, 30000, 20000, 14000, 11000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const Case of = { SIX, "12,4", 777, sizes[i], FALSE, FALSE };

    check_case (&of);
  }
}
GST_END_TEST;

GST_START_TEST (classes_have_weights_and_inputs_are_normalized)
{
  static const Case cases[] = {
    { SIX, "20,5", 900, 0, TRUE, FALSE },
    { SIX, "20,5", 900, 0, FALSE, TRUE },
    { "x:i2*0.01+3,y:f4,label:u1", "20,5", 900, 0, TRUE, TRUE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&cases[i]);
}
GST_END_TEST;

GST_START_TEST (the_first_point_without_a_class_is_found)
{
  static const Case of = { FLOATS, "8,3", 1000, 0, FALSE, FALSE };
  guint64 fault = G_MAXUINT64;
  GstSsioTrainPlan *plan;
  Result result;
  Task task;

  init_task (&task, &of);
  task.points[990 * task.point_size + 12] = 9;
  task.points[451 * task.point_size + 12] = 4;
  plan = plan_task (&task);
  plan->params.counts.first_point = 5000;
  init_result (&result, &task);
  run_kernel (&task, plan, &result, &fault);
  fail_unless_equals_uint64 (fault, 5451);
  clear_result (&result);
  gst_ssio_train_plan_free (plan);
  clear_task (&task);
}
GST_END_TEST;

GST_START_TEST (models_that_need_more_shared_memory_have_no_plan)
{
  static const Case of = { FLOATS, "200,200,3", 1, 0, FALSE, FALSE };
  Task task;

  init_task (&task, &of);
  fail_unless (gst_ssio_train_plan_new (task.model, task.layout, task.fields,
                   MAX_SHARED)
               == NULL);
  fail_unless (gst_ssio_train_plan_new (task.model, task.layout, task.fields,
                   0)
               == NULL);
  clear_task (&task);
}
GST_END_TEST;

static Suite *
train_cuda_suite (void)
{
  Suite *suite = suite_create ("train-cuda");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, gradients_are_the_cpus_for_models_of_any_shape);
  tcase_add_test (tcase, gradients_are_the_cpus_for_any_number_of_points);
  tcase_add_test (tcase, gradients_are_the_cpus_with_little_shared_memory);
  tcase_add_test (tcase, classes_have_weights_and_inputs_are_normalized);
  tcase_add_test (tcase, the_first_point_without_a_class_is_found);
  tcase_add_test (tcase, models_that_need_more_shared_memory_have_no_plan);
  return suite;
}

SSIO_CHECK_MAIN (train_cuda)
