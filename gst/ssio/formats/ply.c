/* SPDX-License-Identifier: MIT */
/* PLY: which of the file's elements the points are, and where they lie. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../fieldvalue.h"
#include "blocks.h"
#include "ply.h"
#include "textpoints.h"

typedef struct {
  const GstSsioFormatInput *input;
  const GstSsioPlyHeader *header;
  GError **error;
} Parser;

G_GNUC_PRINTF (2, 3)
static gboolean
fail (Parser *parser, const gchar *format, ...)
{
  gchar *place = g_strdup_printf ("%s: PLY", parser->input->path);
  va_list args;

  va_start (args, format);
  gst_ssio_ply_set_error (parser->error, GST_STREAM_ERROR_WRONG_TYPE, place,
      format, args);
  va_end (args);
  g_free (place);
  return FALSE;
}

static const GstSsioPlyElement *
get_element (const GstSsioPlyHeader *header, guint i)
{
  return g_ptr_array_index (header->elements, i);
}

static const GstSsioPlyProperty *
get_property (const GstSsioPlyElement *element, guint i)
{
  return &g_array_index (element->properties, GstSsioPlyProperty, i);
}

static gboolean
has_property (const GstSsioPlyElement *element, const gchar *name)
{
  guint i;

  for (i = 0; i < element->properties->len; i++) {
    const GstSsioPlyProperty *property = get_property (element, i);

    if (!property->is_list && strcmp (property->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_position (const GstSsioPlyElement *element)
{
  return has_property (element, "x") && has_property (element, "y")
         && has_property (element, "z");
}

static gint
find_element (const GstSsioPlyHeader *header, const gchar *name)
{
  guint i;

  for (i = 0; i < header->elements->len; i++) {
    if (strcmp (get_element (header, i)->name, name) == 0)
      return i;
  }
  return -1;
}

/* The index of the points' element: what most writers call it, what the DALES
 * Objects call it, or the first that can be one. -1 where there is none. */
static gint
guess_element (const GstSsioPlyHeader *header)
{
  static const gchar *const names[] = { "vertex", "testing" };
  guint i;
  gint index;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    index = find_element (header, names[i]);
    if (index >= 0 && has_position (get_element (header, index)))
      return index;
  }
  for (i = 0; i < header->elements->len; i++) {
    if (has_position (get_element (header, i)))
      return i;
  }
  return -1;
}

static gchar *
list_elements (const GstSsioPlyHeader *header)
{
  GString *text = g_string_new (header->elements->len > 0 ? NULL : "none");
  guint i;

  for (i = 0; i < header->elements->len && i < 8; i++)
    g_string_append_printf (text, "%s\"%.64s\"", i > 0 ? ", " : "",
        get_element (header, i)->name);
  if (i < header->elements->len)
    g_string_append (text, ", ...");
  return g_string_free (text, FALSE);
}

static gboolean
choose_element (Parser *parser, guint *chosen)
{
  const gchar *wanted = parser->input->element;
  gint index = wanted ? find_element (parser->header, wanted)
                      : guess_element (parser->header);
  gchar *names;

  if (index >= 0) {
    *chosen = index;
    return TRUE;
  }
  names = list_elements (parser->header);
  if (wanted)
    fail (parser,
        "expected the element \"%.64s\" that was asked for, found the "
        "elements %s; ask for one of them",
        wanted, names);
  else
    fail (parser,
        "expected an element with the properties x, y and z, found the "
        "elements %s; name the one to read",
        names);
  g_free (names);
  return FALSE;
}

static gboolean
check_points (Parser *parser, const GstSsioPlyElement *element)
{
  guint i;

  if (element->count == 0
      && !(parser->input->recover
           && parser->header->encoding == GST_SSIO_PLY_LITTLE_ENDIAN))
    return fail (parser,
        "the element \"%.64s\" holds 0 points: expected at least one; name a "
        "file with points",
        element->name);
  for (i = 0; i < element->properties->len; i++) {
    if (get_property (element, i)->is_list)
      return fail (parser,
          "the property \"%.64s\" of the element \"%.64s\" is a list: "
          "expected points of a fixed size; write the file without it, or "
          "name another element",
          get_property (element, i)->name, element->name);
  }
  return TRUE;
}

