/* SPDX-License-Identifier: MIT */
/* The header of a PLY file, which is lines of words: "ply", "format", then
 * "element" and "property" for each, and "end_header". See G. Turk, The PLY
 * Polygon File Format, 1994. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "ply.h"

#define MAX_WORDS 5
#define MAX_ELEMENTS 1024
#define MAX_PROPERTIES GST_SSIO_LAYOUT_MAX_FIELDS

/* Both styles of names, and the 64-bit integers that follow from the second. */
static const struct {
  const gchar *name;
  GstSsioType type;
} types[] = {
  { "char", GST_SSIO_TYPE_I1 },
  { "uchar", GST_SSIO_TYPE_U1 },
  { "short", GST_SSIO_TYPE_I2 },
  { "ushort", GST_SSIO_TYPE_U2 },
  { "int", GST_SSIO_TYPE_I4 },
  { "uint", GST_SSIO_TYPE_U4 },
  { "float", GST_SSIO_TYPE_F4 },
  { "double", GST_SSIO_TYPE_F8 },
  { "int8", GST_SSIO_TYPE_I1 },
  { "uint8", GST_SSIO_TYPE_U1 },
  { "int16", GST_SSIO_TYPE_I2 },
  { "uint16", GST_SSIO_TYPE_U2 },
  { "int32", GST_SSIO_TYPE_I4 },
  { "uint32", GST_SSIO_TYPE_U4 },
  { "int64", GST_SSIO_TYPE_I8 },
  { "uint64", GST_SSIO_TYPE_U8 },
  { "float32", GST_SSIO_TYPE_F4 },
  { "float64", GST_SSIO_TYPE_F8 },
};

typedef struct {
  const GstSsioFormatInput *input;
  gsize at; /* start of the next line */
  guint line_number;
  gchar *line;             /* cut into its words */
  gchar *words[MAX_WORDS]; /* point into it; "" for those it lacks */
  guint n_words;           /* also counts those over MAX_WORDS */
  GstSsioPlyHeader *header;
  GError **error;
} Parser;

void
gst_ssio_ply_set_error (GError **error, gint code, const gchar *place,
    const gchar *format, va_list args)
{
  gchar *text = g_strdup_vprintf (format, args);
  gchar *printable = g_utf8_make_valid (text, -1);

  g_set_error (error, GST_STREAM_ERROR, code, "%s: %s", place, printable);
  g_free (printable);
  g_free (text);
}

G_GNUC_PRINTF (2, 3)
static gboolean
fail (Parser *parser, const gchar *format, ...)
{
  gchar *place = g_strdup_printf ("%s: PLY header, line %u",
      parser->input->path, parser->line_number);
  va_list args;

  va_start (args, format);
  gst_ssio_ply_set_error (parser->error, GST_STREAM_ERROR_WRONG_TYPE, place,
      format, args);
  va_end (args);
  g_free (place);
  return FALSE;
}

/* A line ends with a newline, whatever blanks are before it, unless the first
 * one shows that returns end lines. */
static gchar
find_line_end (const GstSsioFormatInput *input)
{
  const guint8 *bytes = input->bytes;
  gsize i;

  for (i = 0; i + 1 < input->n_bytes && bytes[i] != '\n'; i++) {
    if (bytes[i] == '\r')
      return bytes[i + 1] == '\n' ? '\n' : '\r';
  }
  return '\n';
}

static void
split_line (Parser *parser)
{
  gchar *at = parser->line;
  guint i;

  for (i = 0; i < MAX_WORDS; i++)
    parser->words[i] = (gchar *) "";
  parser->n_words = 0;
  while (*(at += strspn (at, " \t\r\v\f"))) {
    if (parser->n_words < MAX_WORDS)
      parser->words[parser->n_words] = at;
    parser->n_words++;
    at += strcspn (at, " \t\r\v\f");
    if (*at)
      *at++ = '\0';
  }
}

