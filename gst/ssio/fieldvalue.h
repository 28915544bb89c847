/* SPDX-License-Identifier: MIT */
/* One field of one point. */
#pragma once

#include <string.h>

#include "gstssiolayout.h"

G_BEGIN_DECLS

static inline gboolean
gst_ssio_type_is_float (GstSsioType type)
{
  return type == GST_SSIO_TYPE_F4 || type == GST_SSIO_TYPE_F8;
}

static inline gboolean
gst_ssio_type_is_signed (GstSsioType type)
{
  return type >= GST_SSIO_TYPE_I1 && type <= GST_SSIO_TYPE_I8;
}

/* Whether no bits, scale or origin come between the bytes and the value. */
static inline gboolean
gst_ssio_field_is_plain (const GstSsioField *field)
{
  return field->mask == 0 && field->scale == 1 && field->origin == 0;
}

#define GST_SSIO_READ_AS(ctype) \
  { \
    ctype stored; \
    memcpy (&stored, bytes, sizeof (stored)); \
    return stored; \
  }

static inline gdouble
gst_ssio_type_read_float (GstSsioType type, const guint8 *bytes)
{
  if (type == GST_SSIO_TYPE_F4)
    GST_SSIO_READ_AS (gfloat)
  GST_SSIO_READ_AS (gdouble)
}

/* As 64 bits, of which a signed one is the two's complement. */
static inline guint64
gst_ssio_type_read_integer (GstSsioType type, const guint8 *bytes)
{
  switch (type) {
  case GST_SSIO_TYPE_I1:
    GST_SSIO_READ_AS (gint8)
  case GST_SSIO_TYPE_I2:
    GST_SSIO_READ_AS (gint16)
  case GST_SSIO_TYPE_I4:
    GST_SSIO_READ_AS (gint32)
  case GST_SSIO_TYPE_U1:
    GST_SSIO_READ_AS (guint8)
  case GST_SSIO_TYPE_U2:
    GST_SSIO_READ_AS (guint16)
  case GST_SSIO_TYPE_U4:
    GST_SSIO_READ_AS (guint32)
  default:
    GST_SSIO_READ_AS (guint64)
  }
}

#undef GST_SSIO_READ_AS

/* What is stored of an integer: its bits, where it is a bit field. */
static inline guint64
gst_ssio_field_read_stored (const GstSsioField *field, const guint8 *point)
{
  guint64 stored
      = gst_ssio_type_read_integer (field->type, point + field->offset);

  return field->mask == 0 ? stored : (stored & field->mask) >> field->shift;
}

/* ((stored & mask) >> shift) * scale + origin */
static inline gdouble
gst_ssio_field_read_value (const GstSsioField *field, const guint8 *point)
{
  gdouble stored;
  guint64 bits;

  if (gst_ssio_type_is_float (field->type)) {
    stored = gst_ssio_type_read_float (field->type, point + field->offset);
  } else {
    bits = gst_ssio_field_read_stored (field, point);
    if (field->mask == 0 && gst_ssio_type_is_signed (field->type))
      stored = (gint64) bits;
    else
      stored = bits;
  }
  return stored * field->scale + field->origin;
}

G_END_DECLS
