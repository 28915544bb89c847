/* SPDX-License-Identifier: MIT */
/* A copier whose device fails: each call in turn, or for good. */

#include "copiercheck.h"

#define N_COPIES 3
#define SLOTS 2
#define SIZE 20000

typedef struct {
  CopierScene scene;
  GstSsioStaging staging;
  GstBuffer *from[N_COPIES];
  GstMemory *to[N_COPIES];
} Run;

static void
begin_run (Run *run, GstSsioStaging staging, SsioSource kind)
{
  guint i;

  *run = (Run){ .staging = staging };
  copier_begin_without (&run->scene);
  for (i = 0; i < N_COPIES; i++)
    run->from[i] = copier_new_source (&run->scene, kind, i, SIZE);
}

static void
end_run (Run *run)
{
  guint i;

  for (i = 0; i < N_COPIES; i++)
    gst_buffer_unref (run->from[i]);
  copier_end (&run->scene);
}

static gboolean
copy_all (Run *run, GError **error)
{
  GstSsioCopier *copier = run->scene.copier;
  guint i;

  for (i = 0; i < N_COPIES; i++) {
    run->to[i] = gst_ssio_cuda_memory_new (gst_ssio_copier_get_stream (copier),
        SIZE, error);
    if (!run->to[i]
        || !gst_ssio_copier_copy (copier, run->from[i], run->to[i], error))
      return FALSE;
  }
  return gst_ssio_copier_drain (copier, error);
}

/* A copier's whole life but its end. */
static gboolean
try_run (gpointer data, GError **error)
{
  Run *run = data;
  GstSsioCudaContext *context = run->scene.context;
  gboolean done;

  run->scene.copier
      = gst_ssio_copier_new (context, SLOTS, run->staging, 2, error);
  if (!run->scene.copier || !gst_ssio_cuda_context_push (context, error))
    return FALSE;
  done = copy_all (run, error);
  gst_ssio_cuda_context_pop (context);
  return done;
}

static gboolean
all_are_there (Run *run)
{
  gboolean all = TRUE;
  guint i;

  for (i = 0; i < N_COPIES; i++)
    all = all && run->to[i];
  return all;
}

/* Expects that nobody has the sources any more. */
static void
finish_run (gpointer data)
{
  Run *run = data;
  guint i;

  g_clear_pointer (&run->scene.copier, gst_ssio_copier_free);
  for (i = 0; i < N_COPIES; i++) {
    fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (run->from[i]), 1);
    g_clear_pointer (&run->to[i], gst_memory_unref);
  }
}

static const gchar *const all_ways[] = { "cuStreamCreate", "cuEventCreate",
  "cuMemAlloc", "cuMemcpyHtoDAsync", "cuEventRecord", "cuEventSynchronize" };

static void
expect_failures (GstSsioStaging staging, SsioSource kind,
    const gchar *const *calls, guint n_calls)
{
  Run run;
  guint i;

  ssio_fake_cuda ()->set_delay (300);
  begin_run (&run, staging, kind);
  for (i = 0; i < n_calls; i++)
    ssio_cuda_expect_failures_of (calls[i], try_run, finish_run, &run);
  end_run (&run);
}

GST_START_TEST (each_call_that_fails_is_one_error_and_no_leak)
{
  guint staging, kind;

  ssio_cuda_skip_without_fake ();
  for (staging = 0; staging < SSIO_N_STAGINGS; staging++)
    for (kind = 0; kind < SSIO_N_SOURCES; kind++)
      expect_failures (staging, kind, all_ways, G_N_ELEMENTS (all_ways));
}
GST_END_TEST;

GST_START_TEST (a_context_that_cannot_be_current_is_an_error)
{
  static const gchar *const calls[] = { "cuCtxPushCurrent" };

  ssio_cuda_skip_without_fake ();
  expect_failures (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_PLAIN, calls, 1);
}
GST_END_TEST;

GST_START_TEST (staging_buffers_that_cannot_be_had_are_an_error)
{
  static const gchar *const calls[] = { "cuMemHostAlloc" };

  ssio_cuda_skip_without_fake ();
  expect_failures (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_PLAIN, calls, 1);
  expect_failures (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_FILE, calls, 1);
  expect_failures (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_FILE, calls, 1);
}
GST_END_TEST;

GST_START_TEST (what_stays_page_locked_is_an_error)
{
  static const gchar *const calls[] = { "cuMemHostUnregister" };

  ssio_cuda_skip_without_fake ();
  expect_failures (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_FILE, calls, 1);
}
GST_END_TEST;

