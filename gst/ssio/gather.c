/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "gather.h"

#define LANES 4

typedef gfloat Lanes __attribute__ ((vector_size (LANES * sizeof (gfloat))));

/* Four neighbouring floats of a record, loaded at once. The first of them
 * that is a wanted column goes to column; n_used are wanted. */
typedef struct {
  guint offset;
  guint first_used;
  guint n_used;
  guint column;
} Quad;

typedef struct {
  GstSsioField field;
  guint column;
} Single;

struct _GstSsioGather {
  guint point_size;
  gboolean has_avx2;
  guint n_quads;
  guint n_singles;
  Quad *quads;
  Single *singles;
};

static gboolean
is_plain_float (const GstSsioField *field)
{
  return field->type == GST_SSIO_TYPE_F4 && field->scale == 1
         && field->origin == 0;
}

/* How many columns from @first on are plain floats that lie side by side. */
static guint
run_length (const GstSsioLayout *layout, const guint *fields, guint n_fields,
    guint first)
{
  guint offset = gst_ssio_layout_get_field (layout, fields[first])->offset;
  guint n = 0;

  while (first + n < n_fields) {
    const GstSsioField *field
        = gst_ssio_layout_get_field (layout, fields[first + n]);

    if (!is_plain_float (field)
        || field->offset != offset + n * sizeof (gfloat))
      break;
    n++;
  }
  return n;
}

/* A quad must lie inside the record: the last one of the last point would
 * read past the batch otherwise. A short run's quad starts early, then. */
static gboolean
add_quad (GstSsioGather *gather, guint offset, guint column, guint n_used)
{
  const guint size = LANES * sizeof (gfloat);
  Quad *quad = &gather->quads[gather->n_quads];
  guint back = 0;

  if (gather->point_size < size)
    return FALSE;
  if (offset > gather->point_size - size) {
    back = (LANES - n_used);
    if (offset < back * sizeof (gfloat))
      return FALSE;
  }
  quad->offset = offset - back * sizeof (gfloat);
  quad->first_used = back;
  quad->n_used = n_used;
  quad->column = column;
  gather->n_quads++;
  return TRUE;
}

GstSsioGather *
gst_ssio_gather_new (const GstSsioLayout *layout, const guint *fields,
    guint n_fields)
{
  GstSsioGather *gather = g_new0 (GstSsioGather, 1);
  guint column = 0;

  gather->point_size = gst_ssio_layout_get_point_size (layout);
#ifdef __x86_64__
  gather->has_avx2 = __builtin_cpu_supports ("avx2");
#endif
  gather->quads = g_new0 (Quad, n_fields);
  gather->singles = g_new0 (Single, n_fields);
  while (column < n_fields) {
    const GstSsioField *field
        = gst_ssio_layout_get_field (layout, fields[column]);
    guint n = MIN (run_length (layout, fields, n_fields, column), LANES);

    if (n > 1 && add_quad (gather, field->offset, column, n)) {
      column += n;
    } else {
      gather->singles[gather->n_singles].field = *field;
      gather->singles[gather->n_singles].column = column;
      gather->n_singles++;
      column++;
    }
  }
  return gather;
}

void
gst_ssio_gather_free (GstSsioGather *gather)
{
  g_free (gather->quads);
  g_free (gather->singles);
  g_free (gather);
}

static inline Lanes
load (const guint8 *bytes)
{
  Lanes lanes;

  memcpy (&lanes, bytes, sizeof (lanes));
  return lanes;
}

/* The columns of a quad that are wanted. */
#define STORE_USED(out) \
  _Pragma ("GCC unroll 4") for (lane = 0; lane < LANES; lane++) \
  { \
    if (lane - quad->first_used < quad->n_used) \
      memcpy (column + (lane - quad->first_used) * column_stride + n, \
          &out[lane], sizeof (out[lane])); \
  }

#ifdef __x86_64__
/* Eight points at a time, points 0 to 3 in the low halves of registers and 4
 * to 7 in the high ones. Returns how many points it did. */
__attribute__ ((target ("avx2"))) static gsize
gather_quad_avx2 (const Quad *quad, const guint8 *at, guint point_size,
    gsize n_points, gfloat *column, gsize column_stride)
{
  __m256 rows[LANES], pairs[LANES], out[LANES];
  gsize n = 0;
  guint lane;

  for (; n + 2 * LANES <= n_points; n += 2 * LANES) {
#pragma GCC unroll 4
    for (lane = 0; lane < LANES; lane++) {
      const guint8 *low = at + lane * point_size;

      rows[lane] = _mm256_insertf128_ps (
          _mm256_castps128_ps256 (_mm_loadu_ps ((const gfloat *) low)),
          _mm_loadu_ps ((const gfloat *) (low + LANES * point_size)), 1);
    }
    pairs[0] = _mm256_unpacklo_ps (rows[0], rows[1]);
    pairs[1] = _mm256_unpackhi_ps (rows[0], rows[1]);
    pairs[2] = _mm256_unpacklo_ps (rows[2], rows[3]);
    pairs[3] = _mm256_unpackhi_ps (rows[2], rows[3]);
    out[0] = _mm256_shuffle_ps (pairs[0], pairs[2], _MM_SHUFFLE (1, 0, 1, 0));
    out[1] = _mm256_shuffle_ps (pairs[0], pairs[2], _MM_SHUFFLE (3, 2, 3, 2));
    out[2] = _mm256_shuffle_ps (pairs[1], pairs[3], _MM_SHUFFLE (1, 0, 1, 0));
    out[3] = _mm256_shuffle_ps (pairs[1], pairs[3], _MM_SHUFFLE (3, 2, 3, 2));
    STORE_USED (out);
    at += 2 * LANES * point_size;
  }
  return n;
}
#endif

