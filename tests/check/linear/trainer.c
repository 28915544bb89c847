/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/safetensors.h"
#include "linear/training/checkpoint.h"
#include "linear/training/trainer.h"
#include "ssiocheck.h"

#define LAYOUT "x:f4,y:f4,z:f4,w:f4,label:f4"
#define N_INPUTS 4
#define N_COLUMNS 5
#define LABEL 4
#define IGNORED (-1)
#define WIDTHS "32,16,5"
#define N_CLASSES 5
#define BATCH 1501
#define N_POINTS (10 * BATCH)

typedef struct {
  GstSsioTrainSettings train;
  GstSsioOptimizerSettings optimizer;
  guint n_batches;
  const gchar *engine; /* of the oracle, "numpy" or "torch" */
} Run;

static const gfloat even_weights[N_CLASSES] = { 1, 1, 1, 1, 1 };
static const gfloat uneven_weights[N_CLASSES] = { 1, 0.25f, 3, 0.5f, 2 };

/* At rates of learning that are higher, steps grow what float32 rounds away:
 * PyTorch's own weights are 1e-3 from those of float64 then. */
static Run
new_run (GstSsioOptimizerType type, gdouble learning_rate)
{
  Run run = { .n_batches = 100, .engine = "numpy" };

  run.optimizer.type = type;
  run.optimizer.learning_rate = learning_rate;
  run.optimizer.momentum = 0.9;
  run.optimizer.weight_decay = 0.01;
  run.optimizer.schedule_steps = 100;
  run.train.class_weights = even_weights;
  run.train.steps_per_update = 1;
  run.train.n_threads = 2;
  return run;
}

/* Points of clusters, one a class, and of some that are ignored. */
static gfloat *
make_points (void)
{
  GRand *random = g_rand_new_with_seed (9);
  gfloat *points = g_new (gfloat, N_POINTS * N_COLUMNS);
  guint p, i;

  for (p = 0; p < N_POINTS; p++) {
    gfloat *point = points + p * N_COLUMNS;
    gint class = g_rand_int_range (random, IGNORED, N_CLASSES);

    for (i = 0; i < N_INPUTS; i++)
      point[i] = g_rand_double_range (random, -1.5, 1.5)
                 + ((class + i) % N_CLASSES) * 0.5;
    point[LABEL] = class;
  }
  g_rand_free (random);
  return points;
}

static GstSsioModel *
make_model (void)
{
  GstSsioModel *model = ssio_check_new_model (N_INPUTS, WIDTHS);

  gst_ssio_model_init_random (model, 4);
  return model;
}

/* What a training needs that the trainer does not own. */
typedef struct {
  GstSsioLayout *layout;
  GstSsioTargets *targets;
  GstSsioModel *model;
  GstSsioOptimizer *optimizer;
  GstSsioTrainer *trainer;
  guint64 confusion[N_CLASSES * N_CLASSES];
  GstSsioTrainSums sums;
  gsize first_wrong;
} Training;

static void
open_trainer (Training *training, const Run *run)
{
  static const guint fields[] = { 0, 1, 2, 3 };

  training->trainer
      = gst_ssio_trainer_new (training->model, training->optimizer,
          training->layout, fields, training->targets, &run->train);
}

static void
init_training (Training *training, const Run *run)
{
  memset (training, 0, sizeof (*training));
  training->layout = gst_ssio_layout_new_from_string (LAYOUT, 0, NULL);
  training->targets = gst_ssio_targets_new (training->layout, LABEL, NULL,
      IGNORED, N_CLASSES);
  training->model = make_model ();
  training->optimizer
      = gst_ssio_optimizer_new (training->model, &run->optimizer);
  open_trainer (training, run);
}

static void
clear_training (Training *training)
{
  gst_ssio_trainer_free (training->trainer);
  gst_ssio_optimizer_free (training->optimizer);
  gst_ssio_model_free (training->model);
  gst_ssio_targets_free (training->targets);
  gst_ssio_layout_unref (training->layout);
}