static GstSsioLayout *
make_layout (Parser *parser, const GstSsioPlyElement *element)
{
  guint n_fields = element->properties->len;
  GstSsioField *fields = g_new0 (GstSsioField, n_fields + 1);
  GstSsioLayout *layout;
  GError *error = NULL;
  guint offset = 0;
  guint i;

  for (i = 0; i < n_fields; i++) {
    const GstSsioPlyProperty *property = get_property (element, i);

    fields[i].name = property->name;
    fields[i].type = property->type;
    fields[i].offset = offset;
    fields[i].scale = 1;
    offset += gst_ssio_type_get_size (property->type);
  }
  layout = gst_ssio_layout_new (fields, n_fields, 0, &error);
  if (!layout) {
    fail (parser, "the element \"%.64s\": %s", element->name, error->message);
    g_error_free (error);
  } else if (parser->input->layout
             && !gst_ssio_layout_is_equal (parser->input->layout, layout)) {
    gst_ssio_format_refuse_layout (parser->input, layout, parser->error);
    g_clear_pointer (&layout, gst_ssio_layout_unref);
  }
  g_free (fields);
  return layout;
}

/* A signed type's negative count comes as such. */
static guint64
read_count (const guint8 *bytes, GstSsioType type, gboolean is_big_endian)
{
  guint size = gst_ssio_type_get_size (type);
  guint unused_bits = 64 - 8 * size;
  guint64 count = 0;
  guint i;

  for (i = 0; i < size; i++)
    count = count << 8 | bytes[is_big_endian ? i : size - 1 - i];
  if (gst_ssio_type_is_signed (type))
    count = (gint64) (count << unused_bits) >> unused_bits;
  return count;
}

static gboolean
fail_past_end (Parser *parser, const GstSsioPlyElement *element)
{
  return fail (parser,
      "%" G_GUINT64_FORMAT
      " times the element \"%.64s\" before the points: expected them to end "
      "within the file, found its end at byte %" G_GUINT64_FORMAT
      "; the file is damaged or was not written to its end",
      element->count, element->name, parser->input->file_size);
}

static gboolean
skip_bytes (Parser *parser, GstSsioBlocks *blocks,
    const GstSsioPlyElement *element, guint64 n_bytes)
{
  if (n_bytes > blocks->file_size - blocks->position)
    return fail_past_end (parser, element);
  blocks->position += n_bytes;
  return TRUE;
}

static gboolean
skip_list (Parser *parser, GstSsioBlocks *blocks,
    const GstSsioPlyElement *element, const GstSsioPlyProperty *property)
{
  gsize count_size = gst_ssio_type_get_size (property->count_type);
  guint64 start = blocks->position;
  const guint8 *bytes;
  gsize n_bytes;
  guint64 count, size;

  bytes = gst_ssio_blocks_peek (blocks, count_size, &n_bytes, parser->error);
  if (!bytes)
    return FALSE;
  if (n_bytes < count_size)
    return fail_past_end (parser, element);
  count = read_count (bytes, property->count_type,
      parser->header->encoding == GST_SSIO_PLY_BIG_ENDIAN);
  if (gst_ssio_type_is_signed (property->count_type) && (gint64) count < 0)
    return fail (parser,
        "the list \"%.64s\" of the element \"%.64s\" at byte "
        "%" G_GUINT64_FORMAT
        ": expected a count of 0 or more, found %" G_GINT64_FORMAT
        "; the file is damaged",
        property->name, element->name, start, (gint64) count);
  if (!g_uint64_checked_mul (&size, count,
          gst_ssio_type_get_size (property->type)))
    return fail_past_end (parser, element);
  return skip_bytes (parser, blocks, element, count_size)
         && skip_bytes (parser, blocks, element, size);
}

static gboolean
has_lists (const GstSsioPlyElement *element)
{
  guint i;

  for (i = 0; i < element->properties->len; i++) {
    if (get_property (element, i)->is_list)
      return TRUE;
  }
  return FALSE;
}

static gboolean
skip_properties (Parser *parser, GstSsioBlocks *blocks,
    const GstSsioPlyElement *element)
{
  guint i;

  for (i = 0; i < element->properties->len; i++) {
    const GstSsioPlyProperty *property = get_property (element, i);
    gboolean ok = property->is_list
                      ? skip_list (parser, blocks, element, property)
                      : skip_bytes (parser, blocks, element,
                          gst_ssio_type_get_size (property->type));

    if (!ok)
      return FALSE;
  }
  return TRUE;
}

