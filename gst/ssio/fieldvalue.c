/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "fieldvalue.h"

#define READ_AS(ctype) \
  { \
    ctype stored; \
    memcpy (&stored, bytes, sizeof (stored)); \
    return stored; \
  }

static gdouble
read_float (GstSsioType type, const guint8 *bytes)
{
  if (type == GST_SSIO_TYPE_F4)
    READ_AS (gfloat)
  READ_AS (gdouble)
}

/* As 64 bits, of which a signed one is the two's complement. */
static guint64
read_integer (GstSsioType type, const guint8 *bytes)
{
  switch (type) {
  case GST_SSIO_TYPE_I1:
    READ_AS (gint8)
  case GST_SSIO_TYPE_I2:
    READ_AS (gint16)
  case GST_SSIO_TYPE_I4:
    READ_AS (gint32)
  case GST_SSIO_TYPE_U1:
    READ_AS (guint8)
  case GST_SSIO_TYPE_U2:
    READ_AS (guint16)
  case GST_SSIO_TYPE_U4:
    READ_AS (guint32)
  default:
    READ_AS (guint64)
  }
}

gdouble
gst_ssio_field_get_value (const GstSsioField *field, const guint8 *point)
{
  const guint8 *bytes = point + field->offset;
  gdouble stored;
  guint64 bits;

  if (field->type == GST_SSIO_TYPE_F4 || field->type == GST_SSIO_TYPE_F8) {
    stored = read_float (field->type, bytes);
  } else {
    bits = read_integer (field->type, bytes);
    if (field->mask != 0)
      stored = (bits & field->mask) >> field->shift;
    else if (field->type >= GST_SSIO_TYPE_U1)
      stored = bits;
    else
      stored = (gint64) bits;
  }
  return stored * field->scale + field->origin;
}
