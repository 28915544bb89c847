/* SPDX-License-Identifier: MIT */

#include "cudacheck.h"

#define LIBRARY "GST_SSIO_CUDA_LIBRARY"

static void
expect_no_context (guint device_id, gint code, const gchar *part)
{
  GError *error = NULL;

  fail_unless (gst_ssio_cuda_context_new (device_id, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, code, part);
}

static void
expect_no_driver (const gchar *library, const gchar *part)
{
  gchar *path = g_strdup (g_getenv (LIBRARY));

  g_setenv (LIBRARY, library, TRUE);
  expect_no_context (0, GST_RESOURCE_ERROR_NOT_FOUND, part);
  g_setenv (LIBRARY, path, TRUE);
  g_free (path);
}

/* This one has to come first: a driver is opened once in a process. */
GST_START_TEST (a_driver_that_cannot_be_opened_is_tried_again)
{
  FakecudaDevices devices;

  ssio_cuda_skip_without_fake ();
  expect_no_driver ("/no-driver", "no NVIDIA driver: /no-driver");
  expect_no_driver ("libm.so.6", "libm.so.6 is not the NVIDIA driver");

  ssio_fake_cuda ()->fail_call ("cuInit", 1, CUDA_ERROR_UNKNOWN);
  expect_no_context (0, GST_RESOURCE_ERROR_FAILED, "cuInit failed");

  ssio_fake_cuda ()->get_devices (&devices);
  devices.n_devices = 0;
  ssio_fake_cuda ()->set_devices (&devices);
  expect_no_context (0, GST_RESOURCE_ERROR_NOT_FOUND, "CUDA_VISIBLE_DEVICES");

  ssio_fake_cuda ()->reset ();
  gst_object_unref (ssio_cuda_new_context ());
}
GST_END_TEST;

GST_START_TEST (a_device_that_is_not_there_is_not_found)
{
  fail_unless (ssio_cuda_have_device ());
  expect_no_context (99, GST_RESOURCE_ERROR_NOT_FOUND, "no CUDA device 99: ");
  expect_no_context (G_MAXUINT, GST_RESOURCE_ERROR_NOT_FOUND,
      "no CUDA device");
}
GST_END_TEST;

GST_START_TEST (without_devices_the_first_is_not_found)
{
  FakecudaDevices devices;

  ssio_cuda_skip_without_fake ();
  fail_unless (ssio_cuda_have_device ());
  ssio_fake_cuda ()->get_devices (&devices);
  devices.n_devices = 0;
  ssio_fake_cuda ()->set_devices (&devices);
  expect_no_context (0, GST_RESOURCE_ERROR_NOT_FOUND, "has 0 device(s)");
}
GST_END_TEST;

static void
set_capability (int major, int minor)
{
  FakecudaDevices devices;

  ssio_fake_cuda ()->get_devices (&devices);
  devices.capability_major = major;
  devices.capability_minor = minor;
  ssio_fake_cuda ()->set_devices (&devices);
}

GST_START_TEST (a_device_that_is_too_old_is_named_with_what_it_is)
{
  ssio_cuda_skip_without_fake ();
  set_capability (7, 0);
  expect_no_context (0, GST_RESOURCE_ERROR_NOT_FOUND,
      "(Fake CUDA device) is too old: expected compute capability 7.5 or "
      "newer, found 7.0");
  set_capability (7, 5);
  gst_object_unref (ssio_cuda_new_context ());
  set_capability (10, 0);
  gst_object_unref (ssio_cuda_new_context ());
}
GST_END_TEST;

static const struct {
  CUresult result;
  gint code;
} codes[] = {
  { CUDA_ERROR_OUT_OF_MEMORY, GST_RESOURCE_ERROR_NO_SPACE_LEFT },
  { CUDA_ERROR_INVALID_DEVICE, GST_RESOURCE_ERROR_NOT_FOUND },
  { CUDA_ERROR_DEVICE_UNAVAILABLE, GST_RESOURCE_ERROR_BUSY },
  { CUDA_ERROR_NOT_PERMITTED, GST_RESOURCE_ERROR_NOT_AUTHORIZED },
  { CUDA_ERROR_UNKNOWN, GST_RESOURCE_ERROR_FAILED },
};

static void
expect_failure_of (const gchar *call)
{
  gchar *text = g_strdup_printf ("CUDA: %s failed: ", call);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    ssio_fake_cuda ()->fail_call (call, 1, codes[i].result);
    expect_no_context (0, codes[i].code, text);
  }
  g_free (text);
}

GST_START_TEST (a_call_that_fails_is_named_and_leaves_nothing)
{
  ssio_cuda_skip_without_fake ();
  fail_unless (ssio_cuda_have_device ());
  expect_failure_of ("cuDeviceGetCount");
  expect_failure_of ("cuDeviceGet");
  expect_failure_of ("cuDeviceGetAttribute");
  expect_failure_of ("cuDevicePrimaryCtxRetain");
}
GST_END_TEST;

