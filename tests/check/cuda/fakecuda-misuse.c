/* SPDX-License-Identifier: MIT */
/* The stand-in notices each misuse that other tests rely on it for. */

#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cuda/fakecheck.h"

#define SIZE 1000
#define OVERLOOK "SSIO_CHECK_OVERLOOK"

static void
expect_misuse (CUresult result, CUresult expected, const gchar *part)
{
  fail_unless_equals_int (result, expected);
  ssio_cuda_check_misuse (part);
}

static void
expect_leak (const gchar *part)
{
  fake->check_leaks ();
  ssio_cuda_check_misuse (part);
}

GST_START_TEST (a_call_without_a_context)
{
  void *bytes;
  CUevent event;

  expect_ok (cu->cuCtxPopCurrent (NULL));
  expect_misuse (cu->cuEventCreate (&event, 0), CUDA_ERROR_INVALID_CONTEXT,
      "no current context in cuEventCreate");
  expect_misuse (cu->cuMemHostAlloc (&bytes, SIZE, 0),
      CUDA_ERROR_INVALID_CONTEXT, "no current context in cuMemHostAlloc");
  expect_misuse (cu->cuCtxPopCurrent (NULL), CUDA_ERROR_INVALID_CONTEXT,
      "no current context in cuCtxPopCurrent");
  expect_ok (cu->cuCtxPushCurrent (context));
}
GST_END_TEST;

static void
set_n_devices (int n)
{
  FakecudaDevices devices;

  fake->get_devices (&devices);
  devices.n_devices = n;
  fake->set_devices (&devices);
}

GST_START_TEST (objects_of_another_context)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUevent event = fake_check_new_event ();
  CUcontext other_context;
  CUstream other;

  set_n_devices (2);
  expect_ok (cu->cuDevicePrimaryCtxRetain (&other_context, 1));
  fail_unless (other_context != context);
  expect_ok (cu->cuCtxPushCurrent (other_context));
  expect_ok (cu->cuStreamCreate (&other, 0));
  expect_misuse (cu->cuStreamSynchronize (stream), CUDA_ERROR_INVALID_HANDLE,
      "the stream is of another context");
  expect_misuse (cu->cuEventRecord (event, other), CUDA_ERROR_INVALID_HANDLE,
      "the event is of another context");
  expect_misuse (cu->cuMemsetD8Async (pointer, 0, SIZE, other),
      CUDA_ERROR_INVALID_VALUE, "the device memory is of another context");
  expect_ok (cu->cuStreamDestroy (other));
  expect_ok (cu->cuCtxPopCurrent (NULL));
  expect_ok (cu->cuDevicePrimaryCtxRelease (1));
  expect_ok (cu->cuEventDestroy (event));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (a_context_that_was_released)
{
  CUevent event;

  expect_ok (cu->cuStreamDestroy (stream));
  expect_ok (cu->cuDevicePrimaryCtxRelease (0));
  expect_misuse (cu->cuEventCreate (&event, 0), CUDA_ERROR_INVALID_CONTEXT,
      "the current context was released");
  expect_misuse (cu->cuDevicePrimaryCtxRelease (0), CUDA_ERROR_INVALID_CONTEXT,
      "device 0 is not retained");
  expect_ok (cu->cuCtxPopCurrent (NULL));
  expect_misuse (cu->cuCtxPushCurrent (context), CUDA_ERROR_INVALID_CONTEXT,
      "no such context, or it was released");
  expect_ok (cu->cuDevicePrimaryCtxRetain (&context, 0));
  expect_ok (cu->cuCtxPushCurrent (context));
  expect_ok (cu->cuStreamCreate (&stream, 0));
}
GST_END_TEST;

