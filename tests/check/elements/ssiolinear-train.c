/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "linear/safetensors.h"
#include "linearcheck.h"

/* Points of two inputs and a class from 0 to 2. */
#define LAYOUT "x:f4,y:f4,label:f4"
#define N_COLUMNS 3
#define N_CLASSES 3
#define POINT_SIZE 12
#define BATCH 500
#define N_POINTS (11 * BATCH + 100)

#define CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,label:f4\", " \
  "point-size=(int)12, batch-size=(int)500"

#define TRAIN "label=label layers=8,3 train=true learning-rate=0.01 threads=2"

/* Three clusters, around points of a circle. */
static gfloat *
make_points (guint n)
{
  GRand *random = g_rand_new_with_seed (3);
  gfloat *points = g_new (gfloat, n * N_COLUMNS);
  guint p;

  for (p = 0; p < n; p++) {
    guint class = g_rand_int_range (random, 0, N_CLASSES);
    gdouble angle = 2 * G_PI * class / N_CLASSES;

    points[p * N_COLUMNS]
        = cos (angle) + g_rand_double_range (random, -0.8, 0.8);
    points[p * N_COLUMNS + 1]
        = sin (angle) + g_rand_double_range (random, -0.8, 0.8);
    points[p * N_COLUMNS + 2] = class;
  }
  g_rand_free (random);
  return points;
}

static gchar *
write_points (const gfloat *points, guint n)
{
  return ssio_check_write_file (".bin", points, n * POINT_SIZE);
}

static gchar *
write_tile (void)
{
  gfloat *points = make_points (N_POINTS);
  gchar *path = write_points (points, N_POINTS);

  g_free (points);
  return path;
}

static GstElement *
launch (const gchar *tile, const gchar *source, const gchar *linear)
{
  return ssio_check_launch ("ssiosrc location=%s layout=" LAYOUT
                            " batch-size=500 %s ! queue ! "
                            "ssiolinear name=linear " TRAIN " %s",
      tile, source, linear);
}

