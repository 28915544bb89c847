/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "layouttext.h"

static gboolean
parse_uint (const gchar **cursor, guint64 *value)
{
  gchar *end;

  /* g_ascii_strtoull() would take a sign and blanks */
  if (!g_ascii_isdigit (**cursor))
    return FALSE;
  errno = 0;
  *value = g_ascii_strtoull (*cursor, &end, 10);
  *cursor = end;
  return errno == 0;
}

static gboolean
parse_double (const gchar **cursor, gdouble *value)
{
  gchar *end;

  /* g_ascii_strtod() would take blanks and hexadecimal digits */
  if ((!g_ascii_isdigit (**cursor) && !strchr ("+-.", **cursor))
      || strpbrk (*cursor, "xX"))
    return FALSE;
  *value = g_ascii_strtod (*cursor, &end);
  if (end == *cursor)
    return FALSE;
  *cursor = end;
  return TRUE;
}

/* What may follow the type: [@offset][&mask[>>shift]][*scale][+origin] */
static gboolean
parse_suffixes (const gchar *cursor, GstSsioField *field)
{
  guint64 value;

  if (*cursor == '@') {
    cursor++;
    if (!parse_uint (&cursor, &value) || value > G_MAXUINT)
      return FALSE;
    field->offset = value;
  }
  if (*cursor == '&') {
    cursor++;
    if (!parse_uint (&cursor, &field->mask) || field->mask == 0)
      return FALSE;
    if (g_str_has_prefix (cursor, ">>")) {
      cursor += 2;
      if (!parse_uint (&cursor, &value) || value > 63)
        return FALSE;
      field->shift = value;
    }
  }
  if (*cursor == '*') {
    cursor++;
    if (!parse_double (&cursor, &field->scale))
      return FALSE;
  }
  if ((*cursor == '+' || *cursor == '-')
      && !parse_double (&cursor, &field->origin))
    return FALSE;
  return *cursor == '\0';
}

gboolean
gst_ssio_layout_text_parse_field (gchar *token, GstSsioField *field,
    GError **error)
{
  gchar *colon = strchr (token, ':');
  gchar *code;
  gsize code_length;
  gboolean known;

  field->name = token;
  field->type = GST_SSIO_TYPE_F4;
  field->scale = 1;
  if (!colon)
    return TRUE;

  *colon = '\0';
  code_length = strcspn (colon + 1, "@&*+-");
  code = g_strndup (colon + 1, code_length);
  known = gst_ssio_type_from_string (code, &field->type);
  if (!known)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: field \"%s\" has the unknown type \"%s\": expected one of f4 "
        "f8 i1 i2 i4 i8 u1 u2 u4 u8",
        token, code);
  g_free (code);
  if (!known)
    return FALSE;

  if (!parse_suffixes (colon + 1 + code_length, field)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: field \"%s\" has \"%s\" after its type: expected "
        "[@offset][&mask[>>shift]][*scale][+origin]",
        token, colon + 1 + code_length);
    return FALSE;
  }
  return TRUE;
}

/* The shortest decimal number that reads back as @value. */
static void
append_double (GString *text, gdouble value)
{
  static const gchar *const formats[] = { "%.15g", "%.16g", "%.17g" };
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_ascii_formatd (digits, sizeof (digits), formats[i], value);
    if (g_ascii_strtod (digits, NULL) == value)
      break;
  }
  g_string_append (text, digits);
}

void
gst_ssio_layout_text_append_field (GString *text, const GstSsioField *field,
    guint expected_offset)
{
  g_string_append_printf (text, "%s:%s", field->name,
      gst_ssio_type_to_string (field->type));
  if (field->offset != expected_offset)
    g_string_append_printf (text, "@%u", field->offset);
  if (field->mask != 0) {
    g_string_append_printf (text, "&%" G_GUINT64_FORMAT, field->mask);
    if (field->shift != 0)
      g_string_append_printf (text, ">>%u", field->shift);
  }
  if (field->scale != 1) {
    g_string_append_c (text, '*');
    append_double (text, field->scale);
  }
  if (field->origin != 0) {
    if (field->origin > 0)
      g_string_append_c (text, '+');
    append_double (text, field->origin);
  }
}
