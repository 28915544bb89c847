/* SPDX-License-Identifier: MIT */
/* NumPy's .npy, versions 1 to 3:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * Fields of one type make a two-dimensional array, whose columns have no names:
 * a sidecar says them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "plainwriter.h"

#define MAGIC "\x93NUMPY"
#define ALIGNMENT 64

/* Bytes before the text, by the size of its length. */
#define SHORT_START 10
#define LONG_START 12

static const GstSsioField *
get_field (const GstSsioLayout *layout, guint i)
{
  return gst_ssio_layout_get_field (layout, i);
}

/* Whether it is a plain array, of points by fields. */
static gboolean
is_array (const GstSsioLayout *layout)
{
  guint i;

  for (i = 1; i < gst_ssio_layout_get_n_fields (layout); i++) {
    if (get_field (layout, i)->type != get_field (layout, 0)->type)
      return FALSE;
  }
  return gst_ssio_layout_is_packed (layout);
}

/* A structured type says where fields are by gaps, so that it needs them in
 * their order. */
static gboolean
is_in_order (const GstSsioLayout *layout)
{
  guint end = 0;
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = get_field (layout, i);

    if (field->offset < end)
      return FALSE;
    end = field->offset + gst_ssio_type_get_size (field->type);
  }
  return TRUE;
}

static void
append_type (GString *text, GstSsioType type)
{
  g_string_append_printf (text, "'%c%s'",
      gst_ssio_type_get_size (type) == 1 ? '|' : '<',
      gst_ssio_type_to_string (type));
}

static void
append_gap (GString *text, guint size)
{
  if (size > 0)
    g_string_append_printf (text, "('', '|V%u'), ", size);
}

/* Fields lie as the layout says, or one after the other where they are packed
 * for not being in order. */
static void
append_fields (GString *text, const GstSsioLayout *layout)
{
  gboolean has_gaps = is_in_order (layout);
  guint end = 0;
  guint i;

  g_string_append_c (text, '[');
  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = get_field (layout, i);
    gchar quote = strchr (field->name, '\'') ? '"' : '\'';

    if (has_gaps)
      append_gap (text, field->offset - end);
    g_string_append_printf (text, "(%c%s%c, ", quote, field->name, quote);
    append_type (text, field->type);
    g_string_append (text, "), ");
    end = field->offset + gst_ssio_type_get_size (field->type);
  }
  if (has_gaps)
    append_gap (text, gst_ssio_layout_get_point_size (layout) - end);
  g_string_truncate (text, text->len - 2);
  g_string_append_c (text, ']');
}

static GString *
make_dictionary (const GstSsioLayout *layout, guint64 n_points)
{
  GString *text = g_string_new ("{'descr': ");

  if (is_array (layout))
    append_type (text, get_field (layout, 0)->type);
  else
    append_fields (text, layout);
  g_string_append_printf (text,
      ", 'fortran_order': False, 'shape': (%" G_GUINT64_FORMAT ",", n_points);
  if (is_array (layout))
    g_string_append_printf (text, " %u",
        gst_ssio_layout_get_n_fields (layout));
  g_string_append (text, "), }");
  return text;
}

/* Version 1 has 16 bits for the length, 2 has 32, 3 has UTF-8 besides. */
static guint
choose_version (const GString *text, guint length)
{
  if (!g_str_is_ascii (text->str))
    return 3;
  return length > G_MAXUINT16 ? 2 : 1;
}

static GString *
make_header (const GstSsioPlainWriter *writer, guint64 n_points)
{
  const GstSsioLayout *layout = writer->points.layout;
  GString *longest = make_dictionary (layout, G_MAXUINT64);
  GString *text = make_dictionary (layout, n_points);
  GString *header = g_string_new (MAGIC);
  gsize size = LONG_START + longest->len + 1;
  guint version;
  guint32 length;

  size += (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
  version = choose_version (text, size - SHORT_START);
  length = GUINT32_TO_LE ((guint32) (size
                                     - (version == 1 ? SHORT_START
                                                     : LONG_START)));
  g_string_append_c (header, version);
  g_string_append_c (header, 0);
  g_string_append_len (header, (const gchar *) &length, version == 1 ? 2 : 4);
  g_string_append_printf (header, "%-*s\n", (gint) (size - header->len - 1),
      text->str);
  g_string_free (text, TRUE);
  g_string_free (longest, TRUE);
  return header;
}

static gboolean
check_names (const GstSsioLayout *layout, const GstSsioRecordFile *file,
    GError **error)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    if (strchr (get_field (layout, i)->name, '\\'))
      return gst_ssio_writer_fail (file, error,
          "field \"%s\": expected a name without a backslash in .npy; leave "
          "it out (ssioconvert fields=...), or record as .bin",
          get_field (layout, i)->name);
  }
  return TRUE;
}

GstSsioWriter *
gst_ssio_npy_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error)
{
  GstSsioPlainWriter *self;

  if (!gst_ssio_record_points_check_plain (points,
          gst_ssio_record_file_get_path (file), ".npy", error)
      || !check_names (points->layout, file, error))
    return NULL;
  self = g_new0 (GstSsioPlainWriter, 1);
  self->make_header = make_header;
  self->has_sidecar = is_array (points->layout);
  return gst_ssio_plain_writer_begin (self, points, file,
      !is_in_order (points->layout), error);
}
