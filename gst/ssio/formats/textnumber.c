/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../fieldvalue.h"
#include "textnumber.h"

static GstSsioTextNumber
parse_integer (const gchar *word, gsize length, GstSsioType type,
    guint8 *bytes)
{
  guint n_bits
      = 8 * gst_ssio_type_get_size (type) - gst_ssio_type_is_signed (type);
  gboolean is_negative = word[0] == '-';
  gsize i = is_negative || word[0] == '+';
  gboolean fits = TRUE;
  guint64 value = 0;
  guint64 limit = G_MAXUINT64 >> (64 - n_bits);

  if (i == length)
    return GST_SSIO_TEXT_NUMBER_MALFORMED;
  for (; i < length; i++) {
    if (!g_ascii_isdigit (word[i]))
      return GST_SSIO_TEXT_NUMBER_MALFORMED;
    fits = fits && g_uint64_checked_mul (&value, value, 10)
           && g_uint64_checked_add (&value, value, word[i] - '0');
  }
  if (is_negative)
    limit = gst_ssio_type_is_signed (type) ? limit + 1 : 0;
  if (!fits || value > limit)
    return GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE;
  if (is_negative)
    value = -value;
  memcpy (bytes, &value, gst_ssio_type_get_size (type));
  return GST_SSIO_TEXT_NUMBER_OK;
}

static GstSsioTextNumber
parse_float (const gchar *word, gsize length, GstSsioType type, guint8 *bytes)
{
  gchar *end;
  gdouble value;
  gfloat single;

  errno = 0;
  value = g_ascii_strtod (word, &end);
  /* g_ascii_strtod() would take hexadecimal digits */
  if (end != word + length || memchr (word, 'x', length)
      || memchr (word, 'X', length))
    return GST_SSIO_TEXT_NUMBER_MALFORMED;
  if (errno == ERANGE && isinf (value))
    return GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE;
  if (type == GST_SSIO_TYPE_F8) {
    memcpy (bytes, &value, sizeof (value));
    return GST_SSIO_TEXT_NUMBER_OK;
  }
  if (isfinite (value) && fabs (value) > G_MAXFLOAT && isinf ((gfloat) value))
    return GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE;
  single = value;
  memcpy (bytes, &single, sizeof (single));
  return GST_SSIO_TEXT_NUMBER_OK;
}

GstSsioTextNumber
gst_ssio_text_number_parse (const gchar *word, gsize length, GstSsioType type,
    guint8 *bytes)
{
  if (type == GST_SSIO_TYPE_F4 || type == GST_SSIO_TYPE_F8)
    return parse_float (word, length, type, bytes);
  return parse_integer (word, length, type, bytes);
}
