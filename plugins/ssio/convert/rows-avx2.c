/* SPDX-License-Identifier: MIT */
/* Finds the same numbers as loops.c: lanes are doubles in between, unless that
 * makes no difference. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rows.h"

#ifdef __x86_64__

#include <immintrin.h>

#define VECTOR __attribute__ ((target ("avx2")))
#define VECTOR_INLINE VECTOR static inline __attribute__ ((always_inline))

/* How a row is compiled: load, store, is_picked and is_plain are those of
 * GstSsioConvertRow. width is the unit of bytes and integers, and the number
 * of lanes of floats. */
typedef struct {
  GstSsioLanes load;
  GstSsioLanes store;
  gboolean is_picked;
  gboolean is_plain;
  guint width;
} Shape;

VECTOR_INLINE __m128i
load_128 (const void *bytes)
{
  return _mm_loadu_si128 ((const __m128i *) bytes);
}

VECTOR_INLINE void
store_unit (guint8 *to, __m128i bytes, guint unit)
{
  if (unit == 16)
    _mm_storeu_si128 ((__m128i *) to, bytes);
  else if (unit == 8)
    _mm_storeu_si64 (to, bytes);
  else if (unit == 4)
    _mm_storeu_si32 (to, bytes);
  else
    _mm_storeu_si16 (to, bytes);
}

VECTOR_INLINE void
store_bytes (guint8 *to, __m128i bytes, __m128i head, __m128i tail, guint size,
    guint unit)
{
  store_unit (to, _mm_shuffle_epi8 (bytes, head), unit);
  if (size > unit)
    store_unit (to + size - unit, _mm_shuffle_epi8 (bytes, tail), unit);
}

VECTOR_INLINE void
store_f4 (guint8 *to, __m128 lanes, guint n)
{
  const __m128i bytes = _mm_castps_si128 (lanes);

  if (n == 4) {
    store_unit (to, bytes, 16);
    return;
  }
  store_unit (to, bytes, 8);
  if (n == 3)
    store_unit (to + 8, _mm_unpackhi_epi64 (bytes, bytes), 4);
}

VECTOR_INLINE void
store_f8 (guint8 *to, __m256d lanes, guint n)
{
  const __m256i bytes = _mm256_castpd_si256 (lanes);

  if (n == 4) {
    _mm256_storeu_si256 ((__m256i *) to, bytes);
    return;
  }
  store_unit (to, _mm256_castsi256_si128 (bytes), 16);
  if (n == 3)
    store_unit (to + 16, _mm256_extracti128_si256 (bytes, 1), 8);
}

VECTOR_INLINE __m128i
load_lanes (const GstSsioConvertRow *row, const guint8 *from,
    gboolean is_picked)
{
  __m128i lanes = _mm_shuffle_epi8 (load_128 (from), load_128 (row->gather));

  if (is_picked) {
    lanes = _mm_and_si128 (lanes, load_128 (row->mask));
    lanes = _mm_sllv_epi32 (lanes, load_128 (row->left));
    lanes = _mm_srav_epi32 (lanes, load_128 (row->right));
  }
  return lanes;
}

VECTOR_INLINE __m128
load_floats (const GstSsioConvertRow *row, const guint8 *from,
    gboolean is_picked)
{
  if (is_picked)
    return _mm_castsi128_ps (load_lanes (row, from, FALSE));
  return _mm_loadu_ps ((const gfloat *) from);
}

VECTOR_INLINE __m256d
load_numbers (const GstSsioConvertRow *row, const guint8 *from, Shape shape)
{
  __m256d numbers;

  if (shape.load == GST_SSIO_LANES_F8)
    numbers = _mm256_loadu_pd ((const gdouble *) from);
  else if (shape.load == GST_SSIO_LANES_F4)
    numbers = _mm256_cvtps_pd (load_floats (row, from, shape.is_picked));
  else
    numbers = _mm256_cvtepi32_pd (load_lanes (row, from, shape.is_picked));
  if (shape.is_plain)
    return numbers;
  numbers = _mm256_mul_pd (numbers, _mm256_loadu_pd (row->scale));
  return _mm256_add_pd (numbers, _mm256_loadu_pd (row->offset));
}

VECTOR_INLINE __m128i
saturate (const GstSsioConvertRow *row, __m128i lanes)
{
  lanes = _mm_max_epi32 (lanes, load_128 (row->minimum));
  return _mm_min_epi32 (lanes, load_128 (row->maximum));
}