static void
free_pipeline (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
run (const gchar *tile, const gchar *source, const gchar *linear)
{
  GstElement *pipeline = launch (tile, source, linear);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  free_pipeline (pipeline);
}

static gdouble
get_double (GstMessage *message, const gchar *field)
{
  gdouble value;

  fail_unless (gst_structure_get_double (gst_message_get_structure (message),
                   field, &value),
      "%s", field);
  return value;
}

static guint64
get_uint64 (GstMessage *message, const gchar *field)
{
  return linear_get_uint64 (gst_message_get_structure (message), field);
}

/* The next element message of that name, or NULL at EOS. */
static GstMessage *
pop_named (GstElement *element, const gchar *name)
{
  for (;;) {
    GstMessage *message = ssio_check_pop (element,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

    fail_unless (message != NULL, "no message %s", name);
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
      gst_message_unref (message);
      return NULL;
    }
    if (gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
}

static GBytes *
read_file (const gchar *path)
{
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL), "%s", path);
  return g_bytes_new_take (bytes, size);
}

static void
check_same_file (const gchar *expected, const gchar *found)
{
  GBytes *a = read_file (expected);
  GBytes *b = read_file (found);

  fail_unless (g_bytes_equal (a, b));
  g_bytes_unref (a);
  g_bytes_unref (b);
}

static gchar *
with_path (const gchar *format, const gchar *path)
{
  gchar **parts = g_strsplit (format, "PATH", -1);
  gchar *text = g_strjoinv (path, parts);

  g_strfreev (parts);
  return text;
}

GST_START_TEST (epochs_lower_the_loss)
{
  gchar *tile = write_tile ();
  GstElement *pipeline = launch (tile, "epochs=5", "");
  gdouble first_loss = 0;
  gdouble loss = INFINITY;
  guint epoch;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (epoch = 0; epoch < 5; epoch++) {
    GstMessage *message = pop_named (pipeline, "ssio-epoch");

    fail_unless (message != NULL);
    fail_unless (get_double (message, "loss") < loss);
    loss = get_double (message, "loss");
    if (epoch == 0)
      first_loss = loss;
    fail_unless_equals_uint64 (get_uint64 (message, "step"), 12 * (epoch + 1));
    fail_unless_equals_uint64 (get_uint64 (message, "scored-points"),
        N_POINTS);
    fail_unless_equals_float (get_double (message, "learning-rate"), 0.01);
    if (epoch == 4)
      fail_unless (get_double (message, "accuracy") > 0.9);
    fail_if (gst_structure_has_field (gst_message_get_structure (message),
        "output-mean"));
    gst_message_unref (message);
  }
  fail_unless (loss < first_loss / 2);
  free_pipeline (pipeline);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (the_line_of_an_epoch_says_that_it_trained)
{
  gchar *tile = write_tile ();
  GstElement *pipeline = launch (tile, "epochs=2", "");
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
  free_pipeline (pipeline);
  g_free (tile);
}
GST_END_TEST;

static guint
count_messages (const gchar *linear)
{
  gchar *tile = write_tile ();
  GstElement *pipeline = launch (tile, "epochs=2", linear);
  GstMessage *message;
  guint n = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = pop_named (pipeline, "ssio-training"))) {
    fail_unless_equals_uint64 (get_uint64 (message, "batch"), n % 12);
    fail_unless_equals_uint64 (get_uint64 (message, "step"), n + 1);
    fail_unless_equals_uint64 (get_uint64 (message, "points"),
        n % 12 == 11 ? 100 : 500);
    fail_unless (get_double (message, "loss") > 0);
    fail_unless (get_double (message, "accuracy") <= 1);
    n++;
    gst_message_unref (message);
  }
  free_pipeline (pipeline);
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
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = with_path ("save-weights=PATH", path);
  GstElement *pipeline = launch (tile, "epochs=4", linear);
  GstSsioModel *model = ssio_check_new_model (2, "8,3");
  GstMessage *message;
  GstSsioTensors *tensors;
  gdouble loss = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = pop_named (pipeline, "ssio-epoch"))) {
    loss = get_double (message, "loss");
    gst_message_unref (message);
  }
  free_pipeline (pipeline);
  tensors = gst_ssio_tensors_load (path, NULL);
  fail_unless (tensors != NULL);
  fail_unless (gst_ssio_safetensors_read (tensors, "", model, NULL));
  fail_unless (gst_ssio_tensors_have (tensors, "2.bias"));
  gst_ssio_tensors_free (tensors);
  gst_ssio_model_free (model);

  pipeline = ssio_check_launch ("ssiosrc location=%s layout=" LAYOUT
                                " ! queue ! ssiolinear "
                                "label=label layers=8,3 weights=%s",
      tile, path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = pop_named (pipeline, "ssio-epoch");
  fail_unless (get_double (message, "loss") <= loss);
  gst_message_unref (message);
  free_pipeline (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* What is trained on normalised inputs is evaluated on such. */
static void
check_normalized (const gchar *normalize, guint first_epoch)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *format
      = g_strdup_printf ("save-weights=PATH normalize=%s", normalize);
  gchar *linear = with_path (format, path);
  GstElement *pipeline = launch (tile, "epochs=4", linear);
  gdouble loss = 0;
  guint n = 0;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = pop_named (pipeline, "ssio-epoch"))) {
    fail_unless_equals_int (
        gst_structure_has_field (gst_message_get_structure (message), "loss"),
        n >= first_epoch);
    if (n++ >= first_epoch)
      loss = get_double (message, "loss");
    gst_message_unref (message);
  }
  free_pipeline (pipeline);
  pipeline = ssio_check_launch ("ssiosrc location=%s layout=" LAYOUT
                                " batch-size=500 ! queue ! "
                                "ssiolinear label=label layers=8,3 weights=%s",
      tile, path);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = pop_named (pipeline, "ssio-epoch");
  fail_unless (get_double (message, "loss") <= loss);
  gst_message_unref (message);
  free_pipeline (pipeline);
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
  gchar *tile = write_tile ();
  gchar *expected = ssio_check_make_path (".safetensors");
  gchar *found = ssio_check_make_path (".safetensors");
  gchar *linear = with_path ("threads=1 save-weights=PATH", expected);
  guint i;

  run (tile, "epochs=2 shuffle=points", linear);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    gchar *format
        = g_strdup_printf ("threads=%u save-weights=PATH", threads[i]);
    gchar *again = with_path (format, found);

    run (tile, "epochs=2 shuffle=points", again);
    check_same_file (expected, found);
    g_free (format);
    g_free (again);
  }
  g_free (linear);
  g_free (found);
  g_free (expected);
  g_free (tile);
}
GST_END_TEST;

