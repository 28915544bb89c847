/* SPDX-License-Identifier: MIT */
/* Finds the same numbers as loops.c: lanes are doubles in between. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "rows.h"

#define LANES GST_SSIO_CONVERT_LANES
#define VECTOR_BYTES 16
#define NO_BYTE 0x80

#ifdef __x86_64__

static const GstSsioConvertMove *
get_move (const GArray *moves, guint index)
{
  return &g_array_index (moves, GstSsioConvertMove, index);
}

static guint
get_from_size (const GstSsioConvertMove *move)
{
  return gst_ssio_type_get_size (move->from_type);
}

static gboolean
find_load (const GstSsioConvertMove *move, GstSsioLanes *lanes)
{
  if (move->from_type == GST_SSIO_TYPE_F8)
    *lanes = GST_SSIO_LANES_F8;
  else if (move->from_type == GST_SSIO_TYPE_F4)
    *lanes = GST_SSIO_LANES_F4;
  else if (get_from_size (move) <= 4 && move->mask <= G_MAXINT32
           && (move->from_type != GST_SSIO_TYPE_U4 || move->mask != 0))
    *lanes = GST_SSIO_LANES_I4;
  else
    return FALSE;
  return TRUE;
}

static gboolean
find_store (const GstSsioConvertMove *move, GstSsioLanes *lanes)
{
  if (move->to_type == GST_SSIO_TYPE_F8)
    *lanes = GST_SSIO_LANES_F8;
  else if (move->to_type == GST_SSIO_TYPE_F4)
    *lanes = GST_SSIO_LANES_F4;
  else if (move->size <= 4 && move->to_type != GST_SSIO_TYPE_U4)
    *lanes = GST_SSIO_LANES_I4;
  else
    return FALSE;
  return TRUE;
}

/* Sets what all moves of a row have in common; FALSE where they do not. */
static gboolean
find_common (GstSsioConvertRow *row, const GArray *moves)
{
  guint end = get_move (moves, row->first_move)->to;
  guint i;

  for (i = 0; i < row->n_moves; i++) {
    const GstSsioConvertMove *move = get_move (moves, row->first_move + i);
    GstSsioLanes load, store;

    if (move->is_copy || move->to != end || !find_load (move, &load)
        || !find_store (move, &store)
        || (i > 0 && (load != row->load || store != row->store)))
      return FALSE;
    row->load = load;
    row->store = store;
    end += move->size;
  }
  row->to = get_move (moves, row->first_move)->to;
  row->size = end - row->to;
  return TRUE;
}

/* Sets where the row is loaded from; FALSE where one load does not have all
 * its fields. */
static gboolean
find_window (GstSsioConvertRow *row, const GArray *moves)
{
  guint begin = get_move (moves, row->first_move)->from;
  guint end = begin;
  guint i;

  for (i = 0; i < row->n_moves; i++) {
    const GstSsioConvertMove *move = get_move (moves, row->first_move + i);

    if (row->load == GST_SSIO_LANES_F8 && move->from != end)
      return FALSE;
    begin = MIN (begin, move->from);
    end = MAX (end, move->from + get_from_size (move));
  }
  row->from = begin;
  return row->load == GST_SSIO_LANES_F8 || end - begin <= VECTOR_BYTES;
}

/* What the lanes of integers are made of, and limited to. */
static void
set_integer_lane (GstSsioConvertRow *row, guint lane,
    const GstSsioConvertMove *move)
{
  const guint unused = 32 - 8 * get_from_size (move);

  row->mask[lane] = -1;
  if (move->mask != 0) {
    row->mask[lane] = move->mask;
    row->right[lane] = move->shift;
  } else if (move->from_type <= GST_SSIO_TYPE_I8) {
    row->left[lane] = unused;
    row->right[lane] = unused;
  }
  row->has_bits |= row->mask[lane] != -1 || row->right[lane] != 0;
}

static void
set_limits (GstSsioConvertRow *row, guint lane, const GstSsioConvertMove *move)
{
  const GstSsioField to = { .type = move->to_type };
  const gdouble maximum = gst_ssio_cast_get_maximum (&to);
  const gboolean is_unsigned = move->to_type >= GST_SSIO_TYPE_U1;

  row->minimum[lane] = is_unsigned ? 0 : -maximum - 1;
  row->maximum[lane] = maximum;
}

