/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "linear/safetensors.h"
#include "traincheck.h"

#define CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,label:f4\", " \
  "point-size=(int)12, batch-size=(int)500"

GST_START_TEST (epochs_lower_the_loss)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline = train_launch (tile, "epochs=5", "");
  gdouble first_loss = 0;
  gdouble loss = INFINITY;
  guint epoch;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (epoch = 0; epoch < 5; epoch++) {
    GstMessage *message = train_pop_named (pipeline, "ssio-epoch");

    fail_unless (message != NULL);
    fail_unless (train_get_double (message, "loss") < loss);
    loss = train_get_double (message, "loss");
    if (epoch == 0)
      first_loss = loss;
    fail_unless_equals_uint64 (train_get_uint64 (message, "step"),
        12 * (epoch + 1));
    fail_unless_equals_uint64 (train_get_uint64 (message, "scored-points"),
        TRAIN_N_POINTS);
    fail_unless_equals_float (train_get_double (message, "learning-rate"),
        0.01);
    if (epoch == 4)
      fail_unless (train_get_double (message, "accuracy") > 0.9);
    fail_if (gst_structure_has_field (gst_message_get_structure (message),
        "output-mean"));
    gst_message_unref (message);
  }
  fail_unless (loss < first_loss / 2);
  train_free_pipeline (pipeline);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (the_line_of_an_epoch_says_that_it_trained)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline = train_launch (tile, "epochs=2", "");
  GstElement *linear = gst_bin_get_by_name (GST_BIN (pipeline), "linear");
  gchar *line;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  g_object_get (linear, "last-message", &line, NULL);
  fail_unless (g_str_has_prefix (line, "epoch 1: 5600 points in 12 batches"));
  fail_unless (strstr (line, ", trained: step 24, loss 0.") != NULL, "%s",
      line);
  fail_unless (strstr (line, " %, mIoU ") != NULL, "%s", line);
  g_free (line);
  gst_object_unref (linear);
  train_free_pipeline (pipeline);
  g_free (tile);
}
GST_END_TEST;

static guint
count_messages (const gchar *linear)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline = train_launch (tile, "epochs=2", linear);
  GstMessage *message;
  guint n = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = train_pop_named (pipeline, "ssio-training"))) {
    fail_unless_equals_uint64 (train_get_uint64 (message, "batch"), n % 12);
    fail_unless_equals_uint64 (train_get_uint64 (message, "step"), n + 1);
    fail_unless_equals_uint64 (train_get_uint64 (message, "points"),
        n % 12 == 11 ? 100 : 500);
    fail_unless (train_get_double (message, "loss") > 0);
    fail_unless (train_get_double (message, "accuracy") <= 1);
    n++;
    gst_message_unref (message);
  }
  train_free_pipeline (pipeline);
  g_free (tile);
  return n;
}

GST_START_TEST (each_batch_can_be_told_of_or_none)
{
  fail_unless_equals_int (count_messages ("report-interval=0"), 24);
  fail_unless_equals_int (
      count_messages ("report-interval=18446744073709551615"), 0);
  /* an hour: the first one alone */
  fail_unless_equals_int (count_messages ("report-interval=3600000000000"), 1);
}
GST_END_TEST;

/* Weights are named as those of nn.Sequential, and evaluate to a loss no
 * larger than that of the epoch in which they were trained. */
