/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "ssiocheck.h"

#define CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4\", point-size=(int)8, " \
  "batch-size=(int)100000"

/* What an epoch must have been. */
typedef struct {
  guint epoch;
  guint64 batches;
  guint64 points;
  guint64 bytes;
  gdouble means[2];
} Epoch;

/* The element in a harness that has not sent anything yet. */
static GstHarness *
new_harness (const gchar *properties)
{
  gchar *text = g_strdup_printf ("ssiolinear %s", properties);
  GstElement *element = gst_parse_launch (text, NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *harness;

  fail_unless (element != NULL, "%s", text);
  gst_element_set_bus (element, bus);
  harness = gst_harness_new_with_element (element, "sink", NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  g_free (text);
  return harness;
}

static void
teardown (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);

  /* messages hold the element, which holds the bus */
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

static void
push_segment (GstHarness *harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_segment (&segment)));
}

/* Whether the element takes the caps shows only in the next buffer's flow. */
static void
push_caps (GstHarness *harness, const gchar *text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstEvent *event;

  fail_unless (caps != NULL, "%s", text);
  event = gst_event_new_caps (caps);
  gst_caps_unref (caps);
  gst_harness_push_event (harness, event);
}

static void
start_stream (GstHarness *harness, const gchar *caps)
{
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_stream_start ("test")));
  push_caps (harness, caps);
  push_segment (harness);
}

/* An element whose outputs are its two inputs, with a stream begun. */
static GstHarness *
new_identity (const gchar *properties)
{
  gchar *weights = ssio_check_write_identity (2);
  gchar *text
      = g_strdup_printf ("layers=2 weights=%s %s", weights, properties);
  GstHarness *harness = new_harness (text);

  start_stream (harness, CAPS);
  g_free (text);
  g_free (weights);
  return harness;
}

/* n points of (x, 1). */
static GstBuffer *
new_points (guint n, gfloat x)
{
  gfloat *values = g_new (gfloat, 2 * n);
  guint i;

  for (i = 0; i < n; i++) {
    values[2 * i] = x;
    values[2 * i + 1] = 1;
  }
  return gst_buffer_new_wrapped (values, 8 * n);
}

static void
push_points (GstHarness *harness, guint n, gfloat x)
{
  fail_unless_equals_int (gst_harness_push (harness, new_points (n, x)),
      GST_FLOW_OK);
}

static void
push_eos (GstHarness *harness)
{
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
}

static void
flush (GstHarness *harness)
{
  fail_unless (gst_harness_push_event (harness, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_flush_stop (TRUE)));
  push_segment (harness);
}

static guint64
get_uint64 (const GstStructure *structure, const gchar *field)
{
  guint64 value;

  fail_unless (gst_structure_get_uint64 (structure, field, &value), "%s",
      field);
  return value;
}

static gdouble
get_mean (const GstStructure *structure, guint output)
{
  const GValue *array = gst_structure_get_value (structure, "output-mean");

  fail_unless (GST_VALUE_HOLDS_ARRAY (array));
  fail_unless (output < gst_value_array_get_size (array));
  return g_value_get_double (gst_value_array_get_value (array, output));
}

/* The next epoch's message. */
static GstMessage *
pop_epoch (GstElement *element)
{
  GstMessage *message
      = ssio_check_pop (element, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  fail_unless (message != NULL, "no message");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "element");
  fail_unless (gst_message_has_name (message, "ssio-epoch"));
  return message;
}

static void
check_epoch (GstElement *element, Epoch expected)
{
  GstMessage *message = pop_epoch (element);
  const GstStructure *structure = gst_message_get_structure (message);
  guint epoch, i;

  fail_unless (gst_structure_get_uint (structure, "epoch", &epoch));
  fail_unless_equals_int (epoch, expected.epoch);
  fail_unless_equals_uint64 (get_uint64 (structure, "batches"),
      expected.batches);
  fail_unless_equals_uint64 (get_uint64 (structure, "points"),
      expected.points);
  fail_unless_equals_uint64 (get_uint64 (structure, "bytes"), expected.bytes);
  for (i = 0; i < 2; i++) {
    gdouble mean = get_mean (structure, i);

    if (expected.points == 0)
      fail_unless (isnan (mean), "expected NaN, found %g", mean);
    else
      fail_unless_equals_float (mean, expected.means[i]);
  }
  gst_message_unref (message);
}