/* -0.0 is what nothing changes when it is added. */
static void
set_lane (GstSsioConvertRow *row, guint lane, const GstSsioConvertMove *move)
{
  const guint size = get_from_size (move);
  guint i;

  row->scale[lane] = move->cast.scale;
  row->offset[lane] = move->cast.is_plain ? -0.0 : move->cast.offset;
  if (row->load != GST_SSIO_LANES_F8) {
    for (i = 0; i < size; i++)
      row->gather[4 * lane + i] = move->from - row->from + i;
  }
  if (row->load == GST_SSIO_LANES_I4)
    set_integer_lane (row, lane, move);
  if (row->store == GST_SSIO_LANES_I4) {
    set_limits (row, lane, move);
    for (i = 0; i < move->size; i++)
      row->pack[move->to - row->to + i] = 4 * lane + i;
  }
}

/* Whether the n moves from the first on are a row. */
static gboolean
make_row (GstSsioConvertRow *row, const GArray *moves, guint first, guint n)
{
  guint lane;

  *row = (GstSsioConvertRow){ .first_move = first, .n_moves = n };
  if (n > moves->len - first || !find_common (row, moves)
      || !find_window (row, moves))
    return FALSE;
  memset (row->gather, NO_BYTE, sizeof (row->gather));
  memset (row->pack, NO_BYTE, sizeof (row->pack));
  for (lane = 0; lane < n; lane++)
    set_lane (row, lane, get_move (moves, first + lane));
  return TRUE;
}

#define VECTOR __attribute__ ((target ("avx2")))
#define VECTOR_INLINE VECTOR static inline __attribute__ ((always_inline))

VECTOR_INLINE __m128i
load_128 (const void *bytes)
{
  return _mm_loadu_si128 ((const __m128i *) bytes);
}

/* The first size bytes. */
VECTOR_INLINE void
store_bytes (guint8 *to, __m128i bytes, guint size)
{
  if (size == 16) {
    _mm_storeu_si128 ((__m128i *) to, bytes);
    return;
  }
  if (size & 8) {
    _mm_storel_epi64 ((__m128i *) to, bytes);
    bytes = _mm_unpackhi_epi64 (bytes, bytes);
    to += 8;
  }
  if (size & 4) {
    const gint32 part = _mm_cvtsi128_si32 (bytes);

    memcpy (to, &part, 4);
    bytes = _mm_srli_epi64 (bytes, 32);
    to += 4;
  }
  if (size & 2) {
    const gint16 part = _mm_cvtsi128_si32 (bytes);

    memcpy (to, &part, 2);
    bytes = _mm_srli_epi64 (bytes, 16);
    to += 2;
  }
  if (size & 1)
    *to = _mm_cvtsi128_si32 (bytes);
}

VECTOR_INLINE __m256d
load_lanes (const GstSsioConvertRow *row, const guint8 *from,
    GstSsioLanes load, gboolean has_bits)
{
  __m128i lanes;

  if (load == GST_SSIO_LANES_F8)
    return _mm256_loadu_pd ((const gdouble *) from);
  lanes = _mm_shuffle_epi8 (load_128 (from), load_128 (row->gather));
  if (load == GST_SSIO_LANES_F4)
    return _mm256_cvtps_pd (_mm_castsi128_ps (lanes));
  if (has_bits) {
    lanes = _mm_and_si128 (lanes, load_128 (row->mask));
    lanes = _mm_sllv_epi32 (lanes, load_128 (row->left));
    lanes = _mm_srav_epi32 (lanes, load_128 (row->right));
  }
  return _mm256_cvtepi32_pd (lanes);
}

VECTOR_INLINE __m128i
round_lanes (const GstSsioConvertRow *row, __m256d lanes)
{
  const __m256d is_number = _mm256_cmp_pd (lanes, lanes, _CMP_ORD_Q);

  lanes = _mm256_and_pd (lanes, is_number);
  lanes = _mm256_max_pd (lanes, _mm256_loadu_pd (row->minimum));
  lanes = _mm256_min_pd (lanes, _mm256_loadu_pd (row->maximum));
  return _mm_shuffle_epi8 (_mm256_cvtpd_epi32 (lanes), load_128 (row->pack));
}

