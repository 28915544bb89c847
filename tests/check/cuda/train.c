/* SPDX-License-Identifier: MIT */
/* ssiolinear that trains where there is a device. */

#include <math.h>

#include "cudacheck.h"
#include "elements/traincheck.h"

/* After the properties of ssiosrc. */
#define TO_DEVICE " ! ssiocudaupload"

/* Too wide for the shared memory of a device. */
#define WIDE "features=x,y layers=300,300,3 "

/* Runs to the end. Returns the weights that it leaves. */
static GBytes *
train (const gchar *tile, const gchar *source, const gchar *linear,
    guint n_warnings)
{
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *properties = g_strdup_printf ("%s save-weights=%s", linear, path);
  GstElement *pipeline = train_launch (tile, source, properties);
  GstMessageType type = GST_MESSAGE_UNKNOWN;
  guint n = 0;
  GBytes *bytes;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (type != GST_MESSAGE_EOS) {
    GstMessage *message = ssio_check_pop (pipeline,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

    fail_unless (message != NULL);
    type = GST_MESSAGE_TYPE (message);
    fail_if (type == GST_MESSAGE_ERROR);
    n += type == GST_MESSAGE_WARNING;
    gst_message_unref (message);
  }
  fail_unless_equals_int (n, n_warnings);
  train_free_pipeline (pipeline);
  bytes = train_read_file (path);
  g_free (properties);
  g_free (path);
  return bytes;
}

static void
check_as_cpu (const gchar *source, const gchar *linear)
{
  gchar *tile = train_write_tile ();
  gchar *on_device = g_strconcat (source, TO_DEVICE, NULL);
  GBytes *expected = train (tile, source, linear, 0);
  GBytes *found = train (tile, on_device, linear, 0);
  GBytes *again = train (tile, on_device, linear, 0);

  train_check_close (expected, found);
  fail_unless (g_bytes_equal (found, again));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_bytes_unref (again);
  g_free (on_device);
  g_free (tile);
}

GST_START_TEST (weights_are_those_of_the_cpu_but_for_rounding)
{
  check_as_cpu ("epochs=2", "");
  check_as_cpu ("epochs=3 shuffle=points seed=2",
      "normalize=stats optimizer=sgd learning-rate=0.02 schedule=cosine");
  check_as_cpu ("epochs=2 shuffle=batches",
      "class-weights=1,0.5,3 ignore-label=1 steps-per-update=4");
  check_as_cpu ("epochs=1", "class-map=0:2,1:7,2:0 ignore-label=7");
}
GST_END_TEST;

GST_START_TEST (a_training_goes_on_from_a_checkpoint_bit_for_bit)
{
  gchar *tile = train_write_tile ();
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *cut = train_with_path ("normalize=stats checkpoint=PATH", checkpoint);
  GBytes *expected, *found;

  expected = train (tile, "epochs=4" TO_DEVICE, "normalize=stats", 0);
  g_bytes_unref (train (tile, "epochs=2" TO_DEVICE, cut, 0));
  found = train (tile, "epochs=4" TO_DEVICE, cut, 0);
  fail_unless (g_bytes_equal (expected, found));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_free (cut);
  g_free (checkpoint);
  g_free (tile);
}
GST_END_TEST;

/* On the CPU, that is, to which batches come back or which they do not leave. */
static void
check_on_cpu (const gchar *linear)
{
  gchar *tile = train_write_tile ();
  GBytes *expected = train (tile, "epochs=2", linear, 0);
  GBytes *found = train (tile, "epochs=2" TO_DEVICE, linear, 1);

  fail_unless (g_bytes_equal (expected, found));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_free (tile);
}

GST_START_TEST (what_a_device_cannot_train_the_cpu_does_with_one_warning)
{
  check_on_cpu ("normalize=center-xy");
  check_on_cpu (WIDE);
}
GST_END_TEST;

/* Of point 3503. */
static void
check_bad_point (guint column, gfloat value, const gchar *fault)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GstElement *pipeline;
  gchar *tile, *place;

  points[3503 * TRAIN_N_COLUMNS + column] = value;
  tile = train_write_points (points, TRAIN_N_POINTS);
  place = train_with_path ("PATH: point 3503: ", tile);
  pipeline = train_launch (tile, "epochs=2" TO_DEVICE, "");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, place,
      fault, NULL);
  gst_object_unref (pipeline);
  g_free (place);
  g_free (tile);
  g_free (points);
}

GST_START_TEST (a_point_that_nothing_is_learned_from_is_named)
{
  check_bad_point (0, NAN, "the feature x is nan");
  check_bad_point (2, 3, "the label label is 3");
}
GST_END_TEST;

static Suite *
cuda_train_suite (void)
{
  Suite *suite = suite_create ("cuda-train");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, weights_are_those_of_the_cpu_but_for_rounding);
  tcase_add_test (tcase, a_training_goes_on_from_a_checkpoint_bit_for_bit);
  tcase_add_test (tcase,
      what_a_device_cannot_train_the_cpu_does_with_one_warning);
  tcase_add_test (tcase, a_point_that_nothing_is_learned_from_is_named);
  return suite;
}

SSIO_CHECK_MAIN (cuda_train)
