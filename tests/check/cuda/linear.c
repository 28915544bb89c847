/* SPDX-License-Identifier: MIT */
/* ssiolinear where batches are on a device: the same means as on the CPU,
 * whatever waits for what. */

#include <math.h>
#include <string.h>

#include "elements/linearcheck.h"
#include "cudacheck.h"

#define N_POINTS 20011
#define BATCH 1000
#define N_OUTPUTS 3

#define TO_DEVICE "ssiocudaupload name=upload "

static GstElement *
launch (const gchar *path, const gchar *source, const gchar *between,
    const gchar *linear)
{
  return ssio_check_launch ("ssiosrc location=%s batch-size=%d %s ! %s ! "
                            "ssiolinear name=linear layers=16,%d %s",
      path, BATCH, source, between, N_OUTPUTS, linear);
}

static void
check_epoch (GstElement *pipeline, guint epoch, const gdouble *means)
{
  GstMessage *message = linear_pop_epoch (pipeline);
  const GstStructure *structure = gst_message_get_structure (message);
  guint found, i;

  fail_unless (gst_structure_get_uint (structure, "epoch", &found));
  fail_unless_equals_int (found, epoch);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "points"),
      N_POINTS);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "batches"),
      (N_POINTS + BATCH - 1) / BATCH);
  for (i = 0; i < N_OUTPUTS; i++) {
    gdouble mean = linear_get_mean (structure, i);

    fail_unless (fabs (mean - means[i]) <= 1e-5 * fabs (means[i]),
        "output %u: expected %.9g, found %.9g", i, means[i], mean);
  }
  gst_message_unref (message);
}

/* Runs a pipeline, whose epochs must all have these means. */
static void
check_run (GstElement *pipeline, guint n_epochs, const gdouble *means)
{
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < n_epochs; i++)
    check_epoch (pipeline, i, means);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* What the CPU finds. */
static void
get_means (const gchar *path, const gchar *linear, gdouble *means)
{
  GstElement *pipeline = launch (path, "", "queue", linear);
  GstMessage *message;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = linear_pop_epoch (pipeline);
  for (i = 0; i < N_OUTPUTS; i++)
    means[i] = linear_get_mean (gst_message_get_structure (message), i);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
check_as_cpu (const gchar *path, const gchar *between, const gchar *linear)
{
  gdouble means[N_OUTPUTS];

  get_means (path, linear, means);
  check_run (launch (path, "", between, linear), 1, means);
  ssio_cuda_check_clean ();
}

GST_START_TEST (batches_on_a_device_are_computed_there)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline = launch (path, "", TO_DEVICE, "");
  GstElement *linear = gst_bin_get_by_name (GST_BIN (pipeline), "linear");
  GstPad *pad = gst_element_get_static_pad (linear, "sink");
  GstCaps *caps;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  caps = gst_pad_get_current_caps (pad);
  fail_unless (gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_SSIO_CAPS_FEATURE_CUDA_MEMORY));
  gst_caps_unref (caps);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (linear);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();

  check_as_cpu (path, TO_DEVICE, "");
  check_as_cpu (path, TO_DEVICE "! queue", "seed=3");
  check_as_cpu (path, TO_DEVICE "! queue", "features=z,x");
  /* the way back leads to the CPU */
  check_as_cpu (path, TO_DEVICE "! ssiocudadownload", "");
  g_free (path);
}
GST_END_TEST;

/* Uploads that are slower than kernels and the other way round, in each number
 * of slots: a kernel that did not wait for its batch, or a copy into a slot
 * that a kernel still reads, would find other points. */
GST_START_TEST (order_is_kept_whatever_is_slow)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  gdouble means[N_OUTPUTS];
  guint slots, cache;

  get_means (path, "", means);
  for (slots = 1; slots <= 8; slots++) {
    for (cache = 0; cache < 2; cache++) {
      gchar *upload = g_strdup_printf (TO_DEVICE "slots=%u cache=%s ! queue",
          slots, cache ? "device" : "none");

      if (fake)
        fake->set_random_delay (500, slots + cache);
      check_run (launch (path, "epochs=3", upload, ""), 3, means);
      ssio_cuda_check_clean ();
      g_free (upload);
    }
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

/* Nobody waits on the CPU for a copy or a kernel before all slots are taken,
 * also where no queue follows. */
GST_START_TEST (slots_are_filled_while_the_device_is_busy)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  guint slots;

  ssio_cuda_skip_without_fake ();
  for (slots = 1; slots <= 5; slots++) {
    gchar *upload
        = g_strdup_printf (TO_DEVICE "staging=pageable slots=%u", slots);
    GstElement *pipeline = launch (path, "", upload, "");
    gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
    guint n_before, n_copies;

    fake->reset ();
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    fake->hold ();
    n_before = fake->count ("cuMemcpyHtoDAsync");
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    while (fake->count ("cuLaunchKernel") < slots
           && g_get_monotonic_time () < end)
      g_usleep (500);
    fail_unless (fake->count ("cuLaunchKernel") >= slots, "%u launches",
        fake->count ("cuLaunchKernel"));
    g_usleep (20000);
    /* the first one may have been under way already */
    n_copies = fake->count ("cuMemcpyHtoDAsync") - n_before;
    fail_unless (n_copies == slots || n_copies == slots - 1, "%u copies",
        n_copies);
    fake->resume ();
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_free (upload);
  }
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (three_hundred_epochs_are_all_the_same)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  gdouble means[N_OUTPUTS];

  get_means (path, "", means);
  check_run (launch (path, "epochs=300", TO_DEVICE "cache=device", ""), 300,
      means);
  ssio_cuda_check_clean ();
  g_free (path);
}
GST_END_TEST;

