/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <float.h>
#include <math.h>

#include "cast.h"

/* Beyond it, a double does not have every integer. */
#define EXACT_LIMIT 9007199254740992.0 /* 2^53 */

/* What decimal scales such as 0.01 are off by, relative to their quotient. */
#define QUOTIENT_ERROR (4 * DBL_EPSILON)

/* By how much of an integer's step an offset may be off: it is not seen. */
#define OFFSET_ERROR 1e-6

gboolean
gst_ssio_type_is_float (GstSsioType type)
{
  return type == GST_SSIO_TYPE_F4 || type == GST_SSIO_TYPE_F8;
}

static gboolean
is_signed (const GstSsioField *field)
{
  return field->mask == 0 && field->type >= GST_SSIO_TYPE_I1
         && field->type <= GST_SSIO_TYPE_I8;
}

static guint
count_bits (const GstSsioField *field)
{
  return 8 * gst_ssio_type_get_size (field->type);
}

guint64
gst_ssio_cast_get_maximum (const GstSsioField *field)
{
  if (field->mask != 0)
    return field->mask >> field->shift;
  return G_MAXUINT64 >> (64 - count_bits (field) + is_signed (field));
}

static gdouble
get_minimum (const GstSsioField *field)
{
  return is_signed (field) ? -ldexp (1, count_bits (field) - 1) : 0;
}

/* The scales of integers are decimal numbers, whose quotient is meant to be
 * the integer that it all but is. */
static void
mend_quotients (GstSsioCast *cast)
{
  const gdouble scale = rint (cast->scale);
  const gdouble offset = rint (cast->offset);

  if (fabs (cast->scale - scale) <= QUOTIENT_ERROR * fabs (scale))
    cast->scale = scale;
  if (fabs (cast->offset - offset) <= OFFSET_ERROR)
    cast->offset = offset;
}

GstSsioCast
gst_ssio_cast_make (const GstSsioField *from, const GstSsioField *to,
    const GstSsioField *normalize)
{
  const gdouble factor = normalize ? normalize->scale : 1;
  const gdouble summand = normalize ? normalize->origin : 0;
  GstSsioCast cast;

  cast.scale = from->scale * factor / to->scale;
  cast.offset = (from->origin * factor + summand - to->origin) / to->scale;
  if (!gst_ssio_type_is_float (from->type)
      && !gst_ssio_type_is_float (to->type))
    mend_quotients (&cast);
  cast.is_plain = cast.scale == 1 && cast.offset == 0;
  return cast;
}

static gint
count_digits (GstSsioType type)
{
  return type == GST_SSIO_TYPE_F4 ? FLT_MANT_DIG : DBL_MANT_DIG;
}

/* From largest to the next smaller float. Threads may take denormal floats for
 * 0: there is none in here. */
static gdouble
find_spacing (gdouble largest, GstSsioType type)
{
  gint exponent, least;

  if (frexp (largest, &exponent) == 0.5) /* those below are closer */
    exponent--;
  least = (type == GST_SSIO_TYPE_F4 ? FLT_MIN_EXP : DBL_MIN_EXP);
  return ldexp (1, MAX (exponent, least) - count_digits (type));
}

/* Whether neighbouring values, which are as far apart as the scale says, stay
 * apart where they are largest. */
static gboolean
is_too_coarse (const GstSsioCast *cast, gdouble largest, GstSsioType type)
{
  return largest > (type == GST_SSIO_TYPE_F4 ? FLT_MAX : DBL_MAX)
         || find_spacing (largest, type) > fabs (cast->scale);
}

gdouble
gst_ssio_cast_get_limit (const GstSsioCast *cast, GstSsioType type)
{
  gint exponent;

  frexp (cast->scale, &exponent);
  return ldexp (1, exponent - 1 + count_digits (type));
}

static gboolean
integer_to_float_is_lossy (const GstSsioCast *cast, const GstSsioField *from,
    const GstSsioField *to)
{
  const gdouble one = get_minimum (from) * cast->scale + cast->offset;
  const gdouble other
      = (gdouble) gst_ssio_cast_get_maximum (from) * cast->scale
        + cast->offset;

  return is_too_coarse (cast, MAX (fabs (one), fabs (other)), to->type);
}

static gboolean
integer_is_lossy (const GstSsioCast *cast, const GstSsioField *from,
    const GstSsioField *to)
{
  const guint64 maximum = gst_ssio_cast_get_maximum (from);
  const gdouble one = get_minimum (from) * cast->scale + cast->offset;
  const gdouble other = (gdouble) maximum * cast->scale + cast->offset;

  if (cast->is_plain)
    return get_minimum (from) < get_minimum (to)
           || maximum > gst_ssio_cast_get_maximum (to);
  return cast->scale != rint (cast->scale) || cast->scale == 0
         || cast->offset != rint (cast->offset)
         || (gdouble) maximum > EXACT_LIMIT
         || MAX (fabs (one), fabs (other)) > EXACT_LIMIT
         || MIN (one, other) < get_minimum (to)
         || MAX (one, other) > (gdouble) gst_ssio_cast_get_maximum (to);
}

gboolean
gst_ssio_cast_is_lossy (const GstSsioCast *cast, const GstSsioField *from,
    const GstSsioField *to)
{
  if (gst_ssio_cast_is_copy (cast, from, to))
    return FALSE;
  if (gst_ssio_type_is_float (from->type))
    return !gst_ssio_type_is_float (to->type) || to->type < from->type;
  if (gst_ssio_type_is_float (to->type))
    return integer_to_float_is_lossy (cast, from, to);
  return integer_is_lossy (cast, from, to);
}

gboolean
gst_ssio_cast_is_copy (const GstSsioCast *cast, const GstSsioField *from,
    const GstSsioField *to)
{
  return cast->is_plain && from->type == to->type && from->mask == to->mask
         && from->shift == to->shift;
}
