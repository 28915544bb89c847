/* SPDX-License-Identifier: MIT */
/* The stand-in does what the driver does. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cuda/fakecheck.h"

#define SIZE 1000

GST_START_TEST (bytes_go_there_and_back)
{
  CUdeviceptr a = fake_check_alloc (SIZE);
  CUdeviceptr b = fake_check_alloc (SIZE);
  guint8 bytes[SIZE];

  memset (bytes, 3, SIZE);
  expect_ok (cu->cuMemcpyHtoDAsync (a, bytes, SIZE, stream));
  expect_ok (cu->cuMemcpyDtoDAsync (b, a, SIZE, stream));
  fake_check_bytes (b, 3, SIZE);
  expect_ok (cu->cuMemsetD8Async (b, 4, SIZE / 2, stream));
  fake_check_bytes (b, 4, SIZE / 2);
  fake_check_bytes (b + SIZE / 2, 3, SIZE / 2);
  expect_ok (cu->cuMemFree (a));
  expect_ok (cu->cuMemFree (b));
}
GST_END_TEST;

GST_START_TEST (new_memory_has_no_numbers)
{
  CUdeviceptr pointer = fake_check_alloc (sizeof (gfloat));
  gfloat value = 0;

  expect_ok (cu->cuMemcpyDtoHAsync (&value, pointer, sizeof (value), stream));
  fail_unless (value != value);
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

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

static CUmodule
load_module (void)
{
  CUmodule module;

  expect_ok (cu->cuModuleLoadData (&module, "image"));
  return module;
}

GST_START_TEST (a_stream_waits_for_another_one)
{
  CUmodule module = load_module ();
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
  CUmodule module = load_module ();
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

GST_START_TEST (kernels_run_with_copies_of_their_parameters)
{
  gfloat values[3] = { 1, 2, 3 };
  CUdeviceptr pointer = fake_check_alloc (sizeof (values));
  CUmodule module = load_module ();
  gfloat addend = 10;
  guint n = 2;
  CUfunction add;

  fail_unless_equals_int (cu->cuModuleGetFunction (&add, module, "nothing"),
      CUDA_ERROR_NOT_FOUND);
  expect_ok (cu->cuModuleGetFunction (&add, module, "fakecuda_add"));
  expect_ok (cu->cuMemcpyHtoDAsync (pointer, values, sizeof (values), stream));
  fake->hold ();
  expect_ok (cu->cuLaunchKernel (add, 1, 1, 1, 32, 1, 1, 0, stream,
      (void *[]){ &pointer, &n, &addend }, NULL));
  addend = n = 0;
  fake->resume ();
  expect_ok (cu->cuMemcpyDtoHAsync (values, pointer, sizeof (values), stream));
  fail_unless (values[0] == 11 && values[1] == 12 && values[2] == 3);
  expect_ok (cu->cuModuleUnload (module));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

static CUresult
launch_fill (CUfunction function, guint grid, guint block, guint shared_bytes,
    CUdeviceptr pointer)
{
  return cu->cuLaunchKernel (function, grid, 1, 1, block, 1, 1, shared_bytes,
      stream, (void *[]){ &pointer }, NULL);
}

GST_START_TEST (launches_have_limits)
{
  const int more = CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
  CUdeviceptr pointer = fake_check_alloc (64 << 10);
  CUmodule module = load_module ();
  CUfunction fill;

  expect_ok (cu->cuModuleGetFunction (&fill, module, "fakecuda_fill"));
  fail_unless_equals_int (launch_fill (fill, 0, 32, 0, pointer),
      CUDA_ERROR_INVALID_VALUE);
  fail_unless_equals_int (launch_fill (fill, 1, 0, 0, pointer),
      CUDA_ERROR_INVALID_VALUE);
  fail_unless_equals_int (launch_fill (fill, 1, 1025, 0, pointer),
      CUDA_ERROR_INVALID_VALUE);
  expect_ok (launch_fill (fill, 1, 1024, 0, pointer));
  fail_unless_equals_int (launch_fill (fill, 1, 32, 64 << 10, pointer),
      CUDA_ERROR_INVALID_VALUE);
  fail_unless_equals_int (cu->cuFuncSetAttribute (fill, more, 228 << 10),
      CUDA_ERROR_INVALID_VALUE);
  expect_ok (cu->cuFuncSetAttribute (fill, more, 64 << 10));
  expect_ok (launch_fill (fill, 1, 32, 64 << 10, pointer));
  fake_check_bytes (pointer, 7, 64 << 10);
  expect_ok (cu->cuModuleUnload (module));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (device_memory_has_an_end)
{
  FakecudaDevices devices;
  CUdeviceptr a, b;
  gsize available, total;

  fake->get_devices (&devices);
  devices.total_memory = 3 * SIZE;
  fake->set_devices (&devices);
  a = fake_check_alloc (2 * SIZE);
  expect_ok (cu->cuMemGetInfo (&available, &total));
  fail_unless_equals_int (available, SIZE);
  fail_unless_equals_int (total, 3 * SIZE);
  fail_unless_equals_int (cu->cuMemAlloc (&b, SIZE + 1),
      CUDA_ERROR_OUT_OF_MEMORY);
  b = fake_check_alloc (SIZE);
  expect_ok (cu->cuMemFree (a));
  expect_ok (cu->cuMemFree (b));
  fail_unless_equals_int (fake_check_stats ().peak_device_bytes, 3 * SIZE);
}
GST_END_TEST;

GST_START_TEST (devices_are_as_is_asked_for)
{
  FakecudaDevices devices;
  CUdevice device;
  char name[32];
  int value;

  expect_ok (cu->cuDeviceGetName (name, sizeof (name), 0));
  fail_unless_equals_string (name, "Fake CUDA device");
  expect_ok (cu->cuDeviceGetAttribute (&value,
      CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0));
  fail_unless_equals_int (value, 9);
  fail_unless_equals_int (cu->cuDeviceGet (&device, 1),
      CUDA_ERROR_INVALID_DEVICE);
  fake->get_devices (&devices);
  devices.n_devices = 2;
  devices.capability_major = 5;
  fake->set_devices (&devices);
  expect_ok (cu->cuDeviceGet (&device, 1));
  expect_ok (cu->cuDeviceGetAttribute (&value,
      CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
  fail_unless_equals_int (value, 5);
  devices.n_devices = 0;
  fake->set_devices (&devices);
  fail_unless_equals_int (cu->cuInit (0), CUDA_ERROR_NO_DEVICE);
}
GST_END_TEST;

GST_START_TEST (host_memory_is_registered_once)
{
  const guint read_only = CU_MEMHOSTREGISTER_READ_ONLY;
  gsize page = sysconf (_SC_PAGESIZE);
  guint8 *bytes = mmap (NULL, 4 * page, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FakecudaDevices devices;

  expect_ok (cu->cuMemHostRegister (bytes, 2 * page, 0));
  fail_unless_equals_int (cu->cuMemHostRegister (bytes + page, 2 * page, 0),
      CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  expect_ok (cu->cuMemHostRegister (bytes + 2 * page, page, read_only));
  fail_unless_equals_int (fake_check_stats ().n_registrations, 2);
  expect_ok (cu->cuMemHostUnregister (bytes + 2 * page));
  expect_ok (cu->cuMemHostUnregister (bytes));
  fail_unless_equals_int (cu->cuMemHostUnregister (bytes),
      CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  fail_unless_equals_int (fake_check_stats ().n_unaligned_registrations, 0);
  expect_ok (cu->cuMemHostRegister (bytes + 1, page, 0));
  expect_ok (cu->cuMemHostUnregister (bytes + 1));
  fail_unless_equals_int (fake_check_stats ().n_unaligned_registrations, 1);
  fake->get_devices (&devices);
  devices.read_only_register = false;
  fake->set_devices (&devices);
  fail_unless_equals_int (cu->cuMemHostRegister (bytes, page, read_only),
      CUDA_ERROR_NOT_SUPPORTED);
  munmap (bytes, 4 * page);
}
GST_END_TEST;

GST_START_TEST (a_context_is_shared_by_all_who_retain_it)
{
  CUcontext again, popped;

  expect_ok (cu->cuDevicePrimaryCtxRetain (&again, 0));
  fail_unless (again == context);
  expect_ok (cu->cuDevicePrimaryCtxRelease (0));
  expect_ok (cu->cuStreamSynchronize (stream));
  expect_ok (cu->cuCtxPopCurrent (&popped));
  fail_unless (popped == context);
  expect_ok (cu->cuCtxPushCurrent (context));
}
GST_END_TEST;

GST_START_TEST (calls_bytes_and_objects_are_counted)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 bytes[SIZE] = { 0 };
  FakecudaStats stats;

  expect_ok (cu->cuMemcpyHtoDAsync (pointer, bytes, SIZE, stream));
  expect_ok (cu->cuMemcpyDtoHAsync (bytes, pointer, SIZE / 2, stream));
  stats = fake_check_stats ();
  fail_unless_equals_int (stats.to_device, SIZE);
  fail_unless_equals_int (stats.to_host, SIZE / 2);
  fail_unless_equals_int (stats.device_bytes, SIZE);
  fail_unless_equals_int (stats.n_blocks, 1);
  fail_unless_equals_int (stats.n_streams, 1);
  fail_unless_equals_int (stats.n_contexts, 1);
  fail_unless_equals_int (stats.n_pushed, 1);
  fail_unless_equals_int (fake->count ("cuMemAlloc"), 1);
  expect_ok (cu->cuMemFree (pointer));
  fake->reset ();
  stats = fake_check_stats ();
  fail_unless_equals_int (stats.to_device, 0);
  fail_unless_equals_int (stats.n_streams, 1);
  fail_unless_equals_int (fake->count ("cuMemAlloc"), 0);
}
GST_END_TEST;

static Suite *
fakecuda_suite (void)
{
  Suite *s = suite_create ("fakecuda");
  TCase *tc = fake_check_add_case (s);

  if (!tc)
    return s;
  tcase_add_test (tc, bytes_go_there_and_back);
  tcase_add_test (tc, new_memory_has_no_numbers);
  tcase_add_test (tc, a_stream_works_in_order_while_its_caller_goes_on);
  tcase_add_test (tc, pageable_memory_is_read_at_the_call);
  tcase_add_test (tc, page_locked_memory_is_written_later);
  tcase_add_test (tc, a_stream_waits_for_another_one);
  tcase_add_test (tc, a_wait_is_for_the_record_before_it);
  tcase_add_test (tc, an_event_that_was_never_recorded_is_not_waited_for);
  tcase_add_test (tc, streams_and_events_may_go_before_their_work_is_done);
  tcase_add_test (tc, freeing_waits_for_all_streams);
  tcase_add_test (tc, operations_take_as_long_as_is_asked_for);
  tcase_add_test (tc, kernels_run_with_copies_of_their_parameters);
  tcase_add_test (tc, launches_have_limits);
  tcase_add_test (tc, device_memory_has_an_end);
  tcase_add_test (tc, devices_are_as_is_asked_for);
  tcase_add_test (tc, host_memory_is_registered_once);
  tcase_add_test (tc, a_context_is_shared_by_all_who_retain_it);
  tcase_add_test (tc, calls_bytes_and_objects_are_counted);
  return s;
}

SSIO_CHECK_MAIN (fakecuda)
