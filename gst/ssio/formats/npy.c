/* SPDX-License-Identifier: MIT */
/* NumPy's .npy, versions 1 to 3:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * The header is a Python literal, a dictionary with the keys descr,
 * fortran_order and shape. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "formats.h"

#define MAGIC_LENGTH 6
#define MAX_DIMENSIONS 2
#define MAX_RECORD_SIZE (1u << 20)

typedef struct {
  const gchar *path;
  const gchar *at;
  const gchar *end;
  gboolean is_latin1; /* else UTF-8 */
  GError **error;
} Cursor;

/* What the dictionary says, before it is judged. */
typedef struct {
  gchar *item_type; /* of a plain array: "<f4"; NULL for a structured one */
  GArray *fields;   /* of a structured array: GstSsioField, names owned */
  guint record_size;
  gint fortran_order; /* -1 until seen */
  guint64 shape[MAX_DIMENSIONS];
  guint n_dimensions;
  gboolean has_shape;
} Header;

G_GNUC_PRINTF (2, 3)
static gboolean
fail (Cursor *cursor, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (cursor->error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: .npy header: %s", cursor->path, text);
  g_free (text);
  return FALSE;
}

static gboolean
fail_syntax (Cursor *cursor, const gchar *expected)
{
  gchar *found = g_strndup (cursor->at, MIN (cursor->end - cursor->at, 24));
  gchar *printable = g_strescape (found, NULL);

  fail (cursor, "expected %s, found \"%s\"", expected, printable);
  g_free (printable);
  g_free (found);
  return FALSE;
}

static void
skip_blanks (Cursor *cursor)
{
  while (cursor->at < cursor->end && g_ascii_isspace (*cursor->at))
    cursor->at++;
}

static gboolean
accept (Cursor *cursor, const gchar *token)
{
  gsize length = strlen (token);

  skip_blanks (cursor);
  if ((gsize) (cursor->end - cursor->at) < length
      || memcmp (cursor->at, token, length) != 0)
    return FALSE;
  cursor->at += length;
  return TRUE;
}

static gboolean
expect (Cursor *cursor, const gchar *token)
{
  return accept (cursor, token) || fail_syntax (cursor, token);
}

/* Returns a new string, or NULL with the error set. */
static gchar *
parse_string (Cursor *cursor)
{
  const gchar *start, *close;
  gchar quote;

  skip_blanks (cursor);
  if (cursor->at == cursor->end
      || (*cursor->at != '\'' && *cursor->at != '"')) {
    fail_syntax (cursor, "a string");
    return NULL;
  }
  quote = *cursor->at;
  start = cursor->at + 1;
  close = memchr (start, quote, cursor->end - start);
  if (!close || memchr (start, '\\', close - start)) {
    fail_syntax (cursor, "a string without escapes");
    return NULL;
  }
  cursor->at = close + 1;
  if (cursor->is_latin1)
    return g_convert (start, close - start, "UTF-8", "ISO-8859-1", NULL, NULL,
        NULL);
  return g_utf8_make_valid (start, close - start);
}

static gboolean
parse_dimension (Cursor *cursor, guint64 *dimension)
{
  const gchar *start;

  skip_blanks (cursor);
  start = cursor->at;
  *dimension = 0;
  while (cursor->at < cursor->end && g_ascii_isdigit (*cursor->at)) {
    if (!g_uint64_checked_mul (dimension, *dimension, 10)
        || !g_uint64_checked_add (dimension, *dimension, *cursor->at - '0'))
      return fail (cursor, "a dimension is 2^64 or more");
    cursor->at++;
  }
  return cursor->at > start || fail_syntax (cursor, "a dimension");
}

static gboolean
parse_shape (Cursor *cursor, Header *header)
{
  guint64 dimension;

  header->n_dimensions = 0;
  header->has_shape = TRUE;
  if (!expect (cursor, "("))
    return FALSE;
  while (!accept (cursor, ")")) {
    if (!parse_dimension (cursor, &dimension))
      return FALSE;
    if (header->n_dimensions == MAX_DIMENSIONS)
      return fail (cursor,
          "the array has more than 2 dimensions: expected shape (points, "
          "fields), or (points,) with a structured type");
    header->shape[header->n_dimensions++] = dimension;
    if (!accept (cursor, ","))
      return expect (cursor, ")");
  }
  return TRUE;
}

/* @code is NumPy's, with its byte order: "<f4", "|u1". */
static gboolean
parse_type (Cursor *cursor, const gchar *code, const gchar *name,
    GstSsioType *type)
{
  if (code[0] == '>')
    return fail (cursor,
        "%s has the big-endian type \"%s\": expected little endian; convert "
        "with array.astype(array.dtype.newbyteorder('<'))",
        name, code);
  if ((code[0] != '<' && code[0] != '|' && code[0] != '=')
      || !gst_ssio_type_from_string (code + 1, type))
    return fail (cursor,
        "%s has the type \"%s\": expected one of f4 f8 i1 i2 i4 i8 u1 u2 u4 "
        "u8, little endian; convert it with astype()",
        name, code);
  return TRUE;
}

/* NumPy writes the gaps of a record as nameless fields of type V. */
static gboolean
is_padding (const gchar *name, const gchar *code, guint64 *size)
{
  return *name == '\0' && g_str_has_prefix (code, "|V")
         && g_ascii_string_to_unsigned (code + 2, 10, 0, MAX_RECORD_SIZE, size,
             NULL);
}

static gboolean
add_field (Cursor *cursor, Header *header, const gchar *name,
    const gchar *code)
{
  GstSsioField field = { .scale = 1 };
  guint64 size;

  if (header->record_size > MAX_RECORD_SIZE)
    return fail (cursor, "a record of over %u bytes", MAX_RECORD_SIZE);
  if (is_padding (name, code, &size)) {
    header->record_size += size;
    return TRUE;
  }
  if (!parse_type (cursor, code, name, &field.type))
    return FALSE;
  field.name = g_strdup (name);
  field.offset = header->record_size;
  header->record_size += gst_ssio_type_get_size (field.type);
  g_array_append_val (header->fields, field);
  return TRUE;
}

static gboolean
parse_field (Cursor *cursor, Header *header)
{
  gchar *name = NULL;
  gchar *code = NULL;
  gboolean ok = FALSE;

  if (!expect (cursor, "(") || !(name = parse_string (cursor))
      || !expect (cursor, ","))
    goto done;
  skip_blanks (cursor);
  if (cursor->at < cursor->end && *cursor->at == '[') {
    fail (cursor,
        "field \"%s\" is a record itself: expected a number; flatten it with "
        "numpy.lib.recfunctions",
        name);
    goto done;
  }
  if (!(code = parse_string (cursor)))
    goto done;
  if (accept (cursor, ",")) {
    fail (cursor,
        "field \"%s\" is an array itself: expected a number; make it a field "
        "a column",
        name);
    goto done;
  }
  ok = expect (cursor, ")") && add_field (cursor, header, name, code);

done:
  g_free (name);
  g_free (code);
  return ok;
}

static gboolean
parse_descr (Cursor *cursor, Header *header)
{
  if (header->item_type || header->fields->len > 0)
    return fail (cursor, "descr stands there twice");
  if (!accept (cursor, "[")) {
    header->item_type = parse_string (cursor);
    return header->item_type != NULL;
  }
  while (!accept (cursor, "]")) {
    if (!parse_field (cursor, header))
      return FALSE;
    if (!accept (cursor, ","))
      return expect (cursor, "]");
  }
  return TRUE;
}

static gboolean
parse_entry (Cursor *cursor, Header *header)
{
  gchar *key = parse_string (cursor);
  gboolean ok = FALSE;

  if (!key || !expect (cursor, ":"))
    goto done;
  if (strcmp (key, "descr") == 0) {
    ok = parse_descr (cursor, header);
  } else if (strcmp (key, "fortran_order") == 0) {
    header->fortran_order = accept (cursor, "True");
    ok = header->fortran_order || expect (cursor, "False");
  } else if (strcmp (key, "shape") == 0) {
    ok = parse_shape (cursor, header);
  } else {
    fail (cursor, "unknown key \"%s\"", key);
  }

done:
  g_free (key);
  return ok;
}

static gboolean
parse_dictionary (Cursor *cursor, Header *header)
{
  if (!expect (cursor, "{"))
    return FALSE;
  while (!accept (cursor, "}")) {
    if (!parse_entry (cursor, header))
      return FALSE;
    if (!accept (cursor, ",")) {
      if (!expect (cursor, "}"))
        return FALSE;
      break;
    }
  }
  if (!header->has_shape || header->fortran_order < 0
      || (!header->item_type && header->fields->len == 0))
    return fail (cursor,
        "incomplete: expected the keys descr (with at least one field), "
        "fortran_order and shape");
  return TRUE;
}

/* Finds the header's text; on success the data follows cursor->end. */
static gboolean
find_header (const GstSsioFormatInput *input, Cursor *cursor)
{
  guint8 version;
  gsize start;
  guint64 length;

  if (input->n_bytes < MAGIC_LENGTH + 4
      || memcmp (input->bytes, "\x93NUMPY", MAGIC_LENGTH) != 0)
    return fail (cursor,
        "expected the file to start with \\x93NUMPY and a version, found "
        "something else; it is no .npy file, or not a whole one");
  version = input->bytes[MAGIC_LENGTH];
  if (version < 1 || version > 3)
    return fail (cursor, "version %u.%u: expected 1, 2 or 3", version,
        input->bytes[MAGIC_LENGTH + 1]);
  start = MAGIC_LENGTH + (version == 1 ? 4 : 6);
  if (input->n_bytes < start)
    return fail (cursor, "cut off after %" G_GSIZE_FORMAT " bytes",
        input->n_bytes);
  length = version == 1 ? GST_READ_UINT16_LE (input->bytes + 8)
                        : GST_READ_UINT32_LE (input->bytes + 8);
  if (length > input->n_bytes - start)
    return fail (cursor,
        "says it is %" G_GUINT64_FORMAT
        " bytes long: expected at most %" G_GSIZE_FORMAT
        ", what the file holds or a sane header needs",
        length, input->n_bytes - start);
  cursor->is_latin1 = version < 3;
  cursor->at = (const gchar *) input->bytes + start;
  cursor->end = cursor->at + length;
  return TRUE;
}

/* Names for the columns of a plain array: the user's where they fit, else as
 * many of the default layout's as there are columns, then f6, f7, ... as
 * NumPy calls fields without a name. */
static GstSsioLayout *
name_columns (Cursor *cursor, GstSsioType type, guint n_columns)
{
  GstSsioLayout *names
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  GString *text = g_string_new (NULL);
  GstSsioLayout *layout;
  guint i;

  for (i = 0; i < n_columns; i++) {
    if (i > 0)
      g_string_append_c (text, ',');
    if (i < gst_ssio_layout_get_n_fields (names))
      g_string_append (text, gst_ssio_layout_get_field (names, i)->name);
    else
      g_string_append_printf (text, "f%u", i);
    g_string_append_printf (text, ":%s", gst_ssio_type_to_string (type));
  }
  layout = gst_ssio_layout_new_from_string (text->str, 0, cursor->error);
  g_string_free (text, TRUE);
  gst_ssio_layout_unref (names);
  return layout;
}

/* Takes @found over, and gives back what the stream's caps will say. A plain
 * array's columns have no names of their own and take the wanted ones. */
static GstSsioLayout *
settle_layout (const GstSsioFormatInput *input, GstSsioLayout *found,
    gboolean has_names, GError **error)
{
  const GstSsioLayout *wanted = input->layout;
  GstSsioLayout *result = NULL;

  if (!wanted)
    return found;
  if (has_names ? gst_ssio_layout_is_equal (wanted, found)
                : gst_ssio_format_columns_fit (wanted, found))
    result = gst_ssio_layout_ref ((GstSsioLayout *) wanted);
  else
    gst_ssio_format_refuse_layout (input, found, error);
  gst_ssio_layout_unref (found);
  return result;
}

/* Whether it is a plain array of one number a point, and has a name for it. */
static gboolean
is_column (const Header *header, const GstSsioFormatInput *input)
{
  return header->item_type && input->column
         && (header->n_dimensions == 1
             || (header->n_dimensions == 2 && header->shape[1] == 1));
}

static GstSsioLayout *
column_layout (Cursor *cursor, const Header *header, const gchar *name)
{
  GstSsioField field = { .name = name, .scale = 1 };

  if (!parse_type (cursor, header->item_type, "the array", &field.type))
    return NULL;
  return gst_ssio_layout_new (&field, 1, gst_ssio_type_get_size (field.type),
      cursor->error);
}

static GstSsioLayout *
plain_layout (Cursor *cursor, const Header *header)
{
  GstSsioType type;

  if (header->n_dimensions != 2) {
    fail (cursor,
        "a plain array of %u dimension(s): expected 2, (points, fields); "
        "reshape it",
        header->n_dimensions);
    return NULL;
  }
  if (header->shape[1] == 0 || header->shape[1] > GST_SSIO_LAYOUT_MAX_FIELDS) {
    fail (cursor,
        "%" G_GUINT64_FORMAT
        " columns: expected 1 to %d; rows are points, columns their fields",
        header->shape[1], GST_SSIO_LAYOUT_MAX_FIELDS);
    return NULL;
  }
  if (!parse_type (cursor, header->item_type, "the array", &type))
    return NULL;
  return name_columns (cursor, type, header->shape[1]);
}

static GstSsioLayout *
structured_layout (Cursor *cursor, const Header *header)
{
  GstSsioLayout *layout;
  GError *error = NULL;

  if (header->n_dimensions != 1) {
    fail (cursor,
        "a structured array of %u dimension(s): expected 1, (points,); "
        "flatten it",
        header->n_dimensions);
    return NULL;
  }
  layout = gst_ssio_layout_new ((GstSsioField *) header->fields->data,
      header->fields->len, header->record_size, &error);
  if (!layout) {
    fail (cursor, "%s", error->message);
    g_error_free (error);
  }
  return layout;
}

static GstSsioLayout *
find_layout (Cursor *cursor, const Header *header,
    const GstSsioFormatInput *input)
{
  if (is_column (header, input))
    return column_layout (cursor, header, input->column);
  return header->item_type ? plain_layout (cursor, header)
                           : structured_layout (cursor, header);
}

static gboolean
judge (Cursor *cursor, const Header *header, const GstSsioFormatInput *input,
    GstSsioFormatInfo *info)
{
  GstSsioLayout *layout;

  if (header->fortran_order)
    return fail (cursor,
        "fortran_order is True: expected rows of one point each; convert with "
        "numpy.ascontiguousarray()");
  layout = find_layout (cursor, header, input);
  if (!layout)
    return FALSE;
  info->layout
      = settle_layout (input, layout, !header->item_type, cursor->error);
  info->n_points = header->shape[0];
  info->lacks_names
      = header->item_type && !input->layout && !is_column (header, input);
  info->data_offset = cursor->end - (const gchar *) input->bytes;
  return info->layout != NULL;
}

static void
clear_field (gpointer field)
{
  g_free ((gchar *) ((GstSsioField *) field)->name);
}

gboolean
gst_ssio_format_parse_npy (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  Cursor cursor = { .path = input->path, .error = error };
  Header header = { .fortran_order = -1 };
  gboolean ok;

  header.fields = g_array_new (FALSE, FALSE, sizeof (GstSsioField));
  g_array_set_clear_func (header.fields, clear_field);
  ok = find_header (input, &cursor) && parse_dictionary (&cursor, &header)
       && judge (&cursor, &header, input, info);
  g_array_unref (header.fields);
  g_free (header.item_type);
  return ok;
}
