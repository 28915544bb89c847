/* SPDX-License-Identifier: MIT */
/* A device that fails: each failure is one error, or a complete stream, and
 * nothing is left behind. */

#include <string.h>
#include <unistd.h>

#include "cudacheck.h"
#include "ssiolog.h"

#define N_POINTS 5003
#define BATCH 1000
#define N_FIELDS 6

/* What a pipeline came to. */
typedef struct {
  guint n_errors;
  guint n_warnings;
  guint n_ends; /* EOS */
  GError *error;
  GstObject *source;       /* of the first error */
  gboolean repeats_itself; /* an element has told of two */
} Outcome;

static void
take_message (GstMessage *message, Outcome *outcome)
{
  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    if (outcome->n_errors++ == 0) {
      gst_message_parse_error (message, &outcome->error, NULL);
      outcome->source = GST_MESSAGE_SRC (message);
    } else if (outcome->source == GST_MESSAGE_SRC (message)) {
      outcome->repeats_itself = TRUE;
    }
    break;
  case GST_MESSAGE_WARNING:
    outcome->n_warnings++;
    break;
  default:
    outcome->n_ends++;
    break;
  }
  gst_message_unref (message);
}

static Outcome
run_to_outcome (GstElement *pipeline)
{
  const GstMessageType types
      = GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_WARNING;
  GstBus *bus = gst_element_get_bus (pipeline);
  Outcome outcome = { 0 };
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (outcome.n_errors + outcome.n_ends == 0) {
    message = ssio_check_pop (pipeline, types);
    fail_unless (message != NULL, "neither error nor EOS");
    take_message (message, &outcome);
  }
  /* a second one would be there soon */
  while ((message = gst_bus_timed_pop_filtered (bus, GST_MSECOND, types)))
    take_message (message, &outcome);
  gst_object_unref (bus);
  return outcome;
}

static void
clear_outcome (Outcome *outcome)
{
  g_clear_error (&outcome->error);
}

/* All batches, of a stream that ended well. */
static void
check_complete (SsioLog *log)
{
  GArray *entries = ssio_log_take (log);
  guint at = 0;

  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH);
  ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
}

static GstElement *
launch (const gchar *path, const gchar *upload)
{
  return ssio_check_launch (
      "ssiosrc location=%s batch-size=%d epochs=2 ! queue ! "
      "ssiocudaupload %s ! queue ! ssiocudadownload ! fakesink name=sink",
      path, BATCH, upload);
}

/* Runs a stream with a fault, which must be seen in one error of an element or
 * not at all. */
static Outcome
run_with_fault (const gchar *path, const gchar *upload)
{
  GstElement *pipeline = launch (path, upload);
  SsioLog *log = ssio_log_new (pipeline, "sink", "sink", N_FIELDS);
  Outcome outcome = run_to_outcome (pipeline);

  if (outcome.n_errors == 0) {
    fail_unless_equals_int (outcome.n_ends, 1);
    check_complete (log);
  } else {
    fail_if (outcome.repeats_itself);
    fail_unless_equals_int (outcome.n_ends, 0);
    fail_unless (outcome.error->domain == GST_RESOURCE_ERROR, "%s",
        outcome.error->message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  ssio_log_free (log);
  gst_object_unref (pipeline);
  return outcome;
}

/* What is called when something goes: there is nobody to tell, and for the
 * driver it is gone. */
static gboolean
only_releases (const gchar *name)
{
  static const gchar *const names[] = { "cuMemFree", "cuMemFreeHost",
    "cuStreamDestroy", "cuEventDestroy", "cuDevicePrimaryCtxRelease",
    "cuCtxPopCurrent", "cuModuleUnload", NULL };

  return g_strv_contains (names, name);
}

/* Makes each call of a function in turn fail, up to max_nth or, where that is
 * 0, until there are no more. */
static guint
fail_each_call (const gchar *path, const gchar *name, const gchar *upload,
    guint max_nth)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  guint n_seen = 0;
  guint nth, n_calls;

  for (nth = 1;; nth++) {
    Outcome outcome;

    fake->reset ();
    fake->fail_call (name, nth, CUDA_ERROR_UNKNOWN);
    outcome = run_with_fault (path, upload);
    n_calls = fake->count (name);
    fail_unless (outcome.n_errors <= 1);
    n_seen += outcome.n_errors + outcome.n_warnings;
    if (nth <= n_calls && !only_releases (name))
      fail_unless (outcome.n_errors == 0
                       || strstr (outcome.error->message, name) != NULL
                       || strstr (outcome.error->message, "the pool") != NULL,
          "%s", outcome.error->message);
    clear_outcome (&outcome);
    fake->reset ();
    ssio_cuda_check_clean ();
    if (nth > n_calls || nth == max_nth)
      break;
  }
  return n_seen;
}

static const gchar *const all_functions[] = {
#define NAME(name, symbol, arguments) #name,
  GST_SSIO_CUDA_FUNCTIONS (NAME)
#undef NAME
};

/* Calls that must be told of wherever they fail. */
static gboolean
matters (const gchar *name)
{
  static const gchar *const names[] = { "cuInit", "cuDeviceGetCount",
    "cuDevicePrimaryCtxRetain", "cuMemAlloc", "cuMemHostAlloc",
    "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuStreamCreate",
    "cuStreamSynchronize", "cuStreamWaitEvent", "cuEventCreate",
    "cuEventRecord", "cuEventSynchronize", "cuCtxPushCurrent", NULL };

  return g_strv_contains (names, name);
}

static void
fail_all_functions (const gchar *upload)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all_functions); i++) {
    const gchar *name = all_functions[i];
    guint n_seen;

    /* called once in a process, and to tell of errors */
    if (strcmp (name, "cuInit") == 0 || strcmp (name, "cuGetErrorString") == 0)
      continue;
    /* later ones are there to free something, which cannot be done then */
    n_seen = fail_each_call (path, name, upload,
        strcmp (name, "cuCtxPushCurrent") == 0 ? 8 : 0);
    if (matters (name) && strcmp (name, "cuMemHostAlloc") != 0)
      fail_unless (n_seen > 0, "nobody saw %s fail", name);
    else if (only_releases (name))
      fail_unless_equals_int (n_seen, 0);
  }
  ssio_fake_cuda ()->reset ();
  g_free (path);
}

