/* SPDX-License-Identifier: MIT */
/* ssiolinear that trains where there is a device. */

#include <glib/gstdio.h>
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

/* Two epochs in one place and two more in the other. */
static void
check_move (const gchar *first, const gchar *second)
{
  gchar *tile = train_write_tile ();
  gchar *checkpoint = ssio_check_make_path (".checkpoint");
  gchar *cut = train_with_path ("normalize=stats checkpoint=PATH", checkpoint);
  gchar *half = g_strconcat ("epochs=2", first, NULL);
  gchar *rest = g_strconcat ("epochs=4", second, NULL);
  GBytes *expected = train (tile, "epochs=4", "normalize=stats", 0);
  GBytes *found;

  g_bytes_unref (train (tile, half, cut, 0));
  found = train (tile, rest, cut, 0);
  train_check_close (expected, found);
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_free (half);
  g_free (rest);
  g_free (cut);
  g_free (checkpoint);
  g_free (tile);
}

GST_START_TEST (a_checkpoint_goes_on_where_it_was_not_written)
{
  check_move ("", TO_DEVICE);
  check_move (TO_DEVICE, "");
}
GST_END_TEST;

/* A kernel that did not wait for its batch, or a copy into a slot that a kernel
 * still reads, would learn from other points. */
GST_START_TEST (order_is_kept_whatever_is_slow)
{
  gchar *tile = train_write_tile ();
  GBytes *expected;
  guint slots;

  ssio_cuda_skip_without_fake ();
  expected = train (tile, "epochs=2" TO_DEVICE, "", 0);
  for (slots = 1; slots <= 4; slots++) {
    gchar *source = g_strdup_printf ("epochs=2" TO_DEVICE " slots=%u cache=%s",
        slots, slots % 2 ? "none" : "device");
    GBytes *found;

    ssio_fake_cuda ()->set_random_delay (300, slots);
    found = train (tile, source, "", 0);
    fail_unless (g_bytes_equal (expected, found), "%u slots", slots);
    g_bytes_unref (found);
    g_free (source);
  }
  ssio_fake_cuda ()->reset ();
  g_bytes_unref (expected);
  g_free (tile);
}
GST_END_TEST;

static void
push (GstPad *pad, const gfloat *points, guint n, GstSsioCudaStream *stream)
{
  const gsize size = n * TRAIN_POINT_SIZE;
  GstBuffer *buffer;

  if (stream) {
    buffer = gst_buffer_new ();
    gst_buffer_append_memory (buffer, ssio_cuda_upload (stream, points, size));
  } else {
    buffer = gst_buffer_new_memdup (points, size);
  }
  fail_unless_equals_int (gst_pad_chain (pad, buffer), GST_FLOW_OK);
}

static void
push_caps (GstPad *pad, const gchar *features)
{
  gchar *text = g_strdup_printf ("%s%s, layout=(string)\"" TRAIN_LAYOUT
                                 "\", point-size=(int)12, batch-size=(int)%u",
      GST_SSIO_CAPS_NAME, features, TRAIN_BATCH);
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_pad_send_event (pad, gst_event_new_caps (caps)), "%s",
      text);
  gst_caps_unref (caps);
  g_free (text);
}

/* Trains with batches by turns in system memory and in a device's, or all in
 * system memory. Returns the weights. */
static GBytes *
train_by_turns (const gfloat *points, GstSsioCudaStream *stream)
{
  gchar *path = ssio_check_make_path (".safetensors");
  GstElement *linear
      = ssio_check_launch ("ssiolinear " TRAIN_PROPERTIES
                           " steps-per-update=2 sync=false save-weights=%s",
          path);
  GstPad *pad = gst_element_get_static_pad (linear, "sink");
  GstSegment segment;
  GBytes *bytes;
  guint b;

  gst_element_set_state (linear, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  gst_pad_send_event (pad, gst_event_new_stream_start ("points"));
  push_caps (pad, "");
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  for (b = 0; b < TRAIN_N_POINTS / TRAIN_BATCH; b++) {
    const gboolean on_device = stream && b % 4 >= 2;

    if (stream && b > 0 && b % 2 == 0)
      push_caps (pad,
          on_device ? "(" GST_SSIO_CAPS_FEATURE_CUDA_MEMORY ")" : "");
    push (pad, points + b * TRAIN_BATCH * TRAIN_N_COLUMNS, TRAIN_BATCH,
        on_device ? stream : NULL);
  }
  fail_unless (gst_pad_send_event (pad, gst_event_new_eos ()));
  gst_object_unref (pad);
  train_free_pipeline (linear);
  bytes = train_read_file (path);
  g_free (path);
  return bytes;
}

GST_START_TEST (batches_may_come_from_another_memory_in_mid_epoch)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstSsioCudaStream *stream = gst_ssio_cuda_stream_new (context, NULL);
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  GBytes *expected = train_by_turns (points, NULL);
  GBytes *found = train_by_turns (points, stream);

  train_check_close (expected, found);
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_free (points);
  gst_ssio_cuda_stream_unref (stream);
  gst_object_unref (context);
}
GST_END_TEST;

/* Returns whether there was an error, one of the device. */
static gboolean
run_to_error (const gchar *tile, const gchar *linear)
{
  GstElement *pipeline = train_launch (tile, "epochs=2" TO_DEVICE, linear);
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  fail_unless (!error || error->domain == GST_RESOURCE_ERROR, "%s",
      error ? error->message : "");
  gst_message_unref (message);
  train_free_pipeline (pipeline);
  if (!error)
    return FALSE;
  g_error_free (error);
  return TRUE;
}

/* What is written is of the whole first epoch, or nothing. */
GST_START_TEST (a_device_that_is_lost_is_an_error_wherever_it_happens)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *tile = train_write_tile ();
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *linear = train_with_path ("save-weights=PATH", path);
  guint n_errors = 0;
  GBytes *whole;
  guint nth;

  ssio_cuda_skip_without_fake ();
  whole = train (tile, "epochs=1" TO_DEVICE, "", 0);
  for (nth = 1; nth < 200; nth += 3) {
    gboolean has_failed;

    g_unlink (path);
    fake->set_random_delay (50, nth);
    fake->fail_operation (nth, CUDA_ERROR_ILLEGAL_ADDRESS);
    has_failed = run_to_error (tile, linear);
    fake->reset ();
    ssio_cuda_check_clean ();
    n_errors += has_failed;
    if (has_failed && g_file_test (path, G_FILE_TEST_EXISTS)) {
      GBytes *found = train_read_file (path);

      fail_unless (g_bytes_equal (whole, found));
      g_bytes_unref (found);
    }
  }
  fail_unless (n_errors > 20, "%u errors", n_errors);
  g_bytes_unref (whole);
  g_free (linear);
  g_free (path);
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
  tcase_add_test (tcase, a_checkpoint_goes_on_where_it_was_not_written);
  tcase_add_test (tcase, order_is_kept_whatever_is_slow);
  tcase_add_test (tcase, batches_may_come_from_another_memory_in_mid_epoch);
  tcase_add_test (tcase,
      a_device_that_is_lost_is_an_error_wherever_it_happens);
  return suite;
}

SSIO_CHECK_MAIN (cuda_train)