static gboolean
read_line (Parser *parser)
{
  const GstSsioFormatInput *input = parser->input;
  const gchar *start = (const gchar *) input->bytes + parser->at;
  gsize left = input->n_bytes - parser->at;
  const gchar *end = memchr (start, parser->header->line_end, left);

  parser->line_number++;
  if (!end && input->n_bytes < input->file_size)
    return fail (parser,
        "expected end_header within the first %d bytes, found none; the file "
        "is damaged, or remove its comments",
        GST_SSIO_HEADER_BYTES);
  if (!end)
    return fail (parser,
        "expected end_header, found the file's end after %" G_GSIZE_FORMAT
        " bytes; the file is damaged or was not written to its end",
        input->n_bytes);
  if (memchr (start, '\0', end - start))
    return fail (parser,
        "expected text, found a zero byte in the line from "
        "byte %" G_GSIZE_FORMAT " on; the file is damaged",
        parser->at);
  g_free (parser->line);
  parser->line = g_strndup (start, end - start);
  parser->at = end + 1 - (const gchar *) input->bytes;
  split_line (parser);
  return TRUE;
}

static gboolean
parse_format (Parser *parser)
{
  static const gchar *const names[] = {
    [GST_SSIO_PLY_ASCII] = "ascii",
    [GST_SSIO_PLY_LITTLE_ENDIAN] = "binary_little_endian",
    [GST_SSIO_PLY_BIG_ENDIAN] = "binary_big_endian",
  };
  guint i;

  if (parser->header->encoding != GST_SSIO_PLY_UNKNOWN)
    return fail (parser, "expected one format, found a second one");
  if (parser->n_words != 3 || strcmp (parser->words[2], "1.0") != 0)
    return fail (parser,
        "expected \"format\", its name and the version 1.0, found \"%.32s\" "
        "and \"%.32s\"",
        parser->words[1], parser->words[2]);
  for (i = GST_SSIO_PLY_ASCII; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (parser->words[1], names[i]) == 0) {
      parser->header->encoding = i;
      return TRUE;
    }
  }
  return fail (parser,
      "expected the format ascii, binary_little_endian or binary_big_endian, "
      "found \"%.32s\"",
      parser->words[1]);
}

static void
clear_property (gpointer property)
{
  g_free (((GstSsioPlyProperty *) property)->name);
}

static void
free_element (gpointer data)
{
  GstSsioPlyElement *element = data;

  g_array_unref (element->properties);
  g_free (element->name);
  g_free (element);
}

static gboolean
parse_element (Parser *parser)
{
  GPtrArray *elements = parser->header->elements;
  GstSsioPlyElement *element;
  guint64 count;
  guint i;

  if (parser->n_words != 3
      || !g_ascii_string_to_unsigned (parser->words[2], 10, 0, G_MAXINT64,
          &count, NULL))
    return fail (parser,
        "expected \"element\", its name and how many there are (0 to 2^63 - "
        "1), found \"%.32s\" and \"%.32s\"",
        parser->words[1], parser->words[2]);
  for (i = 0; i < elements->len; i++) {
    element = g_ptr_array_index (elements, i);
    if (strcmp (element->name, parser->words[1]) == 0)
      return fail (parser,
          "expected each element once, found a second one named \"%.64s\"",
          element->name);
  }
  if (elements->len == MAX_ELEMENTS)
    return fail (parser, "expected at most %d elements, found more",
        MAX_ELEMENTS);

  element = g_new0 (GstSsioPlyElement, 1);
  element->name = g_strdup (parser->words[1]);
  element->count = count;
  element->properties
      = g_array_new (FALSE, FALSE, sizeof (GstSsioPlyProperty));
  g_array_set_clear_func (element->properties, clear_property);
  g_ptr_array_add (elements, element);
  return TRUE;
}

static gboolean
parse_type (Parser *parser, const gchar *name, GstSsioType *type)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (name, types[i].name) == 0) {
      *type = types[i].type;
      return TRUE;
    }
  }
  return fail (parser,
      "expected one of the types char uchar short ushort int uint float "
      "double, or int8 to uint64, float32 and float64, found \"%.32s\"",
      name);
}