typedef struct {
  GstElement *pipeline;
  gint n_left; /* of batches that pass */
} Kill;

static GstPadProbeReturn
count_batch (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Kill *kill = user_data;

  if (kill->n_left-- > 0)
    return GST_PAD_PROBE_PASS;
  gst_element_post_message (kill->pipeline,
      gst_message_new_application (GST_OBJECT (kill->pipeline),
          gst_structure_new_empty ("killed")));
  return GST_PAD_PROBE_OK;
}

/* Ends a pipeline after n batches, wherever that is. */
static void
kill_after (GstElement *pipeline, guint n)
{
  GstElement *linear = gst_bin_get_by_name (GST_BIN (pipeline), "linear");
  GstPad *pad = gst_element_get_static_pad (linear, "sink");
  Kill kill = { pipeline, n };

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER,
      count_batch, &kill, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_APPLICATION);
  gst_object_unref (pad);
  gst_object_unref (linear);
  free_pipeline (pipeline);
}

/* Whatever was killed on the way, and how often, the same command line ends
 * with the weights of a training that was left in peace. */
static void
check_resume (const gchar *source, const gchar *linear, const guint *kills)
{
  gchar *tile = write_tile ();
  gchar *expected = ssio_check_make_path (".safetensors");
  gchar *found = ssio_check_make_path (".safetensors");
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *whole = g_strdup_printf ("%s save-weights=%s", linear, expected);
  gchar *cut = g_strdup_printf ("%s save-weights=%s checkpoint=%s", linear,
      found, checkpoint);

  run (tile, source, whole);
  for (; *kills > 0; kills++)
    kill_after (launch (tile, source, cut), *kills);
  run (tile, source, cut);
  check_same_file (expected, found);
  g_free (cut);
  g_free (whole);
  g_free (checkpoint);
  g_free (found);
  g_free (expected);
  g_free (tile);
}

GST_START_TEST (a_killed_training_goes_on_bit_for_bit)
{
  check_resume ("epochs=4 shuffle=points seed=5", "", (guint[]){ 17, 20, 0 });
  check_resume ("epochs=4 shuffle=batches", "optimizer=sgd momentum=0.9",
      (guint[]){ 30, 1, 0 });
  check_resume ("epochs=4", "normalize=stats schedule=cosine",
      (guint[]){ 14, 13, 0 });
}
GST_END_TEST;

GST_START_TEST (checkpoints_within_an_epoch_go_on_bit_for_bit)
{
  check_resume ("epochs=3 shuffle=points", "checkpoint-interval=1",
      (guint[]){ 5, 9, 1, 0 });
  check_resume ("epochs=3 shuffle=batches",
      "checkpoint-interval=4 steps-per-update=5 schedule=cosine",
      (guint[]){ 7, 8, 20, 0 });
}
GST_END_TEST;

GST_START_TEST (a_checkpoint_of_another_stream_is_refused)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = with_path ("checkpoint=PATH", path);
  GstElement *pipeline;

  run (tile, "epochs=1 seed=1", linear);
  pipeline = launch (tile, "epochs=2 seed=2", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "the checkpoint of an element behind", "seed=2", "found 1", NULL);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* Nobody knows where in such a file the batches of another stream are. */
GST_START_TEST (a_checkpoint_is_not_for_a_file_that_is_followed)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = with_path ("checkpoint=PATH", path);
  GstElement *pipeline;
  GBytes *before, *after;

  run (tile, "epochs=1", linear);
  before = read_file (path);
  pipeline = launch (tile, "follow=true", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "follow=true", "the checkpoint of an element behind",
      "batch=(guint64)12", "without follow", NULL);
  after = read_file (path);
  fail_unless (g_bytes_equal (before, after));
  g_bytes_unref (before);
  g_bytes_unref (after);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* It says what to do, and leaves the checkpoint alone. */