static gboolean
train_batch (Training *training, const gfloat *points, gsize n_points,
    GError **error)
{
  gsize size = n_points * N_COLUMNS * sizeof (gfloat);
  guint8 *copy = g_memdup2 (points, size);
  gboolean ok = gst_ssio_trainer_train (training->trainer, copy, n_points,
      &training->sums, training->confusion, &training->first_wrong, error);

  g_free (copy);
  return ok;
}

static void
train_batches (Training *training, const gfloat *points, guint first, guint n,
    gdouble *losses)
{
  GError *error = NULL;
  guint i;

  for (i = first; i < first + n; i++) {
    fail_unless (train_batch (training, points + i % 10 * BATCH * N_COLUMNS,
                     BATCH, &error),
        "%s", error ? error->message : "");
    if (losses)
      losses[i] = training->sums.loss / training->sums.weight;
  }
  fail_unless (gst_ssio_trainer_finish_update (training->trainer, &error));
}

static gchar *
describe_run (const Run *run)
{
  const GstSsioOptimizerSettings *optimizer = &run->optimizer;
  const gfloat *weights = run->train.class_weights;

  return g_strdup_printf ("{\"optimizer\": \"%s\", \"learning_rate\": %.17g, "
                          "\"momentum\": %.17g, \"weight_decay\": %.17g, "
                          "\"schedule\": \"%s\", \"schedule_steps\": %u, "
                          "\"steps_per_update\": %u, \"batch_size\": %u, "
                          "\"batches\": %u, \"torch\": %s, "
                          "\"class_weights\": [%g, %g, %g, %g, %g]}",
      optimizer->type == GST_SSIO_OPTIMIZER_SGD ? "sgd" : "adamw",
      optimizer->learning_rate, optimizer->momentum, optimizer->weight_decay,
      optimizer->schedule == GST_SSIO_SCHEDULE_COSINE ? "cosine" : "constant",
      (guint) optimizer->schedule_steps, run->train.steps_per_update, BATCH,
      run->n_batches, strcmp (run->engine, "torch") == 0 ? "true" : "false",
      weights[0], weights[1], weights[2], weights[3], weights[4]);
}

/* To 1e-4 of the tensor's length. */
static void
check_tensor (const gfloat *expected, const gfloat *found, gsize n,
    const gchar *settings)
{
  gdouble length = 0;
  gdouble difference = 0;
  gsize i;

  for (i = 0; i < n; i++) {
    length += (gdouble) expected[i] * expected[i];
    difference += pow ((gdouble) found[i] - expected[i], 2);
  }
  length = sqrt (length);
  difference = sqrt (difference);
  fail_unless (difference <= 1e-4 * length,
      "%s: %u values of length %.9g are wrong by %.9g", settings, (guint) n,
      length, difference);
}

static void
check_weights (const GstSsioModel *expected, const GstSsioModel *found,
    const gchar *settings)
{
  guint i;

  for (i = 0; i < expected->n_layers; i++) {
    const GstSsioLinearLayer *a = &expected->layers[i];
    const GstSsioLinearLayer *b = &found->layers[i];

    check_tensor (a->weight, b->weight, a->n_in * a->n_out, settings);
    check_tensor (a->bias, b->bias, a->n_out, settings);
  }
}

static void
check_losses (const gchar *line, const gdouble *found, guint n)
{
  gchar **expected = g_strsplit (line, " ", -1);
  guint i;

  fail_unless_equals_int (g_strv_length (expected), n);
  for (i = 0; i < n; i++) {
    gdouble loss = g_ascii_strtod (expected[i], NULL);

    fail_unless (fabs (found[i] - loss) <= 1e-4 * loss,
        "batch %u: expected a loss of %.9g, found %.9g", i, loss, found[i]);
  }
  g_strfreev (expected);
}

static gchar *
save_model (const GstSsioModel *model)
{
  GstSsioTensorWriter *writer = gst_ssio_tensor_writer_new ();
  gchar *path = ssio_check_make_path (".safetensors");

  gst_ssio_safetensors_add (writer, "", model);
  fail_unless (gst_ssio_tensor_writer_write (writer, path, NULL));
  gst_ssio_tensor_writer_free (writer);
  return path;
}

