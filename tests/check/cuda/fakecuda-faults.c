/* SPDX-License-Identifier: MIT */
/* The stand-in fails when it is asked to, as the driver does. */

#include "cuda/fakecheck.h"

#define SIZE 1000

/* What frees does so though the device is lost. */
static void
expect_lost (CUresult result)
{
  fail_unless_equals_int (result, CUDA_ERROR_ILLEGAL_ADDRESS);
}

GST_START_TEST (the_call_that_is_asked_for_fails_once)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  fake->fail_call ("cuMemsetD8Async", 2, CUDA_ERROR_LAUNCH_FAILED);
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  fail_unless_equals_int (cu->cuMemsetD8Async (pointer, 2, SIZE, stream),
      CUDA_ERROR_LAUNCH_FAILED);
  fake_check_bytes (pointer, 1, SIZE);
  expect_ok (cu->cuMemsetD8Async (pointer, 3, SIZE, stream));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (every_call_fails_until_the_reset)
{
  const guint8 image = 0;
  CUmodule module;

  fake->fail_calls ("cuModuleLoadData", CUDA_ERROR_NO_BINARY_FOR_GPU);
  fail_unless_equals_int (cu->cuModuleLoadData (&module, &image),
      CUDA_ERROR_NO_BINARY_FOR_GPU);
  fail_unless_equals_int (cu->cuModuleLoadData (&module, &image),
      CUDA_ERROR_NO_BINARY_FOR_GPU);
  fail_unless_equals_int (fake_check_stats ().n_modules, 0);
  fake->reset ();
  expect_ok (cu->cuModuleLoadData (&module, &image));
  expect_ok (cu->cuModuleUnload (module));
}
GST_END_TEST;

GST_START_TEST (a_free_that_fails_frees)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  fake->fail_call ("cuMemFree", 1, CUDA_ERROR_LAUNCH_FAILED);
  fail_unless_equals_int (cu->cuMemFree (pointer), CUDA_ERROR_LAUNCH_FAILED);
  fail_unless_equals_int (fake_check_stats ().n_blocks, 0);
}
GST_END_TEST;

GST_START_TEST (an_operation_that_fails_takes_its_device_along)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUevent event;

  fake->fail_operation (2, CUDA_ERROR_ILLEGAL_ADDRESS);
  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  expect_ok (cu->cuMemsetD8Async (pointer, 2, SIZE, stream));
  event = fake_check_record ();
  fake->resume ();
  expect_lost (cu->cuEventSynchronize (event));
  expect_lost (cu->cuEventQuery (event));
  expect_lost (cu->cuStreamSynchronize (stream));
  expect_lost (cu->cuMemsetD8Async (pointer, 3, SIZE, stream));
  expect_lost (cu->cuEventRecord (event, stream));
  expect_lost (cu->cuEventDestroy (event));
  fake->reset ();
  fake_check_bytes (pointer, 1, SIZE);
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (a_lost_device_gives_back_what_it_has)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUevent event = fake_check_new_event ();
  CUmodule module;
  CUstream other;
  void *bytes, *registered = g_malloc (SIZE);

  expect_ok (cu->cuMemHostAlloc (&bytes, SIZE, 0));
  expect_ok (cu->cuMemHostRegister (registered, SIZE, 0));
  module = fake_check_load_module ();
  expect_ok (cu->cuStreamCreate (&other, 0));
  fake->lose_device (CUDA_ERROR_ILLEGAL_ADDRESS);
  expect_lost (cu->cuStreamDestroy (other));
  expect_lost (cu->cuModuleUnload (module));
  expect_lost (cu->cuMemHostUnregister (registered));
  expect_lost (cu->cuMemFreeHost (bytes));
  expect_lost (cu->cuEventDestroy (event));
  expect_lost (cu->cuMemFree (pointer));
  g_free (registered);
}
GST_END_TEST;

GST_START_TEST (a_lost_device_ends_what_is_held)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  GThread *thread;

  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  thread = fake_check_free_in_thread (pointer);
  fake->lose_device (CUDA_ERROR_ILLEGAL_ADDRESS);
  expect_lost (GPOINTER_TO_INT (g_thread_join (thread)));
}
GST_END_TEST;

GST_START_TEST (a_device_that_is_retained_again_is_not_lost)
{
  fake->lose_device (CUDA_ERROR_ILLEGAL_ADDRESS);
  expect_lost (cu->cuStreamDestroy (stream));
  expect_ok (cu->cuCtxPopCurrent (NULL));
  expect_ok (cu->cuDevicePrimaryCtxRelease (0));
  expect_ok (cu->cuDevicePrimaryCtxRetain (&context, 0));
  expect_ok (cu->cuCtxPushCurrent (context));
  expect_ok (cu->cuStreamCreate (&stream, 0));
  expect_ok (cu->cuStreamSynchronize (stream));
}
GST_END_TEST;

static Suite *
fakecuda_faults_suite (void)
{
  Suite *s = suite_create ("fakecuda-faults");
  TCase *tc = fake_check_add_case (s);

  if (!tc)
    return s;
  tcase_add_test (tc, the_call_that_is_asked_for_fails_once);
  tcase_add_test (tc, every_call_fails_until_the_reset);
  tcase_add_test (tc, a_free_that_fails_frees);
  tcase_add_test (tc, an_operation_that_fails_takes_its_device_along);
  tcase_add_test (tc, a_lost_device_gives_back_what_it_has);
  tcase_add_test (tc, a_lost_device_ends_what_is_held);
  tcase_add_test (tc, a_device_that_is_retained_again_is_not_lost);
  return s;
}

SSIO_CHECK_MAIN (fakecuda_faults)
