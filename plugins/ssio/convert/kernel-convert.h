/* SPDX-License-Identifier: MIT */
/* Layouts into others, by the rules of loops.c. */
#pragma once

#include "../linear/kernel-records.h"
#include "kernel-convert-abi.h"

#define SSIO_TWO_TO_64 18446744073709551616.0

DEVICE void
write_bits (unsigned char *at, unsigned size, uint64_t bits)
{
  unsigned i;

  if ((uintptr_t) at % size != 0) {
    for (i = 0; i < size; i++)
      at[i] = (unsigned char) (bits >> 8 * i);
    return;
  }
  switch (size) {
  case 1:
    *at = (unsigned char) bits;
    break;
  case 2:
    *(uint16_t *) at = (uint16_t) bits;
    break;
  case 4:
    *(uint32_t *) at = (uint32_t) bits;
    break;
  default:
    *(uint64_t *) at = bits;
    break;
  }
}

/* A number as the bits of an integer of so many, which saturates. */
DEVICE uint64_t
double_to_signed (double value, unsigned n_bits)
{
  const uint64_t limit = 1ull << (n_bits - 1);

  value = rint (value);
  if (value != value)
    return 0;
  if (value >= (double) limit)
    return limit - 1;
  if (value < -(double) limit)
    return limit;
  return (uint64_t) (int64_t) value;
}

DEVICE uint64_t
double_to_unsigned (double value, unsigned n_bits)
{
  const uint64_t maximum = ~0ull >> (64 - n_bits);

  value = rint (value);
  if (value >= (n_bits < 64 ? (double) (maximum + 1) : SSIO_TWO_TO_64))
    return maximum;
  return value > 0 ? (uint64_t) value : 0;
}

DEVICE uint64_t
integer_to_integer (uint64_t bits, int is_signed, const SsioConvertMove *move)
{
  const unsigned n_bits = 8 * move->size;
  const int to_signed = move->to_kind == SSIO_KERNEL_SIGNED;
  const uint64_t maximum = ~0ull >> (64 - n_bits + to_signed);

  if (is_signed && (int64_t) bits < 0) {
    if (!to_signed)
      return 0;
    return (int64_t) bits < -(int64_t) maximum - 1 ? ~maximum : bits;
  }
  return bits > maximum ? maximum : bits;
}

DEVICE uint64_t
store_double (double value, const SsioConvertMove *move)
{
  if (move->to_kind == SSIO_KERNEL_SIGNED)
    return double_to_signed (value, 8 * move->size);
  if (move->to_kind == SSIO_KERNEL_UNSIGNED)
    return double_to_unsigned (value, 8 * move->size);
  return move->size == 4 ? float_to_bits ((float) value)
                         : double_to_bits (value);
}

DEVICE uint64_t
store_integer (uint64_t bits, int is_signed, const SsioConvertMove *move)
{
  if (move->to_kind != SSIO_KERNEL_FLOAT)
    return integer_to_integer (bits, is_signed, move);
  if (move->size == 4)
    return float_to_bits (is_signed ? (float) (int64_t) bits : (float) bits);
  return double_to_bits (is_signed ? (double) (int64_t) bits : (double) bits);
}

DEVICE uint64_t
cast_float (const SsioConvertMove *move, uint64_t bits)
{
  double value = move->from_size == 4 ? bits_to_float ((uint32_t) bits)
                                      : bits_to_double (bits);

  if (!move->is_plain)
    value = scale_and_move (value, move->scale, move->offset);
  return store_double (value, move);
}

DEVICE uint64_t
cast_integer (const SsioConvertMove *move, uint64_t bits)
{
  const unsigned unused = 64 - 8 * move->from_size;
  const int is_signed
      = move->from_kind == SSIO_KERNEL_SIGNED && move->mask == 0;
  double value;

  if (move->mask != 0)
    bits = (bits & move->mask) >> move->shift;
  if (is_signed)
    bits = (uint64_t) ((int64_t) (bits << unused) >> unused);
  if (move->is_plain)
    return store_integer (bits, is_signed, move);
  value = is_signed ? (double) (int64_t) bits : (double) bits;
  return store_double (scale_and_move (value, move->scale, move->offset),
      move);
}

