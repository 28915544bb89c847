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

GST_START_TEST (kernels_run_with_copies_of_their_parameters)
{
  gfloat values[3] = { 1, 2, 3 };
  CUdeviceptr pointer = fake_check_alloc (sizeof (values));
  CUmodule module = fake_check_load_module ();
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
  CUmodule module = fake_check_load_module ();
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

GST_START_TEST (memory_that_cannot_be_written_to_is_registered_as_that)
{
  gsize page = sysconf (_SC_PAGESIZE);
  guint8 *bytes = mmap (NULL, 2 * page, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  mprotect (bytes + page, page, PROT_READ);
  fail_unless_equals_int (cu->cuMemHostRegister (bytes, 2 * page, 0),
      CUDA_ERROR_INVALID_VALUE);
  expect_ok (cu->cuMemHostRegister (bytes, 2 * page,
      CU_MEMHOSTREGISTER_READ_ONLY));
  expect_ok (cu->cuMemHostUnregister (bytes));
  munmap (bytes + page, page);
  fail_unless_equals_int (cu->cuMemHostRegister (bytes, 2 * page,
                              CU_MEMHOSTREGISTER_READ_ONLY),
      CUDA_ERROR_INVALID_VALUE);
  expect_ok (cu->cuMemHostRegister (bytes, page, 0));
  expect_ok (cu->cuMemHostUnregister (bytes));
  munmap (bytes, page);
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
  tcase_add_test (tc, kernels_run_with_copies_of_their_parameters);
  tcase_add_test (tc, launches_have_limits);
  tcase_add_test (tc, device_memory_has_an_end);
  tcase_add_test (tc, devices_are_as_is_asked_for);
  tcase_add_test (tc, host_memory_is_registered_once);
  tcase_add_test (tc, memory_that_cannot_be_written_to_is_registered_as_that);
  tcase_add_test (tc, a_context_is_shared_by_all_who_retain_it);
  tcase_add_test (tc, calls_bytes_and_objects_are_counted);
  return s;
}

SSIO_CHECK_MAIN (fakecuda)
