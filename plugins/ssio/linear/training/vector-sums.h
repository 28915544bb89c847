/* SPDX-License-Identifier: MIT */
/* The sum of each of many vectors' lanes, by halves: two vectors become one
 * that holds what is left of both, until a vector has a sum in each lane.
 * Included after layer-kernel.h. */
#pragma once

/* Halves of 128 bits and less are added within their 128 bits, where shuffles
 * are cheap; so sum i of LANES ends in lane i % BLOCKS * 4 + i / BLOCKS, where
 * BLOCKS = LANES / 4. */
#define SHUFFLE __builtin_shufflevector

#if LANES == 16

static inline Vector
add_quarters (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
             27)
         + SHUFFLE (a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29,
             30, 31);
}

static inline Vector
add_halves (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
         + SHUFFLE (a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29,
             30, 31);
}

static inline Vector
add_pairs (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28,
             29)
         + SHUFFLE (a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15,
             30, 31);
}

static inline Vector
add_neighbours (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28,
             30)
         + SHUFFLE (a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15,
             29, 31);
}

#elif LANES == 8

static inline Vector
add_halves (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 2, 3, 8, 9, 10, 11)
         + SHUFFLE (a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

static inline Vector
add_pairs (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 8, 9, 4, 5, 12, 13)
         + SHUFFLE (a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}

static inline Vector
add_neighbours (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 2, 8, 10, 4, 6, 12, 14)
         + SHUFFLE (a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

#else

static inline Vector
add_pairs (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 1, 4, 5) + SHUFFLE (a, b, 2, 3, 6, 7);
}

static inline Vector
add_neighbours (Vector a, Vector b)
{
  return SHUFFLE (a, b, 0, 2, 4, 6) + SHUFFLE (a, b, 1, 3, 5, 7);
}

#endif

/* n is a constant; sums has room for an even number. Returns how many are
 * left. */
#define HALVE(sums, n, add) \
  G_STMT_START \
  { \
    guint half; \
\
    if (n % 2) \
      sums[n] = (Vector){ 0 }; \
    _Pragma ("GCC unroll 16") for (half = 0; half < (n + 1) / 2; half++) \
        sums[half] \
        = add (sums[2 * half], sums[2 * half + 1]); \
  } \
  G_STMT_END

/* Leaves the sums of n vectors in the first (n + LANES - 1) / LANES; sums has
 * room for an even number. */
static inline __attribute__ ((always_inline)) void
add_lanes (Vector *sums, const guint n)
{
#if LANES == 16
  HALVE (sums, n, add_halves);
  HALVE (sums, ((n + 1) / 2), add_quarters);
  HALVE (sums, ((n + 3) / 4), add_pairs);
  HALVE (sums, ((n + 7) / 8), add_neighbours);
#elif LANES == 8
  HALVE (sums, n, add_halves);
  HALVE (sums, ((n + 1) / 2), add_pairs);
  HALVE (sums, ((n + 3) / 4), add_neighbours);
#else
  HALVE (sums, n, add_pairs);
  HALVE (sums, ((n + 1) / 2), add_neighbours);
#endif
}