GST_START_TEST (a_training_that_is_over_does_not_begin_again)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = with_path ("checkpoint=PATH", path);
  GstElement *pipeline;
  GstMessage *message;

  run (tile, "epochs=2", linear);
  pipeline = launch (tile, "epochs=2", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "epochs=2", "raise epochs", NULL);
  gst_object_unref (pipeline);
  /* an empty text is no place to resume from */
  pipeline = launch (tile, "epochs=3 resume-from=\"\"", linear);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = pop_named (pipeline, "ssio-epoch");
  fail_unless_equals_uint64 (get_uint64 (message, "step"), 36);
  gst_message_unref (message);
  fail_unless (pop_named (pipeline, "ssio-epoch") == NULL);
  free_pipeline (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (a_checkpoint_that_is_none_is_refused)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_write_file (".checkpoint", "not a tensor", 12);
  gchar *linear = with_path ("checkpoint=PATH", path);
  GstElement *pipeline = launch (tile, "", linear);

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      path, "is no safetensors file", NULL);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* The learning rate after the last step is 0. */
static void
check_cosine (const gchar *source, const gchar *linear, guint64 n_steps)
{
  gchar *tile = write_tile ();
  GstElement *pipeline = launch (tile, source, linear);
  gdouble rate = 0.01;
  guint64 step = 0;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((message = pop_named (pipeline, "ssio-epoch"))) {
    if (gst_structure_has_field (gst_message_get_structure (message),
            "step")) {
      fail_unless (get_double (message, "learning-rate") < rate);
      rate = get_double (message, "learning-rate");
      step = get_uint64 (message, "step");
    }
    gst_message_unref (message);
  }
  fail_unless_equals_uint64 (step, n_steps);
  fail_unless_equals_float (rate, 0);
  free_pipeline (pipeline);
  g_free (tile);
}

/* Whether all epochs are trained, or the first one measures. */
GST_START_TEST (the_cosine_schedule_asks_the_source_how_long_it_is)
{
  gchar *tile = write_tile ();
  GstElement *pipeline = launch (tile, "epochs=0", "schedule=cosine");

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
  gfloat *points = make_points (N_POINTS);
  gfloat *bad = points + (7 * BATCH + 3) * N_COLUMNS;
  gchar *tile = write_points (points, N_POINTS);
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = with_path ("ignore-label=9 save-weights=PATH", path);
  GBytes *before, *after;
  GstElement *pipeline;
  gchar *text;

  run (tile, "epochs=2", linear);
  before = read_file (path);
  for (; n > 0; n--, bad += N_COLUMNS) {
    bad[0] = value;
    bad[2] = label;
  }
  g_free (tile);
  tile = write_points (points, N_POINTS);
  text = with_path (place, tile);
  pipeline = launch (tile, "epochs=2", linear);
  ssio_check_error (pipeline, GST_STREAM_ERROR, code, text, fault,
      "weights are as they were", NULL);
  after = read_file (path);
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

GST_START_TEST (a_cosine_that_is_over_does_not_train_at_a_rate_of_0)
{
  gchar *tile = write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = with_path ("schedule=cosine checkpoint=PATH", path);
  gchar *longer = g_strdup_printf ("%s schedule-steps=48", linear);
  GstElement *pipeline;

  run (tile, "epochs=2", linear);
  pipeline = launch (tile, "epochs=4", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "all 24 steps", "set schedule-steps", NULL);
  gst_object_unref (pipeline);
  run (tile, "epochs=4", longer);
  g_free (longer);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

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
  gfloat *points = make_points (N_POINTS);
  GstElement *pipeline;
  gchar *tile;

  points[(2 * BATCH + 41) * N_COLUMNS + 2] = 3;
  tile = write_points (points, N_POINTS);
  pipeline = launch (tile, "", "");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, tile,
      "point 1041", "the label label is 3", NULL);
  gst_object_unref (pipeline);
  g_free (tile);
  g_free (points);
}
GST_END_TEST;

