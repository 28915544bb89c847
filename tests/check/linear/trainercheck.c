/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/safetensors.h"
#include "trainercheck.h"

const gfloat trainer_even_weights[TRAINER_N_CLASSES] = { 1, 1, 1, 1, 1 };
const gfloat trainer_uneven_weights[TRAINER_N_CLASSES]
    = { 1, 0.25f, 3, 0.5f, 2 };

/* At rates of learning that are higher, steps grow what float32 rounds away:
 * PyTorch's own weights are 1e-3 from those of float64 then. */
TrainerRun
trainer_new_run (GstSsioOptimizerType type, gdouble learning_rate)
{
  TrainerRun run = { .n_batches = 100, .engine = "numpy" };

  run.optimizer.type = type;
  run.optimizer.learning_rate = learning_rate;
  run.optimizer.momentum = 0.9;
  run.optimizer.weight_decay = 0.01;
  run.optimizer.schedule_steps = 100;
  run.class_weights = trainer_even_weights;
  run.new_gradient = gst_ssio_cpu_batch_gradient_new;
  run.new_buffer = gst_buffer_new_memdup;
  run.train.steps_per_update = 1;
  run.n_threads = 2;
  return run;
}

/* Points of clusters, one a class, and of some that are ignored. */
gfloat *
trainer_make_points (void)
{
  GRand *random = g_rand_new_with_seed (9);
  gfloat *points = g_new (gfloat, TRAINER_N_POINTS * TRAINER_N_COLUMNS);
  guint p, i;

  for (p = 0; p < TRAINER_N_POINTS; p++) {
    gfloat *point = points + p * TRAINER_N_COLUMNS;
    gint class = g_rand_int_range (random, TRAINER_IGNORED, TRAINER_N_CLASSES);

    for (i = 0; i < TRAINER_N_INPUTS; i++)
      point[i] = g_rand_double_range (random, -1.5, 1.5)
                 + ((class + i) % TRAINER_N_CLASSES) * 0.5;
    point[TRAINER_LABEL] = class;
  }
  g_rand_free (random);
  return points;
}

GstSsioModel *
trainer_make_model (void)
{
  GstSsioModel *model
      = ssio_check_new_model (TRAINER_N_INPUTS, TRAINER_WIDTHS);

  gst_ssio_model_init_random (model, 4);
  return model;
}

void
trainer_open (TrainerTraining *training, const TrainerRun *run)
{
  static const guint fields[] = { 0, 1, 2, 3 };

  const GstSsioGradientInput input = {
    .model = training->model,
    .layout = training->layout,
    .fields = fields,
    .targets = training->targets,
    .class_weights = run->class_weights,
    .n_threads = run->n_threads,
  };

  training->run = *run;
  training->trainer
      = gst_ssio_trainer_new (training->model, training->optimizer,
          training->targets, run->new_gradient (&input), &run->train);
}

void
trainer_init (TrainerTraining *training, const TrainerRun *run)
{
  memset (training, 0, sizeof (*training));
  training->layout = gst_ssio_layout_new_from_string (TRAINER_LAYOUT, 0, NULL);
  training->targets = gst_ssio_targets_new (training->layout, TRAINER_LABEL,
      NULL, TRAINER_IGNORED, TRAINER_N_CLASSES);
  training->model = trainer_make_model ();
  training->optimizer
      = gst_ssio_optimizer_new (training->model, &run->optimizer);
  trainer_open (training, run);
}

void
trainer_clear (TrainerTraining *training)
{
  gst_ssio_trainer_free (training->trainer);
  gst_ssio_optimizer_free (training->optimizer);
  gst_ssio_model_free (training->model);
  gst_ssio_targets_free (training->targets);
  gst_ssio_layout_unref (training->layout);
}

gboolean
trainer_train_batch (TrainerTraining *training, const gfloat *points,
    gsize n_points, GError **error)
{
  gsize size = n_points * TRAINER_N_COLUMNS * sizeof (gfloat);
  GstBuffer *buffer = training->run.new_buffer (points, size);
  gboolean ok = gst_ssio_trainer_train (training->trainer, buffer,
      &training->sums, training->confusion, &training->first_wrong, error);

  gst_buffer_unref (buffer);
  return ok;
}

