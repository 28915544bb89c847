/* SPDX-License-Identifier: MIT */
/* What the kernel that converts layouts and who launches it agree on. */
#pragma once

#include "../linear/kernel-abi.h"

/* A move of GstSsioConvertPlan. Kinds are SSIO_KERNEL_FLOAT and so on. */
typedef struct {
  uint64_t mask; /* 0 for all bits */
  double scale;
  double offset;
  uint32_t from;
  uint32_t to;
  uint32_t size; /* bytes that are written */
  uint32_t shift;
  uint16_t from_kind;
  uint16_t from_size;
  uint16_t to_kind;
  uint8_t is_copy;
  uint8_t is_plain;
} SsioConvertMove;

/* Points of a tile are read into shared memory, converted there and written
 * from there, unless they are too large. Offsets are bytes from the start of
 * the block's shared memory. */
typedef struct {
  const unsigned char *from;
  unsigned char *to;
  uint64_t n_points;
  const SsioConvertMove *moves;
  uint32_t n_moves;
  uint32_t from_size;
  uint32_t to_size;
  uint32_t tile; /* points */
  uint32_t is_staged;
  uint32_t out; /* offset of the converted points; the others are first */
  uint32_t has_gaps;
} SsioConvertParams;