VECTOR_INLINE __m128i
round_numbers (const GstSsioConvertRow *row, __m256d numbers)
{
  const __m256d is_number = _mm256_cmp_pd (numbers, numbers, _CMP_ORD_Q);

  numbers = _mm256_and_pd (numbers, is_number);
  numbers
      = _mm256_max_pd (numbers, _mm256_cvtepi32_pd (load_128 (row->minimum)));
  numbers
      = _mm256_min_pd (numbers, _mm256_cvtepi32_pd (load_128 (row->maximum)));
  return _mm256_cvtpd_epi32 (numbers);
}

VECTOR_INLINE __m128i
load_integers (const GstSsioConvertRow *row, const guint8 *from, Shape shape)
{
  if (shape.load == GST_SSIO_LANES_I4 && shape.is_plain)
    return saturate (row, load_lanes (row, from, shape.is_picked));
  return round_numbers (row, load_numbers (row, from, shape));
}

VECTOR_INLINE void
convert_point (const GstSsioConvertRow *row, const guint8 *from, guint8 *to,
    Shape shape)
{
  if (shape.store == GST_SSIO_LANES_BYTES)
    store_bytes (to, load_128 (from), load_128 (row->gather),
        load_128 (row->tail), row->size, shape.width);
  else if (shape.store == GST_SSIO_LANES_I4)
    store_bytes (to, load_integers (row, from, shape), load_128 (row->pack),
        load_128 (row->tail), row->size, shape.width);
  else if (shape.store == GST_SSIO_LANES_F8)
    store_f8 (to, load_numbers (row, from, shape), shape.width);
  else if (shape.load == GST_SSIO_LANES_I4 && shape.is_plain)
    store_f4 (to, _mm_cvtepi32_ps (load_lanes (row, from, shape.is_picked)),
        shape.width);
  else
    store_f4 (to, _mm256_cvtpd_ps (load_numbers (row, from, shape)),
        shape.width);
}

VECTOR_INLINE void
run_shape (const GstSsioConvertRow *row, const GstSsioConvertPoints *points,
    gsize n, Shape shape)
{
  /* a copy that stores cannot change, so that it stays in registers */
  const GstSsioConvertRow constants = *row;
  const guint8 *from = points->from + row->from;
  guint8 *to = points->to + row->to;
  const guint from_size = points->from_size;
  const guint to_size = points->to_size;

  for (; n > 0; n--, from += from_size, to += to_size)
    convert_point (&constants, from, to, shape);
}

/* Each row runs code that is compiled for its shape alone. */
#define RUN(load, store, is_picked, is_plain, width) \
  case width: \
    run_shape (row, points, n, \
        (Shape){ GST_SSIO_LANES_##load, GST_SSIO_LANES_##store, is_picked, \
            is_plain, width }); \
    break;

#define RUN_UNITS(load, store, is_picked, is_plain) \
  switch (row->unit) { \
    RUN (load, store, is_picked, is_plain, 16) \
    RUN (load, store, is_picked, is_plain, 8) \
    RUN (load, store, is_picked, is_plain, 4) \
    RUN (load, store, is_picked, is_plain, 2) \
  }

#define RUN_LANES(load, store, is_picked, is_plain) \
  switch (row->n_moves) { \
    RUN (load, store, is_picked, is_plain, 4) \
    RUN (load, store, is_picked, is_plain, 3) \
    RUN (load, store, is_picked, is_plain, 2) \
  }

#define RUN_STORES(load, is_picked, is_plain) \
  if (row->store == GST_SSIO_LANES_F4) \
    RUN_LANES (load, F4, is_picked, is_plain) \
  else if (row->store == GST_SSIO_LANES_F8) \
    RUN_LANES (load, F8, is_picked, is_plain) \
  else \
    RUN_UNITS (load, I4, is_picked, is_plain)

#define RUN_SCALES(load, is_picked) \
  if (row->is_plain) \
    RUN_STORES (load, is_picked, TRUE) \
  else \
    RUN_STORES (load, is_picked, FALSE)

VECTOR void
gst_ssio_convert_row_run_vectors (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n)
{
  switch (row->load) {
  case GST_SSIO_LANES_BYTES:
    RUN_UNITS (BYTES, BYTES, FALSE, TRUE)
    break;
  case GST_SSIO_LANES_F8:
    RUN_SCALES (F8, FALSE)
    break;
  case GST_SSIO_LANES_F4:
    if (row->is_picked)
      RUN_SCALES (F4, TRUE)
    else
      RUN_SCALES (F4, FALSE)
    break;
  case GST_SSIO_LANES_I4:
    if (row->is_picked)
      RUN_SCALES (I4, TRUE)
    else
      RUN_SCALES (I4, FALSE)
    break;
  }
}

#else

void
gst_ssio_convert_row_run_vectors (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n)
{
}

#endif
