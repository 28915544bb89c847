/* SPDX-License-Identifier: MIT */
/* Records of any layout to floats, by the rules of gst/ssio/gather.c, and
 * tiles of them to shared memory. */
#pragma once

#include "kernel-abi.h"
#include "kernel-target.h"

DEVICE uint32_t
read_u2 (const unsigned char *at)
{
  if ((uintptr_t) at % 2 == 0)
    return *(const uint16_t *) at;
  return at[0] | (uint32_t) at[1] << 8;
}

DEVICE uint32_t
read_u4 (const unsigned char *at)
{
  if ((uintptr_t) at % 4 == 0)
    return *(const uint32_t *) at;
  return read_u2 (at) | read_u2 (at + 2) << 16;
}

DEVICE uint64_t
read_bits (const unsigned char *at, unsigned size)
{
  switch (size) {
  case 1:
    return *at;
  case 2:
    return read_u2 (at);
  case 4:
    return read_u4 (at);
  default:
    return read_u4 (at) | (uint64_t) read_u4 (at + 4) << 32;
  }
}

DEVICE float
convert_float (const SsioKernelField *field, uint64_t bits)
{
  double value;

  if (field->size == 4) {
    if (field->is_plain)
      return bits_to_float ((uint32_t) bits);
    value = bits_to_float ((uint32_t) bits);
  } else {
    value = bits_to_double (bits);
  }
  if (!field->is_plain)
    value = scale_and_move (value, field->scale, field->origin);
  return (float) value;
}

DEVICE float
convert_integer (const SsioKernelField *field, uint64_t bits)
{
  const unsigned unused = 64 - 8 * field->size;
  double value;

  if (field->kind == SSIO_KERNEL_SIGNED)
    bits = (uint64_t) ((int64_t) (bits << unused) >> unused);
  if (field->mask != 0)
    value = (double) ((bits & field->mask) >> field->shift);
  else if (field->kind == SSIO_KERNEL_SIGNED) {
    if (field->is_plain)
      return (float) (int64_t) bits;
    value = (double) (int64_t) bits;
  } else {
    if (field->is_plain)
      return (float) bits;
    value = (double) bits;
  }
  return (float) scale_and_move (value, field->scale, field->origin);
}

DEVICE float
read_field (const SsioKernelField *field, const unsigned char *record)
{
  const uint64_t bits = read_bits (record + field->offset, field->size);

  return field->kind == SSIO_KERNEL_FLOAT ? convert_float (field, bits)
                                          : convert_integer (field, bits);
}

DEVICE unsigned
count_tiles (const SsioKernelRecords *records)
{
  return (unsigned) ((records->n_points + records->tile - 1) / records->tile);
}

DEVICE unsigned
count_points (const SsioKernelRecords *records, unsigned tile)
{
  const uint64_t left = records->n_points - (uint64_t) tile * records->tile;

  return left < records->tile ? (unsigned) left : records->tile;
}

DEVICE const unsigned char *
find_tile (const SsioKernelRecords *records, unsigned tile)
{
  return records->points
         + (uint64_t) tile * records->tile * records->point_size;
}

DEVICE unsigned char *
find_stage (const Block *block, const SsioKernelRecords *records,
    unsigned stage)
{
  return block->shared + records->stages + stage * records->stage_size;
}

DEVICE void
copy_records (unsigned char *to, const unsigned char *from, unsigned size,
    unsigned thread, unsigned n_threads)
{
  unsigned copied = 0;
  unsigned at;

  if ((uintptr_t) from % 16 == 0) {
    copied = size / 16 * 16;
    for (at = 16 * thread; at < copied; at += 16 * n_threads)
      copy_16 (to + at, from + at);
  } else if ((uintptr_t) from % 4 == 0) {
    copied = size / 4 * 4;
    for (at = 4 * thread; at < copied; at += 4 * n_threads)
      copy_4 (to + at, from + at);
  }
  for (at = copied + thread; at < size; at += n_threads)
    to[at] = from[at];
}

/* Starts to copy a tile's records, if there is such a tile. */
DEVICE void
stage_tile (const Block *block, const SsioKernelRecords *records,
    unsigned tile, unsigned stage)
{
  if (tile >= count_tiles (records))
    return;
  FOR_EACH_THREAD (block, thread)
  {
    copy_records (find_stage (block, records, stage),
        find_tile (records, tile),
        count_points (records, tile) * records->point_size, thread,
        block->n_threads);
  }
}

/* Columns of a tile; 0 where there is no point. */
DEVICE void
convert_tile (const Block *block, const SsioKernelRecords *records,
    unsigned tile, unsigned stage)
{
  const unsigned char *from = records->n_stages > 0
                                  ? find_stage (block, records, stage)
                                  : find_tile (records, tile);
  const unsigned n = count_points (records, tile);
  float *columns = (float *) (block->shared + records->columns);
  unsigned i, p;

  FOR_EACH_THREAD (block, thread)
  {
    for (i = 0; i < records->n_inputs; i++) {
      const SsioKernelField field = records->fields[i];

      for (p = thread; p < records->tile; p += block->n_threads)
        columns[i * records->tile + p]
            = p < n ? read_field (&field, from + p * records->point_size) : 0;
    }
  }
}

/* A block's tiles are its index and what follows in steps of n_blocks, each
 * between enter_tile() and leave_tile(); start_tiles() comes first. */
DEVICE void
start_tiles (const Block *block, const SsioKernelRecords *records)
{
  if (records->n_stages > 0)
    stage_tile (block, records, block->index, 0);
}

DEVICE unsigned
next_stage (const SsioKernelRecords *records, unsigned stage)
{
  return stage + 1 < records->n_stages ? stage + 1 : 0;
}

/* Records of the next tile come while this one is computed, where there is
 * room for them: a second stage, or the only one once it is converted. */
DEVICE void
enter_tile (const Block *block, const SsioKernelRecords *records,
    unsigned tile, unsigned stage)
{
  wait_for_copies ();
  BARRIER ();
  if (records->converts) {
    convert_tile (block, records, tile, stage);
    BARRIER ();
  }
  if (records->n_stages + records->converts == 2)
    stage_tile (block, records, tile + block->n_blocks,
        next_stage (records, stage));
}

/* The stage of the next tile. */
DEVICE unsigned
leave_tile (const Block *block, const SsioKernelRecords *records,
    unsigned tile, unsigned stage)
{
  if (records->n_stages == 1 && !records->converts) {
    BARRIER ();
    stage_tile (block, records, tile + block->n_blocks, stage);
  }
  return next_stage (records, stage);
}

/* Weights to the start of shared memory. */
DEVICE void
stage_weights (const Block *block, const SsioSweep *sweep)
{
  FOR_EACH_THREAD (block, thread)
  {
    copy_records (block->shared, (const unsigned char *) sweep->weights,
        sweep->n_weights * (unsigned) sizeof (float), thread,
        block->n_threads);
  }
}
