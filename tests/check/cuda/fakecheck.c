/* SPDX-License-Identifier: MIT */

#include "cuda/fakecheck.h"

const GstSsioCudaDriver *cu;
const SsioFakeCuda *fake;
CUcontext context;
CUstream stream;

static void
set_up (void)
{
  GError *error = NULL;

  fake = ssio_fake_cuda ();
  fake->reset ();
  cu = gst_ssio_cuda_get_driver (&error);
  fail_unless (cu != NULL, "%s", error ? error->message : "");
  expect_ok (cu->cuDevicePrimaryCtxRetain (&context, 0));
  expect_ok (cu->cuCtxPushCurrent (context));
  expect_ok (cu->cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
}

static void
tear_down (void)
{
  cu->cuStreamDestroy (stream);
  cu->cuCtxPopCurrent (NULL);
  cu->cuDevicePrimaryCtxRelease (0);
  ssio_cuda_check_clean ();
}

TCase *
fake_check_add_case (Suite *suite)
{
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  if (ssio_fake_cuda ())
    return tcase;
  g_print ("skipped: %s: the CUDA driver is a real one\n", __func__);
  return NULL;
}

CUdeviceptr
fake_check_alloc (gsize size)
{
  CUdeviceptr pointer;

  expect_ok (cu->cuMemAlloc (&pointer, size));
  return pointer;
}

CUevent
fake_check_new_event (void)
{
  CUevent event;

  expect_ok (cu->cuEventCreate (&event, CU_EVENT_DISABLE_TIMING));
  return event;
}

CUevent
fake_check_record (void)
{
  CUevent event = fake_check_new_event ();

  expect_ok (cu->cuEventRecord (event, stream));
  return event;
}

CUmodule
fake_check_load_module (void)
{
  CUmodule module;

  expect_ok (cu->cuModuleLoadData (&module, "image"));
  return module;
}

FakecudaStats
fake_check_stats (void)
{
  FakecudaStats stats;

  fake->get_stats (&stats);
  return stats;
}

void
fake_check_bytes (CUdeviceptr pointer, guint8 value, gsize size)
{
  guint8 *bytes = g_malloc (size);
  gsize i;

  expect_ok (cu->cuMemcpyDtoHAsync (bytes, pointer, size, stream));
  for (i = 0; i < size; i++)
    fail_unless_equals_int (bytes[i], value);
  g_free (bytes);
}

static gpointer
free_pointer (gpointer data)
{
  CUresult result;

  expect_ok (cu->cuCtxPushCurrent (context));
  result = cu->cuMemFree (*(CUdeviceptr *) data);
  expect_ok (cu->cuCtxPopCurrent (NULL));
  g_free (data);
  return GINT_TO_POINTER (result);
}

GThread *
fake_check_free_in_thread (CUdeviceptr pointer)
{
  guint n = fake->count ("cuMemFree");
  GThread *thread = g_thread_new ("free", free_pointer,
      g_memdup2 (&pointer, sizeof (pointer)));

  while (fake->count ("cuMemFree") == n)
    g_usleep (100);
  return thread;
}