GST_START_TEST (saved_weights_are_for_the_next_pipeline)
{
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("save-weights=PATH", path);
  GstElement *pipeline = train_launch (tile, "epochs=4", linear);
  GstSsioModel *model = ssio_check_new_model (2, "8,3");
  GstMessage *message;
  GstSsioTensors *tensors;
  gdouble loss = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = train_pop_named (pipeline, "ssio-epoch"))) {
    loss = train_get_double (message, "loss");
    gst_message_unref (message);
  }
  train_free_pipeline (pipeline);
  tensors = gst_ssio_tensors_load (path, NULL);
  fail_unless (tensors != NULL);
  fail_unless (gst_ssio_safetensors_read (tensors, "", model, NULL));
  fail_unless (gst_ssio_tensors_have (tensors, "2.bias"));
  gst_ssio_tensors_free (tensors);
  gst_ssio_model_free (model);

  pipeline = ssio_check_launch ("ssiosrc location=%s layout=" TRAIN_LAYOUT
                                " ! queue ! ssiolinear "
                                "label=label layers=8,3 weights=%s",
      tile, path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = train_pop_named (pipeline, "ssio-epoch");
  fail_unless (train_get_double (message, "loss") <= loss);
  gst_message_unref (message);
  train_free_pipeline (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* What is trained on normalised inputs is evaluated on such. */
static void
check_normalized (const gchar *normalize, guint first_epoch)
{
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *format
      = g_strdup_printf ("save-weights=PATH normalize=%s", normalize);
  gchar *linear = train_with_path (format, path);
  GstElement *pipeline = train_launch (tile, "epochs=4", linear);
  gdouble loss = 0;
  guint n = 0;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = train_pop_named (pipeline, "ssio-epoch"))) {
    fail_unless_equals_int (
        gst_structure_has_field (gst_message_get_structure (message), "loss"),
        n >= first_epoch);
    if (n++ >= first_epoch)
      loss = train_get_double (message, "loss");
    gst_message_unref (message);
  }
  train_free_pipeline (pipeline);
  pipeline = ssio_check_launch ("ssiosrc location=%s layout=" TRAIN_LAYOUT
                                " batch-size=500 ! queue ! "
                                "ssiolinear label=label layers=8,3 weights=%s",
      tile, path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = train_pop_named (pipeline, "ssio-epoch");
  fail_unless (train_get_double (message, "loss") <= loss);
  gst_message_unref (message);
  train_free_pipeline (pipeline);
  g_free (format);
  g_free (linear);
  g_free (path);
  g_free (tile);
}

GST_START_TEST (weights_know_how_inputs_were_normalised)
{
  check_normalized ("stats", 1);
  check_normalized ("center-xy", 0);
}
GST_END_TEST;

GST_START_TEST (weights_have_the_same_bits_with_any_number_of_threads)
{
  static const guint threads[] = { 2, 3, 8 };
  gchar *tile = train_write_tile ();
  gchar *expected = ssio_check_make_path (".safetensors");
  gchar *found = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("threads=1 save-weights=PATH", expected);
  guint i;

  train_run (tile, "epochs=2 shuffle=points", linear);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    gchar *format
        = g_strdup_printf ("threads=%u save-weights=PATH", threads[i]);
    gchar *again = train_with_path (format, found);

    train_run (tile, "epochs=2 shuffle=points", again);
    train_check_same_file (expected, found);
    g_free (format);
    g_free (again);
  }
  g_free (linear);
  g_free (found);
  g_free (expected);
  g_free (tile);
}
GST_END_TEST;

/* The learning rate after the last step is 0. */
static void
check_cosine (const gchar *source, const gchar *linear, guint64 n_steps)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline = train_launch (tile, source, linear);
  gdouble rate = 0.01;
  guint64 step = 0;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = train_pop_named (pipeline, "ssio-epoch"))) {
    if (gst_structure_has_field (gst_message_get_structure (message),
            "step")) {
      fail_unless (train_get_double (message, "learning-rate") < rate);
      rate = train_get_double (message, "learning-rate");
      step = train_get_uint64 (message, "step");
    }
    gst_message_unref (message);
  }
  fail_unless_equals_uint64 (step, n_steps);
  fail_unless_equals_float (rate, 0);
  train_free_pipeline (pipeline);
  g_free (tile);
}

/* Whether all epochs are trained, or the first one measures. */
GST_START_TEST (the_cosine_schedule_asks_the_source_how_long_it_is)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline = train_launch (tile, "epochs=0", "schedule=cosine");

  check_cosine ("epochs=3", "schedule=cosine steps-per-update=5", 9);
  check_cosine ("epochs=3", "schedule=cosine normalize=stats", 24);
  check_cosine ("epochs=2", "schedule=cosine schedule-steps=24", 24);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "expected schedule-steps", NULL);
  gst_object_unref (pipeline);
  g_free (tile);
}
GST_END_TEST;

/* Trains, and then again with a value of x at n points from point 3 of batch 7
 * on that cannot be learned from, which the error says; PATH is the file of
 * points. */