/* What was computed before a flush does not count. */
GST_START_TEST (a_flush_begins_an_epoch_again)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  gdouble means[N_OUTPUTS];
  guint i;

  get_means (path, "", means);
  for (i = 0; i < 10; i++) {
    GstElement *pipeline = launch (path, "", TO_DEVICE "! queue", "");

    if (fake)
      fake->set_delay (500);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (1000 * i);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, 0));
    check_run (pipeline, 1, means);
    ssio_cuda_check_clean ();
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (stops_at_any_moment_leave_nothing_behind)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  guint i;

  for (i = 0; i < 20; i++) {
    GstElement *pipeline = launch (path, "epochs=0", TO_DEVICE "! queue", "");

    if (fake)
      fake->set_random_delay (1000, i);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (1000 * i);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    ssio_cuda_check_clean ();
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

/* One error, no epoch and no EOS; or, where the call did not matter, all. */
static gboolean
run_with_fault (const gchar *path, const gchar *name, const gdouble *means)
{
  GstElement *pipeline = launch (path, "", TO_DEVICE "! queue", "");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;
  gboolean failed;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL, "%s: neither error nor epoch", name);
  failed = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  if (failed) {
    gst_message_parse_error (message, &error, NULL);
    fail_unless (error->domain == GST_RESOURCE_ERROR, "%s", error->message);
    fail_unless (strstr (error->message, name) != NULL, "%s: %s", name,
        error->message);
    g_error_free (error);
    gst_message_unref (message);
    message = gst_bus_timed_pop_filtered (bus, GST_MSECOND,
        GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
    fail_unless (message == NULL, "%s: a second message", name);
  } else {
    gst_message_unref (message);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  }
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return failed;
}

GST_START_TEST (each_call_that_fails_is_one_error)
{
  /* those that the element itself makes */
  static const gchar *const names[]
      = { "cuModuleLoadData", "cuModuleGetFunction", "cuFuncSetAttribute",
          "cuLaunchKernel", "cuMemAlloc", "cuMemcpyHtoDAsync",
          "cuMemcpyDtoHAsync", "cuMemsetD8Async", "cuStreamCreate",
          "cuStreamWaitEvent", "cuEventRecord", "cuStreamSynchronize" };
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  gdouble means[N_OUTPUTS];
  guint i, nth;

  ssio_cuda_skip_without_fake ();
  get_means (path, "", means);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    guint n_failed = 0;

    for (nth = 1;; nth++) {
      guint n_calls;

      fake->reset ();
      fake->fail_call (names[i], nth, CUDA_ERROR_UNKNOWN);
      n_failed += run_with_fault (path, names[i], means);
      n_calls = fake->count (names[i]);
      fake->reset ();
      ssio_cuda_check_clean ();
      if (nth > n_calls)
        break;
    }
    fail_unless (n_failed > 0 || nth == 1, "nobody saw %s fail", names[i]);
  }
  g_free (path);
}
GST_END_TEST;

/* An older device, or a build without its kernels. */
GST_START_TEST (kernels_that_are_not_for_the_device_are_an_error_that_says_so)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline = launch (path, "", TO_DEVICE, "");

  ssio_cuda_skip_without_fake ();
  fake->reset ();
  fake->fail_calls ("cuModuleLoadData", CUDA_ERROR_NO_BINARY_FOR_GPU);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "no kernels for the device", "leaving out ssiocudaupload", NULL);
  gst_object_unref (pipeline);
  fake->reset ();
  ssio_cuda_check_clean ();
  g_free (path);
}
GST_END_TEST;

static Suite *
cuda_linear_suite (void)
{
  Suite *suite = suite_create ("cuda-linear");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, batches_on_a_device_are_computed_there);
  tcase_add_test (tcase, order_is_kept_whatever_is_slow);
  tcase_add_test (tcase, slots_are_filled_while_the_device_is_busy);
  tcase_add_test (tcase, three_hundred_epochs_are_all_the_same);
  tcase_add_test (tcase, a_flush_begins_an_epoch_again);
  tcase_add_test (tcase, stops_at_any_moment_leave_nothing_behind);
  tcase_add_test (tcase, each_call_that_fails_is_one_error);
  tcase_add_test (tcase,
      kernels_that_are_not_for_the_device_are_an_error_that_says_so);
  return suite;
}

SSIO_CHECK_MAIN (cuda_linear)