GST_START_TEST (a_context_released_before_its_objects)
{
  CUcontext other_context;
  CUevent event;

  set_n_devices (2);
  expect_ok (cu->cuDevicePrimaryCtxRetain (&other_context, 1));
  expect_ok (cu->cuCtxPushCurrent (other_context));
  expect_ok (cu->cuEventCreate (&event, 0));
  expect_ok (cu->cuDevicePrimaryCtxRelease (1));
  ssio_cuda_check_misuse ("cuDevicePrimaryCtxRelease: 1 objects are left");
  expect_ok (cu->cuCtxPopCurrent (NULL));
  expect_misuse (cu->cuEventDestroy (event), CUDA_ERROR_INVALID_HANDLE,
      "the event is of another context");
}
GST_END_TEST;

GST_START_TEST (memory_that_is_freed_twice_or_never_was)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  expect_misuse (cu->cuMemFree (pointer + 8), CUDA_ERROR_INVALID_VALUE,
      "no device memory starts at");
  expect_ok (cu->cuMemFree (pointer));
  expect_misuse (cu->cuMemFree (pointer), CUDA_ERROR_INVALID_VALUE,
      "the device memory was freed before");
}
GST_END_TEST;

GST_START_TEST (ranges_that_leave_their_block)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 bytes[SIZE] = { 0 };

  expect_misuse (cu->cuMemsetD8Async (pointer + 1, 0, SIZE, stream),
      CUDA_ERROR_INVALID_VALUE, "are not in one block");
  expect_misuse (cu->cuMemcpyHtoDAsync (pointer - 1, bytes, 2, stream),
      CUDA_ERROR_INVALID_VALUE, "are not in one block");
  expect_misuse (cu->cuMemcpyDtoHAsync (bytes, pointer + SIZE, 1, stream),
      CUDA_ERROR_INVALID_VALUE, "are not in one block");
  expect_misuse (cu->cuMemcpyDtoDAsync (pointer, pointer + 1, SIZE, stream),
      CUDA_ERROR_INVALID_VALUE, "are not in one block");
  expect_ok (cu->cuMemFree (pointer));
  expect_misuse (cu->cuMemsetD8Async (pointer, 0, SIZE, stream),
      CUDA_ERROR_INVALID_VALUE, "the device memory was freed");
}
GST_END_TEST;

GST_START_TEST (memory_freed_before_its_work_ran)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  GThread *thread;

  fake->hold ();
  expect_ok (cu->cuMemsetD8Async (pointer, 1, SIZE, stream));
  thread = fake_check_free_in_thread (pointer);
  expect_ok (cu->cuMemsetD8Async (pointer, 2, SIZE, stream));
  fake->step (1);
  expect_ok (GPOINTER_TO_INT (g_thread_join (thread)));
  fake->resume ();
  expect_ok (cu->cuStreamSynchronize (stream));
  ssio_cuda_check_misuse ("the device memory was freed before it ran");
}
GST_END_TEST;

/* As a kernel without AddressSanitizer would. */
static void __attribute__ ((no_sanitize_address))
write_byte (CUdeviceptr pointer)
{
  *(volatile guint8 *) pointer = 1;
}

GST_START_TEST (bytes_written_around_a_block)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  write_byte (pointer - 1);
  fake->check_leaks ();
  ssio_cuda_check_misuse ("bytes before device memory of 1000 bytes");
  write_byte (pointer + SIZE);
  expect_ok (cu->cuMemFree (pointer));
  ssio_cuda_check_misuse ("bytes after device memory of 1000 bytes");
}
GST_END_TEST;

GST_START_TEST (bytes_written_after_a_block_was_freed)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  expect_ok (cu->cuMemFree (pointer));
  write_byte (pointer + 5);
  expect_leak ("was written to after it was freed");
}
GST_END_TEST;

