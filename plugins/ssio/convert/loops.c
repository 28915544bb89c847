/* SPDX-License-Identifier: MIT */
/* Casts saturate, round to nearest even, and make a NaN 0 in an integer.
 * Compiled without contraction, so that every device rounds alike. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "loops.h"

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* All numbers pass through one of three: gint64, guint64 or gdouble. */
#define DEFINE_FLOAT_CASTS(type, ctype) \
  ALWAYS_INLINE ctype type##_from_gint64 (gint64 value) \
  { \
    return value; \
  } \
  ALWAYS_INLINE ctype type##_from_guint64 (guint64 value) \
  { \
    return value; \
  } \
  ALWAYS_INLINE ctype type##_from_gdouble (gdouble value) \
  { \
    return value; \
  }

#define DEFINE_INTEGER_CASTS(type, ctype, minimum, maximum) \
  ALWAYS_INLINE ctype type##_from_gint64 (gint64 value) \
  { \
    return CLAMP (value, (gint64) minimum, (gint64) maximum); \
  } \
  ALWAYS_INLINE ctype type##_from_guint64 (guint64 value) \
  { \
    return MIN (value, (guint64) maximum); \
  } \
  ALWAYS_INLINE ctype type##_from_gdouble (gdouble value) \
  { \
    value = value == value ? value : 0; \
    value = value < minimum ? minimum : value; \
    value = value > maximum ? maximum : value; \
    return (ctype) lrint (value); \
  }

DEFINE_FLOAT_CASTS (F4, gfloat)
DEFINE_FLOAT_CASTS (F8, gdouble)
DEFINE_INTEGER_CASTS (I1, gint8, G_MININT8, G_MAXINT8)
DEFINE_INTEGER_CASTS (I2, gint16, G_MININT16, G_MAXINT16)
DEFINE_INTEGER_CASTS (I4, gint32, G_MININT32, G_MAXINT32)
DEFINE_INTEGER_CASTS (U1, guint8, 0, G_MAXUINT8)
DEFINE_INTEGER_CASTS (U2, guint16, 0, G_MAXUINT16)
DEFINE_INTEGER_CASTS (U4, guint32, 0, G_MAXUINT32)

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

ALWAYS_INLINE gint64
I8_from_gint64 (gint64 value)
{
  return value;
}

ALWAYS_INLINE gint64
I8_from_guint64 (guint64 value)
{
  return MIN (value, (guint64) G_MAXINT64);
}

ALWAYS_INLINE gint64
I8_from_gdouble (gdouble value)
{
  if (value >= TWO_TO_63)
    return G_MAXINT64;
  if (value < -TWO_TO_63)
    return G_MININT64;
  return value == value ? lrint (value) : 0;
}

ALWAYS_INLINE guint64
U8_from_gint64 (gint64 value)
{
  return MAX (value, 0);
}

ALWAYS_INLINE guint64
U8_from_guint64 (guint64 value)
{
  return value;
}

ALWAYS_INLINE guint64
U8_from_gdouble (gdouble value)
{
  if (value >= TWO_TO_64)
    return G_MAXUINT64;
  if (!(value > 0))
    return 0;
  /* there are no fractions beyond */
  return value < TWO_TO_63 ? (guint64) lrint (value) : (guint64) value;
}

/* M (source, ctype, wide, number, ...): what is stored, as ctype, and its
 * number, an expression in stored, as wide. B1 to B8 are bits of integers. */
#define FOR_EACH_SOURCE(M, ...) \
  M (F4, gfloat, gdouble, stored, __VA_ARGS__) \
  M (F8, gdouble, gdouble, stored, __VA_ARGS__) \
  M (I1, gint8, gint64, stored, __VA_ARGS__) \
  M (I2, gint16, gint64, stored, __VA_ARGS__) \
  M (I4, gint32, gint64, stored, __VA_ARGS__) \
  M (I8, gint64, gint64, stored, __VA_ARGS__) \
  M (U1, guint8, gint64, stored, __VA_ARGS__) \
  M (U2, guint16, gint64, stored, __VA_ARGS__) \
  M (U4, guint32, gint64, stored, __VA_ARGS__) \
  M (U8, guint64, guint64, stored, __VA_ARGS__) \
  M (B1, guint8, gint64, (stored & mask) >> shift, __VA_ARGS__) \
  M (B2, guint16, gint64, (stored & mask) >> shift, __VA_ARGS__) \
  M (B4, guint32, gint64, (stored & mask) >> shift, __VA_ARGS__) \
  M (B8, guint64, guint64, (stored & mask) >> shift, __VA_ARGS__)

