/* SPDX-License-Identifier: MIT */

#include <gst/ssio/cuda/pool.h>

#include "cudacheck.h"

#define SIZE 1000
#define N_BUFFERS 2

static GstSsioCudaStream *stream;
static GstBufferPool *pool;

static void
begin (void)
{
  stream = ssio_cuda_new_only_stream ();
  pool = gst_ssio_cuda_pool_new (stream, SIZE, N_BUFFERS, NULL);
}

static void
end (void)
{
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  gst_ssio_cuda_stream_unref (stream);
}

static GstFlowReturn
acquire (GstBuffer **buffer, GError **error)
{
  GstSsioCudaContext *context = ssio_cuda_push (stream);
  GstFlowReturn flow = gst_ssio_cuda_pool_acquire (pool, buffer, error);

  gst_ssio_cuda_context_pop (context);
  return flow;
}

static GstBuffer *
expect_buffer (void)
{
  GstBuffer *buffer = NULL;
  GError *error = NULL;

  fail_unless_equals_int (acquire (&buffer, &error), GST_FLOW_OK);
  fail_unless (error == NULL);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), SIZE);
  return buffer;
}

static gpointer
acquire_and_release (gpointer data)
{
  gst_buffer_unref (expect_buffer ());
  return NULL;
}

GST_START_TEST (buffers_are_memory_on_the_pools_stream)
{
  GstBuffer *buffer = expect_buffer ();
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

  fail_unless (gst_ssio_is_cuda_memory (memory));
  fail_unless (gst_ssio_cuda_memory_get_stream (memory) == stream);
  gst_buffer_unref (buffer);
}
GST_END_TEST;

static guint
count_allocations (void)
{
  return ssio_fake_cuda ()->count ("cuMemAlloc");
}

GST_START_TEST (buffers_are_used_again)
{
  guint i;

  for (i = 0; i < 10; i++)
    acquire_and_release (NULL);
  ssio_cuda_skip_without_fake ();
  fail_unless_equals_int (count_allocations (), N_BUFFERS);
}
GST_END_TEST;

GST_START_TEST (a_batch_that_was_shorter_is_full_again)
{
  GstBuffer *buffer = expect_buffer ();

  gst_buffer_set_size (buffer, 10);
  gst_buffer_unref (buffer);
  acquire_and_release (NULL);
  ssio_cuda_skip_without_fake ();
  fail_unless_equals_int (count_allocations (), N_BUFFERS);
}
GST_END_TEST;

typedef struct {
  GThread *thread;
  GstFlowReturn flow;
  GError *error;
  GstBuffer *buffer;
  gint ended;
} Acquirer;

static gpointer
run_acquirer (gpointer data)
{
  Acquirer *acquirer = data;

  acquirer->flow = acquire (&acquirer->buffer, &acquirer->error);
  g_atomic_int_set (&acquirer->ended, TRUE);
  return NULL;
}

/* Expects that it waits for a buffer. */
static void
start (Acquirer *acquirer)
{
  *acquirer = (Acquirer){ 0 };
  acquirer->thread = g_thread_new (NULL, run_acquirer, acquirer);
  g_usleep (G_TIME_SPAN_SECOND / 20);
  fail_if (g_atomic_int_get (&acquirer->ended));
}

GST_START_TEST (who_wants_one_more_waits_until_one_is_free)
{
  GstBuffer *one = expect_buffer ();
  GstBuffer *other = expect_buffer ();
  Acquirer acquirer;

  start (&acquirer);
  gst_buffer_unref (one);
  g_thread_join (acquirer.thread);
  fail_unless_equals_int (acquirer.flow, GST_FLOW_OK);
  fail_unless (acquirer.buffer == one);
  gst_buffer_unref (acquirer.buffer);
  gst_buffer_unref (other);
}
GST_END_TEST;

GST_START_TEST (flushing_wakes_who_waits_and_is_no_error)
{
  GstBuffer *one = expect_buffer ();
  GstBuffer *other = expect_buffer ();
  Acquirer acquirer;

  start (&acquirer);
  gst_buffer_pool_set_flushing (pool, TRUE);
  g_thread_join (acquirer.thread);
  fail_unless_equals_int (acquirer.flow, GST_FLOW_FLUSHING);
  fail_unless (acquirer.error == NULL);
  gst_buffer_pool_set_flushing (pool, FALSE);
  gst_buffer_unref (one);
  gst_buffer_unref (other);
  acquire_and_release (NULL);
}
GST_END_TEST;

