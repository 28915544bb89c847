/* SPDX-License-Identifier: MIT */
/* What the tests of the stand-in for the CUDA driver have in common. */
#pragma once

#include <gst/ssio/cuda/loader.h>

#include "ssiocuda.h"

G_BEGIN_DECLS

#define expect_ok(call) fail_unless_equals_int (call, CUDA_SUCCESS)

/* Those of a test that runs: the context of device 0 is current. */
extern const GstSsioCudaDriver *cu;
extern const SsioFakeCuda *fake;
extern CUcontext context;
extern CUstream stream;

/* The test case of all tests, or NULL where the driver is a real one. */
TCase *fake_check_add_case (Suite *suite);

CUdeviceptr fake_check_alloc (gsize size);
CUevent fake_check_new_event (void);
CUevent fake_check_record (void);
CUmodule fake_check_load_module (void);
FakecudaStats fake_check_stats (void);

/* Waits for the stream and expects size times value in device memory. */
void fake_check_bytes (CUdeviceptr pointer, guint8 value, gsize size);

/* Calls cuMemFree in a thread, and returns when it waits for the streams. Join
 * the thread for the result. */
GThread *fake_check_free_in_thread (CUdeviceptr pointer);

G_END_DECLS
