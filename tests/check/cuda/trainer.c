/* SPDX-License-Identifier: MIT */
/* Training with the gradients of a CUDA device. */

#include "cudacheck.h"
#include "linear/trainercheck.h"

/* Of the test that runs. */
static GstSsioCudaContext *context;
static GstSsioCudaStream *stream;

static void
set_up (void)
{
  context = ssio_cuda_new_context ();
  stream = gst_ssio_cuda_stream_new (context, NULL);
}

static void
tear_down (void)
{
  g_clear_pointer (&stream, gst_ssio_cuda_stream_unref);
  gst_clear_object (&context);
}

static GstSsioBatchGradient *
new_gradient (const GstSsioGradientInput *input)
{
  GError *error = NULL;
  GstSsioBatchGradient *gradient
      = gst_ssio_cuda_batch_gradient_new (context, input, &error);

  fail_unless (gradient != NULL, "%s", error ? error->message : "");
  return gradient;
}

/* In two memories, the first of which ends within a tile. */
static GstBuffer *
new_buffer (gconstpointer points, gsize size)
{
  const gsize point_size = TRAINER_N_COLUMNS * sizeof (gfloat);
  const gsize first = size / point_size / 3 * point_size;
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, ssio_cuda_upload (stream, points, first));
  gst_buffer_append_memory (buffer,
      ssio_cuda_upload (stream, (const guint8 *) points + first,
          size - first));
  return buffer;
}

static TrainerRun
new_run (GstSsioOptimizerType type, gdouble learning_rate)
{
  TrainerRun run = trainer_new_run (type, learning_rate);

  run.new_gradient = new_gradient;
  run.new_buffer = new_buffer;
  return run;
}

GST_START_TEST (steps_are_those_of_the_formulas)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  trainer_check_run (&run);
  run.class_weights = trainer_uneven_weights;
  trainer_check_run (&run);
  run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  run.train.steps_per_update = 3;
  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (weights_are_pytorchs)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.engine = "torch";
  run.class_weights = trainer_uneven_weights;
  trainer_check_run (&run);
  run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  run.engine = "torch";
  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (weights_have_the_same_bits_every_time)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  gfloat *points = trainer_make_points ();
  TrainerTraining first, second;

  trainer_init (&first, &run);
  trainer_train_batches (&first, points, 0, 10, NULL);
  trainer_init (&second, &run);
  trainer_train_batches (&second, points, 0, 10, NULL);
  fail_unless (trainer_are_same (first.model, second.model));
  trainer_clear (&first);
  trainer_clear (&second);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (what_is_no_number_leaves_the_weights_alone)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);

  trainer_check_loss (&run);
  trainer_check_gradient (&run);
}
GST_END_TEST;

GST_START_TEST (the_first_point_without_a_class_is_found)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);

  trainer_check_wrong_labels (&run);
}
GST_END_TEST;

GST_START_TEST (points_are_counted)
{
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  trainer_check_ignored_batch (&run);
  trainer_check_counts (&run);
}
GST_END_TEST;

static const guint fields[] = { 0, 1, 2, 3 };

static GstSsioGradientInput
describe_input (const TrainerTraining *training)
{
  return (GstSsioGradientInput){ .model = training->model,
    .layout = training->layout,
    .fields = fields,
    .targets = training->targets };
}

GST_START_TEST (a_model_too_wide_for_shared_memory_is_refused)
{
  static const gchar *const widths[] = { "600,500,5", "4000,4000,5" };
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  TrainerTraining training;
  GError *error = NULL;
  guint i;

  trainer_init (&training, &run);
  for (i = 0; i < G_N_ELEMENTS (widths); i++) {
    GstSsioModel *model = ssio_check_new_model (TRAINER_N_INPUTS, widths[i]);
    GstSsioGradientInput input = describe_input (&training);

    input.model = model;
    fail_unless (gst_ssio_cuda_batch_gradient_new (context, &input, &error)
                 == NULL);
    ssio_check_gerror (&error, GST_CORE_ERROR, GST_CORE_ERROR_NOT_IMPLEMENTED,
        "too wide");
    gst_ssio_model_free (model);
  }
  trainer_clear (&training);
}
GST_END_TEST;

typedef struct {
  TrainerTraining training; /* whose trainer is not used */
  GstBuffer *batch;
} Attempt;

/* Opens a trainer, and trains with a batch. */
static gboolean
try_training (gpointer data, GError **error)
{
  static const gdouble zeros[] = { 0, 0, 0, 0 };
  static const gdouble ones[] = { 1, 1, 1, 1 };
  Attempt *attempt = data;
  TrainerTraining *training = &attempt->training;
  const GstSsioGradientInput input = describe_input (training);
  GstSsioBatchGradient *gradient
      = gst_ssio_cuda_batch_gradient_new (context, &input, error);
  GstSsioTrainer *trainer;
  gboolean ok;

  if (!gradient)
    return FALSE;
  trainer = gst_ssio_trainer_new (training->model, training->optimizer,
      training->targets, gradient, &training->run.train);
  ok = gst_ssio_trainer_set_normalization (trainer, zeros, ones, error)
       && gst_ssio_trainer_train (trainer, attempt->batch, &training->sums,
           training->confusion, &training->first_wrong, error);
  gst_ssio_trainer_free (trainer);
  return ok;
}

GST_START_TEST (each_call_that_fails_is_an_error)
{
  static const gchar *const calls[] = { "cuModuleLoadData", "cuStreamCreate",
    "cuModuleGetFunction", "cuMemAlloc", "cuMemHostAlloc", "cuMemsetD8Async",
    "cuMemcpyHtoDAsync", "cuStreamWaitEvent", "cuLaunchKernel",
    "cuEventRecord", "cuMemcpyDtoHAsync" };
  TrainerRun run = new_run (GST_SSIO_OPTIMIZER_SGD, 0.001);
  gfloat *points = trainer_make_points ();
  Attempt attempt;
  guint i;

  if (!ssio_fake_cuda ())
    return;
  trainer_init (&attempt.training, &run);
  attempt.batch = new_buffer (points,
      TRAINER_BATCH * TRAINER_N_COLUMNS * sizeof (gfloat));
  for (i = 0; i < G_N_ELEMENTS (calls); i++)
    ssio_cuda_expect_failures (calls[i], try_training, &attempt);
  gst_buffer_unref (attempt.batch);
  trainer_clear (&attempt.training);
  g_free (points);
}
GST_END_TEST;

static Suite *
cuda_trainer_suite (void)
{
  Suite *suite = suite_create ("cuda-trainer");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, steps_are_those_of_the_formulas);
  tcase_add_test (tcase, weights_are_pytorchs);
  tcase_add_test (tcase, weights_have_the_same_bits_every_time);
  tcase_add_test (tcase, what_is_no_number_leaves_the_weights_alone);
  tcase_add_test (tcase, the_first_point_without_a_class_is_found);
  tcase_add_test (tcase, points_are_counted);
  tcase_add_test (tcase, a_model_too_wide_for_shared_memory_is_refused);
  tcase_add_test (tcase, each_call_that_fails_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (cuda_trainer)
