/* SPDX-License-Identifier: MIT */
/* ssioconvert where batches are on a device: the same bytes as on the CPU,
 * whatever waits for what. */

#include <string.h>

#include "cudacheck.h"

#define N_POINTS 20011
#define BATCH 1000

#define TO_DEVICE "ssiocudaupload name=upload "
#define CONVERT "ssioconvert name=convert lossy=true "
#define FIELDS "fields=z,x:f8,intensity:u1,y:i2,sem_class "

static GstElement *
launch (const gchar *path, const gchar *source, const gchar *between)
{
  return ssio_check_launch ("ssiosrc location=%s batch-size=%d %s ! %s ! "
                            "fakesink name=sink signal-handoffs=true",
      path, BATCH, source, between);
}

static void
take_bytes (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    GByteArray *bytes)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_byte_array_append (bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static GByteArray *
collect (GstElement *pipeline)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GByteArray *bytes = g_byte_array_new ();

  g_signal_connect (sink, "handoff", G_CALLBACK (take_bytes), bytes);
  gst_object_unref (sink);
  return bytes;
}

/* All bytes that reach the sink of a pipeline, which it frees. */
static GByteArray *
run (GstElement *pipeline)
{
  GByteArray *bytes = collect (pipeline);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return bytes;
}

static void
check_equal (GByteArray *found, const GByteArray *expected)
{
  fail_unless_equals_int (found->len, expected->len);
  fail_unless (memcmp (found->data, expected->data, found->len) == 0);
  g_byte_array_unref (found);
}

/* What the CPU makes of the tile. */
static GByteArray *
convert_on_cpu (const gchar *path, const gchar *source, const gchar *fields)
{
  gchar *convert = g_strconcat (CONVERT, fields, NULL);
  GByteArray *bytes = run (launch (path, source, convert));

  g_free (convert);
  fail_unless (bytes->len > 0);
  return bytes;
}

GST_START_TEST (batches_on_a_device_are_converted_there)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline = launch (path, "", TO_DEVICE "! " CONVERT FIELDS);
  GstElement *convert = gst_bin_get_by_name (GST_BIN (pipeline), "convert");
  GstPad *pad = gst_element_get_static_pad (convert, "src");
  GstCaps *caps;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  caps = gst_pad_get_current_caps (pad);
  fail_unless (gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_SSIO_CAPS_FEATURE_CUDA_MEMORY));
  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "layout"),
      "z:f4,x:f8,intensity:u1,y:i2,sem_class:f4");
  gst_caps_unref (caps);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (convert);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_device_finds_what_the_cpu_does)
{
  static const gchar *const fields[] = { FIELDS, "fields=x,y", "fields=z:u8",
    "fields=y,x normalize=x*0.5-1", "fields=x,y,z,intensity,sem_class" };
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    GByteArray *expected = convert_on_cpu (path, "", fields[i]);
    gchar *text = g_strdup_printf (TO_DEVICE "! " CONVERT "%s", fields[i]);
    gchar *back = g_strdup_printf (TO_DEVICE "! queue ! " CONVERT
                                             "%s ! queue ! ssiocudadownload",
        fields[i]);

    check_equal (run (launch (path, "", text)), expected);
    check_equal (run (launch (path, "", back)), expected);
    ssio_cuda_check_clean ();
    g_byte_array_unref (expected);
    g_free (text);
    g_free (back);
  }
  g_free (path);
}
GST_END_TEST;

/* The CPU converts into what the upload copies from. */
GST_START_TEST (converted_batches_are_uploaded)
{
  static const gchar *const stagings[]
      = { "auto", "pinned", "register", "pageable" };
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GByteArray *expected = convert_on_cpu (path, "epochs=2", FIELDS);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (stagings); i++) {
    gchar *between = g_strdup_printf (CONVERT FIELDS
        "! " TO_DEVICE "staging=%s cache=device ! queue ! "
        "ssiocudadownload",
        stagings[i]);

    check_equal (run (launch (path, "epochs=2", between)), expected);
    ssio_cuda_check_clean ();
    g_free (between);
  }
  g_byte_array_unref (expected);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (unchanged_batches_pass_through_on_a_device)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GByteArray *expected = run (launch (path, "", "queue"));

  check_equal (run (launch (path, "", TO_DEVICE "! " CONVERT)), expected);
  g_byte_array_unref (expected);
  ssio_cuda_check_clean ();
  g_free (path);
}
GST_END_TEST;

/* A kernel that did not wait for its batch, or wrote to one that is still
 * read, would make other points. */
