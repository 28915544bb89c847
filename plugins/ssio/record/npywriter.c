/* SPDX-License-Identifier: MIT */
/* NumPy's .npy.
 *
 * Fields of one type make a two-dimensional array, whose columns have no names:
 * a sidecar says them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/formats/npyheader.h>
#include <string.h>

#include "plainwriter.h"

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
make_header (const GstSsioPlainWriter *writer, guint64 n_points)
{
  const GstSsioLayout *layout = writer->points.layout;
  GString *descr = g_string_new (NULL);
  GString *header;
  guint n_columns = 0;

  if (is_array (layout)) {
    append_type (descr, get_field (layout, 0)->type);
    n_columns = gst_ssio_layout_get_n_fields (layout);
  } else {
    append_fields (descr, layout);
  }
  header = gst_ssio_npy_header_make (descr->str, n_points, n_columns);
  g_string_free (descr, TRUE);
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
