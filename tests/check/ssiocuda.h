/* SPDX-License-Identifier: MIT */
/* What tests of CUDA have in common. They run on the stand-in of
 * tests/fakecuda, or with SSIO_CHECK_CUDA=real on the machine's driver. */
#pragma once

#include "fakecuda.h"
#include "ssiocheck.h"

G_BEGIN_DECLS

#define SSIO_FAKE_CUDA_FUNCTIONS(F) \
  F (reset) \
  F (get_devices) \
  F (set_devices) \
  F (get_stats) \
  F (count) \
  F (set_delay) \
  F (set_random_delay) \
  F (hold) \
  F (step) \
  F (resume) \
  F (fail_call) \
  F (fail_calls) \
  F (fail_operation) \
  F (lose_device) \
  F (check_leaks) \
  F (take_report)

#define SSIO_FAKE_CUDA_DECLARE(name) __typeof__ (fakecuda_##name) *name;

typedef struct {
  SSIO_FAKE_CUDA_FUNCTIONS (SSIO_FAKE_CUDA_DECLARE)
} SsioFakeCuda;

/* Controls the stand-in; NULL where the driver is a real one. */
const SsioFakeCuda *ssio_fake_cuda (void);

/* Whether there is a driver with a device. */
gboolean ssio_cuda_have_device (void);

/* Expects no misuse and no leak since the last report. With a real driver,
 * nothing is known. */
void ssio_cuda_check_clean (void);

/* Expects a report that has the part. */
void ssio_cuda_check_misuse (const gchar *part);

/* Ends the test that calls this. */
#define ssio_cuda_skip_without_fake() \
  G_STMT_START \
  { \
    if (!ssio_fake_cuda ()) { \
      ssio_check_skip ("the CUDA driver is a real one"); \
      return; \
    } \
  } \
  G_STMT_END

G_END_DECLS