GST_START_TEST (a_source_that_changes_before_its_copy_ran)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 *bytes;

  expect_ok (cu->cuMemHostAlloc ((void **) &bytes, SIZE, 0));
  fake->hold ();
  expect_ok (cu->cuMemcpyHtoDAsync (pointer, bytes, SIZE, stream));
  bytes[SIZE - 1]++;
  fake->resume ();
  expect_ok (cu->cuStreamSynchronize (stream));
  ssio_cuda_check_misuse ("the source changed before its copy ran");
  expect_ok (cu->cuMemFreeHost (bytes));
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (page_locked_memory_that_goes_before_its_copy_ran)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  guint8 *bytes, *registered = g_malloc0 (SIZE);

  expect_ok (cu->cuMemHostAlloc ((void **) &bytes, SIZE, 0));
  expect_ok (cu->cuMemHostRegister (registered, SIZE, 0));
  fake->hold ();
  expect_ok (cu->cuMemcpyHtoDAsync (pointer, bytes + 1, 9, stream));
  expect_misuse (cu->cuMemFreeHost (bytes), CUDA_SUCCESS,
      "cuMemFreeHost: a queued copy uses the memory");
  expect_ok (cu->cuMemcpyDtoHAsync (registered, pointer, SIZE, stream));
  expect_misuse (cu->cuMemHostUnregister (registered), CUDA_SUCCESS,
      "cuMemHostUnregister: a queued copy uses the memory");
  g_free (registered);
  fake->resume ();
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (page_locked_memory_that_is_used_wrongly)
{
  gsize page = sysconf (_SC_PAGESIZE);
  guint8 *bytes = mmap (NULL, 2 * page, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CUdeviceptr pointer = fake_check_alloc (SIZE);

  expect_misuse (cu->cuMemFreeHost (bytes), CUDA_ERROR_INVALID_VALUE,
      "cuMemFreeHost: no such memory");
  expect_ok (cu->cuMemHostRegister (bytes, page,
      CU_MEMHOSTREGISTER_READ_ONLY));
  expect_misuse (cu->cuMemcpyDtoHAsync (bytes, pointer, SIZE, stream),
      CUDA_ERROR_INVALID_VALUE, "registered as read-only");
  expect_misuse (cu->cuMemcpyHtoDAsync (pointer, bytes + page - 1, 2, stream),
      CUDA_ERROR_INVALID_VALUE, "only a part of the memory is page-locked");
  munmap (bytes, 2 * page);
  expect_misuse (cu->cuMemHostUnregister (bytes), CUDA_SUCCESS,
      "the memory was unmapped before");
  expect_ok (cu->cuMemFree (pointer));
}
GST_END_TEST;

GST_START_TEST (handles_of_what_is_gone)
{
  CUevent event = fake_check_new_event ();
  CUmodule module;
  CUfunction add;
  CUstream other;

  expect_ok (cu->cuStreamCreate (&other, 0));
  expect_ok (cu->cuStreamDestroy (other));
  expect_misuse (cu->cuStreamSynchronize (other), CUDA_ERROR_INVALID_HANDLE,
      "no such stream");
  expect_misuse (cu->cuStreamDestroy (other), CUDA_ERROR_INVALID_HANDLE,
      "no such stream");
  expect_misuse (cu->cuEventRecord (event, NULL), CUDA_ERROR_INVALID_HANDLE,
      "no such stream");
  expect_ok (cu->cuEventDestroy (event));
  expect_misuse (cu->cuEventQuery (event), CUDA_ERROR_INVALID_HANDLE,
      "no such event");
  expect_misuse (cu->cuStreamWaitEvent (stream, event, 0),
      CUDA_ERROR_INVALID_HANDLE, "no such event");
  module = fake_check_load_module ();
  expect_ok (cu->cuModuleGetFunction (&add, module, "fakecuda_add"));
  expect_ok (cu->cuModuleUnload (module));
  expect_misuse (cu->cuLaunchKernel (add, 1, 1, 1, 1, 1, 1, 0, stream, NULL,
                     NULL),
      CUDA_ERROR_INVALID_HANDLE, "no such function");
}
GST_END_TEST;

GST_START_TEST (leaks_of_each_kind)
{
  CUdeviceptr pointer = fake_check_alloc (SIZE);
  CUevent event = fake_check_new_event ();
  void *bytes, *registered = g_malloc (SIZE);
  CUmodule module;
  gchar *report;

  expect_ok (cu->cuMemHostAlloc (&bytes, SIZE, 0));
  expect_ok (cu->cuMemHostRegister (registered, SIZE, 0));
  module = fake_check_load_module ();
  fake->check_leaks ();
  report = fake->take_report ();
  fail_unless_equals_string (report,
      "leak: 1 blocks of device memory\n"
      "leak: 1 blocks of page-locked memory\n"
      "leak: 1 ranges of registered memory\n"
      "leak: 1 streams\n"
      "leak: 1 events\n"
      "leak: 1 modules\n"
      "leak: 1 references to contexts\n"
      "leak: 1 contexts pushed and not popped\n");
  free (report);
  expect_ok (cu->cuModuleUnload (module));
  expect_ok (cu->cuMemHostUnregister (registered));
  expect_ok (cu->cuMemFreeHost (bytes));
  expect_ok (cu->cuEventDestroy (event));
  expect_ok (cu->cuMemFree (pointer));
  g_free (registered);
}
GST_END_TEST;

/* Only in a process of its own: it passes, and takes no report. */
GST_START_TEST (overlook_a_misuse)
{
  cu = gst_ssio_cuda_get_driver (NULL);
  cu->cuCtxPopCurrent (NULL);
  if (g_strcmp0 (g_getenv (OVERLOOK), "reset") == 0)
    ssio_fake_cuda ()->reset ();
}
GST_END_TEST;

/* The exit status of this program with that test instead of the others. */
static int
run_overlooking (const gchar *how)
{
  gchar *argv[] = { (gchar *) "/proc/self/exe", NULL };
  gchar **env = g_environ_setenv (g_get_environ (), OVERLOOK, how, TRUE);
  pid_t child;
  int status;

  env = g_environ_setenv (env, "CK_FORK", "no", TRUE);
  fail_unless (posix_spawn (&child, argv[0], NULL, NULL, argv, env) == 0);
  fail_unless (waitpid (child, &status, 0) == child);
  fail_unless (WIFEXITED (status));
  g_strfreev (env);
  return WEXITSTATUS (status);
}

GST_START_TEST (a_report_that_nobody_takes_fails_the_process)
{
  fail_unless_equals_int (run_overlooking ("exit"), FAKECUDA_EXIT_MISUSE);
  fail_unless_equals_int (run_overlooking ("reset"), FAKECUDA_EXIT_MISUSE);
}
GST_END_TEST;

static Suite *
overlooking_suite (Suite *s)
{
  TCase *tc = tcase_create ("overlooking");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, overlook_a_misuse);
  return s;
}