GST_START_TEST (each_call_that_fails_is_one_error_with_pinned_staging)
{
  ssio_cuda_skip_without_fake ();
  fail_all_functions ("staging=pinned slots=2");
}
GST_END_TEST;

GST_START_TEST (each_call_that_fails_is_one_error_with_registered_staging)
{
  ssio_cuda_skip_without_fake ();
  fail_all_functions ("staging=register slots=2");
}
GST_END_TEST;

GST_START_TEST (each_call_that_fails_is_one_error_with_a_cache)
{
  ssio_cuda_skip_without_fake ();
  fail_all_functions ("staging=pageable cache=device");
}
GST_END_TEST;

GST_START_TEST (a_device_that_is_lost_is_one_error_wherever_it_happens)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint nth, n_errors;

  ssio_cuda_skip_without_fake ();
  for (nth = 1, n_errors = 0; nth < 80; nth++) {
    Outcome outcome;

    fake->reset ();
    fake->set_random_delay (100, nth);
    fake->fail_operation (nth, CUDA_ERROR_LAUNCH_FAILED);
    outcome = run_with_fault (path, nth % 2 ? "" : "cache=device");
    n_errors += outcome.n_errors;
    fail_unless (nth > 10 || outcome.n_errors > 0);
    clear_outcome (&outcome);
    fake->reset ();
    ssio_cuda_check_clean ();
  }
  fail_unless (n_errors > 10);
  g_free (path);
}
GST_END_TEST;

static void
check_out_of_memory (const gchar *path, const gchar *upload, guint nth)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  Outcome outcome;

  fake->reset ();
  fake->fail_call ("cuMemAlloc", nth, CUDA_ERROR_OUT_OF_MEMORY);
  outcome = run_with_fault (path, upload);
  fail_unless_equals_int (outcome.n_errors, 1);
  fail_unless (g_error_matches (outcome.error, GST_RESOURCE_ERROR,
                   GST_RESOURCE_ERROR_NO_SPACE_LEFT),
      "%s", outcome.error->message);
  fail_unless (strstr (outcome.error->message, "slots") != NULL, "%s",
      outcome.error->message);
  clear_outcome (&outcome);
  fake->reset ();
  ssio_cuda_check_clean ();
}

GST_START_TEST (out_of_memory_says_what_can_be_made_smaller)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);

  ssio_cuda_skip_without_fake ();
  check_out_of_memory (path, "slots=1", 1);
  check_out_of_memory (path, "slots=3 staging=pageable", 1);
  g_free (path);
}
GST_END_TEST;

/* The points that were on their way may be read as zeros: the source says so,
 * and no epoch ends. */