static void
check_bad_value (gfloat value, guint n, gfloat label, gint code,
    const gchar *place, const gchar *fault)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  gfloat *bad = points + (7 * TRAIN_BATCH + 3) * TRAIN_N_COLUMNS;
  gchar *tile = train_write_points (points, TRAIN_N_POINTS);
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("ignore-label=9 save-weights=PATH", path);
  GBytes *before, *after;
  GstElement *pipeline;
  gchar *text;

  train_run (tile, "epochs=2", linear);
  before = train_read_file (path);
  for (; n > 0; n--, bad += TRAIN_N_COLUMNS) {
    bad[0] = value;
    bad[2] = label;
  }
  g_free (tile);
  tile = train_write_points (points, TRAIN_N_POINTS);
  text = train_with_path (place, tile);
  pipeline = train_launch (tile, "epochs=2", linear);
  ssio_check_error (pipeline, GST_STREAM_ERROR, code, text, fault,
      "weights are as they were", NULL);
  after = train_read_file (path);
  fail_unless (g_bytes_equal (before, after));
  g_bytes_unref (before);
  g_bytes_unref (after);
  gst_object_unref (pipeline);
  g_free (text);
  g_free (linear);
  g_free (path);
  g_free (tile);
  g_free (points);
}

/* The epoch before has left its weights, and nothing replaces them. Points that
 * do not count stop it, too, as they make PyTorch's gradients NaN. */
GST_START_TEST (a_feature_that_is_no_number_is_an_error_that_names_the_point)
{
  check_bad_value (NAN, 2, 1, GST_STREAM_ERROR_FORMAT,
      "PATH: point 3503: ", "the feature x is nan");
  check_bad_value (-INFINITY, 1, 1, GST_STREAM_ERROR_FORMAT,
      "PATH: point 3503: ", "the feature x is -inf");
  check_bad_value (-NAN, 1, 9, GST_STREAM_ERROR_FORMAT,
      "PATH: point 3503: ", "the feature x is nan");
}
GST_END_TEST;

GST_START_TEST (a_loss_that_is_no_number_stops_and_keeps_the_last_weights)
{
  check_bad_value (3e38f, 300, 1, GST_STREAM_ERROR_FAILED,
      "epoch 0, batch 7: ", "expected a finite number");
}
GST_END_TEST;

GST_START_TEST (a_label_that_is_no_class_is_an_error_that_names_the_point)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GstElement *pipeline;
  gchar *tile;

  points[(2 * TRAIN_BATCH + 41) * TRAIN_N_COLUMNS + 2] = 3;
  tile = train_write_points (points, TRAIN_N_POINTS);
  pipeline = train_launch (tile, "", "");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, tile,
      "point 1041", "the label label is 3", NULL);
  gst_object_unref (pipeline);
  g_free (tile);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (ignored_points_change_nothing)
{
  gfloat *points = train_make_points (2 * TRAIN_N_POINTS);
  gchar *with = ssio_check_make_path (".safetensors");
  gchar *without = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("save-weights=PATH ignore-label=9", with);
  gchar *plain = train_with_path ("save-weights=PATH", without);
  gchar *tile;
  guint p;

  /* batches of their own are skipped as a whole */
  for (p = TRAIN_BATCH; p < 2 * TRAIN_BATCH; p++)
    points[p * TRAIN_N_COLUMNS + 2] = 9;
  tile = train_write_points (points, 3 * TRAIN_BATCH);
  train_run (tile, "epochs=3", linear);
  g_free (tile);
  memmove (points + TRAIN_BATCH * TRAIN_N_COLUMNS,
      points + 2 * TRAIN_BATCH * TRAIN_N_COLUMNS,
      TRAIN_BATCH * TRAIN_POINT_SIZE);
  tile = train_write_points (points, 2 * TRAIN_BATCH);
  train_run (tile, "epochs=3", plain);
  train_check_same_file (without, with);
  g_free (tile);
  g_free (plain);
  g_free (linear);
  g_free (without);
  g_free (with);
  g_free (points);
}
GST_END_TEST;

static GstHarness *
new_harness (const gchar *properties)
{
  gchar *text = g_strdup_printf (TRAIN_PROPERTIES " %s", properties);
  GstHarness *harness = linear_new (text);

  g_free (text);
  linear_start_stream (harness, CAPS);
  return harness;
}

static void
push_batch (GstHarness *harness, const gfloat *points, guint batch, guint n)
{
  GstBuffer *buffer
      = gst_buffer_new_allocate (NULL, n * TRAIN_POINT_SIZE, NULL);

  gst_buffer_fill (buffer, 0, points + batch * TRAIN_BATCH * TRAIN_N_COLUMNS,
      n * TRAIN_POINT_SIZE);
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
}