/* So that who fills one does not wait for who still reads the one before. */
GST_START_TEST (buffers_are_used_in_turn)
{
  GstBuffer *first = expect_buffer ();
  GstBuffer *second;
  guint i;

  gst_buffer_unref (first);
  second = expect_buffer ();
  fail_unless (second != first);
  gst_buffer_unref (second);
  for (i = 0; i < 3; i++) {
    GstBuffer *next = expect_buffer ();

    fail_unless (next == (i % 2 ? second : first));
    gst_buffer_unref (next);
  }
}
GST_END_TEST;

static gboolean
try_acquire (gpointer data, GError **error)
{
  GstBuffer *buffer = NULL;
  GstFlowReturn flow = acquire (&buffer, error);

  gst_clear_buffer (&buffer);
  if (flow != GST_FLOW_OK)
    fail_unless_equals_int (flow, GST_FLOW_ERROR);
  return flow == GST_FLOW_OK;
}

static gboolean
try_new (gpointer data, GError **error)
{
  GstBufferPool *other
      = gst_ssio_cuda_pool_new (stream, SIZE, N_BUFFERS, error);

  if (!other)
    return FALSE;
  gst_buffer_pool_set_active (other, FALSE);
  gst_object_unref (other);
  return TRUE;
}

GST_START_TEST (a_device_that_fails_is_an_error)
{
  ssio_cuda_skip_without_fake ();
  ssio_cuda_expect_failures ("cuMemAlloc", try_new, NULL);
  ssio_cuda_expect_failures ("cuStreamWaitEvent", try_acquire, NULL);
}
GST_END_TEST;

GST_START_TEST (a_device_without_room_is_no_space_left)
{
  GError *error = NULL;

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->fail_call ("cuMemAlloc", N_BUFFERS,
      CUDA_ERROR_OUT_OF_MEMORY);
  fail_if (try_new (NULL, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "make batch-size, slots");
}
GST_END_TEST;

/* A shallow copy of a buffer has the same memory. */
GST_START_TEST (a_buffer_whose_memory_is_kept_is_made_anew)
{
  GstBuffer *buffer = expect_buffer ();
  GstBuffer *copy = gst_buffer_new ();
  GstMemory *kept = gst_buffer_get_memory (buffer, 0);
  guint i;

  gst_buffer_append_memory (copy, kept);
  gst_buffer_unref (buffer);
  for (i = 0; i < 2 * N_BUFFERS; i++) {
    buffer = expect_buffer ();
    fail_unless (gst_buffer_peek_memory (buffer, 0) != kept);
    gst_buffer_unref (buffer);
  }
  gst_buffer_unref (copy);
}
GST_END_TEST;

GST_START_TEST (buffers_outlive_the_pool)
{
  GstBuffer *buffer = expect_buffer ();

  end ();
  gst_buffer_unref (buffer);
  begin ();
}
GST_END_TEST;

static Suite *
pool_suite (void)
{
  Suite *suite = suite_create ("pool");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_checked_fixture (tcase, begin, end);
  tcase_add_test (tcase, buffers_are_memory_on_the_pools_stream);
  tcase_add_test (tcase, buffers_are_used_again);
  tcase_add_test (tcase, a_batch_that_was_shorter_is_full_again);
  tcase_add_test (tcase, who_wants_one_more_waits_until_one_is_free);
  tcase_add_test (tcase, flushing_wakes_who_waits_and_is_no_error);
  tcase_add_test (tcase, buffers_are_used_in_turn);
  tcase_add_test (tcase, a_device_that_fails_is_an_error);
  tcase_add_test (tcase, a_device_without_room_is_no_space_left);
  tcase_add_test (tcase, a_buffer_whose_memory_is_kept_is_made_anew);
  tcase_add_test (tcase, buffers_outlive_the_pool);
  return suite;
}

SSIO_CHECK_MAIN (pool)