GST_START_TEST (ignored_points_change_nothing)
{
  gfloat *points = make_points (2 * N_POINTS);
  gchar *with = ssio_check_make_path (".safetensors");
  gchar *without = ssio_check_make_path (".safetensors");
  gchar *linear = with_path ("save-weights=PATH ignore-label=9", with);
  gchar *plain = with_path ("save-weights=PATH", without);
  gchar *tile;
  guint p;

  /* batches of their own are skipped as a whole */
  for (p = BATCH; p < 2 * BATCH; p++)
    points[p * N_COLUMNS + 2] = 9;
  tile = write_points (points, 3 * BATCH);
  run (tile, "epochs=3", linear);
  g_free (tile);
  memmove (points + BATCH * N_COLUMNS, points + 2 * BATCH * N_COLUMNS,
      BATCH * POINT_SIZE);
  tile = write_points (points, 2 * BATCH);
  run (tile, "epochs=3", plain);
  check_same_file (without, with);
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
  gchar *text = g_strdup_printf (TRAIN " %s", properties);
  GstHarness *harness = linear_new (text);

  g_free (text);
  linear_start_stream (harness, CAPS);
  return harness;
}

static void
push_batch (GstHarness *harness, const gfloat *points, guint batch, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * POINT_SIZE, NULL);

  gst_buffer_fill (buffer, 0, points + batch * BATCH * N_COLUMNS,
      n * POINT_SIZE);
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
}

/* Whether a batch is missing or was never there is the same. */
GST_START_TEST (a_batch_that_is_dropped_is_not_trained)
{
  gfloat *points = make_points (N_POINTS);
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = with_path ("save-weights=PATH", path);
  GstHarness *harness = new_harness (linear);
  GstMessage *message;
  guint batch;

  for (batch = 0; batch < 5; batch++) {
    if (batch != 2)
      push_batch (harness, points, batch, BATCH);
  }
  push_batch (harness, points, 6, 1);
  push_batch (harness, points, 6, 0);
  linear_push_eos (harness);
  message = pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (get_uint64 (message, "step"), 5);
  fail_unless_equals_uint64 (get_uint64 (message, "scored-points"),
      4 * BATCH + 1);
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
  gfloat *points = make_points (N_POINTS);
  GstHarness *harness = new_harness ("steps-per-update=4 report-interval=0");
  GstMessage *message;
  guint batch;

  for (batch = 0; batch < 6; batch++) {
    push_batch (harness, points, batch, BATCH);
    message = pop_named (harness->element, "ssio-training");
    fail_unless_equals_uint64 (get_uint64 (message, "step"),
        batch / 4 + (batch == 3));
    gst_message_unref (message);
  }
  linear_push_eos (harness);
  message = pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (get_uint64 (message, "step"), 2);
  gst_message_unref (message);
  linear_teardown (harness);
  g_free (points);
}
GST_END_TEST;

/* What was learned before the flush stays, and the epoch begins anew. */
GST_START_TEST (a_flush_keeps_what_was_learned)
{
  gfloat *points = make_points (N_POINTS);
  GstHarness *harness = new_harness ("");
  GstMessage *message;

  push_batch (harness, points, 0, BATCH);
  linear_flush (harness);
  push_batch (harness, points, 1, BATCH);
  linear_push_eos (harness);
  message = pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (get_uint64 (message, "step"), 2);
  fail_unless_equals_uint64 (get_uint64 (message, "points"), BATCH);
  fail_unless_equals_uint64 (get_uint64 (message, "scored-points"), BATCH);
  gst_message_unref (message);
  linear_teardown (harness);
  g_free (points);
}
GST_END_TEST;

/* Other caps of the same inputs go on with the model, fewer inputs do not. */
GST_START_TEST (new_caps_keep_what_was_learned)
{
  gfloat *points = make_points (N_POINTS);
  GstHarness *harness = new_harness ("features=x,y");
  GstMessage *message;

  push_batch (harness, points, 0, BATCH);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"y:f4,x:f4,label:f4\", "
      "point-size=(int)12, batch-size=(int)500");
  push_batch (harness, points, 1, BATCH);
  linear_push_eos (harness);
  message = pop_named (harness->element, "ssio-epoch");
  fail_unless_equals_uint64 (get_uint64 (message, "step"), 2);
  gst_message_unref (message);
  linear_teardown (harness);

  harness = new_harness ("");
  push_batch (harness, points, 0, BATCH);
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
  gchar *tile = write_tile ();
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s layout=" LAYOUT
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
  check_setting (TRAIN " predictions=a.npy", GST_RESOURCE_ERROR_SETTINGS,
      "expected with train=false");
  check_setting (TRAIN " class-weights=1,2", GST_RESOURCE_ERROR_SETTINGS,
      "expected 3 numbers");
  check_setting (TRAIN " class-weights=1,2,-1", GST_RESOURCE_ERROR_SETTINGS,
      "expected 3 numbers");
  check_setting (TRAIN " class-weights=1,2,a", GST_RESOURCE_ERROR_SETTINGS,
      "expected 3 numbers");
  check_setting (TRAIN " class-weights=1,2,3,4", GST_RESOURCE_ERROR_SETTINGS,
      "expected 3 numbers");
  check_setting (TRAIN " layers=1", GST_RESOURCE_ERROR_SETTINGS,
      "an output for each");
  check_setting (TRAIN " save-weights=/nowhere/at/all",
      GST_RESOURCE_ERROR_OPEN_WRITE, "in a folder that is there");
}
GST_END_TEST;