static gboolean
skip_binary (Parser *parser, GstSsioBlocks *blocks,
    const GstSsioPlyElement *element)
{
  guint64 start = blocks->position;
  guint64 size, i;

  /* the first shows the size of all, unless there are lists */
  if (!skip_properties (parser, blocks, element))
    return FALSE;
  if (!has_lists (element))
    return g_uint64_checked_mul (&size, blocks->position - start,
               element->count - 1)
               ? skip_bytes (parser, blocks, element, size)
               : fail_past_end (parser, element);
  for (i = 1; i < element->count; i++) {
    if (!skip_properties (parser, blocks, element))
      return FALSE;
  }
  return TRUE;
}

static gboolean
has_data (const GstSsioPlyElement *element)
{
  return element->count > 0 && element->properties->len > 0;
}

/* Finds where binary points begin, after the elements before theirs. */
static gboolean
find_records (Parser *parser, guint chosen, guint64 *offset)
{
  GstSsioBlocks blocks = {
    .path = parser->input->path,
    .read = parser->input->read,
    .read_data = parser->input->read_data,
    .file_size = parser->input->file_size,
    .position = parser->header->data_offset,
  };
  gboolean ok = TRUE;
  guint i;

  for (i = 0; ok && i < chosen; i++) {
    const GstSsioPlyElement *element = get_element (parser->header, i);

    if (has_data (element))
      ok = skip_binary (parser, &blocks, element);
  }
  *offset = blocks.position;
  gst_ssio_blocks_clear (&blocks);
  return ok;
}

static gboolean
count_lines (Parser *parser, guint chosen, guint64 *n)
{
  guint i;

  for (i = 0; i < chosen; i++) {
    const GstSsioPlyElement *element = get_element (parser->header, i);

    if (has_data (element) && !g_uint64_checked_add (n, *n, element->count))
      return fail_past_end (parser, element);
  }
  return TRUE;
}

/* An element is a line, a property of the points a word. */
static gboolean
find_lines (Parser *parser, guint chosen, GstSsioFormatInfo *info)
{
  const GstSsioPlyHeader *header = parser->header;
  guint n_words = gst_ssio_layout_get_n_fields (info->layout);
  gint *words = g_new (gint, n_words);
  GstSsioTextPoints points = {
    .layout = info->layout,
    .offset = header->data_offset,
    .line = header->n_lines + 1,
    .line_end = header->line_end,
    .n_points = info->n_points,
    .file_size = parser->input->file_size,
    .has_more = info->has_more,
    .words = words,
    .n_words = n_words,
  };
  guint i;

  for (i = 0; i < n_words; i++)
    words[i] = i;
  info->data_offset = header->data_offset;
  if (count_lines (parser, chosen, &points.n_skipped_lines))
    info->decoder = gst_ssio_text_points_new (parser->input->path, &points,
        parser->error);
  g_free (words);
  return info->decoder != NULL;
}

static gboolean
find_points (Parser *parser, guint chosen, GstSsioFormatInfo *info)
{
  if (parser->header->encoding == GST_SSIO_PLY_ASCII)
    return find_lines (parser, chosen, info);
  if (!find_records (parser, chosen, &info->data_offset))
    return FALSE;
  if (parser->header->encoding == GST_SSIO_PLY_LITTLE_ENDIAN)
    return TRUE;
  if (!gst_ssio_format_check_size (parser->input, info, parser->error))
    return FALSE;
  info->decoder = gst_ssio_ply_new_swapping_decoder (info);
  return TRUE;
}

static gboolean
describe_points (Parser *parser, GstSsioFormatInfo *info)
{
  const GstSsioPlyElement *element;
  guint chosen, i;

  if (!choose_element (parser, &chosen))
    return FALSE;
  element = get_element (parser->header, chosen);
  if (!check_points (parser, element)
      || !(info->layout = make_layout (parser, element)))
    return FALSE;
  info->n_points = element->count;
  for (i = chosen + 1; i < parser->header->elements->len; i++)
    info->has_more |= has_data (get_element (parser->header, i));
  return find_points (parser, chosen, info);
}

gboolean
gst_ssio_format_parse_ply (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  GstSsioPlyHeader header;
  Parser parser = { .input = input, .header = &header, .error = error };
  gboolean ok;

  if (!gst_ssio_ply_header_parse (input, &header, error))
    return FALSE;
  ok = describe_points (&parser, info);
  gst_ssio_ply_header_clear (&header);
  if (!ok)
    gst_ssio_format_info_clear (info);
  return ok;
}
