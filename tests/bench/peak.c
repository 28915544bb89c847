/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "peak.h"

#define CACHE_LINE 64
#define ROUNDS 20000000

/* Chains of dependent operations: no fewer than the latency times the
 * operations a cycle of today's cores, 4 x 2 on x86 and 4 x 4 on arm64, and
 * no more than leaves registers for the two factors. */
#define CHAINS_16_REGISTERS 12
#define CHAINS_32_REGISTERS 16

/* Keeps the compiler from folding one round into the next, in whichever
 * register the vector is. */
#if defined(__aarch64__)
#define KEEP(vector) __asm__ volatile("" : "+w"(vector))
#define BASELINE_CHAINS CHAINS_32_REGISTERS
#elif defined(__x86_64__)
#define KEEP(vector) __asm__ volatile("" : "+v"(vector))
#define BASELINE_CHAINS CHAINS_16_REGISTERS
#else
#define KEEP(vector) __asm__ volatile("" : "+m"(vector))
#define BASELINE_CHAINS CHAINS_16_REGISTERS
#endif

/* Returns the multiply-adds of a round. */
#define DEFINE_FMA_LOOP(isa, lanes, chains, attributes) \
  attributes static gdouble fma_loop_##isa (void) \
  { \
    typedef gfloat V __attribute__ ((vector_size (lanes * sizeof (gfloat)))); \
    V sums[chains] = { 0 }; \
    V a = { 0 }, b = { 0 }; \
    guint round, c; \
\
    a += 0.999f; \
    b += 0.001f; \
    for (round = 0; round < ROUNDS; round++) { \
      _Pragma ("GCC unroll 16") for (c = 0; c < chains; c++) \
      { \
        sums[c] = sums[c] * a + b; \
        KEEP (sums[c]); \
      } \
    } \
    return lanes * chains; \
  }

DEFINE_FMA_LOOP (baseline, 4, BASELINE_CHAINS, )
#ifdef __x86_64__
DEFINE_FMA_LOOP (avx512, 16, CHAINS_32_REGISTERS,
    __attribute__ ((target ("avx512f"))))
DEFINE_FMA_LOOP (avx2, 8, CHAINS_16_REGISTERS,
    __attribute__ ((target ("avx2,fma"))))
#endif

gdouble
ssio_peak_measure_fma (const gchar *isa)
{
  gint64 start = g_get_monotonic_time ();
  gdouble fmas;

#ifdef __x86_64__
  if (strcmp (isa, "avx512") == 0)
    fmas = fma_loop_avx512 ();
  else if (strcmp (isa, "avx2") == 0)
    fmas = fma_loop_avx2 ();
  else
#endif
    fmas = fma_loop_baseline ();
  return fmas * ROUNDS / (g_get_monotonic_time () - start) * 1e6;
}

guint64
ssio_peak_touch (const guint8 *data, gsize size)
{
  guint64 sum = 0;
  gsize at;

  for (at = 0; at < size; at += CACHE_LINE)
    sum += data[at];
  return sum;
}

gdouble
ssio_peak_measure_bandwidth (const guint8 *data, gsize size)
{
  gint64 start = g_get_monotonic_time ();
  volatile guint64 sink = ssio_peak_touch (data, size);

  (void) sink;
  return size / (gdouble) (g_get_monotonic_time () - start) * 1e6;
}