#define FOR_EACH_TARGET(M) \
  M (F4, gfloat) \
  M (F8, gdouble) \
  M (I1, gint8) \
  M (I2, gint16) \
  M (I4, gint32) \
  M (I8, gint64) \
  M (U1, guint8) \
  M (U2, guint16) \
  M (U4, guint32) \
  M (U8, guint64)

/* result is an expression in number. */
#define DEFINE_LOOP(name, from_ctype, wide, expression, to_ctype, result) \
  static void name (const GstSsioConvertMove *move, \
      const GstSsioConvertPoints *points, gsize n) \
  { \
    const guint8 *from = points->from + move->from; \
    guint8 *to = points->to + move->to; \
    const guint from_size = points->from_size; \
    const guint to_size = points->to_size; \
    G_GNUC_UNUSED const guint64 mask = move->mask; \
    G_GNUC_UNUSED const guint shift = move->shift; \
    G_GNUC_UNUSED const gdouble scale = move->cast.scale; \
    G_GNUC_UNUSED const gdouble offset = move->cast.offset; \
\
    for (; n > 0; n--, from += from_size, to += to_size) { \
      from_ctype stored; \
      to_ctype converted; \
      wide number; \
\
      memcpy (&stored, from, sizeof (stored)); \
      number = expression; \
      converted = result; \
      memcpy (to, &converted, sizeof (converted)); \
    } \
  }

#define DEFINE_LOOPS(source, from_ctype, wide, expression, target, to_ctype) \
  DEFINE_LOOP (source##_to_##target, from_ctype, wide, expression, to_ctype, \
      target##_from_##wide (number)) \
  DEFINE_LOOP (source##_to_##target##_scaled, from_ctype, wide, expression, \
      to_ctype, target##_from_gdouble ((gdouble) number *scale + offset))

#define DEFINE_LOOPS_TO(target, to_ctype) \
  FOR_EACH_SOURCE (DEFINE_LOOPS, target, to_ctype)

FOR_EACH_TARGET (DEFINE_LOOPS_TO)

/* In the order of GstSsioType, with bits last. */
enum {
  SOURCE_B1 = GST_SSIO_TYPE_U8 + 1,
  SOURCE_B2,
  SOURCE_B4,
  SOURCE_B8,
  N_SOURCES,
};

#define LIST_LOOPS(source, from_ctype, wide, expression, target, to_ctype) \
  { source##_to_##target, source##_to_##target##_scaled },

#define LIST_LOOPS_TO(target, to_ctype) \
  { FOR_EACH_SOURCE (LIST_LOOPS, target, to_ctype) },

static const GstSsioConvertLoop loops[][N_SOURCES][2]
    = { FOR_EACH_TARGET (LIST_LOOPS_TO) };

/* Sizes from unit to twice as much are two parts, which may overlap. */
#define DEFINE_COPY(unit) \
  static void copy_##unit (const GstSsioConvertMove *move, \
      const GstSsioConvertPoints *points, gsize n) \
  { \
    const guint8 *from = points->from + move->from; \
    guint8 *to = points->to + move->to; \
    const guint from_size = points->from_size; \
    const guint to_size = points->to_size; \
    const guint last = move->size - unit; \
\
    for (; n > 0; n--, from += from_size, to += to_size) { \
      memcpy (to, from, unit); \
      if (last > 0) \
        memcpy (to + last, from + last, unit); \
    } \
  }

DEFINE_COPY (1)
DEFINE_COPY (2)
DEFINE_COPY (4)
DEFINE_COPY (8)
DEFINE_COPY (16)

static void
copy_any (const GstSsioConvertMove *move, const GstSsioConvertPoints *points,
    gsize n)
{
  const guint8 *from = points->from + move->from;
  guint8 *to = points->to + move->to;

  for (; n > 0; n--, from += points->from_size, to += points->to_size)
    memcpy (to, from, move->size);
}

static GstSsioConvertLoop
find_copy (guint size)
{
  if (size > 32)
    return copy_any;
  if (size >= 16)
    return copy_16;
  if (size >= 8)
    return copy_8;
  if (size >= 4)
    return copy_4;
  return size >= 2 ? copy_2 : copy_1;
}

static guint
find_source (const GstSsioConvertMove *move)
{
  if (move->mask == 0)
    return move->from_type;
  switch (gst_ssio_type_get_size (move->from_type)) {
  case 1:
    return SOURCE_B1;
  case 2:
    return SOURCE_B2;
  case 4:
    return SOURCE_B4;
  default:
    return SOURCE_B8;
  }
}

GstSsioConvertLoop
gst_ssio_convert_find_loop (const GstSsioConvertMove *move)
{
  if (move->is_copy)
    return find_copy (move->size);
  return loops[move->to_type][find_source (move)][!move->cast.is_plain];
}