/* Trains as the oracle does, and compares. */
static void
check_run (const Run *run)
{
  gdouble *losses = g_new0 (gdouble, run->n_batches);
  gchar *settings = describe_run (run);
  gfloat *points = make_points ();
  gchar *points_path = ssio_check_write_file (".f4", points,
      N_POINTS * N_COLUMNS * sizeof (gfloat));
  gchar *result = ssio_check_make_path (".safetensors");
  gchar *output = NULL;
  gchar *weights;
  Training training;

  init_training (&training, run);
  weights = save_model (training.model);
  if (!ssio_check_run_oracle (&output, "train", settings, weights, points_path,
          "5", result, NULL)) {
    ssio_check_skip ("no Python with NumPy");
  } else if (g_str_has_prefix (output, "no torch")) {
    ssio_check_skip ("no PyTorch");
  } else {
    GstSsioModel *expected = ssio_check_load_model (N_INPUTS, WIDTHS, result);

    train_batches (&training, points, 0, run->n_batches, losses);
    check_losses (g_strchomp (output), losses, run->n_batches);
    check_weights (expected, training.model, settings);
    gst_ssio_model_free (expected);
  }
  clear_training (&training);
  g_free (output);
  g_free (result);
  g_free (weights);
  g_free (points_path);
  g_free (points);
  g_free (settings);
  g_free (losses);
}

GST_START_TEST (sgd_with_momentum_makes_the_steps_of_its_formulas)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  check_run (&run);
}
GST_END_TEST;

GST_START_TEST (adamw_makes_the_steps_of_its_formulas)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  check_run (&run);
}
GST_END_TEST;

GST_START_TEST (the_cosine_schedule_ends_at_a_rate_of_0)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
  run.optimizer.schedule_steps = 60;
  check_run (&run);
}
GST_END_TEST;

GST_START_TEST (class_weights_weigh_the_mean)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.train.class_weights = uneven_weights;
  check_run (&run);
}
GST_END_TEST;

/* The last update is of the one batch that is left. */
GST_START_TEST (batches_make_a_step_together)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  run.train.steps_per_update = 3;
  check_run (&run);
}
GST_END_TEST;

GST_START_TEST (weights_are_pytorchs)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.engine = "torch";
  run.train.class_weights = uneven_weights;
  check_run (&run);
  run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  run.engine = "torch";
  run.train.steps_per_update = 2;
  run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
  check_run (&run);
}
GST_END_TEST;

static gboolean
are_same (const GstSsioModel *a, const GstSsioModel *b)
{
  guint i;

  for (i = 0; i < a->n_layers; i++) {
    const GstSsioLinearLayer *layer = &a->layers[i];

    if (memcmp (layer->weight, b->layers[i].weight,
            layer->n_in * layer->n_out * sizeof (gfloat))
            != 0
        || memcmp (layer->bias, b->layers[i].bias,
               layer->n_out * sizeof (gfloat))
               != 0)
      return FALSE;
  }
  return TRUE;
}

GST_START_TEST (weights_have_the_same_bits_with_any_number_of_threads)
{
  static const guint threads[] = { 2, 2, 3, 7, 0 };
  Run run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  gfloat *points = make_points ();
  Training expected, found;
  guint i;

  run.train.n_threads = 1;
  init_training (&expected, &run);
  train_batches (&expected, points, 0, 10, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    run.train.n_threads = threads[i];
    init_training (&found, &run);
    train_batches (&found, points, 0, 10, NULL);
    fail_unless (are_same (expected.model, found.model), "%u threads",
        threads[i]);
    fail_unless (memcmp (expected.confusion, found.confusion,
                     sizeof (found.confusion))
                 == 0);
    clear_training (&found);
  }
  clear_training (&expected);
  g_free (points);
}
GST_END_TEST;

