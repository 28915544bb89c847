/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "numbers.h"

static gboolean
parse_number (const gchar *text, gdouble *value)
{
  gchar *end;

  /* g_ascii_strtod() would take hexadecimal digits */
  if (strpbrk (text, "xX"))
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

guint
gst_ssio_numbers_parse (const gchar *text, gdouble *numbers, guint n_most)
{
  gchar **words = g_strsplit (text, ",", -1);
  guint n = g_strv_length (words);
  guint i;

  if (n > n_most)
    n = 0;
  for (i = 0; i < n; i++) {
    if (!parse_number (g_strstrip (words[i]), &numbers[i]))
      n = 0;
  }
  g_strfreev (words);
  return n;
}