/* FALSE where the run has no nth operation. */
static gboolean
expect_lost_at (GstSsioStaging staging, SsioSource kind, guint nth)
{
  GError *error = NULL;
  gboolean done;
  Run run;

  begin_run (&run, staging, kind);
  ssio_fake_cuda ()->set_delay (300);
  ssio_fake_cuda ()->fail_operation (nth, CUDA_ERROR_ILLEGAL_ADDRESS);
  done = try_run (&run, &error);
  if (!done)
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "illegal memory access");
  fail_unless (error == NULL);
  fail_unless (!done || all_are_there (&run));
  finish_run (&run);
  end_run (&run);
  ssio_fake_cuda ()->reset ();
  return !done;
}

GST_START_TEST (a_device_that_is_lost_at_any_point_is_one_error)
{
  guint staging, kind;

  ssio_cuda_skip_without_fake ();
  for (staging = 0; staging < SSIO_N_STAGINGS; staging++)
    for (kind = 0; kind < SSIO_N_SOURCES; kind++) {
      guint nth = 1;

      while (expect_lost_at (staging, kind, nth))
        nth++;
      fail_unless (nth > N_COPIES);
    }
}
GST_END_TEST;

GST_START_TEST (a_lost_device_lets_go_of_what_was_under_way)
{
  CopierScene scene;
  GstMemory *to[2];
  GstBuffer *from;
  GError *error = NULL;
  gint deaths = 0;

  ssio_cuda_skip_without_fake ();
  copier_begin (&scene, 3, GST_SSIO_STAGING_REGISTER);
  ssio_fake_cuda ()->hold ();
  to[0] = copier_copy_new (&scene, SSIO_SOURCE_FILE, 0, SIZE, &deaths);
  to[1] = copier_copy_new (&scene, SSIO_SOURCE_PINNED, 0, SIZE, &deaths);
  ssio_fake_cuda ()->lose_device (CUDA_ERROR_LAUNCH_FAILED);

  from = copier_new_source (&scene, SSIO_SOURCE_PLAIN, 0, SIZE);
  fail_if (gst_ssio_copier_copy (scene.copier, from, to[0], &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "unspecified launch failure");
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (from), 1);
  fail_if (gst_ssio_copier_drain (scene.copier, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "unspecified launch failure");
  fail_unless_equals_int (deaths, 2);
  gst_buffer_unref (from);
  gst_memory_unref (to[0]);
  gst_memory_unref (to[1]);
  copier_end (&scene);
}
GST_END_TEST;

GST_START_TEST (a_buffer_that_cannot_be_read_is_an_error_and_no_more)
{
  CopierScene scene;
  GstBuffer *from;
  GstMemory *to;
  GError *error = NULL;
  gint deaths = 0;

  ssio_cuda_skip_without_fake ();
  copier_begin (&scene, 1, GST_SSIO_STAGING_AUTO);
  from = gst_buffer_new ();
  to = ssio_cuda_new_blank (gst_ssio_copier_get_stream (scene.copier), 10);
  gst_buffer_append_memory (from, gst_memory_copy (to, 0, -1));
  ssio_fake_cuda ()->fail_calls ("cuMemcpyDtoHAsync", CUDA_ERROR_UNKNOWN);
  fail_if (gst_ssio_copier_copy (scene.copier, from, to, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "a buffer of 10 bytes cannot be read");
  ssio_fake_cuda ()->fail_calls ("cuMemcpyDtoHAsync", CUDA_SUCCESS);
  gst_buffer_unref (from);
  gst_memory_unref (to);
  copier_expect (copier_copy_new (&scene, SSIO_SOURCE_FILE, 0, 10, &deaths), 0,
      10);
  copier_end (&scene);
}
GST_END_TEST;

static Suite *
copier_errors_suite (void)
{
  Suite *suite = suite_create ("copier-errors");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, each_call_that_fails_is_one_error_and_no_leak);
  tcase_add_test (tcase, a_context_that_cannot_be_current_is_an_error);
  tcase_add_test (tcase, staging_buffers_that_cannot_be_had_are_an_error);
  tcase_add_test (tcase, what_stays_page_locked_is_an_error);
  tcase_add_test (tcase, a_device_that_is_lost_at_any_point_is_one_error);
  tcase_add_test (tcase, a_lost_device_lets_go_of_what_was_under_way);
  tcase_add_test (tcase, a_buffer_that_cannot_be_read_is_an_error_and_no_more);
  return suite;
}

SSIO_CHECK_MAIN (copier_errors)
