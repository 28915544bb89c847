/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>
#include <gst/ssio/origin.h>
#include <gst/ssio/sidecar.h>

#include "writer.h"

static const GEnumValue formats[] = {
  { GST_SSIO_RECORD_FORMAT_AUTO, "By the extension of the file's name",
      "auto" },
  { GST_SSIO_RECORD_FORMAT_BIN,
      "Records as they are, and a sidecar (.json) that says what they are",
      "bin" },
  { GST_SSIO_RECORD_FORMAT_NPY,
      "NumPy's .npy: points by fields where all have one type, else "
      "structured",
      "npy" },
  { GST_SSIO_RECORD_FORMAT_PLY, "PLY, binary_little_endian", "ply" },
  { GST_SSIO_RECORD_FORMAT_LAS, "LAS 1.4, point format 6 or 7", "las" },
  { 0, NULL, NULL },
};

GType
gst_ssio_record_format_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioRecordFormat", formats));
  return type;
}

gboolean
gst_ssio_record_format_find (GstSsioRecordFormat *format, const gchar *path,
    GError **error)
{
  const gchar *dot = strrchr (path, '.');
  guint i;

  if (*format != GST_SSIO_RECORD_FORMAT_AUTO)
    return TRUE;
  for (i = GST_SSIO_RECORD_FORMAT_BIN; dot && formats[i].value_nick; i++) {
    if (g_ascii_strcasecmp (dot + 1, formats[i].value_nick) == 0) {
      *format = formats[i].value;
      return TRUE;
    }
  }
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s: expected a name that ends in .bin, .npy, .ply or .las; name it so, "
      "or set the format property",
      path);
  return FALSE;
}

void
gst_ssio_record_points_copy (const GstSsioRecordPoints *points,
    GstSsioRecordPoints *copy)
{
  *copy = *points;
  copy->layout = gst_ssio_layout_ref (points->layout);
  copy->element = g_strdup (points->element);
}

void
gst_ssio_record_points_clear (GstSsioRecordPoints *points)
{
  g_clear_pointer (&points->layout, gst_ssio_layout_unref);
  g_clear_pointer (&points->element, g_free);
}

GstSsioLayout *
gst_ssio_record_points_get_layout (const GstSsioRecordPoints *points,
    GError **error)
{
  if (!points->has_origin)
    return gst_ssio_layout_ref (points->layout);
  return gst_ssio_origin_add (points->origin, points->layout, error);
}

gboolean
gst_ssio_writer_fail (const GstSsioRecordFile *file, GError **error,
    const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s: %s",
      gst_ssio_record_file_get_path (file), text);
  g_free (text);
  return FALSE;
}

/* The text of one field alone. */
static gchar *
print_field (const GstSsioField *field)
{
  GstSsioField alone = *field;
  GstSsioLayout *layout;
  gchar *text;

  alone.offset = 0;
  layout = gst_ssio_layout_new (&alone, 1, 0, NULL);
  text = gst_ssio_layout_to_string (layout);
  gst_ssio_layout_unref (layout);
  return text;
}

static gboolean
is_moved (const GstSsioRecordPoints *points, const GstSsioField *field)
{
  return points->has_origin && field->mask == 0 && field->scale == 1;
}

static void
refuse_field (const GstSsioRecordPoints *points, const GstSsioField *field,
    const gchar *path, const gchar *format, GError **error)
{
  gchar *text = print_field (field);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s: the field %s has no place in %s, which has plain numbers only: %s, "
      "or record as .bin",
      path, text, format,
      is_moved (points, field)
          ? "set origin=none where the points come from, so that they are not "
            "moved"
          : "have bit fields split and integers scaled before (ssiosrc "
            "origin=none ... ! ssioconvert fields=x:f8,y:f8,z:f8,intensity:u2)");
  g_free (text);
}

gboolean
gst_ssio_record_points_check_plain (const GstSsioRecordPoints *points,
    const gchar *path, const gchar *format, GError **error)
{
  GstSsioLayout *layout = gst_ssio_record_points_get_layout (points, error);
  gboolean ok = layout != NULL;
  guint i;

  for (i = 0; ok && i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = gst_ssio_layout_get_field (layout, i);

    ok = gst_ssio_field_is_plain (field);
    if (!ok)
      refuse_field (points, field, path, format, error);
  }
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return ok;
}

gboolean
gst_ssio_record_points_write_sidecar (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, const guint64 *n_points, GError **error)
{
  GstSsioSidecar sidecar = {
    .layout = points->layout,
    .has_n_points = n_points != NULL,
    .n_points = n_points ? *n_points : 0,
    .has_origin = points->has_origin,
  };
  gchar *text;
  gboolean ok;

  memcpy (sidecar.origin, points->origin, sizeof (sidecar.origin));
  text = gst_ssio_sidecar_print (&sidecar);
  ok = gst_ssio_record_file_write_sidecar (file, text, error);
  g_free (text);
  return ok;
}

GstSsioWriter *
gst_ssio_writer_new (GstSsioRecordFormat format,
    const GstSsioRecordPoints *points, GstSsioRecordFile *file,
    gboolean append, GError **error)
{
  switch (format) {
  case GST_SSIO_RECORD_FORMAT_NPY:
    return gst_ssio_npy_writer_new (points, file, error);
  case GST_SSIO_RECORD_FORMAT_PLY:
    return gst_ssio_ply_writer_new (points, file, error);
  case GST_SSIO_RECORD_FORMAT_LAS:
    return gst_ssio_las_writer_new (points, file, error);
  default:
    return gst_ssio_bin_writer_new (points, file, append, error);
  }
}

gboolean
gst_ssio_writer_write (GstSsioWriter *writer, const guint8 *points,
    gsize n_points, GError **error)
{
  if (!writer->write (writer, points, n_points, error))
    return FALSE;
  writer->n_points += n_points;
  return TRUE;
}

gboolean
gst_ssio_writer_finish (GstSsioWriter *writer, GError **error)
{
  return writer->finish (writer, error);
}

void
gst_ssio_writer_free (GstSsioWriter *writer)
{
  writer->free (writer);
}