GST_START_TEST (a_file_cut_under_its_batches_ends_no_epoch)
{
  static const gchar *const stagings[]
      = { "auto", "pinned", "register", "pageable" };
  guint s;

  ssio_cuda_skip_without_fake ();
  for (s = 0; s < G_N_ELEMENTS (stagings); s++) {
    gchar *path = ssio_check_write_tile (500000, N_FIELDS);
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s batch-size=1000 epochs=0 ! queue ! "
        "ssiocudaupload staging=%s ! fakesink",
        path, stagings[s]);
    Outcome outcome;

    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    fail_unless_equals_int (truncate (path, 1000 * 24), 0);
    outcome = run_to_outcome (pipeline);
    fail_unless_equals_int (outcome.n_errors, 1);
    fail_unless_equals_int (outcome.n_ends, 0);
    fail_unless (strstr (outcome.error->message, path) != NULL, "%s",
        outcome.error->message);
    clear_outcome (&outcome);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_free (path);
    ssio_cuda_check_clean ();
  }
}
GST_END_TEST;

/* Nobody but the element sees it: the source has sent all, and no page of the
 * file is let go of until the end is there. */
GST_START_TEST (a_file_changed_after_its_last_batch_is_an_error_too)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=1000 ! queue max-size-buffers=100 ! "
      "ssiocudaupload staging=pageable ! fakesink name=sink",
      path);
  Outcome outcome;

  ssio_cuda_skip_without_fake ();
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  g_usleep (50000); /* all is in the queue by now */
  fail_unless_equals_int (truncate (path, N_POINTS * 24 + 1), 0);
  fail_unless_equals_int (truncate (path, N_POINTS * 24), 0);
  outcome = run_to_outcome (pipeline);
  fail_unless_equals_int (outcome.n_errors, 1);
  fail_unless_equals_int (outcome.n_ends, 0);
  fail_unless (strstr (outcome.error->message, "was modified") != NULL, "%s",
      outcome.error->message);
  clear_outcome (&outcome);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (downstream_that_takes_no_device_memory_is_told_of)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint require;

  for (require = 0; require < 2; require++) {
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s ! ssiocudaupload require-device=%u ! "
        "capsfilter caps=pointcloud/x-raw ! fakesink",
        path, require);
    Outcome outcome = run_to_outcome (pipeline);

    fail_unless_equals_int (outcome.n_warnings, !require);
    fail_unless_equals_int (outcome.n_errors, require);
    fail_unless_equals_int (outcome.n_ends, !require);
    clear_outcome (&outcome);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  }
  g_free (path);
}
GST_END_TEST;

/* As in elements/ssiocudaupload, where there is no driver at all. */
GST_START_TEST (a_device_that_cannot_be_used_is_a_warning_and_batches_pass)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  FakecudaDevices devices;
  Outcome outcome;

  ssio_cuda_skip_without_fake ();
  fake->reset ();
  fake->get_devices (&devices);
  devices.capability_major = 7;
  devices.capability_minor = 0;
  fake->set_devices (&devices);
  outcome = run_with_fault (path, "");
  fail_unless_equals_int (outcome.n_warnings, 1);
  fail_unless_equals_int (outcome.n_errors, 0);
  outcome = run_with_fault (path, "require-device=true");
  fail_unless_equals_int (outcome.n_errors, 1);
  fail_unless (strstr (outcome.error->message, "compute capability 7.5")
                   != NULL,
      "%s", outcome.error->message);
  clear_outcome (&outcome);
  fake->reset ();
  outcome = run_with_fault (path, "device-id=1");
  fail_unless_equals_int (outcome.n_warnings, 1);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

static Suite *
cuda_faults_suite (void)
{
  Suite *suite = suite_create ("cuda-faults");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase,
      each_call_that_fails_is_one_error_with_pinned_staging);
  tcase_add_test (tcase,
      each_call_that_fails_is_one_error_with_registered_staging);
  tcase_add_test (tcase, each_call_that_fails_is_one_error_with_a_cache);
  tcase_add_test (tcase,
      a_device_that_is_lost_is_one_error_wherever_it_happens);
  tcase_add_test (tcase, out_of_memory_says_what_can_be_made_smaller);
  tcase_add_test (tcase, a_file_cut_under_its_batches_ends_no_epoch);
  tcase_add_test (tcase, a_file_changed_after_its_last_batch_is_an_error_too);
  tcase_add_test (tcase, downstream_that_takes_no_device_memory_is_told_of);
  tcase_add_test (tcase,
      a_device_that_cannot_be_used_is_a_warning_and_batches_pass);
  return suite;
}

SSIO_CHECK_MAIN (cuda_faults)