static void
check_nothing_posted (GstElement *element)
{
  GstBus *bus = gst_element_get_bus (element);
  GstMessage *message
      = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  fail_unless (message == NULL, "a message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
  gst_object_unref (bus);
}

/* Expects that nothing that follows an error ends the stream or says more. */
static void
check_refused_until_ready (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);
  guint i;

  for (i = 0; i < 2; i++) {
    fail_unless_equals_int (gst_harness_push (harness, new_points (3, 1)),
        GST_FLOW_FLUSHING);
    fail_if (gst_harness_push_event (harness,
        gst_event_new_gap (0, GST_CLOCK_TIME_NONE)));
    fail_if (gst_harness_push_event (harness, gst_event_new_eos ()));
    fail_unless (gst_bus_pop_filtered (bus,
                     GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_EOS)
                 == NULL);
    flush (harness);
  }
  gst_object_unref (bus);
}

GST_START_TEST (eos_reports_the_epoch_with_every_field_as_documented)
{
  GstHarness *harness = new_identity ("");
  GstMessage *message;
  const GstStructure *structure;
  const GValue *means;
  gdouble seconds, rate;

  push_points (harness, 30, 2);
  push_points (harness, 10, 6);
  check_nothing_posted (harness->element);
  g_usleep (1000);
  push_eos (harness);
  message = pop_epoch (harness->element);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (harness->element));
  structure = gst_message_get_structure (message);
  fail_unless_equals_int (gst_structure_n_fields (structure), 7);
  fail_unless (gst_structure_has_field_typed (structure, "epoch",
      G_TYPE_UINT));
  fail_unless_equals_uint64 (get_uint64 (structure, "batches"), 2);
  fail_unless_equals_uint64 (get_uint64 (structure, "points"), 40);
  fail_unless_equals_uint64 (get_uint64 (structure, "bytes"), 320);
  fail_unless (gst_structure_get_double (structure, "seconds", &seconds));
  fail_unless (seconds >= 0.001 && seconds < 10, "%g", seconds);
  fail_unless (gst_structure_get_double (structure, "points-per-second",
      &rate));
  fail_unless_equals_float (rate, 40 / seconds);
  means = gst_structure_get_value (structure, "output-mean");
  fail_unless (GST_VALUE_HOLDS_ARRAY (means));
  fail_unless_equals_int (gst_value_array_get_size (means), 2);
  fail_unless (G_VALUE_HOLDS_DOUBLE (gst_value_array_get_value (means, 0)));
  fail_unless_equals_float (get_mean (structure, 0), 3);
  fail_unless_equals_float (get_mean (structure, 1), 1);
  gst_message_unref (message);
  check_nothing_posted (harness->element);
  teardown (harness);
}
GST_END_TEST;

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  g_atomic_int_inc ((gint *) count);
}

GST_START_TEST (last_message_is_the_epoch_in_one_line_and_notified)
{
  GstHarness *harness = new_identity ("");
  gint notified = 0;
  gchar *text;

  g_signal_connect (harness->element, "notify::last-message",
      G_CALLBACK (count_notify), &notified);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (text == NULL);
  push_points (harness, 30, 2.5);
  fail_unless_equals_int (notified, 0);
  push_eos (harness);
  fail_unless_equals_int (notified, 1);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (text != NULL);
  fail_unless (strchr (text, '\n') == NULL, "%s", text);
  fail_unless (strstr (text, "epoch 0: 30 points in 1 batches") != NULL, "%s",
      text);
  fail_unless (g_str_has_suffix (text, "output mean 2.5, 1"), "%s", text);
  g_free (text);
  teardown (harness);
}
GST_END_TEST;

/* As printf() has it, they are -nan. */
GST_START_TEST (last_message_shows_nan_without_a_sign)
{
  GstHarness *harness = new_identity ("");
  gchar *text;

  push_points (harness, 30, INFINITY);
  push_eos (harness);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (g_str_has_suffix (text, "output mean inf, nan"), "%s", text);
  g_free (text);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (last_message_of_many_outputs_is_cut_short)
{
  GstHarness *harness = new_harness ("layers=20");
  gchar *text;

  start_stream (harness, CAPS);
  push_points (harness, 1, 1);
  push_eos (harness);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (g_str_has_suffix (text, ", ..."), "%s", text);
  g_free (text);
  teardown (harness);
}
GST_END_TEST;

static void
push_epoch_event (GstHarness *harness, guint number)
{
  const GstSsioEpoch epoch = { number, 1, 2, 3 };

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_ssio_epoch (&epoch)));
}

