/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "ssiocheck.h"

static GstElement *
launch (const gchar *path, const gchar *properties)
{
  return ssio_check_launch (
      "ssiosrc location=%s batch-size=10 ! ssiocudaupload name=upload %s ! "
      "fakesink",
      path, properties);
}

GST_START_TEST (without_a_device_one_warning_says_why_and_data_flows)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline = launch (path, "");
  GstMessage *message;
  GError *error;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND));
  fail_unless (strstr (error->message, "computed on the CPU: ") != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  message = ssio_check_pop (pipeline,
      GST_MESSAGE_WARNING | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "eos");
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_device_that_is_required_and_missing_is_one_error)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline = launch (path, "require-device=true device-id=99");

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "CUDA device 99", "require-device=false", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (batches_pass_through_as_they_are)
{
  GstHarness *harness = gst_harness_new ("ssiocudaupload");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 240, NULL);
  GstBuffer *out;
  guint i;

  gst_harness_set_src_caps_str (harness,
      "pointcloud/x-raw,layout=(string)x:f4,point-size=4,batch-size=60");
  for (i = 0; i < 3; i++) {
    gst_harness_push (harness, gst_buffer_ref (buffer));
    out = gst_harness_pull (harness);
    fail_unless (out == buffer);
    gst_buffer_unref (out);
  }
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (states_go_up_and_down_with_a_warning_for_each_start)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline = launch (path, "");
  GstMessage *message;
  guint i;

  for (i = 0; i < 4; i++) {
    ssio_check_set_state (pipeline, GST_STATE_READY);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    message = ssio_check_pop (pipeline, GST_MESSAGE_WARNING);
    fail_unless (message != NULL);
    gst_message_unref (message);
    ssio_check_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline, GST_STATE_READY);
    ssio_check_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (properties_come_back_as_they_were_set)
{
  GstElement *upload = gst_element_factory_make ("ssiocudaupload", NULL);
  guint device_id;
  gboolean require_device;

  g_object_get (upload, "device-id", &device_id, "require-device",
      &require_device, NULL);
  fail_unless_equals_int (device_id, 0);
  fail_unless_equals_int (require_device, FALSE);
  g_object_set (upload, "device-id", 3, "require-device", TRUE, NULL);
  g_object_get (upload, "device-id", &device_id, "require-device",
      &require_device, NULL);
  fail_unless_equals_int (device_id, 3);
  fail_unless_equals_int (require_device, TRUE);
  gst_object_unref (upload);
}
GST_END_TEST;

static Suite *
ssiocudaupload_suite (void)
{
  Suite *suite = suite_create ("ssiocudaupload");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, without_a_device_one_warning_says_why_and_data_flows);
  tcase_add_test (tcase, a_device_that_is_required_and_missing_is_one_error);
  tcase_add_test (tcase, batches_pass_through_as_they_are);
  tcase_add_test (tcase, states_go_up_and_down_with_a_warning_for_each_start);
  tcase_add_test (tcase, properties_come_back_as_they_were_set);
  return suite;
}

SSIO_CHECK_MAIN (ssiocudaupload)