VECTOR_INLINE void
store_lanes (const GstSsioConvertRow *row, guint8 *to, __m256d lanes,
    GstSsioLanes store, guint size)
{
  if (store == GST_SSIO_LANES_F4) {
    store_bytes (to, _mm_castps_si128 (_mm256_cvtpd_ps (lanes)), size);
  } else if (store == GST_SSIO_LANES_I4) {
    store_bytes (to, round_lanes (row, lanes), size);
  } else {
    store_bytes (to, _mm_castpd_si128 (_mm256_castpd256_pd128 (lanes)), 16);
    store_bytes (to + 16, _mm_castpd_si128 (_mm256_extractf128_pd (lanes, 1)),
        size - 16);
  }
}

VECTOR_INLINE void
run_lanes (const GstSsioConvertRow *row, const GstSsioConvertPoints *points,
    gsize n, GstSsioLanes load, gboolean has_bits, GstSsioLanes store,
    guint size)
{
  const guint8 *from = points->from + row->from;
  guint8 *to = points->to + row->to;
  const guint from_size = points->from_size;
  const guint to_size = points->to_size;
  const GstSsioConvertRow constants = *row;
  const __m256d scale = _mm256_loadu_pd (row->scale);
  const __m256d offset = _mm256_loadu_pd (row->offset);

  for (; n > 0; n--, from += from_size, to += to_size) {
    __m256d lanes = load_lanes (&constants, from, load, has_bits);

    lanes = _mm256_add_pd (_mm256_mul_pd (lanes, scale), offset);
    store_lanes (&constants, to, lanes, store, size);
  }
}

/* Each is compiled for what it has to do. */
#define RUN(load, has_bits, store, size) \
  run_lanes (row, points, n, load, has_bits, store, size)

#define RUN_FLOATS(load, has_bits, store, unit) \
  switch (row->n_moves) { \
  case 4: \
    RUN (load, has_bits, store, 4 * unit); \
    break; \
  case 3: \
    RUN (load, has_bits, store, 3 * unit); \
    break; \
  default: \
    RUN (load, has_bits, store, 2 * unit); \
    break; \
  }

#define RUN_STORE(load, has_bits) \
  switch (row->store) { \
  case GST_SSIO_LANES_F4: \
    RUN_FLOATS (load, has_bits, GST_SSIO_LANES_F4, 4) \
    break; \
  case GST_SSIO_LANES_F8: \
    RUN_FLOATS (load, has_bits, GST_SSIO_LANES_F8, 8) \
    break; \
  default: \
    if (row->size == 12) \
      RUN (load, has_bits, GST_SSIO_LANES_I4, 12); \
    else \
      RUN (load, has_bits, GST_SSIO_LANES_I4, row->size); \
    break; \
  }

VECTOR static void
run_row (const GstSsioConvertRow *row, const GstSsioConvertPoints *points,
    gsize n)
{
  if (row->load == GST_SSIO_LANES_F8)
    RUN_STORE (GST_SSIO_LANES_F8, FALSE)
  else if (row->load == GST_SSIO_LANES_F4)
    RUN_STORE (GST_SSIO_LANES_F4, FALSE)
  else if (row->has_bits)
    RUN_STORE (GST_SSIO_LANES_I4, TRUE)
  else
    RUN_STORE (GST_SSIO_LANES_I4, FALSE)
}

GArray *
gst_ssio_convert_find_rows (const GArray *moves)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (GstSsioConvertRow));
  guint first = 0;

  if (!__builtin_cpu_supports ("avx2"))
    return rows;
  while (first < moves->len) {
    GstSsioConvertRow row;
    guint n = LANES;

    while (n > 1 && !make_row (&row, moves, first, n))
      n--;
    if (n > 1)
      g_array_append_val (rows, row);
    first += n;
  }
  return rows;
}

gsize
gst_ssio_convert_row_run (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n, const guint8 *end)
{
  const gsize loaded
      = row->load == GST_SSIO_LANES_F8 ? 2 * VECTOR_BYTES : VECTOR_BYTES;
  const gsize left = end - points->from;
  gsize n_inside = 0;

  if (left >= row->from + loaded)
    n_inside = (left - row->from - loaded) / points->from_size + 1;
  n = MIN (n, n_inside);
  run_row (row, points, n);
  return n;
}

#else

GArray *
gst_ssio_convert_find_rows (const GArray *moves)
{
  return g_array_new (FALSE, FALSE, sizeof (GstSsioConvertRow));
}

gsize
gst_ssio_convert_row_run (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n, const guint8 *end)
{
  return 0;
}

#endif