void
trainer_train_batches (TrainerTraining *training, const gfloat *points,
    guint first, guint n, gdouble *losses)
{
  GError *error = NULL;
  guint i;

  for (i = first; i < first + n; i++) {
    fail_unless (trainer_train_batch (training,
                     points + i % 10 * TRAINER_BATCH * TRAINER_N_COLUMNS,
                     TRAINER_BATCH, &error),
        "%s", error ? error->message : "");
    if (losses)
      losses[i] = training->sums.loss / training->sums.weight;
  }
  fail_unless (gst_ssio_trainer_finish_update (training->trainer, &error));
}

static gchar *
describe_run (const TrainerRun *run)
{
  const GstSsioOptimizerSettings *optimizer = &run->optimizer;
  const gfloat *weights = run->class_weights;

  return g_strdup_printf ("{\"optimizer\": \"%s\", \"learning_rate\": %.17g, "
                          "\"momentum\": %.17g, \"weight_decay\": %.17g, "
                          "\"schedule\": \"%s\", \"schedule_steps\": %u, "
                          "\"steps_per_update\": %u, \"batch_size\": %u, "
                          "\"batches\": %u, \"torch\": %s, "
                          "\"class_weights\": [%g, %g, %g, %g, %g]}",
      optimizer->type == GST_SSIO_OPTIMIZER_SGD ? "sgd" : "adamw",
      optimizer->learning_rate, optimizer->momentum, optimizer->weight_decay,
      optimizer->schedule == GST_SSIO_SCHEDULE_COSINE ? "cosine" : "constant",
      (guint) optimizer->schedule_steps, run->train.steps_per_update,
      TRAINER_BATCH, run->n_batches,
      strcmp (run->engine, "torch") == 0 ? "true" : "false", weights[0],
      weights[1], weights[2], weights[3], weights[4]);
}

