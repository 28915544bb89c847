/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "peak.h"

#define CACHE_LINE 64
#define ROUNDS 20000000

/* Chains of dependent operations: more than the latency times the throughput
 * of today's cores. */
#define CHAINS 10

/* Keeps the compiler from folding one round into the next. */
#ifdef __aarch64__
#define KEEP(vector) __asm__ volatile ("" : "+w"(vector))
#else
#define KEEP(vector) __asm__ volatile ("" : "+x"(vector))
#endif

#define DEFINE_FMA_LOOP(isa, lanes, attributes) \
  attributes static gdouble fma_loop_##isa (void) \
  { \
    typedef gfloat V __attribute__ ((vector_size (lanes * sizeof (gfloat)))); \
    V sums[CHAINS] = { 0 }; \
    V a = { 0 }, b = { 0 }; \
    guint round, c; \
\
    a += 0.999f; \
    b += 0.001f; \
    for (round = 0; round < ROUNDS; round++) { \
      _Pragma ("GCC unroll 16") for (c = 0; c < CHAINS; c++) \
      { \
        sums[c] = sums[c] * a + b; \
        KEEP (sums[c]); \
      } \
    } \
    return lanes; \
  }

DEFINE_FMA_LOOP (baseline, 4, )
#ifdef __x86_64__
DEFINE_FMA_LOOP (avx512, 16, __attribute__ ((target ("avx512f"))))
DEFINE_FMA_LOOP (avx2, 8, __attribute__ ((target ("avx2,fma"))))
#endif

gdouble
ssio_peak_measure_fma (const gchar *isa)
{
  gint64 start = g_get_monotonic_time ();
  gdouble lanes;

#ifdef __x86_64__
  if (strcmp (isa, "avx512") == 0)
    lanes = fma_loop_avx512 ();
  else if (strcmp (isa, "avx2") == 0)
    lanes = fma_loop_avx2 ();
  else
#endif
    lanes = fma_loop_baseline ();
  return lanes * CHAINS * ROUNDS / (g_get_monotonic_time () - start) * 1e6;
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
