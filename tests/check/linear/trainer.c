/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/training/checkpoint.h"
#include "trainercheck.h"

GST_START_TEST (sgd_with_momentum_makes_the_steps_of_its_formulas)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (adamw_makes_the_steps_of_its_formulas)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (the_cosine_schedule_ends_at_a_rate_of_0)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
  run.optimizer.schedule_steps = 60;
  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (class_weights_weigh_the_mean)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.class_weights = trainer_uneven_weights;
  trainer_check_run (&run);
}
GST_END_TEST;

/* The last update is of the one batch that is left. */
GST_START_TEST (batches_make_a_step_together)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  run.train.steps_per_update = 3;
  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (weights_are_pytorchs)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.02);

  run.engine = "torch";
  run.class_weights = trainer_uneven_weights;
  trainer_check_run (&run);
  run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  run.engine = "torch";
  run.train.steps_per_update = 2;
  run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
  trainer_check_run (&run);
}
GST_END_TEST;

GST_START_TEST (weights_have_the_same_bits_with_any_number_of_threads)
{
  static const guint threads[] = { 2, 2, 3, 7, 0 };
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);
  gfloat *points = trainer_make_points ();
  TrainerTraining expected, found;
  guint i;

  run.n_threads = 1;
  trainer_init (&expected, &run);
  trainer_train_batches (&expected, points, 0, 10, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    run.n_threads = threads[i];
    trainer_init (&found, &run);
    trainer_train_batches (&found, points, 0, 10, NULL);
    fail_unless (trainer_are_same (expected.model, found.model), "%u threads",
        threads[i]);
    fail_unless (memcmp (expected.confusion, found.confusion,
                     sizeof (found.confusion))
                 == 0);
    trainer_clear (&found);
  }
  trainer_clear (&expected);
  g_free (points);
}
GST_END_TEST;

static void
save_checkpoint (const TrainerTraining *training, const gchar *stream,
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
init_rest (TrainerTraining *training, const TrainerRun *run, const gchar *path,
    const gchar *stream)
{
  GError *error = NULL;
  GstSsioTensors *tensors = gst_ssio_checkpoint_open (path, &error);

  fail_unless (tensors != NULL, "%s", error ? error->message : "");
  fail_unless_equals_string (gst_ssio_checkpoint_get_stream (tensors), stream);
  trainer_init (training, run);
  gst_ssio_trainer_free (training->trainer);
  fail_unless (gst_ssio_checkpoint_read (tensors, training->model,
      training->optimizer, &error));
  trainer_open (training, run);
  gst_ssio_tensors_free (tensors);
}

GST_START_TEST (a_checkpoint_goes_on_bit_for_bit)
{
  static const GstSsioOptimizerType types[]
      = { GST_SSIO_OPTIMIZER_SGD, GST_SSIO_OPTIMIZER_ADAMW };
  static const gchar *stream = "at \"7\" \\ é";
  gfloat *points = trainer_make_points ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    TrainerRun run = trainer_new_run (types[i], 0.01);
    gchar *path = ssio_check_make_path (".checkpoint");
    TrainerTraining whole, cut, rest;

    run.optimizer.schedule = GST_SSIO_SCHEDULE_COSINE;
    trainer_init (&whole, &run);
    trainer_train_batches (&whole, points, 0, 20, NULL);
    trainer_init (&cut, &run);
    trainer_train_batches (&cut, points, 0, 7, NULL);
    save_checkpoint (&cut, stream, path);
    init_rest (&rest, &run, path, stream);
    trainer_train_batches (&rest, points, 7, 13, NULL);
    fail_unless (trainer_are_same (whole.model, rest.model));
    trainer_clear (&whole);
    trainer_clear (&cut);
    trainer_clear (&rest);
    g_free (path);
  }
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (a_checkpoint_of_another_training_is_refused)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);
  gchar *path = ssio_check_make_path (".checkpoint");
  GstSsioTensors *tensors;
  GError *error = NULL;
  TrainerTraining training;
  gchar *weights;

  trainer_init (&training, &run);
  save_checkpoint (&training, NULL, path);
  weights = trainer_save_model (training.model);
  trainer_clear (&training);
  fail_unless (gst_ssio_checkpoint_open (weights, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "is no checkpoint");

  tensors = gst_ssio_checkpoint_open (path, &error);
  fail_unless (tensors != NULL);
  fail_unless (gst_ssio_checkpoint_get_stream (tensors) == NULL);
  run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.01);
  trainer_init (&training, &run);
  fail_if (gst_ssio_checkpoint_read (tensors, training.model,
      training.optimizer, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "the same optimizer");
  trainer_clear (&training);
  gst_ssio_tensors_free (tensors);
  g_free (weights);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_loss_that_is_no_number_leaves_the_weights_alone)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);

  trainer_check_loss (&run);
}
GST_END_TEST;

GST_START_TEST (a_gradient_that_is_no_number_leaves_the_weights_alone)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);

  trainer_check_gradient (&run);
}
GST_END_TEST;

GST_START_TEST (a_weight_that_is_no_number_leaves_the_weights_alone)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 1e39);
  gfloat *points = trainer_make_points ();

  trainer_check_stop (&run, points, GST_STREAM_ERROR_FAILED, "a weight");
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (the_first_point_without_a_class_is_found)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_SGD, 0.01);

  trainer_check_wrong_labels (&run);
}
GST_END_TEST;

GST_START_TEST (a_batch_without_points_that_count_changes_nothing)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  trainer_check_ignored_batch (&run);
}
GST_END_TEST;

GST_START_TEST (points_are_counted_by_class_and_prediction)
{
  TrainerRun run = trainer_new_run (GST_SSIO_OPTIMIZER_ADAMW, 0.001);

  trainer_check_counts (&run);
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
