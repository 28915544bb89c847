/* SPDX-License-Identifier: MIT */

#include "linearcheck.h"

/* Expects that what follows an error ends and says nothing more. */
static void
check_refused_until_ready (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);
  guint i;

  for (i = 0; i < 2; i++) {
    fail_unless_equals_int (gst_harness_push (harness,
                                linear_new_points (3, 1)),
        GST_FLOW_FLUSHING);
    linear_push_eos (harness);
    fail_unless (gst_bus_pop_filtered (bus,
                     GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR)
                 == NULL);
    linear_flush (harness);
  }
  gst_object_unref (bus);
}

/* The error of caps is posted with the first batch. */
static void
push_refused (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);

  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_object_unref (bus);
  fail_unless_equals_int (gst_harness_push (harness, linear_new_points (3, 1)),
      GST_FLOW_FLUSHING);
}

GST_START_TEST (layout_that_the_weights_do_not_fit_is_an_error)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 2, 2);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,z:f4\", "
      "point-size=(int)12, batch-size=(int)10");
  push_refused (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "\"0.weight\"", "expected shape [2, 3]",
      "found [2, 2]", NULL);
  check_refused_until_ready (harness);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (caps_of_something_else_are_refused)
{
  GstHarness *harness = linear_new ("");

  linear_start_stream (harness, "video/x-raw");
  linear_push_caps (harness, "pointcloud/x-raw(memory:CUDAMemory), "
                             "layout=(string)x:f4, point-size=(int)4, "
                             "batch-size=(int)10");
  linear_push_caps (harness, "pointcloud/x-raw, layout=(string)x:f4, "
                             "point-size=(int)0, batch-size=(int)10");
  fail_unless_equals_int (gst_harness_push (harness, linear_new_points (3, 1)),
      GST_FLOW_NOT_NEGOTIATED);
  linear_teardown (harness);
}
GST_END_TEST;

static void
check_caps_refused (const gchar *caps, const gchar *part)
{
  GstHarness *harness = linear_new ("");

  linear_start_stream (harness, caps);
  push_refused (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, part, NULL);
  check_refused_until_ready (harness);
  linear_teardown (harness);
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
  GstHarness *harness = linear_new_identity ("features=\" y , x\"");

  linear_push_points (harness, 2, 7);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 2, 16, { 1, 7 } });
  linear_teardown (harness);
}
GST_END_TEST;

static void
check_features_refused (const gchar *features, const gchar *name)
{
  gchar *properties = g_strdup_printf ("features=\"%s\"", features);
  GstHarness *harness = linear_new (properties);

  linear_start_stream (harness, LINEAR_CAPS);
  push_refused (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, features, "expected", name, "x:f4,y:f4", NULL);
  linear_teardown (harness);
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
  GstElement *pipeline = ssio_check_launch ("fakesrc ! ssiolinear name=sink "
                                            "weights=/nowhere/a");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "/nowhere/a", "No such file", NULL);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  g_object_set (sink, "weights", NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (element_that_failed_works_again_after_ready)
{
  gchar *weights = ssio_check_write_identity (2);
  GstHarness *harness = linear_new ("features=z");

  linear_start_stream (harness, LINEAR_CAPS);
  push_refused (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "no field \"z\"", NULL);
  g_object_set (harness->element, "layers", "2", "features", NULL, "weights",
      weights, NULL);
  linear_push_caps (harness, "pointcloud/x-raw, layout=(string)\"y:f4,x:f4\", "
                             "point-size=(int)8, batch-size=(int)10");
  check_refused_until_ready (harness);
  gst_element_set_state (harness->element, GST_STATE_READY);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 6);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 10, 80, { 6, 1 } });
  linear_teardown (harness);
  g_free (weights);
}
GST_END_TEST;

GST_START_TEST (weights_of_another_shape_are_one_error)
{
  gchar *weights = ssio_check_write_identity (3);
  gchar *properties = g_strdup_printf ("layers=3 weights=%s", weights);
  GstHarness *harness = linear_new (properties);

  linear_start_stream (harness, LINEAR_CAPS);
  push_refused (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, weights, "expected shape [3, 2]",
      "found [3, 3]", NULL);
  check_refused_until_ready (harness);
  linear_teardown (harness);
  g_free (properties);
  g_free (weights);
}
GST_END_TEST;

GST_START_TEST (buffer_that_ends_in_mid_point_is_one_error)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 3, 1);
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_allocate (NULL, 20, NULL)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "20 bytes", "multiple of 8 bytes", NULL);
  check_refused_until_ready (harness);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (predictions_of_batches_from_unknown_files_are_an_error)
{
  gchar *path = ssio_check_make_path (".npy");
  gchar *text = g_strdup_printf ("layers=2 predictions=%s", path);
  GstHarness *harness = linear_new (text);

  linear_start_stream (harness, LINEAR_CAPS);
  fail_unless_equals_int (gst_harness_push (harness,
                              linear_new_points (10, 2)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "does not say which points", NULL);
  fail_if (g_file_test (path, G_FILE_TEST_EXISTS));
  linear_teardown (harness);
  g_free (text);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiolinear_errors_suite (void)
{
  Suite *suite = suite_create ("ssiolinear_errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
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
      predictions_of_batches_from_unknown_files_are_an_error);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_errors)
