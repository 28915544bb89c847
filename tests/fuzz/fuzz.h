/* SPDX-License-Identifier: MIT */
/* What libFuzzer and standalone.c call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