/* Whether a batch is missing or was never there is the same. */
GST_START_TEST (a_batch_that_is_dropped_is_not_trained)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("save-weights=PATH", path);
  GstHarness *harness = new_harness (linear);
  GstMessage *message;
  guint batch;

  for (batch = 0; batch < 5; batch++) {
    if (batch != 2)
      push_batch (harness, points, batch, TRAIN_BATCH);
  }
  push_batch (harness, points, 6, 1);
  push_batch (harness, points, 6, 0);
  linear_push_eos (harness);
  message = train_pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (train_get_uint64 (message, "step"), 5);
  fail_unless_equals_uint64 (train_get_uint64 (message, "scored-points"),
      4 * TRAIN_BATCH + 1);
  gst_message_unref (message);
  fail_unless (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  linear_teardown (harness);
  g_free (linear);
  g_free (path);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (batches_make_a_step_together_and_the_rest_at_the_end)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GstHarness *harness = new_harness ("steps-per-update=4 report-interval=0");
  GstMessage *message;
  guint batch;

  for (batch = 0; batch < 6; batch++) {
    push_batch (harness, points, batch, TRAIN_BATCH);
    message = train_pop_named (harness->element, "ssio-training");
    fail_unless_equals_uint64 (train_get_uint64 (message, "step"),
        batch / 4 + (batch == 3));
    gst_message_unref (message);
  }
  linear_push_eos (harness);
  message = train_pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (train_get_uint64 (message, "step"), 2);
  gst_message_unref (message);
  linear_teardown (harness);
  g_free (points);
}
GST_END_TEST;

/* What was learned before the flush stays, and the epoch begins anew. */
GST_START_TEST (a_flush_keeps_what_was_learned)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GstHarness *harness = new_harness ("");
  GstMessage *message;

  push_batch (harness, points, 0, TRAIN_BATCH);
  linear_flush (harness);
  push_batch (harness, points, 1, TRAIN_BATCH);
  linear_push_eos (harness);
  message = train_pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (train_get_uint64 (message, "step"), 2);
  fail_unless_equals_uint64 (train_get_uint64 (message, "points"),
      TRAIN_BATCH);
  fail_unless_equals_uint64 (train_get_uint64 (message, "scored-points"),
      TRAIN_BATCH);
  gst_message_unref (message);
  linear_teardown (harness);
  g_free (points);
}
GST_END_TEST;

/* Other caps of the same inputs go on with the model, fewer inputs do not. */
GST_START_TEST (new_caps_keep_what_was_learned)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GstHarness *harness = new_harness ("features=x,y");
  GstMessage *message;

  push_batch (harness, points, 0, TRAIN_BATCH);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"y:f4,x:f4,label:f4\", "
      "point-size=(int)12, batch-size=(int)500");
  push_batch (harness, points, 1, TRAIN_BATCH);
  linear_push_eos (harness);
  message = train_pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (train_get_uint64 (message, "step"), 2);
  gst_message_unref (message);
  linear_teardown (harness);

  harness = new_harness ("");
  push_batch (harness, points, 0, TRAIN_BATCH);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"x:f4,label:f4\", "
      "point-size=(int)8, batch-size=(int)500");
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_wrapped (g_new0 (gfloat, 2), 8)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "has 2 inputs, found 1", NULL);
  linear_teardown (harness);
  g_free (points);
}
GST_END_TEST;

static void
check_setting (const gchar *properties, gint code, const gchar *part)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s layout=" TRAIN_LAYOUT
                           " ! queue ! ssiolinear %s",
          tile, properties);

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, code, part, NULL);
  gst_object_unref (pipeline);
  g_free (tile);
}