/* The disk may be full, or the folder gone, when the epoch ends. */
GST_START_TEST (weights_that_cannot_be_written_are_an_error)
{
  gchar *tile = write_tile ();
  gchar *folder = ssio_check_make_path (".folder");
  gchar *path = g_build_filename (folder, "model.safetensors", NULL);
  gchar *linear = with_path ("save-weights=PATH", path);
  GstElement *pipeline = launch (tile, "", linear);

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

/* The same command line writes them later, whatever checkpoints there are. */
GST_START_TEST (weights_that_could_not_be_written_are_not_lost)
{
  gchar *tile = write_tile ();
  gchar *folder = ssio_check_make_path (".folder");
  gchar *path = g_build_filename (folder, "model.safetensors", NULL);
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *linear
      = g_strdup_printf ("save-weights=%s checkpoint=%s checkpoint-interval=1",
          path, checkpoint);
  GstElement *pipeline = launch (tile, "", linear);

  fail_unless (g_mkdir (folder, 0700) == 0);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (g_rmdir (folder) == 0);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      path, NULL);
  gst_object_unref (pipeline);
  fail_unless (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  fail_unless (g_mkdir (folder, 0700) == 0);
  run (tile, "", linear);
  fail_unless (g_unlink (path) == 0);
  fail_unless (g_rmdir (folder) == 0);
  g_free (linear);
  g_free (checkpoint);
  g_free (path);
  g_free (folder);
  g_free (tile);
}
GST_END_TEST;

/* The weights of one class count as many times as it is heavier. */
GST_START_TEST (class_weights_pull_to_their_class)
{
  gchar *tile = write_tile ();
  GstElement *pipeline
      = launch (tile, "epochs=3", "class-weights=100,0.01,0.01");
  const GValue *confusion = NULL;
  GstMessage *message = NULL;
  guint64 n_first = 0;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++) {
    g_clear_pointer (&message, gst_message_unref);
    message = pop_named (pipeline, "ssio-epoch");
  }
  confusion = gst_structure_get_value (gst_message_get_structure (message),
      "confusion");
  for (i = 0; i < N_CLASSES; i++)
    n_first += g_value_get_uint64 (gst_value_array_get_value (
        gst_value_array_get_value (confusion, i), 0));
  fail_unless (n_first > N_POINTS * 9 / 10);
  gst_message_unref (message);
  free_pipeline (pipeline);
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
  tcase_add_test (tcase, a_killed_training_goes_on_bit_for_bit);
  tcase_add_test (tcase, checkpoints_within_an_epoch_go_on_bit_for_bit);
  tcase_add_test (tcase, a_checkpoint_of_another_stream_is_refused);
  tcase_add_test (tcase, a_checkpoint_is_not_for_a_file_that_is_followed);
  tcase_add_test (tcase, a_training_that_is_over_does_not_begin_again);
  tcase_add_test (tcase, a_checkpoint_that_is_none_is_refused);
  tcase_add_test (tcase, the_cosine_schedule_asks_the_source_how_long_it_is);
  tcase_add_test (tcase, a_cosine_that_is_over_does_not_train_at_a_rate_of_0);
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
  tcase_add_test (tcase, weights_that_could_not_be_written_are_not_lost);
  tcase_add_test (tcase, class_weights_pull_to_their_class);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_train)