static void
check_tensor (const gfloat *expected, const gfloat *found, gsize n,
    const gchar *settings)
{
  const gdouble difference = ssio_check_difference (expected, found, n);

  fail_unless (difference <= 1e-4,
      "%s: %u values are wrong by %.9g of their length", settings, (guint) n,
      difference);
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

gchar *
trainer_save_model (const GstSsioModel *model)
{
  GstSsioTensorWriter *writer = gst_ssio_tensor_writer_new ();
  gchar *path = ssio_check_make_path (".safetensors");

  gst_ssio_safetensors_add (writer, "", model);
  fail_unless (gst_ssio_tensor_writer_write (writer, path, NULL));
  gst_ssio_tensor_writer_free (writer);
  return path;
}

/* Trains as the oracle does, and compares. */
void
trainer_check_run (const TrainerRun *run)
{
  gdouble *losses = g_new0 (gdouble, run->n_batches);
  gchar *settings = describe_run (run);
  gfloat *points = trainer_make_points ();
  gchar *points_path = ssio_check_write_file (".f4", points,
      TRAINER_N_POINTS * TRAINER_N_COLUMNS * sizeof (gfloat));
  gchar *result = ssio_check_make_path (".safetensors");
  gchar *output = NULL;
  gchar *weights;
  TrainerTraining training;

  trainer_init (&training, run);
  weights = trainer_save_model (training.model);
  if (!ssio_check_run_oracle (&output, "train", settings, weights, points_path,
          "5", result, NULL)) {
    ssio_check_skip ("no Python with NumPy");
  } else if (g_str_has_prefix (output, "no torch")) {
    ssio_check_skip ("no PyTorch");
  } else {
    GstSsioModel *expected
        = ssio_check_load_model (TRAINER_N_INPUTS, TRAINER_WIDTHS, result);

    trainer_train_batches (&training, points, 0, run->n_batches, losses);
    check_losses (g_strchomp (output), losses, run->n_batches);
    check_weights (expected, training.model, settings);
    gst_ssio_model_free (expected);
  }
  trainer_clear (&training);
  g_free (output);
  g_free (result);
  g_free (weights);
  g_free (points_path);
  g_free (points);
  g_free (settings);
  g_free (losses);
}

gboolean
trainer_are_same (const GstSsioModel *a, const GstSsioModel *b)
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

/* Expects that a batch of those points is an error, and that the weights are
 * as before. */
void
trainer_check_stop (const TrainerRun *run, gfloat *points, gint code,
    const gchar *part)
{
  GstSsioModel *before = trainer_make_model ();
  GError *error = NULL;
  TrainerTraining training;

  trainer_init (&training, run);
  fail_if (trainer_train_batch (&training, points, TRAINER_BATCH, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, code, part);
  fail_unless (trainer_are_same (before, training.model));
  trainer_clear (&training);
  gst_ssio_model_free (before);
}

void
trainer_check_loss (const TrainerRun *run)
{
  gfloat *points = trainer_make_points ();

  points[1000 * TRAINER_N_COLUMNS + TRAINER_LABEL] = 1;
  points[1000 * TRAINER_N_COLUMNS + 1] = NAN;
  trainer_check_stop (run, points, GST_STREAM_ERROR_FAILED, "the loss is nan");
  points[1000 * TRAINER_N_COLUMNS + 1] = INFINITY;
  trainer_check_stop (run, points, GST_STREAM_ERROR_FAILED, "the loss is nan");
  g_free (points);
}

void
trainer_check_gradient (const TrainerRun *run)
{
  gfloat *points = trainer_make_points ();

  points[1000 * TRAINER_N_COLUMNS + TRAINER_LABEL] = TRAINER_IGNORED;
  points[1000 * TRAINER_N_COLUMNS + 1] = NAN;
  trainer_check_stop (run, points, GST_STREAM_ERROR_FAILED, "a gradient");
  g_free (points);
}

void
trainer_check_wrong_labels (const TrainerRun *run)
{
  gfloat *points = trainer_make_points ();
  GError *error = NULL;
  TrainerTraining training;

  points[1490 * TRAINER_N_COLUMNS + TRAINER_LABEL] = 99;
  points[1207 * TRAINER_N_COLUMNS + TRAINER_LABEL] = TRAINER_N_CLASSES;
  trainer_check_stop (run, points, GST_STREAM_ERROR_FORMAT,
      "the label label is 5");
  trainer_init (&training, run);
  fail_if (trainer_train_batch (&training, points, TRAINER_BATCH, &error));
  fail_unless_equals_uint64 (training.first_wrong, 1207);
  g_error_free (error);
  trainer_clear (&training);
  g_free (points);
}

void
trainer_check_ignored_batch (const TrainerRun *run)
{
  gfloat *points = trainer_make_points ();
  GstSsioModel *before = trainer_make_model ();
  TrainerTraining training;
  guint p;

  for (p = 0; p < TRAINER_BATCH; p++)
    points[p * TRAINER_N_COLUMNS + TRAINER_LABEL] = TRAINER_IGNORED;
  trainer_init (&training, run);
  fail_unless (trainer_train_batch (&training, points, TRAINER_BATCH, NULL));
  fail_unless_equals_uint64 (training.sums.n_counted, 0);
  fail_unless (trainer_are_same (before, training.model));
  fail_unless_equals_uint64 (training.optimizer->step, 0);
  trainer_clear (&training);
  gst_ssio_model_free (before);
  g_free (points);
}

void
trainer_check_counts (const TrainerRun *run)
{
  gfloat *points = trainer_make_points ();
  guint64 expected[TRAINER_N_CLASSES] = { 0 };
  guint64 n_correct = 0;
  TrainerTraining training;
  guint p, class, prediction;

  for (p = 0; p < TRAINER_BATCH; p++) {
    if (points[p * TRAINER_N_COLUMNS + TRAINER_LABEL] >= 0)
      expected[(guint) points[p * TRAINER_N_COLUMNS + TRAINER_LABEL]]++;
  }
  trainer_init (&training, run);
  fail_unless (trainer_train_batch (&training, points, TRAINER_BATCH, NULL));
  for (class = 0; class < TRAINER_N_CLASSES; class ++) {
    guint64 found = 0;

    for (prediction = 0; prediction < TRAINER_N_CLASSES; prediction++)
      found += training.confusion[class * TRAINER_N_CLASSES + prediction];
    fail_unless_equals_uint64 (found, expected[class]);
    n_correct += training.confusion[class * TRAINER_N_CLASSES + class];
  }
  fail_unless_equals_uint64 (training.sums.n_correct, n_correct);
  trainer_clear (&training);
  g_free (points);
}
