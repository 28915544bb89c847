/* SPDX-License-Identifier: MIT */

#include <stdlib.h>

#include "fail.h"

void
ssio_fail (const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("%s: %s\n", g_get_prgname (), text);
  exit (1);
}
