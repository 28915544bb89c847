/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "npyheader.h"

#define MAGIC "\x93NUMPY"
#define ALIGNMENT 64

/* Bytes before the text, by the size of its length. */
#define SHORT_START 10
#define LONG_START 12

static GString *
make_dictionary (const gchar *descr, guint64 n_rows, guint n_columns)
{
  GString *text = g_string_new ("{'descr': ");

  g_string_append (text, descr);
  g_string_append_printf (text,
      ", 'fortran_order': False, 'shape': (%" G_GUINT64_FORMAT ",", n_rows);
  if (n_columns > 0)
    g_string_append_printf (text, " %u", n_columns);
  g_string_append (text, "), }");
  return text;
}

/* With room for any number of rows. */
static gsize
get_size (const gchar *descr, guint n_columns)
{
  GString *longest = make_dictionary (descr, G_MAXUINT64, n_columns);
  gsize size = LONG_START + longest->len + 1;

  g_string_free (longest, TRUE);
  return size + (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
}

/* Version 1 has 16 bits for the length, 2 has 32, 3 has UTF-8 besides. */
static guint
choose_version (const gchar *descr, gsize length)
{
  if (!g_str_is_ascii (descr))
    return 3;
  return length > G_MAXUINT16 ? 2 : 1;
}

GString *
gst_ssio_npy_header_make (const gchar *descr, guint64 n_rows, guint n_columns)
{
  GString *text = make_dictionary (descr, n_rows, n_columns);
  GString *header = g_string_new (MAGIC);
  gsize size = get_size (descr, n_columns);
  guint version = choose_version (descr, size - SHORT_START);
  guint32 length = GUINT32_TO_LE ((guint32) (size
                                             - (version == 1 ? SHORT_START
                                                             : LONG_START)));

  g_string_append_c (header, version);
  g_string_append_c (header, 0);
  g_string_append_len (header, (const gchar *) &length, version == 1 ? 2 : 4);
  g_string_append_printf (header, "%-*s\n", (gint) (size - header->len - 1),
      text->str);
  g_string_free (text, TRUE);
  return header;
}