DEVICE void
copy_field (unsigned char *to, const unsigned char *from, unsigned size)
{
  unsigned at = 0;

  if (((uintptr_t) to | (uintptr_t) from) % 4 == 0) {
    for (; at + 4 <= size; at += 4)
      *(uint32_t *) (to + at) = *(const uint32_t *) (from + at);
  }
  for (; at < size; at++)
    to[at] = from[at];
}

DEVICE void
move_field (const SsioConvertMove *move, const unsigned char *from,
    unsigned char *to)
{
  uint64_t bits;

  if (move->is_copy) {
    copy_field (to + move->to, from + move->from, move->size);
    return;
  }
  bits = read_bits (from + move->from, move->from_size);
  bits = move->from_kind == SSIO_KERNEL_FLOAT ? cast_float (move, bits)
                                              : cast_integer (move, bits);
  write_bits (to + move->to, move->size, bits);
}

/* A thread has the same points for each move, and clears them first. */
DEVICE void
convert_tile_points (const SsioConvertParams *params,
    const unsigned char *from, unsigned char *to, unsigned n, unsigned thread,
    unsigned n_threads)
{
  unsigned i, m, p;

  for (p = thread; params->has_gaps && p < n; p += n_threads) {
    for (i = 0; i < params->to_size; i++)
      to[(uint64_t) p * params->to_size + i] = 0;
  }
  for (m = 0; m < params->n_moves; m++) {
    const SsioConvertMove move = params->moves[m];

    for (p = thread; p < n; p += n_threads)
      move_field (&move, from + (uint64_t) p * params->from_size,
          to + (uint64_t) p * params->to_size);
  }
}

/* From shared memory. */
DEVICE void
write_points (unsigned char *to, const unsigned char *from, unsigned size,
    unsigned thread, unsigned n_threads)
{
  unsigned written = 0;
  unsigned at;

  if ((uintptr_t) to % 16 == 0) {
    written = size / 16 * 16;
    for (at = 16 * thread; at < written; at += 16 * n_threads)
      *(float4 *) (to + at) = *(const float4 *) (from + at);
  } else if ((uintptr_t) to % 4 == 0) {
    written = size / 4 * 4;
    for (at = 4 * thread; at < written; at += 4 * n_threads)
      *(uint32_t *) (to + at) = *(const uint32_t *) (from + at);
  }
  for (at = written + thread; at < size; at += n_threads)
    to[at] = from[at];
}

DEVICE void
convert_in_stage (const Block *block, const SsioConvertParams *params,
    const unsigned char *from, unsigned char *to, unsigned n)
{
  unsigned char *in = block->shared;
  unsigned char *out = block->shared + params->out;

  FOR_EACH_THREAD (block, thread)
  {
    copy_records (in, from, n * params->from_size, thread, block->n_threads);
  }
  wait_for_copies ();
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    convert_tile_points (params, in, out, n, thread, block->n_threads);
  }
  BARRIER ();
  FOR_EACH_THREAD (block, thread)
  {
    write_points (to, out, n * params->to_size, thread, block->n_threads);
  }
  BARRIER ();
}

DEVICE void
convert_points (const Block *block, const SsioConvertParams *params)
{
  const uint64_t step = (uint64_t) block->n_blocks * params->tile;
  uint64_t first;

  for (first = (uint64_t) block->index * params->tile;
       first < params->n_points; first += step) {
    const uint64_t left = params->n_points - first;
    const unsigned n = left < params->tile ? (unsigned) left : params->tile;
    const unsigned char *from = params->from + first * params->from_size;
    unsigned char *to = params->to + first * params->to_size;

    if (params->is_staged) {
      convert_in_stage (block, params, from, to, n);
    } else {
      FOR_EACH_THREAD (block, thread)
      {
        convert_tile_points (params, from, to, n, thread, block->n_threads);
      }
    }
  }
}
