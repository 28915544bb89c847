/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ssiolog.h"

static void
check_refused (const gchar *location, const gchar *properties, GQuark domain,
    gint code, const gchar *part)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s %s ! queue ! ssiocudaupload ! ssiolinear", location,
      properties);

  ssio_check_error (pipeline, domain, code, location, part, NULL);
  gst_object_unref (pipeline);
}

GST_START_TEST (what_cannot_be_read_is_one_error_that_says_why)
{
  const GQuark resource = GST_RESOURCE_ERROR;
  const GQuark stream = GST_STREAM_ERROR;
  gchar *missing = ssio_check_make_path (".bin");
  gchar *empty = ssio_check_write_file (".bin", "", 0);
  gchar *odd = ssio_check_write_file (".bin", "0123456789", 10);
  gchar *npy = ssio_check_write_file (".npy", "\x93NUMPY\x01\x00garbage", 15);
  gchar *tile = ssio_check_write_tile (10, 6);

  check_refused (missing, "", resource, GST_RESOURCE_ERROR_NOT_FOUND,
      "No such file");
  check_refused ("/dev/null", "", resource, GST_RESOURCE_ERROR_OPEN_READ,
      "a device");
  check_refused (empty, "", stream, GST_STREAM_ERROR_WRONG_TYPE, "empty");
  check_refused (odd, "", stream, GST_STREAM_ERROR_WRONG_TYPE,
      "expected a multiple of 24 bytes");
  check_refused (odd, "layout=x,y", stream, GST_STREAM_ERROR_WRONG_TYPE,
      "found 2 bytes over");
  check_refused (npy, "", stream, GST_STREAM_ERROR_WRONG_TYPE, "header");
  check_refused (tile, "drop-last=true batch-size=11", resource,
      GST_RESOURCE_ERROR_SETTINGS,
      "drop-last=true with batch-size=11, shard 0 of 1): expected at least "
      "one, found 10 points");
  g_free (missing);
  g_free (empty);
  g_free (odd);
  g_free (npy);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (a_layout_that_is_none_is_one_error_that_says_why)
{
  gchar *path = ssio_check_write_tile (10, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s layout=x:q4 ! fakesink", path);

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "\"q4\"", "expected one of f4", NULL);
  gst_object_unref (pipeline);
  pipeline = ssio_check_launch ("ssiosrc ! fakesink");
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "set the location property", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_file_without_permission_is_refused)
{
  gchar *path = ssio_check_write_tile (1, 6);
  gboolean is_root = geteuid () == 0;

  /* root may read everything */
  g_chmod (ssio_check_get_directory (), 0755);
  g_chmod (path, 0);
  if (is_root)
    fail_unless_equals_int (seteuid (65534), 0);
  check_refused (path, "", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "denied");
  if (is_root)
    fail_unless_equals_int (seteuid (0), 0);
  g_free (path);
}
GST_END_TEST;

/* What happens to the file when its first batch arrives at the sink. */
typedef struct {
  gchar *path;
  gint64 new_size; /* -1 to delete it */
  gint done;
} Fault;

static void
strike (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Fault *fault = user_data;
  gint result;

  if (!g_atomic_int_compare_and_exchange (&fault->done, FALSE, TRUE))
    return;
  result = fault->new_size < 0 ? g_unlink (fault->path)
                               : truncate (fault->path, fault->new_size);
  g_assert_cmpint (result, ==, 0);
}

/* Strikes in mid-stream: expects one error and no EOS. */
static void
check_fault (guint64 n_points, guint batch_size, const gchar *properties,
    gint64 new_size, gint code, const gchar *part)
{
  Fault fault = { ssio_check_write_tile (n_points, 6), new_size, FALSE };
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=%u %s ! "
      "queue max-size-buffers=1 ! fakesink name=sink signal-handoffs=true",
      fault.path, batch_size, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");

  g_signal_connect (sink, "handoff", G_CALLBACK (strike), &fault);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, code, fault.path, part,
      NULL);
  fail_unless_equals_int (fault.done, TRUE);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (fault.path);
}

GST_START_TEST (a_file_truncated_in_mid_stream_is_an_error)
{
  static const gchar *const modes[]
      = { "io-mode=mmap", "io-mode=read", "io-mode=direct" };
  guint m;

  for (m = 0; m < G_N_ELEMENTS (modes); m++) {
    /* many windows, one window, and a single batch */
    check_fault (1000000, 100000, modes[m], 24 * 100000,
        GST_RESOURCE_ERROR_READ, "expected 24000000 bytes, found 2400000");
    check_fault (1000, 10, modes[m], 24 * 999, GST_RESOURCE_ERROR_READ,
        "found 23976");
    check_fault (1000000, 10000, modes[m], 0, GST_RESOURCE_ERROR_READ,
        "found 0");
  }
}
GST_END_TEST;

