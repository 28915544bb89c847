/* SPDX-License-Identifier: MIT */
/* Trainings that go on from a checkpoint. */

#include <glib/gstdio.h>

#include "traincheck.h"

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
  train_free_pipeline (pipeline);
}

/* Whatever was killed on the way, and how often, the same command line ends
 * with the weights of a training that was left in peace. */
static void
check_resume (const gchar *source, const gchar *linear, const guint *kills)
{
  gchar *tile = train_write_tile ();
  gchar *expected = ssio_check_make_path (".safetensors");
  gchar *found = ssio_check_make_path (".safetensors");
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *whole = g_strdup_printf ("%s save-weights=%s", linear, expected);
  gchar *cut = g_strdup_printf ("%s save-weights=%s checkpoint=%s", linear,
      found, checkpoint);

  train_run (tile, source, whole);
  for (; *kills > 0; kills++)
    kill_after (train_launch (tile, source, cut), *kills);
  train_run (tile, source, cut);
  train_check_same_file (expected, found);
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
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = train_with_path ("checkpoint=PATH", path);
  GstElement *pipeline;

  train_run (tile, "epochs=1 seed=1", linear);
  pipeline = train_launch (tile, "epochs=2 seed=2", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "the checkpoint of an element behind", "seed=2", "found 1",
      "another checkpoint", NULL);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* Nobody knows where in such a file the batches of another stream are. */
GST_START_TEST (a_checkpoint_is_not_for_a_file_that_is_followed)
{
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = train_with_path ("checkpoint=PATH", path);
  GstElement *pipeline;
  GBytes *before, *after;

  train_run (tile, "epochs=1", linear);
  before = train_read_file (path);
  pipeline = train_launch (tile, "follow=true", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "follow=true", "the checkpoint of an element behind",
      "batch=(guint64)12", "without follow", NULL);
  after = train_read_file (path);
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
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = train_with_path ("checkpoint=PATH", path);
  GstElement *pipeline;
  GstMessage *message;

  train_run (tile, "epochs=2", linear);
  pipeline = train_launch (tile, "epochs=2", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "epochs=2", "raise epochs", NULL);
  gst_object_unref (pipeline);
  /* an empty text is no place to resume from */
  pipeline = train_launch (tile, "epochs=3 resume-from=\"\"", linear);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = train_pop_named (pipeline, "ssio-epoch");
  fail_unless_equals_uint64 (train_get_uint64 (message, "step"), 36);
  gst_message_unref (message);
  fail_unless (train_pop_named (pipeline, "ssio-epoch") == NULL);
  train_free_pipeline (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (a_checkpoint_that_is_none_is_refused)
{
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_write_file (".checkpoint", "not a tensor", 12);
  gchar *linear = train_with_path ("checkpoint=PATH", path);
  GstElement *pipeline = train_launch (tile, "", linear);

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      path, "is no safetensors file", NULL);
  gst_object_unref (pipeline);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (a_cosine_that_is_over_does_not_train_at_a_rate_of_0)
{
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".checkpoint");
  gchar *linear = train_with_path ("schedule=cosine checkpoint=PATH", path);
  gchar *longer = g_strdup_printf ("%s schedule-steps=48", linear);
  GstElement *pipeline;

  train_run (tile, "epochs=2", linear);
  pipeline = train_launch (tile, "epochs=4", linear);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "all 24 steps", "set schedule-steps", NULL);
  gst_object_unref (pipeline);
  train_run (tile, "epochs=4", longer);
  g_free (longer);
  g_free (linear);
  g_free (path);
  g_free (tile);
}
GST_END_TEST;

/* The same command line writes them later, whatever checkpoints there are. */
GST_START_TEST (weights_that_could_not_be_written_are_not_lost)
{
  gchar *tile = train_write_tile ();
  gchar *folder = ssio_check_make_path (".folder");
  gchar *path = g_build_filename (folder, "model.safetensors", NULL);
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *linear
      = g_strdup_printf ("save-weights=%s checkpoint=%s checkpoint-interval=1",
          path, checkpoint);
  GstElement *pipeline = train_launch (tile, "", linear);

  fail_unless (g_mkdir (folder, 0700) == 0);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (g_rmdir (folder) == 0);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      path, NULL);
  gst_object_unref (pipeline);
  fail_unless (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  fail_unless (g_mkdir (folder, 0700) == 0);
  train_run (tile, "", linear);
  fail_unless (g_unlink (path) == 0);
  fail_unless (g_rmdir (folder) == 0);
  g_free (linear);
  g_free (checkpoint);
  g_free (path);
  g_free (folder);
  g_free (tile);
}
GST_END_TEST;

static Suite *
ssiolinear_checkpoint_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-checkpoint");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_killed_training_goes_on_bit_for_bit);
  tcase_add_test (tcase, checkpoints_within_an_epoch_go_on_bit_for_bit);
  tcase_add_test (tcase, a_checkpoint_of_another_stream_is_refused);
  tcase_add_test (tcase, a_checkpoint_is_not_for_a_file_that_is_followed);
  tcase_add_test (tcase, a_training_that_is_over_does_not_begin_again);
  tcase_add_test (tcase, a_checkpoint_that_is_none_is_refused);
  tcase_add_test (tcase, a_cosine_that_is_over_does_not_train_at_a_rate_of_0);
  tcase_add_test (tcase, weights_that_could_not_be_written_are_not_lost);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_checkpoint)
