/* SPDX-License-Identifier: MIT */
/* A Feistel network over the smallest square of a power of two that holds n
 * numbers; a result past n goes through it again, until it is one below n
 * (Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002). */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "permutation.h"

/* SplitMix64's finalizer (Steele, Lea and Flood, 2014). */
static guint64
mix (guint64 value)
{
  value = (value ^ (value >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ (value >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ (value >> 31);
}

void
gst_ssio_permutation_init (GstSsioPermutation *permutation, guint64 n,
    guint64 seed, guint64 stream)
{
  guint64 state = mix (seed) ^ mix (~stream);
  guint i;

  permutation->n = n;
  permutation->half_bits = 1;
  while (2 * permutation->half_bits < 64
         && (n - 1) >> (2 * permutation->half_bits) != 0)
    permutation->half_bits++;
  for (i = 0; i < GST_SSIO_PERMUTATION_ROUNDS; i++) {
    state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    permutation->keys[i] = mix (state);
  }
}

static guint64
scramble (const GstSsioPermutation *permutation, guint64 half, guint round)
{
  const guint64 mask = (G_GUINT64_CONSTANT (1) << permutation->half_bits) - 1;

  return mix (half ^ permutation->keys[round]) & mask;
}

static guint64
encrypt (const GstSsioPermutation *permutation, guint64 number)
{
  const guint bits = permutation->half_bits;
  guint64 left = number >> bits;
  guint64 right = number & ((G_GUINT64_CONSTANT (1) << bits) - 1);
  guint round;

  for (round = 0; round < GST_SSIO_PERMUTATION_ROUNDS; round++) {
    guint64 next = left ^ scramble (permutation, right, round);

    left = right;
    right = next;
  }
  return left << bits | right;
}

static guint64
decrypt (const GstSsioPermutation *permutation, guint64 number)
{
  const guint bits = permutation->half_bits;
  guint64 left = number >> bits;
  guint64 right = number & ((G_GUINT64_CONSTANT (1) << bits) - 1);
  guint round;

  for (round = GST_SSIO_PERMUTATION_ROUNDS; round > 0; round--) {
    guint64 before = right ^ scramble (permutation, left, round - 1);

    right = left;
    left = before;
  }
  return left << bits | right;
}

guint64
gst_ssio_permutation_get (const GstSsioPermutation *permutation, guint64 place)
{
  do
    place = encrypt (permutation, place);
  while (place >= permutation->n);
  return place;
}

guint64
gst_ssio_permutation_find (const GstSsioPermutation *permutation,
    guint64 number)
{
  do
    number = decrypt (permutation, number);
  while (number >= permutation->n);
  return number;
}