GST_START_TEST (epoch_event_is_reported_and_the_next_epoch_starts_from_zero)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 30, 2);
  push_epoch_event (harness, 7);
  check_epoch (harness->element, (Epoch){ 7, 1, 30, 240, { 2, 1 } });
  push_segment (harness);
  push_points (harness, 5, -4);
  push_points (harness, 5, -6);
  push_epoch_event (harness, 8);
  check_epoch (harness->element, (Epoch){ 8, 2, 10, 80, { -5, 1 } });
  push_segment (harness);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 9, 0, 0, 0, { 0 } });
  check_nothing_posted (harness->element);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (other_custom_events_end_no_epoch)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 30, 2);
  gst_harness_push_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("something-else")));
  gst_harness_push_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("ssio-epoch")));
  check_nothing_posted (harness->element);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 1, 30, 240, { 2, 1 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (epoch_number_is_that_of_the_batches)
{
  GstHarness *harness = new_identity ("");
  GstBuffer *buffer = new_points (10, 3);

  gst_buffer_add_ssio_batch_meta (buffer, 12, 0, 0, 0, 10);
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 12, 1, 10, 80, { 3, 1 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (segment_done_reports_the_epoch)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 30, 2);
  gst_harness_push_event (harness,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 30));
  check_epoch (harness->element, (Epoch){ 0, 1, 30, 240, { 2, 1 } });
  push_segment (harness);
  push_points (harness, 3, 4);
  gst_harness_push_event (harness,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 3));
  check_epoch (harness->element, (Epoch){ 1, 1, 3, 24, { 4, 1 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (flush_throws_away_what_was_counted_of_the_epoch)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 30000, 100);
  flush (harness);
  check_nothing_posted (harness->element);
  push_points (harness, 4, 2);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 1, 4, 32, { 2, 1 } });
  flush (harness);
  push_points (harness, 4, 3);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 1, 1, 4, 32, { 3, 1 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (epoch_without_points_has_no_mean)
{
  GstHarness *harness = new_identity ("");

  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0 });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (empty_buffer_is_a_batch_without_points)
{
  GstHarness *harness = new_identity ("");

  fail_unless_equals_int (gst_harness_push (harness, gst_buffer_new ()),
      GST_FLOW_OK);
  push_points (harness, 4, 3);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 2, 4, 32, { 3, 1 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (eos_without_caps_is_no_epoch)
{
  GstHarness *harness = new_harness ("");

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_stream_start ("test")));
  push_eos (harness);
  check_nothing_posted (harness->element);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (another_layout_in_mid_epoch_keeps_the_sums)
{
  GstHarness *harness = new_identity ("features=x,y");
  guint8 packed[2 * 17] = { 0 };
  gdouble x = 8;
  gint32 y = -5;
  guint p;

  push_points (harness, 2, 2);
  push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"y:i4,x:f8@5\", point-size=(int)17, "
      "batch-size=(int)10");
  for (p = 0; p < 2; p++) {
    memcpy (packed + 17 * p, &y, sizeof (y));
    memcpy (packed + 17 * p + 5, &x, sizeof (x));
  }
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_memdup (packed, sizeof (packed))),
      GST_FLOW_OK);
  push_caps (harness, CAPS);
  push_points (harness, 4, 3);
  push_eos (harness);
  check_epoch (harness->element,
      (Epoch){ 0, 3, 8, 16 + 34 + 32, { (4 + 16 + 12) / 8.0, -4 / 8.0 } });
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (layout_that_the_weights_do_not_fit_is_an_error)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 2, 2);
  push_caps (harness, "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,z:f4\", "
                      "point-size=(int)12, batch-size=(int)10");
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "\"0.weight\"", "expected shape [2, 3]",
      "found [2, 2]", NULL);
  check_refused_until_ready (harness);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (caps_of_something_else_are_refused)
{
  GstHarness *harness = new_harness ("");

  start_stream (harness, "video/x-raw");
  push_caps (harness, "pointcloud/x-raw(memory:CUDAMemory), "
                      "layout=(string)x:f4, point-size=(int)4, "
                      "batch-size=(int)10");
  push_caps (harness, "pointcloud/x-raw, layout=(string)x:f4, "
                      "point-size=(int)0, batch-size=(int)10");
  fail_unless_equals_int (gst_harness_push (harness, new_points (3, 1)),
      GST_FLOW_NOT_NEGOTIATED);
  teardown (harness);
}
GST_END_TEST;

static void
check_caps_refused (const gchar *caps, const gchar *part)
{
  GstHarness *harness = new_harness ("");

  start_stream (harness, caps);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, part, NULL);
  check_refused_until_ready (harness);
  teardown (harness);
}

GST_START_TEST (caps_without_a_layout_that_can_be_read_are_one_error)
{
  check_caps_refused ("pointcloud/x-raw, point-size=(int)8, "
                      "batch-size=(int)10",
      "layout");
  check_caps_refused ("pointcloud/x-raw, layout=(string)\"x:f3\", "
                      "point-size=(int)8, batch-size=(int)10",
      "f3");
  check_caps_refused ("pointcloud/x-raw, layout=(string)\"x:f4,y:f4,z:f4\", "
                      "point-size=(int)8, batch-size=(int)10",
      "8");
  check_caps_refused ("pointcloud/x-raw, layout=(int)3, point-size=(int)8, "
                      "batch-size=(int)10",
      "layout");
}
GST_END_TEST;

