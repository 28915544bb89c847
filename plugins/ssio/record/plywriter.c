/* SPDX-License-Identifier: MIT */
/* PLY, binary_little_endian: G. Turk, The PLY Polygon File Format, 1994. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "plainwriter.h"

#define DEFAULT_ELEMENT "vertex"
#define COUNT_DIGITS 20

/* 64-bit integers have no name of Turk's; this is what others call them. */
static const gchar *const types[] = {
  [GST_SSIO_TYPE_F4] = "float",
  [GST_SSIO_TYPE_F8] = "double",
  [GST_SSIO_TYPE_I1] = "char",
  [GST_SSIO_TYPE_I2] = "short",
  [GST_SSIO_TYPE_I4] = "int",
  [GST_SSIO_TYPE_I8] = "int64",
  [GST_SSIO_TYPE_U1] = "uchar",
  [GST_SSIO_TYPE_U2] = "ushort",
  [GST_SSIO_TYPE_U4] = "uint",
  [GST_SSIO_TYPE_U8] = "uint64",
};

static const gchar *
get_element (const GstSsioRecordPoints *points)
{
  return points->element && *points->element ? points->element
                                             : DEFAULT_ELEMENT;
}

/* A comment makes up for the digits that the count does not have. */
static GString *
make_header (const GstSsioPlainWriter *writer, guint64 n_points)
{
  const GstSsioLayout *layout = writer->points.layout;
  GString *header = g_string_new ("ply\nformat binary_little_endian 1.0\n");
  gchar *count = g_strdup_printf ("%" G_GUINT64_FORMAT, n_points);
  guint i;

  g_string_append_printf (header, "comment written by ssiosink%*s\n",
      (gint) (COUNT_DIGITS - strlen (count)), "");
  g_string_append_printf (header, "element %s %s\n",
      get_element (&writer->points), count);
  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = gst_ssio_layout_get_field (layout, i);

    g_string_append_printf (header, "property %s %s\n", types[field->type],
        field->name);
  }
  g_string_append (header, "end_header\n");
  g_free (count);
  return header;
}

static gboolean
check_word (const GstSsioRecordFile *file, const gchar *what,
    const gchar *word, const gchar *way_out, GError **error)
{
  if (!strpbrk (word, " \t\r\n\v\f"))
    return TRUE;
  return gst_ssio_writer_fail (file, error,
      "%s \"%s\": expected a name without blanks in PLY; %s, or record as "
      ".bin",
      what, word, way_out);
}

static gboolean
check_names (const GstSsioRecordPoints *points, const GstSsioRecordFile *file,
    GError **error)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (points->layout); i++) {
    if (!check_word (file, "field",
            gst_ssio_layout_get_field (points->layout, i)->name,
            "leave it out (ssioconvert fields=...)", error))
      return FALSE;
  }
  return check_word (file, "element-name", get_element (points),
      "choose another", error);
}

GstSsioWriter *
gst_ssio_ply_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error)
{
  GstSsioPlainWriter *self;

  if (!gst_ssio_record_points_check_plain (points,
          gst_ssio_record_file_get_path (file), "PLY", error)
      || !check_names (points, file, error))
    return NULL;
  self = g_new0 (GstSsioPlainWriter, 1);
  self->make_header = make_header;
  return gst_ssio_plain_writer_begin (self, points, file, TRUE, error);
}
