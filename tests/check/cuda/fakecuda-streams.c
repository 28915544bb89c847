/* SPDX-License-Identifier: MIT */
/* The stand-in's streams and events order work as the driver's do. */

#include <string.h>

#include "cuda/fakecheck.h"

#define SIZE 1000

GST_START_TEST (a_stream_works_in_order_while_its_caller_goes_on)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUevent event;

  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  expect_ok (cu->cuMemsetD8Async (pointer, 2, SIZE, stream));
  event = fake_check_record ();
  fail_unless_equals_int (cu->cuEventQuery (event), CUDA_ERROR_NOT_READY);
  fake->step (2);
  g_usleep (1000);
  fail_unless_equals_int (cu->cuEventQuery (event), CUDA_ERROR_NOT_READY);
  fake->step (1);
  expect_ok (cu->cuEventSynchronize (event));
  expect_ok (cu->cuEventQuery (event));
  fake->resume ();
  fake_check_bytes (pointer, 2, SIZE);
  expect_ok (cu->cuEventDestroy (event));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (pageable_memory_is_read_at_the_call)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 bytes[SIZE];

  fake->hold ();
  memset (bytes, 1, SIZE);
  expect_ok (cu->cuMemcpyHtoDAsync (pointer, bytes, SIZE, stream));
  memset (bytes, 2, SIZE);
  fake->resume ();
  fake_check_bytes (pointer, 1, SIZE);
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (page_locked_memory_is_written_later)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 *bytes;

  expect_ok (cu->cuMemHostAlloc ((void **) &bytes, SIZE, 0));
  bytes[0] = 1;
  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 2, SIZE, stream));
  expect_ok (cu->cuMemcpyDtoHAsync (bytes, pointer, SIZE, stream));
  fail_unless_equals_int (bytes[0], 1);
  fake->resume ();
  expect_ok (cu->cuStreamSynchronize (stream));
  fail_unless_equals_int (bytes[0], 2);
  expect_ok (cu->cuMemFreeHost (bytes));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

/* Keeps the stream until the gate opens. */
static void
launch_gate (CUmodule module, const gint *gate)
{
  CUfunction function;

  expect_ok (cu->cuModuleGetFunction (&function, module, "fakecuda_wait_for"));
  expect_ok (cu->cuLaunchKernel (function, 1, 1, 1, 1, 1, 1, 0, stream,
      (void *[]){ &gate }, NULL));
}

GST_START_TEST (a_stream_waits_for_another_one)
{
  CUmodule module = fake_check_load_module ();
  CUevent before, after = fake_check_new_event ();
  gint gate = 0;
  CUstream other;

  expect_ok (cu->cuStreamCreate (&other, 0));
  launch_gate (module, &gate);
  before = fake_check_record ();
  expect_ok (cu->cuStreamWaitEvent (other, before, 0));
  expect_ok (cu->cuEventRecord (after, other));
  g_usleep (2000);
  fail_unless_equals_int (cu->cuEventQuery (after), CUDA_ERROR_NOT_READY);
  g_atomic_int_set (&gate, 1);
  expect_ok (cu->cuEventSynchronize (after));
  expect_ok (cu->cuEventQuery (before));
  expect_ok (cu->cuEventDestroy (before));
  expect_ok (cu->cuEventDestroy (after));
  expect_ok (cu->cuStreamDestroy (other));
  expect_ok (cu->cuModuleUnload (module));
}
GST_END_TEST;

GST_START_TEST (a_wait_is_for_the_record_before_it)
{
  CUmodule module = fake_check_load_module ();
  gint gates[2] = { 0, 0 };
  CUstream other;
  CUevent event;

  expect_ok (cu->cuStreamCreate (&other, 0));
  launch_gate (module, &gates[0]);
  event = fake_check_record ();
  expect_ok (cu->cuStreamWaitEvent (other, event, 0));
  launch_gate (module, &gates[1]);
  expect_ok (cu->cuEventRecord (event, stream));
  g_atomic_int_set (&gates[0], 1);
  expect_ok (cu->cuStreamSynchronize (other));
  fail_unless_equals_int (cu->cuEventQuery (event), CUDA_ERROR_NOT_READY);
  g_atomic_int_set (&gates[1], 1);
  expect_ok (cu->cuEventSynchronize (event));
  expect_ok (cu->cuEventDestroy (event));
  expect_ok (cu->cuStreamDestroy (other));
  expect_ok (cu->cuModuleUnload (module));
}
GST_END_TEST;

GST_START_TEST (an_event_that_was_never_recorded_is_not_waited_for)
{
  CUevent event = fake_check_new_event ();

  expect_ok (cu->cuEventQuery (event));
  expect_ok (cu->cuEventSynchronize (event));
  expect_ok (cu->cuStreamWaitEvent (stream, event, 0));
  expect_ok (cu->cuStreamSynchronize (stream));
  expect_ok (cu->cuEventDestroy (event));
}
GST_END_TEST;

GST_START_TEST (streams_and_events_may_go_before_their_work_is_done)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUstream other;
  CUevent event = fake_check_new_event ();

  expect_ok (cu->cuStreamCreate (&other, 0));
  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, other));
  expect_ok (cu->cuEventRecord (event, other));
  expect_ok (cu->cuStreamWaitEvent (stream, event, 0));
  expect_ok (cu->cuEventDestroy (event));
  expect_ok (cu->cuStreamDestroy (other));
  fail_unless_equals_int (fake_check_stats ().n_streams, 1);
  fake->resume ();
  fake_check_bytes (pointer, 1, SIZE);
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (freeing_waits_for_all_streams)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  GThread *thread;

  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  thread = fake_check_free_in_thread (pointer);
  g_usleep (2000);
  fail_unless_equals_int (fake_check_stats ().n_blocks, 1);
  fake->resume ();
  expect_ok (GPOINTER_TO_INT (g_thread_join (thread)));
  fail_unless_equals_int (fake_check_stats ().n_blocks, 0);
}
GST_END_TEST;

GST_START_TEST (operations_take_as_long_as_is_asked_for)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  gint64 start = g_get_monotonic_time ();

  fake->set_delay (2000);
  fake_check_bytes (pointer, 0xff, SIZE);
  fail_unless (g_get_monotonic_time () - start >= 2000);
  fake->set_random_delay (100, 1);
  fake_check_bytes (pointer, 0xff, SIZE);
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

static Suite *
fakecuda_streams_suite (void)
{
  Suite *s = suite_create ("fakecuda-streams");
  TCase *tc = fake_check_add_case (s);

  if (!tc)
    return s;
  tcase_add_test (tc, a_stream_works_in_order_while_its_caller_goes_on);
  tcase_add_test (tc, pageable_memory_is_read_at_the_call);
  tcase_add_test (tc, page_locked_memory_is_written_later);
  tcase_add_test (tc, a_stream_waits_for_another_one);
  tcase_add_test (tc, a_wait_is_for_the_record_before_it);
  tcase_add_test (tc, an_event_that_was_never_recorded_is_not_waited_for);
  tcase_add_test (tc, streams_and_events_may_go_before_their_work_is_done);
  tcase_add_test (tc, freeing_waits_for_all_streams);
  tcase_add_test (tc, operations_take_as_long_as_is_asked_for);
  return s;
}

SSIO_CHECK_MAIN (fakecuda_streams)