GST_START_TEST (a_device_without_a_name_is_used)
{
  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->fail_call ("cuDeviceGetName", 1, CUDA_ERROR_UNKNOWN);
  gst_object_unref (ssio_cuda_new_context ());
}
GST_END_TEST;

static int
count_pushed (void)
{
  FakecudaStats stats;

  ssio_cuda_stats (&stats);
  return stats.n_pushed;
}

GST_START_TEST (a_context_is_current_between_push_and_pop_only)
{
  GstSsioCudaContext *context;

  ssio_cuda_skip_without_fake ();
  context = ssio_cuda_new_context ();
  fail_unless_equals_int (count_pushed (), 0);
  fail_unless (gst_ssio_cuda_context_push (context, NULL));
  fail_unless (gst_ssio_cuda_context_push (context, NULL));
  fail_unless_equals_int (count_pushed (), 2);
  gst_ssio_cuda_context_pop (context);
  gst_ssio_cuda_context_pop (context);
  fail_unless_equals_int (count_pushed (), 0);
  gst_object_unref (context);
}
GST_END_TEST;

GST_START_TEST (a_push_that_fails_leaves_nothing_to_pop)
{
  GstSsioCudaContext *context;
  GError *error = NULL;

  ssio_cuda_skip_without_fake ();
  context = ssio_cuda_new_context ();
  ssio_fake_cuda ()->fail_call ("cuCtxPushCurrent", 1,
      CUDA_ERROR_OUT_OF_MEMORY);
  fail_if (gst_ssio_cuda_context_push (context, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "cuCtxPushCurrent");
  fail_unless_equals_int (count_pushed (), 0);
  gst_object_unref (context);
}
GST_END_TEST;

static void
expect_retained (guint n)
{
  FakecudaStats stats;

  ssio_cuda_stats (&stats);
  fail_unless_equals_int (stats.n_contexts, n);
}

GST_START_TEST (the_primary_context_is_released_with_who_holds_it)
{
  GstSsioCudaContext *one, *other;
  GstSsioCudaStream *stream;

  ssio_cuda_skip_without_fake ();
  one = ssio_cuda_new_context ();
  other = ssio_cuda_new_context ();
  expect_retained (2);
  stream = ssio_cuda_new_stream (one);
  gst_object_unref (one);
  gst_object_unref (other);
  expect_retained (1);
  gst_ssio_cuda_stream_unref (stream);
  expect_retained (0);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_cannot_be_made_says_why)
{
  static const gchar *const calls[] = { "cuCtxPushCurrent", "cuStreamCreate" };
  GstSsioCudaContext *context;
  GError *error = NULL;
  guint i;

  ssio_cuda_skip_without_fake ();
  context = ssio_cuda_new_context ();
  for (i = 0; i < G_N_ELEMENTS (calls); i++) {
    ssio_fake_cuda ()->fail_call (calls[i], 1, CUDA_ERROR_OUT_OF_MEMORY);
    fail_unless (gst_ssio_cuda_stream_new (context, &error) == NULL);
    ssio_check_gerror (&error, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, calls[i]);
  }
  gst_object_unref (context);
}
GST_END_TEST;

GST_START_TEST (context_and_stream_say_what_they_are)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstSsioCudaStream *stream = ssio_cuda_new_stream (context);

  fail_unless_equals_int (gst_ssio_cuda_context_get_device_id (context), 0);
  fail_unless (gst_ssio_cuda_stream_get_context (stream) == context);
  fail_unless (gst_ssio_cuda_stream_get_handle (stream) != NULL);
  gst_ssio_cuda_stream_unref (stream);
  gst_object_unref (context);
}
GST_END_TEST;

static Suite *
context_suite (void)
{
  Suite *suite = suite_create ("context");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, a_driver_that_cannot_be_opened_is_tried_again);
  tcase_add_test (tcase, a_device_that_is_not_there_is_not_found);
  tcase_add_test (tcase, without_devices_the_first_is_not_found);
  tcase_add_test (tcase, a_device_that_is_too_old_is_named_with_what_it_is);
  tcase_add_test (tcase, a_call_that_fails_is_named_and_leaves_nothing);
  tcase_add_test (tcase, a_device_without_a_name_is_used);
  tcase_add_test (tcase, a_context_is_current_between_push_and_pop_only);
  tcase_add_test (tcase, a_push_that_fails_leaves_nothing_to_pop);
  tcase_add_test (tcase, the_primary_context_is_released_with_who_holds_it);
  tcase_add_test (tcase, a_stream_that_cannot_be_made_says_why);
  tcase_add_test (tcase, context_and_stream_say_what_they_are);
  return suite;
}

SSIO_CHECK_MAIN (context)