static void
save_checkpoint (const Training *training, const gchar *stream,
    const gchar *path)
{
  const GstSsioCheckpoint checkpoint = {
    .model = training->model,
    .optimizer = training->optimizer,
    .normalize = GST_SSIO_NORMALIZE_NONE,
    .stream = stream,
  };
  GError *error = NULL;

  fail_unless (gst_ssio_checkpoint_save (&checkpoint, path, &error), "%s",
      error ? error->message : "");
}

/* A training that goes on. */
static void
init_rest (Training *training, const Run *run, const gchar *path,
    const gchar *stream)
{
  GError *error = NULL;
  GstSsioTensors *tensors = gst_ssio_checkpoint_open (path, &error);

  fail_unless (tensors != NULL, "%s", error ? error->message : "");
  fail_unless_equals_string (gst_ssio_checkpoint_get_stream (tensors), stream);
  init_training (training, run);
  gst_ssio_trainer_free (training->trainer);
  fail_unless (gst_ssio_checkpoint_read (tensors, training->model,
      training->optimizer, &error));
  open_trainer (training, run);
  gst_ssio_tensors_free (tensors);
}

GST_START_TEST (a_checkpoint_goes_on_bit_for_bit)
{
  static const GstSsioOptimizerType types[]
      = { GST_SSIO_OPTIMIZER_SGD, GST_SSIO_OPTIMIZER_ADAMW };
  static const gchar *stream = "at \"7\" \\ é";
  gfloat *points = make_points ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    Run run = new_run (types[i], 0.01);
    gchar *path = ssio_check_make_path (".checkpoint");
    Training whole, cut, rest;

    run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
    init_training (&whole, &run);
    train_batches (&whole, points, 0, 20, NULL);
    init_training (&cut, &run);
    train_batches (&cut, points, 0, 7, NULL);
    save_checkpoint (&cut, stream, path);
    init_rest (&rest, &run, path, stream);
    train_batches (&rest, points, 7, 13, NULL);
    fail_unless (are_same (whole.model, rest.model));
    clear_training (&whole);
    clear_training (&cut);
    clear_training (&rest);
    g_free (path);
  }
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (a_checkpoint_of_another_training_is_refused)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  gchar *path = ssio_check_make_path (".checkpoint");
  GstSsioTensors *tensors;
  GError *error = NULL;
  Training training;
  gchar *weights;

  init_training (&training, &run);
  save_checkpoint (&training, NULL, path);
  weights = save_model (training.model);
  clear_training (&training);
  fail_unless (gst_ssio_checkpoint_open (weights, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "is no checkpoint");

  tensors = gst_ssio_checkpoint_open (path, &error);
  fail_unless (tensors != NULL);
  fail_unless (gst_ssio_checkpoint_get_stream (tensors) == NULL);
  run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.01);
  init_training (&training, &run);
  fail_if (gst_ssio_checkpoint_read (tensors, training.model,
      training.optimizer, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "the same optimizer");
  clear_training (&training);
  gst_ssio_tensors_free (tensors);
  g_free (weights);
  g_free (path);
}
GST_END_TEST;

