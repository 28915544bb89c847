/* SPDX-License-Identifier: MIT */

#include <stdlib.h>

#include <gst/gst.h>

#include "program.h"

void
ssio_program_parse (int *argc, char ***argv, const GOptionEntry *entries,
    const gchar *summary)
{
  GOptionContext *context = g_option_context_new (summary);
  GError *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error))
    ssio_fail ("%s", error->message);
  g_option_context_free (context);
}

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
