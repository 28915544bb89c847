/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "cubes.h"

/* Blocks of 8 x 8 x 8 cubes, a bit each, are in a hash table. */
#define BLOCK_SHIFT 3
#define BLOCK_MASK 7
#define AXIS_BITS 18
#define FIRST_SLOT_BITS 10

/* 2^64 by the golden ratio. Fibonacci hashing: Knuth, The Art of Computer
 * Programming 3, 6.4. */
#define GOLDEN G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

typedef struct {
  guint64 number; /* 0 where the slot is free */
  guint64 cubes[8];
} Block;

struct _GstSsioCubes {
  Block *slots;
  guint slot_bits;
  gsize n_blocks;
  Block *last; /* that was looked up */
};

GstSsioCubes *
gst_ssio_cubes_new (void)
{
  GstSsioCubes *self = g_new0 (GstSsioCubes, 1);

  self->slot_bits = FIRST_SLOT_BITS;
  self->slots = g_new0 (Block, (gsize) 1 << self->slot_bits);
  self->last = self->slots;
  return self;
}

void
gst_ssio_cubes_free (GstSsioCubes *self)
{
  g_free (self->slots);
  g_free (self);
}

/* Where a block is or may be put. */
static Block *
find_slot (Block *slots, guint slot_bits, guint64 number)
{
  gsize slot = number * GOLDEN >> (64 - slot_bits);

  while (slots[slot].number != 0 && slots[slot].number != number)
    slot = (slot + 1) & (((gsize) 1 << slot_bits) - 1);
  return &slots[slot];
}

static void
grow (GstSsioCubes *self)
{
  gsize n_slots = (gsize) 1 << self->slot_bits;
  Block *slots = g_new0 (Block, 2 * n_slots);
  gsize i;

  for (i = 0; i < n_slots; i++) {
    const Block *block = &self->slots[i];

    if (block->number != 0)
      *find_slot (slots, self->slot_bits + 1, block->number) = *block;
  }
  g_free (self->slots);
  self->slots = slots;
  self->slot_bits++;
}

static Block *
get_block (GstSsioCubes *self, guint64 number)
{
  Block *block = find_slot (self->slots, self->slot_bits, number);

  if (block->number != 0)
    return block;
  if (++self->n_blocks > (gsize) 1 << (self->slot_bits - 1)) {
    grow (self);
    block = find_slot (self->slots, self->slot_bits, number);
  }
  block->number = number;
  return block;
}

gboolean
gst_ssio_cubes_add (GstSsioCubes *self, guint x, guint y, guint z)
{
  guint64 number = (((guint64) 1 << AXIS_BITS | x >> BLOCK_SHIFT) << AXIS_BITS
                       | y >> BLOCK_SHIFT)
                       << AXIS_BITS
                   | z >> BLOCK_SHIFT;
  guint64 bit = (guint64) 1 << ((x & BLOCK_MASK) | (y & BLOCK_MASK) << 3);
  guint64 *cubes;

  if (self->last->number != number)
    self->last = get_block (self, number);
  cubes = &self->last->cubes[z & BLOCK_MASK];
  if (*cubes & bit)
    return FALSE;
  *cubes |= bit;
  return TRUE;
}

gboolean
gst_ssio_cubes_is_sampled (guint x, guint y, guint z, guint shift)
{
  guint64 hash = ((x * GOLDEN + y) * GOLDEN + z) * GOLDEN;

  return shift == 0 || hash >> (64 - shift) == 0;
}