/* The error says so, and the weights are as before. */
static void
check_stop (const Run *run, gfloat *points, gint code, const gchar *part)
{
  GstSsioModel *before = make_model ();
  GError *error = NULL;
  Training training;

  init_training (&training, run);
  fail_if (train_batch (&training, points, BATCH, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, code, part);
  fail_unless (are_same (before, training.model));
  clear_training (&training);
  gst_ssio_model_free (before);
}

GST_START_TEST (a_loss_that_is_no_number_leaves_the_weights_alone)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  gfloat *points = make_points ();

  points[1000 * N_COLUMNS + LABEL] = 1;
  points[1000 * N_COLUMNS + 1] = NAN;
  check_stop (&run, points, GST_STREAM_ERROR_FAILED, "the loss is nan");
  points[1000 * N_COLUMNS + 1] = INFINITY;
  check_stop (&run, points, GST_STREAM_ERROR_FAILED, "the loss is nan");
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (a_gradient_that_is_no_number_leaves_the_weights_alone)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  gfloat *points = make_points ();

  points[1000 * N_COLUMNS + LABEL] = IGNORED;
  points[1000 * N_COLUMNS + 1] = NAN;
  check_stop (&run, points, GST_STREAM_ERROR_FAILED, "a gradient");
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (a_weight_that_is_no_number_leaves_the_weights_alone)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 1e39);
  gfloat *points = make_points ();

  check_stop (&run, points, GST_STREAM_ERROR_FAILED, "a weight");
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (the_first_point_without_a_class_is_found)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  gfloat *points = make_points ();
  GError *error = NULL;
  Training training;

  points[1490 * N_COLUMNS + LABEL] = 99;
  points[1207 * N_COLUMNS + LABEL] = N_CLASSES;
  check_stop (&run, points, GST_STREAM_ERROR_FORMAT, "the label label is 5");
  init_training (&training, &run);
  fail_if (train_batch (&training, points, BATCH, &error));
  fail_unless_equals_uint64 (training.first_wrong, 1207);
  g_error_free (error);
  clear_training (&training);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (a_batch_without_points_that_count_changes_nothing)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  gfloat *points = make_points ();
  GstSsioModel *before = make_model ();
  Training training;
  guint p;

  for (p = 0; p < BATCH; p++)
    points[p * N_COLUMNS + LABEL] = IGNORED;
  init_training (&training, &run);
  fail_unless (train_batch (&training, points, BATCH, NULL));
  fail_unless_equals_uint64 (training.sums.n_counted, 0);
  fail_unless (are_same (before, training.model));
  fail_unless_equals_uint64 (training.optimizer->step, 0);
  clear_training (&training);
  gst_ssio_model_free (before);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (points_are_counted_by_class_and_prediction)
{
  Run run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  gfloat *points = make_points ();
  guint64 expected[N_CLASSES] = { 0 };
  guint64 n_correct = 0;
  Training training;
  guint p, class, prediction;

  for (p = 0; p < BATCH; p++) {
    if (points[p * N_COLUMNS + LABEL] >= 0)
      expected[(guint) points[p * N_COLUMNS + LABEL]]++;
  }
  init_training (&training, &run);
  fail_unless (train_batch (&training, points, BATCH, NULL));
  for (class = 0; class < N_CLASSES; class ++) {
    guint64 found = 0;

    for (prediction = 0; prediction < N_CLASSES; prediction++)
      found += training.confusion[class * N_CLASSES + prediction];
    fail_unless_equals_uint64 (found, expected[class]);
    n_correct += training.confusion[class * N_CLASSES + class];
  }
  fail_unless_equals_uint64 (training.sums.n_correct, n_correct);
  clear_training (&training);
  g_free (points);
}
GST_END_TEST;

static Suite *
trainer_suite (void)
{
  Suite *suite = suite_create ("trainer");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, sgd_with_momentum_makes_the_steps_of_its_formulas);
  tcase_add_test (tcase, adamw_makes_the_steps_of_its_formulas);
  tcase_add_test (tcase, the_cosine_schedule_ends_at_a_rate_of_0);
  tcase_add_test (tcase, class_weights_weigh_the_mean);
  tcase_add_test (tcase, batches_make_a_step_together);
  tcase_add_test (tcase, weights_are_pytorchs);
  tcase_add_test (tcase,
      weights_have_the_same_bits_with_any_number_of_threads);
  tcase_add_test (tcase, a_checkpoint_goes_on_bit_for_bit);
  tcase_add_test (tcase, a_checkpoint_of_another_training_is_refused);
  tcase_add_test (tcase, a_loss_that_is_no_number_leaves_the_weights_alone);
  tcase_add_test (tcase,
      a_gradient_that_is_no_number_leaves_the_weights_alone);
  tcase_add_test (tcase, a_weight_that_is_no_number_leaves_the_weights_alone);
  tcase_add_test (tcase, the_first_point_without_a_class_is_found);
  tcase_add_test (tcase, a_batch_without_points_that_count_changes_nothing);
  tcase_add_test (tcase, points_are_counted_by_class_and_prediction);
  return suite;
}

SSIO_CHECK_MAIN (trainer)