GST_START_TEST (order_is_kept_whatever_is_slow)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GByteArray *expected = convert_on_cpu (path, "epochs=3", FIELDS);
  guint slots, cache;

  for (slots = 1; slots <= 4; slots++) {
    for (cache = 0; cache < 2; cache++) {
      gchar *between = g_strdup_printf (TO_DEVICE
          "slots=%u cache=%s ! queue ! " CONVERT FIELDS
          "! queue ! ssiocudadownload",
          slots, cache ? "device" : "none");

      if (fake)
        fake->set_random_delay (500, slots + cache);
      check_equal (run (launch (path, "epochs=3", between)), expected);
      ssio_cuda_check_clean ();
      g_free (between);
    }
  }
  if (fake)
    fake->reset ();
  g_byte_array_unref (expected);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_model_on_a_device_takes_converted_batches)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s batch-size=%d ! " TO_DEVICE
                           "! queue ! " CONVERT
                           "fields=x,y:f8 ! ssiolinear layers=4,2",
          path, BATCH);
  GstMessage *message;
  guint64 points;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  fail_unless (gst_message_has_name (message, "ssio-epoch"));
  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (message),
      "points", &points));
  fail_unless_equals_uint64 (points, N_POINTS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();
  g_free (path);
}
GST_END_TEST;

/* Also while it waits for memory that a paused sink and a queue hold. */
GST_START_TEST (stops_at_any_moment_leave_nothing_behind)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  guint i;

  for (i = 0; i < 20; i++) {
    GstElement *pipeline = launch (path, "epochs=0",
        TO_DEVICE "! queue ! " CONVERT FIELDS "! queue");

    if (fake)
      fake->set_random_delay (1000, i);
    gst_element_set_state (pipeline,
        i % 2 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
    g_usleep (1500 * i);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    ssio_cuda_check_clean ();
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_flush_begins_again)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  guint i;

  for (i = 0; i < 10; i++) {
    GstElement *pipeline
        = launch (path, "", TO_DEVICE "! queue ! " CONVERT FIELDS "! queue");

    if (fake)
      fake->set_delay (500);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    if (i % 2)
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (1500 * i);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, 0));
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    ssio_cuda_check_clean ();
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

/* One error and no EOS; or, where the call did not matter, all bytes. */
static gboolean
run_with_fault (const gchar *path, const gchar *name,
    const GByteArray *expected)
{
  GstElement *pipeline = launch (path, "", TO_DEVICE "! " CONVERT FIELDS);
  GByteArray *bytes = collect (pipeline);
  GstMessage *message;
  gboolean failed;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL, "%s: neither error nor EOS", name);
  failed = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  gst_message_unref (message);
  if (failed) {
    GstBus *bus = gst_element_get_bus (pipeline);

    message = gst_bus_timed_pop_filtered (bus, GST_MSECOND,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    fail_unless (message == NULL, "%s: a second message", name);
    gst_object_unref (bus);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  if (failed)
    g_byte_array_unref (bytes);
  else
    check_equal (bytes, expected);
  return failed;
}

GST_START_TEST (each_call_that_fails_is_one_error)
{
  static const gchar *const names[] = { "cuModuleLoadData",
    "cuModuleGetFunction", "cuFuncSetAttribute", "cuLaunchKernel",
    "cuMemAlloc", "cuMemcpyHtoDAsync", "cuStreamCreate", "cuStreamWaitEvent",
    "cuEventRecord", "cuStreamSynchronize" };
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (5 * BATCH, 6);
  GByteArray *expected;
  guint i, nth;

  ssio_cuda_skip_without_fake ();
  expected = convert_on_cpu (path, "", FIELDS);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    guint n_failed = 0;

    for (nth = 1;; nth++) {
      guint n_calls;

      fake->reset ();
      fake->fail_call (names[i], nth, CUDA_ERROR_UNKNOWN);
      n_failed += run_with_fault (path, names[i], expected);
      n_calls = fake->count (names[i]);
      fake->reset ();
      ssio_cuda_check_clean ();
      if (nth > n_calls)
        break;
    }
    fail_unless (n_failed > 0 || nth == 1, "nobody saw %s fail", names[i]);
  }
  g_byte_array_unref (expected);
  g_free (path);
}
GST_END_TEST;

static Suite *
cuda_convert_suite (void)
{
  Suite *suite = suite_create ("cuda-convert");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, batches_on_a_device_are_converted_there);
  tcase_add_test (tcase, a_device_finds_what_the_cpu_does);
  tcase_add_test (tcase, converted_batches_are_uploaded);
  tcase_add_test (tcase, unchanged_batches_pass_through_on_a_device);
  tcase_add_test (tcase, order_is_kept_whatever_is_slow);
  tcase_add_test (tcase, a_model_on_a_device_takes_converted_batches);
  tcase_add_test (tcase, stops_at_any_moment_leave_nothing_behind);
  tcase_add_test (tcase, a_flush_begins_again);
  tcase_add_test (tcase, each_call_that_fails_is_one_error);
  return suite;
}

SSIO_CHECK_MAIN (cuda_convert)