static gboolean
add_property (Parser *parser, const GstSsioPlyProperty *property)
{
  GPtrArray *elements = parser->header->elements;
  GstSsioPlyElement *element = g_ptr_array_index (elements, elements->len - 1);
  GstSsioPlyProperty copy = *property;
  guint i;

  for (i = 0; i < element->properties->len; i++) {
    if (strcmp (property->name,
            g_array_index (element->properties, GstSsioPlyProperty, i).name)
        == 0)
      return fail (parser,
          "expected each property of the element \"%.64s\" once, found a "
          "second one named \"%.64s\"",
          element->name, property->name);
  }
  if (element->properties->len == MAX_PROPERTIES)
    return fail (parser,
        "expected at most %d properties of the element \"%.64s\", found more",
        MAX_PROPERTIES, element->name);
  copy.name = g_strdup (property->name);
  g_array_append_val (element->properties, copy);
  return TRUE;
}

static gboolean
parse_property (Parser *parser)
{
  gboolean is_list = strcmp (parser->words[1], "list") == 0;
  GstSsioPlyProperty property = { .is_list = is_list };

  if (parser->header->elements->len == 0)
    return fail (parser, "expected an element before the first property");
  if (parser->n_words != (is_list ? 5 : 3))
    return fail (parser,
        "expected \"property\", type and name, or \"property list\", type of "
        "the count, type and name, found %u words",
        parser->n_words);
  property.name = parser->words[is_list ? 4 : 2];
  if (!parse_type (parser, parser->words[is_list ? 3 : 1], &property.type)
      || (is_list
          && !parse_type (parser, parser->words[2], &property.count_type)))
    return FALSE;
  if (is_list
      && (property.count_type == GST_SSIO_TYPE_F4
          || property.count_type == GST_SSIO_TYPE_F8))
    return fail (parser,
        "expected an integer type for the count of the list \"%.64s\", found "
        "%s",
        property.name, parser->words[2]);
  return add_property (parser, &property);
}

static gboolean
parse_line (Parser *parser)
{
  const gchar *keyword = parser->words[0];

  if (strcmp (keyword, "") == 0 || strcmp (keyword, "comment") == 0
      || strcmp (keyword, "obj_info") == 0)
    return TRUE;
  if (strcmp (keyword, "format") == 0)
    return parse_format (parser);
  if (strcmp (keyword, "element") == 0)
    return parse_element (parser);
  if (strcmp (keyword, "property") == 0)
    return parse_property (parser);
  return fail (parser,
      "expected format, element, property, comment, obj_info or end_header, "
      "found \"%.32s\"",
      keyword);
}

static gboolean
parse_lines (Parser *parser)
{
  if (!read_line (parser))
    return FALSE;
  if (parser->n_words != 1 || strcmp (parser->words[0], "ply") != 0)
    return fail (parser,
        "expected the file to start with a line \"ply\", found something "
        "else; it is no PLY file");
  for (;;) {
    if (!read_line (parser))
      return FALSE;
    if (strcmp (parser->words[0], "end_header") == 0)
      break;
    if (!parse_line (parser))
      return FALSE;
  }
  if (parser->header->encoding == GST_SSIO_PLY_UNKNOWN)
    return fail (parser, "expected a format before end_header, found none");
  parser->header->data_offset = parser->at;
  return TRUE;
}

gboolean
gst_ssio_ply_header_parse (const GstSsioFormatInput *input,
    GstSsioPlyHeader *header, GError **error)
{
  Parser parser = { .input = input, .header = header, .error = error };
  gboolean ok;

  header->encoding = GST_SSIO_PLY_UNKNOWN;
  header->elements = g_ptr_array_new_with_free_func (free_element);
  header->line_end = find_line_end (input);
  ok = parse_lines (&parser);
  header->n_lines = parser.line_number;
  g_free (parser.line);
  if (!ok)
    gst_ssio_ply_header_clear (header);
  return ok;
}

void
gst_ssio_ply_header_clear (GstSsioPlyHeader *header)
{
  g_clear_pointer (&header->elements, g_ptr_array_unref);
}