/* The source has sent all when the file is cut, and the sink reads zeros. */
GST_START_TEST (a_file_truncated_behind_the_source_is_an_error_before_eos)
{
  Fault fault = { ssio_check_write_tile (1000, 6), 24 * 999, FALSE };
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=10 ! queue ! fakesink name=sink "
      "enable-last-sample=false "
      "signal-handoffs=true",
      fault.path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstMessage *message;
  GError *error;

  g_signal_connect (sink, "handoff", G_CALLBACK (strike), &fault);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  g_usleep (G_USEC_PER_SEC / 10);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "error");
  gst_message_parse_error (message, &error, NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "expected 24000 bytes, found 23976");
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (fault.path);
}
GST_END_TEST;

GST_START_TEST (an_epoch_of_a_file_truncated_behind_the_source_is_not_reported)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=10 ! queue ! ssiolinear", path);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  g_usleep (G_USEC_PER_SEC / 10);
  fail_unless_equals_int (truncate (path, 24 * 999), 0);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline,
      GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "error");
  gst_message_unref (message);
  message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 5,
      GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
  fail_unless (message == NULL);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_file_truncated_between_epochs_is_an_error)
{
  check_fault (10, 10, "epochs=0 io-mode=mmap", 240 - 24,
      GST_RESOURCE_ERROR_READ, "found 216");
  check_fault (10, 10, "epochs=0 io-mode=read", 240 - 24,
      GST_RESOURCE_ERROR_READ, "found 216");
  check_fault (10, 10, "epochs=0 io-mode=direct", 240 - 24,
      GST_RESOURCE_ERROR_READ, "found 216");
}
GST_END_TEST;

GST_START_TEST (a_file_deleted_in_mid_stream_is_an_error)
{
  check_fault (1000000, 100000, "io-mode=mmap", -1,
      GST_RESOURCE_ERROR_NOT_FOUND, "deleted or replaced");
  check_fault (1000000, 100000, "io-mode=read", -1,
      GST_RESOURCE_ERROR_NOT_FOUND, "deleted or replaced");
  check_fault (1000000, 100000, "io-mode=direct", -1,
      GST_RESOURCE_ERROR_NOT_FOUND, "deleted or replaced");
}
GST_END_TEST;

GST_START_TEST (after_an_error_a_mended_file_streams_whole)
{
  gchar *path = ssio_check_write_file (".bin", "broken", 6);
  gchar *tile = ssio_check_write_tile (100, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc name=src location=%s batch-size=7 ! fakesink", path);
  SsioLog *log = ssio_log_new (pipeline, "src", "src", 6);
  GArray *entries;
  guint at = 0;

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      path, NULL);
  fail_unless_equals_int (g_rename (tile, path), 0);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  entries = ssio_log_take (log);
  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, 100, 7);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  ssio_log_free (log);
  gst_object_unref (pipeline);
  g_free (tile);
  g_free (path);
}
GST_END_TEST;

static GstPadProbeReturn
refuse_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint *seen = user_data;

  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  info->data = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
  g_atomic_int_inc (seen);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (an_error_downstream_ends_the_stream_with_one_message)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=7 ! fakesink name=sink", path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  gint seen = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, refuse_buffer, &seen,
      NULL);
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, NULL);
  fail_unless_equals_int (seen, 1);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiosrc_errors_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, what_cannot_be_read_is_one_error_that_says_why);
  tcase_add_test (tcase, a_layout_that_is_none_is_one_error_that_says_why);
  tcase_add_test (tcase, a_file_without_permission_is_refused);
  tcase_add_test (tcase, a_file_truncated_in_mid_stream_is_an_error);
  tcase_add_test (tcase,
      a_file_truncated_behind_the_source_is_an_error_before_eos);
  tcase_add_test (tcase,
      an_epoch_of_a_file_truncated_behind_the_source_is_not_reported);
  tcase_add_test (tcase, a_file_truncated_between_epochs_is_an_error);
  tcase_add_test (tcase, a_file_deleted_in_mid_stream_is_an_error);
  tcase_add_test (tcase, after_an_error_a_mended_file_streams_whole);
  tcase_add_test (tcase, an_error_downstream_ends_the_stream_with_one_message);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_errors)
