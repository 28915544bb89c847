/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/cuda/loader.h>

#include "program.h"

/* Calls a function of the driver, and ends the benchmark where it fails. */
#define ssio_cuda_must(driver, function, ...) \
  G_STMT_START \
  { \
    GError *cuda_error = NULL; \
\
    if (!gst_ssio_cuda_call (driver, &cuda_error, function, __VA_ARGS__)) \
      ssio_fail ("%s", cuda_error->message); \
  } \
  G_STMT_END