GST_START_TEST (features_are_inputs_in_their_order)
{
  GstHarness *harness = new_identity ("features=\" y , x\"");

  push_points (harness, 2, 7);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 1, 2, 16, { 1, 7 } });
  teardown (harness);
}
GST_END_TEST;

static void
check_features_refused (const gchar *features, const gchar *name)
{
  gchar *properties = g_strdup_printf ("features=\"%s\"", features);
  GstHarness *harness = new_harness (properties);

  start_stream (harness, CAPS);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, features, "expected", name, "x:f4,y:f4", NULL);
  teardown (harness);
  g_free (properties);
}

GST_START_TEST (features_that_are_no_fields_are_an_error_with_those_there_are)
{
  check_features_refused ("x,intensity", "no field \"intensity\"");
  check_features_refused ("x,,y", "no field \"\"");
  check_features_refused ("X", "no field \"X\"");
  check_features_refused ("", "no field \"\"");
}
GST_END_TEST;

GST_START_TEST (malformed_layers_are_one_error)
{
  static const gchar *const layers[]
      = { "", "a", "0", "64,,3", "-1", "70000", "64,3,", "1e3" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (layers); i++) {
    gchar *text
        = g_strdup_printf ("fakesrc ! ssiolinear layers=\"%s\"", layers[i]);
    gchar *quoted = g_strdup_printf ("layers=\"%s\"", layers[i]);
    GstElement *pipeline = gst_parse_launch (text, NULL);

    ssio_check_error (pipeline, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS, quoted, "expected", "\"64,3\"", NULL);
    gst_object_unref (pipeline);
    g_free (quoted);
    g_free (text);
  }
}
GST_END_TEST;

GST_START_TEST (layers_can_be_mended_after_an_error)
{
  GstElement *element = gst_element_factory_make ("ssiolinear", NULL);

  g_object_set (element, "layers", NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  g_object_set (element, "layers", "4", NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (weights_that_are_missing_are_one_error)
{
  GstHarness *harness = new_harness ("weights=/nowhere/model.safetensors");

  start_stream (harness, CAPS);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/model.safetensors", NULL);
  check_refused_until_ready (harness);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (element_that_failed_works_again_after_ready)
{
  gchar *weights = ssio_check_write_identity (2);
  GstHarness *harness = new_harness ("layers=2 weights=/nowhere");

  start_stream (harness, CAPS);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere", NULL);
  g_object_set (harness->element, "weights", weights, NULL);
  push_caps (harness, "pointcloud/x-raw, layout=(string)\"y:f4,x:f4\", "
                      "point-size=(int)8, batch-size=(int)10");
  check_refused_until_ready (harness);
  gst_element_set_state (harness->element, GST_STATE_READY);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  start_stream (harness, CAPS);
  push_points (harness, 10, 6);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 1, 10, 80, { 6, 1 } });
  teardown (harness);
  g_free (weights);
}
GST_END_TEST;

GST_START_TEST (weights_of_another_shape_are_one_error)
{
  gchar *weights = ssio_check_write_identity (3);
  gchar *properties = g_strdup_printf ("layers=3 weights=%s", weights);
  GstHarness *harness = new_harness (properties);

  start_stream (harness, CAPS);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, weights, "expected shape [3, 2]",
      "found [3, 3]", NULL);
  teardown (harness);
  g_free (properties);
  g_free (weights);
}
GST_END_TEST;

GST_START_TEST (buffer_that_ends_in_mid_point_is_one_error)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 3, 1);
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_allocate (NULL, 20, NULL)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "20 bytes", "multiple of 8 bytes", NULL);
  check_refused_until_ready (harness);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (element_goes_up_and_down_and_counts_from_zero_each_time)
{
  static const GstState floors[]
      = { GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL };
  GstHarness *harness = new_identity ("");
  guint i, epoch;

  for (i = 0, epoch = 0; i < 12; i++) {
    push_points (harness, 30, i);
    push_eos (harness);
    check_epoch (harness->element, (Epoch){ epoch++, 1, 30, 240, { i, 1 } });
    flush (harness);
    /* a part of an epoch that never ends */
    push_points (harness, 5000, 1000);
    gst_element_set_state (harness->element, floors[i % 3]);
    gst_element_set_state (harness->element, GST_STATE_PLAYING);
    if (floors[i % 3] == GST_STATE_PAUSED) {
      push_eos (harness);
      check_epoch (harness->element,
          (Epoch){ epoch++, 1, 5000, 40000, { 1000, 1 } });
      flush (harness);
    } else {
      start_stream (harness, CAPS);
      epoch = 0;
    }
  }
  check_nothing_posted (harness->element);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (element_is_used_again_after_ready_with_another_model)
{
  gchar *weights = ssio_check_write_identity (2);
  GstHarness *harness = new_harness ("layers=50");
  GstMessage *message;
  const GValue *means;

  start_stream (harness, CAPS);
  push_points (harness, 10, 1);
  push_eos (harness);
  message = pop_epoch (harness->element);
  means = gst_structure_get_value (gst_message_get_structure (message),
      "output-mean");
  fail_unless_equals_int (gst_value_array_get_size (means), 50);
  gst_message_unref (message);

  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "layers", "2", "weights", weights, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  start_stream (harness, CAPS);
  push_points (harness, 10, 6);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 1, 10, 80, { 6, 1 } });

  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "layers", "100", "weights", NULL, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  start_stream (harness, CAPS);
  push_points (harness, 10, 1);
  push_eos (harness);
  message = pop_epoch (harness->element);
  means = gst_structure_get_value (gst_message_get_structure (message),
      "output-mean");
  fail_unless_equals_int (gst_value_array_get_size (means), 100);
  gst_message_unref (message);
  teardown (harness);
  g_free (weights);
}
GST_END_TEST;

