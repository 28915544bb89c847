/* SPDX-License-Identifier: MIT */
/* A Feistel network over the smallest power of two that holds n numbers; a
 * result past n goes through it again, until it is one below n (Black and
 * Rogaway, Ciphers with Arbitrary Finite Domains, 2002). */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "permutation.h"

/* Rounds on fewer bits are too few functions: small orders would not all be as
 * likely. */
#define MIN_BITS 6

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
  guint bits = MIN_BITS;
  guint i;

  permutation->n = n;
  while (bits < 64 && (n - 1) >> bits != 0)
    bits++;
  permutation->left_bits = bits / 2;
  permutation->right_bits = bits - bits / 2;
  for (i = 0; i < GST_SSIO_PERMUTATION_ROUNDS; i++) {
    state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    permutation->keys[i] = mix (state);
  }
}

/* The halves are changed in turn, each by the other one, which undoes itself:
 * the rounds in the other order lead back. */
static guint64
run_round (const GstSsioPermutation *permutation, guint64 number, guint round)
{
  const guint bits = permutation->right_bits;
  const guint64 right_mask = (G_GUINT64_CONSTANT (1) << bits) - 1;
  const guint64 left_mask
      = (G_GUINT64_CONSTANT (1) << permutation->left_bits) - 1;
  const guint64 key = permutation->keys[round];

  if (round % 2 == 0)
    return number ^ (mix ((number & right_mask) ^ key) & left_mask) << bits;
  return number ^ (mix (number >> bits ^ key) & right_mask);
}

static guint64
encrypt (const GstSsioPermutation *permutation, guint64 number)
{
  guint round;

  for (round = 0; round < GST_SSIO_PERMUTATION_ROUNDS; round++)
    number = run_round (permutation, number, round);
  return number;
}

static guint64
decrypt (const GstSsioPermutation *permutation, guint64 number)
{
  guint round;

  for (round = GST_SSIO_PERMUTATION_ROUNDS; round > 0; round--)
    number = run_round (permutation, number, round - 1);
  return number;
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