/* Four points at a time, transposed in registers. */
static void
gather_quad (const Quad *quad, const guint8 *points, const GstSsioGather *self,
    gsize n_points, gfloat *columns, gsize column_stride)
{
  const guint point_size = self->point_size;
  const guint8 *at = points + quad->offset;
  gfloat *column = columns + quad->column * column_stride;
  gsize n = 0;
  guint lane;

#ifdef __x86_64__
  if (self->has_avx2)
    n = gather_quad_avx2 (quad, at, point_size, n_points, column,
        column_stride);
  at += n * point_size;
#endif
  for (; n + LANES <= n_points; n += LANES) {
    Lanes a = load (at);
    Lanes b = load (at + point_size);
    Lanes c = load (at + 2 * point_size);
    Lanes d = load (at + 3 * point_size);
    Lanes ab_low = __builtin_shufflevector (a, b, 0, 4, 1, 5);
    Lanes ab_high = __builtin_shufflevector (a, b, 2, 6, 3, 7);
    Lanes cd_low = __builtin_shufflevector (c, d, 0, 4, 1, 5);
    Lanes cd_high = __builtin_shufflevector (c, d, 2, 6, 3, 7);
    Lanes out[LANES] = {
      __builtin_shufflevector (ab_low, cd_low, 0, 1, 4, 5),
      __builtin_shufflevector (ab_low, cd_low, 2, 3, 6, 7),
      __builtin_shufflevector (ab_high, cd_high, 0, 1, 4, 5),
      __builtin_shufflevector (ab_high, cd_high, 2, 3, 6, 7),
    };

    STORE_USED (out);
    at += LANES * point_size;
  }
  for (; n < n_points; n++, at += point_size) {
    for (lane = 0; lane < quad->n_used; lane++)
      memcpy (&column[lane * column_stride + n],
          at + (quad->first_used + lane) * sizeof (gfloat), sizeof (gfloat));
  }
}

/* Reads a value of C type @ctype from anywhere, and has @value, an expression
 * in stored, as the column's number. */
#define FOR_EACH_STORED(ctype, value) \
  for (n = 0; n < n_points; n++, at += point_size) { \
    ctype stored; \
    memcpy (&stored, at, sizeof (stored)); \
    column[n] = (gfloat) (value); \
  }

#define GATHER_FLOATS(ctype) \
  if (field->scale == 1 && field->origin == 0) \
    FOR_EACH_STORED (ctype, stored) \
  else \
    FOR_EACH_STORED (ctype, (gdouble) stored * field->scale + field->origin) \
  break;

#define GATHER_INTEGERS(ctype) \
  if (mask != 0) \
    FOR_EACH_STORED (ctype, \
        (gdouble) (((guint64) stored & mask) >> field->shift) * field->scale \
            + field->origin) \
  else if (field->scale == 1 && field->origin == 0) \
    FOR_EACH_STORED (ctype, stored) \
  else \
    FOR_EACH_STORED (ctype, (gdouble) stored * field->scale + field->origin) \
  break;

static void
gather_single (const Single *single, const guint8 *points, guint point_size,
    gsize n_points, gfloat *columns, gsize column_stride)
{
  const GstSsioField *field = &single->field;
  const guint8 *at = points + field->offset;
  gfloat *column = columns + single->column * column_stride;
  guint64 mask = field->mask;
  gsize n;

  switch (field->type) {
  case GST_SSIO_TYPE_F4:
    GATHER_FLOATS (gfloat);
  case GST_SSIO_TYPE_F8:
    GATHER_FLOATS (gdouble);
  case GST_SSIO_TYPE_I1:
    GATHER_INTEGERS (gint8);
  case GST_SSIO_TYPE_I2:
    GATHER_INTEGERS (gint16);
  case GST_SSIO_TYPE_I4:
    GATHER_INTEGERS (gint32);
  case GST_SSIO_TYPE_I8:
    GATHER_INTEGERS (gint64);
  case GST_SSIO_TYPE_U1:
    GATHER_INTEGERS (guint8);
  case GST_SSIO_TYPE_U2:
    GATHER_INTEGERS (guint16);
  case GST_SSIO_TYPE_U4:
    GATHER_INTEGERS (guint32);
  case GST_SSIO_TYPE_U8:
    GATHER_INTEGERS (guint64);
  }
}

void
gst_ssio_gather_columns (const GstSsioGather *gather, const guint8 *points,
    gsize n_points, gfloat *columns, gsize column_stride)
{
  guint i;

  for (i = 0; i < gather->n_quads; i++)
    gather_quad (&gather->quads[i], points, gather, n_points, columns,
        column_stride);
  for (i = 0; i < gather->n_singles; i++)
    gather_single (&gather->singles[i], points, gather->point_size, n_points,
        columns, column_stride);
}