GST_START_TEST (settings_that_do_not_go_together_are_errors)
{
  check_setting ("train=true layers=8,3", GST_RESOURCE_ERROR_SETTINGS,
      "expected with label");
  check_setting ("label=label layers=8,3 save-weights=a",
      GST_RESOURCE_ERROR_SETTINGS, "expected with train=true");
  check_setting ("label=label layers=8,3 checkpoint=a",
      GST_RESOURCE_ERROR_SETTINGS, "expected with train=true");
  check_setting (TRAIN_PROPERTIES " predictions=a.npy",
      GST_RESOURCE_ERROR_SETTINGS, "expected with train=false");
  check_setting (TRAIN_PROPERTIES " class-weights=1,2",
      GST_RESOURCE_ERROR_SETTINGS, "expected 3 numbers");
  check_setting (TRAIN_PROPERTIES " class-weights=1,2,-1",
      GST_RESOURCE_ERROR_SETTINGS, "expected 3 numbers");
  check_setting (TRAIN_PROPERTIES " class-weights=1,2,a",
      GST_RESOURCE_ERROR_SETTINGS, "expected 3 numbers");
  check_setting (TRAIN_PROPERTIES " class-weights=1,2,3,4",
      GST_RESOURCE_ERROR_SETTINGS, "expected 3 numbers");
  check_setting (TRAIN_PROPERTIES " layers=1", GST_RESOURCE_ERROR_SETTINGS,
      "an output for each");
  check_setting (TRAIN_PROPERTIES " save-weights=/nowhere/at/all",
      GST_RESOURCE_ERROR_OPEN_WRITE, "in a folder that is there");
}
GST_END_TEST;

/* The disk may be full, or the folder gone, when the epoch ends. */
GST_START_TEST (weights_that_cannot_be_written_are_an_error)
{
  gchar *tile = train_write_tile ();
  gchar *folder = ssio_check_make_path (".folder");
  gchar *path = g_build_filename (folder, "model.safetensors", NULL);
  gchar *linear = train_with_path ("save-weights=PATH", path);
  GstElement *pipeline = train_launch (tile, "", linear);

  fail_unless (g_mkdir (folder, 0700) == 0);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (g_rmdir (folder) == 0);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      path, "cannot be written", NULL);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (folder);
  g_free (tile);
}
GST_END_TEST;

/* The weights of one class count as many times as it is heavier. */
GST_START_TEST (class_weights_pull_to_their_class)
{
  gchar *tile = train_write_tile ();
  GstElement *pipeline
      = train_launch (tile, "epochs=3", "class-weights=100,0.01,0.01");
  const GValue *confusion = NULL;
  GstMessage *message = NULL;
  guint64 n_first = 0;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++) {
    g_clear_pointer (&message, gst_message_unref);
    message = train_pop_named (pipeline, "ssio-epoch");
  }
  confusion = gst_structure_get_value (gst_message_get_structure (message),
      "confusion");
  for (i = 0; i < TRAIN_N_CLASSES; i++)
    n_first += g_value_get_uint64 (gst_value_array_get_value (
        gst_value_array_get_value (confusion, i), 0));
  fail_unless (n_first > TRAIN_N_POINTS * 9 / 10);
  gst_message_unref (message);
  train_free_pipeline (pipeline);
  g_free (tile);
}
GST_END_TEST;

static Suite *
ssiolinear_train_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-train");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, epochs_lower_the_loss);
  tcase_add_test (tcase, the_line_of_an_epoch_says_that_it_trained);
  tcase_add_test (tcase, each_batch_can_be_told_of_or_none);
  tcase_add_test (tcase, saved_weights_are_for_the_next_pipeline);
  tcase_add_test (tcase, weights_know_how_inputs_were_normalised);
  tcase_add_test (tcase,
      weights_have_the_same_bits_with_any_number_of_threads);
  tcase_add_test (tcase, the_cosine_schedule_asks_the_source_how_long_it_is);
  tcase_add_test (tcase,
      a_feature_that_is_no_number_is_an_error_that_names_the_point);
  tcase_add_test (tcase,
      a_loss_that_is_no_number_stops_and_keeps_the_last_weights);
  tcase_add_test (tcase,
      a_label_that_is_no_class_is_an_error_that_names_the_point);
  tcase_add_test (tcase, ignored_points_change_nothing);
  tcase_add_test (tcase, a_batch_that_is_dropped_is_not_trained);
  tcase_add_test (tcase, batches_make_a_step_together_and_the_rest_at_the_end);
  tcase_add_test (tcase, a_flush_keeps_what_was_learned);
  tcase_add_test (tcase, new_caps_keep_what_was_learned);
  tcase_add_test (tcase, settings_that_do_not_go_together_are_errors);
  tcase_add_test (tcase, weights_that_cannot_be_written_are_an_error);
  tcase_add_test (tcase, class_weights_pull_to_their_class);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_train)