/* The first mean of a random network over 100 batches. */
static gdouble
compute_mean (const gchar *properties)
{
  GstHarness *harness = new_harness (properties);
  GstMessage *message;
  gdouble mean;
  guint i;

  start_stream (harness, CAPS);
  for (i = 0; i < 100; i++)
    push_points (harness, 1 + i * 131, i * 0.37f);
  push_eos (harness);
  message = pop_epoch (harness->element);
  mean = get_mean (gst_message_get_structure (message), 0);
  gst_message_unref (message);
  teardown (harness);
  return mean;
}

GST_START_TEST (number_of_threads_does_not_change_the_result)
{
  gdouble expected = compute_mean ("threads=1");

  fail_unless (compute_mean ("threads=7") == expected);
  fail_unless (compute_mean ("threads=2") == expected);
  fail_unless (compute_mean ("threads=0") == expected);
}
GST_END_TEST;

GST_START_TEST (seed_decides_on_the_result)
{
  gdouble expected = compute_mean ("seed=5");

  fail_unless (compute_mean ("seed=5") == expected);
  fail_if (compute_mean ("seed=6") == expected);
}
GST_END_TEST;

GST_START_TEST (properties_have_the_documented_defaults)
{
  GstElement *element = gst_element_factory_make ("ssiolinear", NULL);
  gchar *layers, *features, *weights, *last_message;
  gboolean sync, last_sample;
  guint seed, threads;

  g_object_get (element, "layers", &layers, "features", &features, "weights",
      &weights, "seed", &seed, "threads", &threads, "last-message",
      &last_message, "sync", &sync, "enable-last-sample", &last_sample, NULL);
  fail_unless_equals_string (layers, "64,3");
  fail_unless (features == NULL && weights == NULL && last_message == NULL);
  fail_unless_equals_int (seed, 0);
  fail_unless_equals_int (threads, 0);
  fail_if (sync);
  fail_if (last_sample);
  g_free (layers);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (properties_are_what_was_set)
{
  GstElement *element = gst_element_factory_make ("ssiolinear", NULL);
  gchar *layers, *features, *weights;
  guint seed, threads;

  g_object_set (element, "layers", "8,1", "features", "a,b", "weights", "w",
      "seed", G_MAXUINT, "threads", 1024, NULL);
  g_object_get (element, "layers", &layers, "features", &features, "weights",
      &weights, "seed", &seed, "threads", &threads, NULL);
  fail_unless_equals_string (layers, "8,1");
  fail_unless_equals_string (features, "a,b");
  fail_unless_equals_string (weights, "w");
  fail_unless (seed == G_MAXUINT);
  fail_unless_equals_int (threads, 1024);
  g_free (layers);
  g_free (features);
  g_free (weights);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (properties_set_while_playing_are_harmless)
{
  GstHarness *harness = new_identity ("");

  push_points (harness, 10, 2);
  g_object_set (harness->element, "layers", "a", "features", "nothing",
      "weights", "/nowhere", "seed", 9, "threads", 9, NULL);
  push_points (harness, 10, 4);
  push_eos (harness);
  check_epoch (harness->element, (Epoch){ 0, 2, 20, 160, { 3, 1 } });
  check_nothing_posted (harness->element);
  teardown (harness);
}
GST_END_TEST;

static void
count_death (gpointer counter, GstMiniObject *object)
{
  g_atomic_int_inc ((gint *) counter);
}

static void
push_and_watch (GstHarness *harness, guint n, gint *deaths)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = new_points (10000, i);
    GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

    gst_mini_object_weak_ref (GST_MINI_OBJECT (memory), count_death, deaths);
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
}

GST_START_TEST (memory_of_batches_is_released_at_the_end_of_an_epoch)
{
  GstHarness *harness = new_identity ("threads=4");
  gint deaths = 0;

  push_and_watch (harness, 20, &deaths);
  push_epoch_event (harness, 0);
  fail_unless_equals_int (deaths, 20);
  push_segment (harness);
  push_and_watch (harness, 20, &deaths);
  push_eos (harness);
  fail_unless_equals_int (deaths, 40);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (memory_of_batches_is_released_in_ready)
{
  GstHarness *harness = new_identity ("threads=4");
  gint deaths = 0;

  push_and_watch (harness, 20, &deaths);
  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless_equals_int (deaths, 20);
  teardown (harness);
}
GST_END_TEST;

static gdouble
pop_seconds (GstElement *element)
{
  GstMessage *message = pop_epoch (element);
  gdouble seconds;

  gst_structure_get_double (gst_message_get_structure (message), "seconds",
      &seconds);
  gst_message_unref (message);
  return seconds;
}

GST_START_TEST (time_in_paused_is_not_in_the_epochs_seconds)
{
  GstHarness *harness = new_identity ("");
  gdouble seconds;

  push_points (harness, 10, 2);
  g_usleep (G_USEC_PER_SEC / 20);
  gst_element_set_state (harness->element, GST_STATE_PAUSED);
  g_usleep (G_USEC_PER_SEC);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  push_eos (harness);
  seconds = pop_seconds (harness->element);
  fail_unless (seconds >= 0.05 && seconds < 0.9, "%g", seconds);
  teardown (harness);
}
GST_END_TEST;

GST_START_TEST (seconds_start_again_with_each_epoch)
{
  GstHarness *harness = new_identity ("");
  gdouble seconds;

  push_points (harness, 10, 2);
  g_usleep (G_USEC_PER_SEC / 2);
  push_epoch_event (harness, 0);
  fail_unless (pop_seconds (harness->element) >= 0.5);
  push_segment (harness);
  push_points (harness, 10, 2);
  push_eos (harness);
  seconds = pop_seconds (harness->element);
  fail_unless (seconds < 0.4, "%g", seconds);

  /* what passes after EOS is in no epoch */
  g_usleep (G_USEC_PER_SEC / 2);
  flush (harness);
  push_eos (harness);
  seconds = pop_seconds (harness->element);
  fail_unless (seconds < 0.4, "%g", seconds);
  teardown (harness);
}
GST_END_TEST;

/* A pipeline that ends in an identity over the default layout's first two
 * fields, named sink. */
static GstElement *
launch (const gchar *source, const gchar *between)
{
  gchar *weights = ssio_check_write_identity (2);
  gchar *text = g_strdup_printf ("%s ! %s ! ssiolinear name=sink layers=2 "
                                 "features=x,y weights=%s",
      source, between, weights);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (pipeline != NULL && error == NULL, "%s: %s", text,
      error ? error->message : "");
  g_free (text);
  g_free (weights);
  return pipeline;
}

#define N_TILE_POINTS 10001

/* The means of a tile whose float number i is i. */
static Epoch
tile_epoch (guint number, guint64 batches)
{
  return (Epoch){ number, batches, N_TILE_POINTS, N_TILE_POINTS * 24,
    { 3.0 * (N_TILE_POINTS - 1), 3.0 * (N_TILE_POINTS - 1) + 1 } };
}

static gchar *
tile_source (const gchar *properties)
{
  gchar *path = ssio_check_write_tile (N_TILE_POINTS, 6);
  gchar *text = g_strdup_printf ("ssiosrc name=src location=%s "
                                 "batch-size=1000 %s",
      path, properties);

  g_free (path);
  return text;
}

static void
check_eos (GstElement *pipeline)
{
  GstMessage *message = ssio_check_pop (pipeline,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

  fail_unless (message != NULL, "no EOS");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "eos");
  gst_message_unref (message);
}

GST_START_TEST (pipeline_of_three_epochs_reports_three_and_ends)
{
  gchar *source = tile_source ("epochs=3");
  GstElement *pipeline = launch (source, "queue ! ssiocudaupload");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++)
    check_epoch (pipeline, tile_epoch (i, 11));
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (pipeline_prerolls_and_does_not_count_the_time)
{
  gchar *source = tile_source ("epochs=2");
  GstElement *pipeline = launch (source, "queue");
  GstMessage *message;
  gdouble seconds;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                              10 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  check_nothing_posted (pipeline);
  g_usleep (G_USEC_PER_SEC);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = pop_epoch (pipeline);
  gst_structure_get_double (gst_message_get_structure (message), "seconds",
      &seconds);
  fail_unless (seconds > 0 && seconds < 0.9, "%g", seconds);
  fail_unless_equals_uint64 (get_uint64 (gst_message_get_structure (message),
                                 "points"),
      N_TILE_POINTS);
  gst_message_unref (message);
  check_epoch (pipeline, tile_epoch (1, 11));
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (flushing_seek_after_eos_is_the_next_epoch)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = launch (source, "queue");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++) {
    check_epoch (pipeline, tile_epoch (i, 11));
    check_eos (pipeline);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, 0));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (segment_seeks_are_epochs_without_a_gap)
{
  gchar *source = tile_source ("");
  /* so short that the source is in its first epoch when the seek comes */
  GstElement *pipeline = launch (source, "queue max-size-buffers=2");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_NONE, -1));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++) {
    check_epoch (pipeline, tile_epoch (i, 11));
    fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (pipeline_goes_up_and_down_with_data_between)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = launch (source, "queue");
  guint i;

  for (i = 0; i < 5; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    check_epoch (pipeline, tile_epoch (0, 11));
    check_eos (pipeline);
    gst_element_set_state (pipeline, i % 2 ? GST_STATE_READY : GST_STATE_NULL);
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    if (i % 2)
      gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
    gst_element_set_state (pipeline, GST_STATE_READY);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

#define NEWS \
  (GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ASYNC_DONE \
      | GST_MESSAGE_ELEMENT)

/* Expects that this element's error is all that is said on the way to state,
 * also after a flushing seek, which does not mend the model. */
static void
check_one_error (const gchar *source, const gchar *between,
    const gchar *properties, GstState state, const gchar *part)
{
  GstElement *pipeline
      = ssio_check_launch ("%s ! %s ! ssiolinear name=sink %s", source,
          between, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error;

  gst_element_set_state (pipeline, state);
  message = ssio_check_pop (pipeline, NEWS);
  fail_unless (message != NULL, "no error");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "error");
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (sink));
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);

  message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 20, NEWS);
  fail_unless (message == NULL, "a second message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
  gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH,
      0);
  message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 20, NEWS);
  fail_unless (message == NULL, "a message after the seek: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
  fail_unless_equals_int (gst_element_get_state (sink, NULL, NULL, 0),
      GST_STATE_CHANGE_FAILURE);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

GST_START_TEST (pipeline_that_this_element_ends_says_why_and_nothing_else)
{
  static const gchar *const models[][2] = {
    { "weights=/nowhere/a.safetensors", "/nowhere/a.safetensors" },
    { "features=x,foo", "no field \"foo\"" },
  };
  static const gchar *const between[]
      = { "identity", "queue", "queue max-size-buffers=1 ! ssiocudaupload" };
  gchar *source = tile_source ("epochs=2");
  guint m, b;

  for (m = 0; m < G_N_ELEMENTS (models); m++) {
    for (b = 0; b < G_N_ELEMENTS (between); b++) {
      check_one_error (source, between[b], models[m][0], GST_STATE_PAUSED,
          models[m][1]);
      check_one_error (source, between[b], models[m][0], GST_STATE_PLAYING,
          models[m][1]);
    }
  }
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (buffer_that_ends_in_mid_point_ends_the_pipeline_once)
{
  static const gchar *const between[] = { "identity", "queue" };
  guint b;

  for (b = 0; b < G_N_ELEMENTS (between); b++) {
    GstElement *pipeline = ssio_check_launch (
        "fakesrc num-buffers=3 sizetype=fixed sizemax=6 ! "
        "pointcloud/x-raw, layout=(string)x:f4, point-size=(int)4, "
        "batch-size=(int)10 ! %s ! ssiolinear",
        between[b]);

    ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "6 bytes", NULL);
    gst_object_unref (pipeline);
  }
}
GST_END_TEST;

/* An element that an application adds to a running pipeline gets to PLAYING
 * in one step once it has prerolled. */
GST_START_TEST (sink_that_syncs_with_a_playing_pipeline_measures_time)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *bin = launch (source, "queue");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_bin_add (GST_BIN (pipeline), bin);
  gst_element_set_state (bin, GST_STATE_PLAYING);
  fail_unless (pop_seconds (pipeline) > 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (identity_over_real_points_gives_the_sums_of_their_columns)
{
  static const gdouble sums[]
      = { 59994544.6, 23186431.3, 2677127.73, 11220547, 136107, 805860000 };
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  gchar *weights, *text;
  GstElement *pipeline;
  GstMessage *message;
  guint i;

  if (!data) {
    g_print ("skipped: SSIO_REAL_DATA is not set\n");
    return;
  }
  weights = ssio_check_write_identity (6);
  text = g_strdup_printf ("ssiosrc location=%s/autzen_trim.bin ! queue ! "
                          "ssiocudaupload ! ssiolinear layers=6 weights=%s",
      data, weights);
  pipeline = gst_parse_launch (text, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = pop_epoch (pipeline);
  for (i = 0; i < G_N_ELEMENTS (sums); i++) {
    gdouble mean = get_mean (gst_message_get_structure (message), i);

    fail_unless (fabs (mean * 110000 / sums[i] - 1) < 1e-7,
        "column %u: expected %.12g, found %.12g", i, sums[i], mean * 110000);
  }
  gst_message_unref (message);
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (text);
  g_free (weights);
}
GST_END_TEST;

static Suite *
ssiolinear_suite (void)
{
  Suite *suite = suite_create ("ssiolinear");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, eos_reports_the_epoch_with_every_field_as_documented);
  tcase_add_test (tcase, last_message_is_the_epoch_in_one_line_and_notified);
  tcase_add_test (tcase, last_message_shows_nan_without_a_sign);
  tcase_add_test (tcase, last_message_of_many_outputs_is_cut_short);
  tcase_add_test (tcase,
      epoch_event_is_reported_and_the_next_epoch_starts_from_zero);
  tcase_add_test (tcase, other_custom_events_end_no_epoch);
  tcase_add_test (tcase, epoch_number_is_that_of_the_batches);
  tcase_add_test (tcase, segment_done_reports_the_epoch);
  tcase_add_test (tcase, flush_throws_away_what_was_counted_of_the_epoch);
  tcase_add_test (tcase, epoch_without_points_has_no_mean);
  tcase_add_test (tcase, empty_buffer_is_a_batch_without_points);
  tcase_add_test (tcase, eos_without_caps_is_no_epoch);
  tcase_add_test (tcase, another_layout_in_mid_epoch_keeps_the_sums);
  tcase_add_test (tcase, layout_that_the_weights_do_not_fit_is_an_error);
  tcase_add_test (tcase, caps_of_something_else_are_refused);
  tcase_add_test (tcase, caps_without_a_layout_that_can_be_read_are_one_error);
  tcase_add_test (tcase, features_are_inputs_in_their_order);
  tcase_add_test (tcase,
      features_that_are_no_fields_are_an_error_with_those_there_are);
  tcase_add_test (tcase, malformed_layers_are_one_error);
  tcase_add_test (tcase, layers_can_be_mended_after_an_error);
  tcase_add_test (tcase, weights_that_are_missing_are_one_error);
  tcase_add_test (tcase, element_that_failed_works_again_after_ready);
  tcase_add_test (tcase, weights_of_another_shape_are_one_error);
  tcase_add_test (tcase, buffer_that_ends_in_mid_point_is_one_error);
  tcase_add_test (tcase,
      element_goes_up_and_down_and_counts_from_zero_each_time);
  tcase_add_test (tcase, element_is_used_again_after_ready_with_another_model);
  tcase_add_test (tcase, number_of_threads_does_not_change_the_result);
  tcase_add_test (tcase, seed_decides_on_the_result);
  tcase_add_test (tcase, properties_have_the_documented_defaults);
  tcase_add_test (tcase, properties_are_what_was_set);
  tcase_add_test (tcase, properties_set_while_playing_are_harmless);
  tcase_add_test (tcase, memory_of_batches_is_released_at_the_end_of_an_epoch);
  tcase_add_test (tcase, memory_of_batches_is_released_in_ready);
  tcase_add_test (tcase, time_in_paused_is_not_in_the_epochs_seconds);
  tcase_add_test (tcase, seconds_start_again_with_each_epoch);
  tcase_add_test (tcase, pipeline_of_three_epochs_reports_three_and_ends);
  tcase_add_test (tcase, pipeline_prerolls_and_does_not_count_the_time);
  tcase_add_test (tcase, flushing_seek_after_eos_is_the_next_epoch);
  tcase_add_test (tcase, segment_seeks_are_epochs_without_a_gap);
  tcase_add_test (tcase, pipeline_goes_up_and_down_with_data_between);
  tcase_add_test (tcase,
      pipeline_that_this_element_ends_says_why_and_nothing_else);
  tcase_add_test (tcase, buffer_that_ends_in_mid_point_ends_the_pipeline_once);
  tcase_add_test (tcase,
      sink_that_syncs_with_a_playing_pipeline_measures_time);
  tcase_add_test (tcase,
      identity_over_real_points_gives_the_sums_of_their_columns);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear)