static Suite *
fakecuda_misuse_suite (void)
{
  Suite *s = suite_create ("fakecuda-misuse");
  TCase *tc;

  if (g_getenv (OVERLOOK))
    return overlooking_suite (s);
  tc = fake_check_add_case (s);
  if (!tc)
    return s;
  tcase_add_test (tc, a_call_without_a_context);
  tcase_add_test (tc, objects_of_another_context);
  tcase_add_test (tc, a_context_that_was_released);
  tcase_add_test (tc, a_context_released_before_its_objects);
  tcase_add_test (tc, memory_that_is_freed_twice_or_never_was);
  tcase_add_test (tc, ranges_that_leave_their_block);
  tcase_add_test (tc, memory_freed_before_its_work_ran);
  tcase_add_test (tc, bytes_written_around_a_block);
  tcase_add_test (tc, bytes_written_after_a_block_was_freed);
  tcase_add_test (tc, a_source_that_changes_before_its_copy_ran);
  tcase_add_test (tc, page_locked_memory_that_goes_before_its_copy_ran);
  tcase_add_test (tc, page_locked_memory_that_is_used_wrongly);
  tcase_add_test (tc, handles_of_what_is_gone);
  tcase_add_test (tc, leaks_of_each_kind);
  tcase_add_test (tc, a_report_that_nobody_takes_fails_the_process);
  return s;
}

SSIO_CHECK_MAIN (fakecuda_misuse)
