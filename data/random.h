/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same on every machine.
 *
 * A tile's bytes depend on nothing but the arguments. Whatever makes them
 * therefore keeps to integers and to +, -, *, / and sqrt, which IEEE 754
 * rounds in one way; sin, exp and their like differ between C libraries. And
 * no expression draws twice, since C leaves open which operand comes first. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 state;
} Random;

/* splitmix64: a good hash of any number, counters too. */
static inline guint64
random_hash (guint64 number)
{
  number += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  number = (number ^ (number >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  number = (number ^ (number >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return number ^ (number >> 31);
}

/* Streams of one seed are independent of each other. */
static inline Random
random_new (guint64 seed, guint64 stream)
{
  Random random = { random_hash (random_hash (seed) ^ stream) };

  return random;
}

static inline gfloat
random_range (Random *random, gfloat from, gfloat to)
{
  guint64 bits = random_hash (random->state++) >> 40;

  return from + (to - from) * ((gfloat) bits * 0x1p-24f);
}

static inline gboolean
random_chance (Random *random, gfloat share)
{
  return random_range (random, 0, 1) < share;
}

G_END_DECLS
