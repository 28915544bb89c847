/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../sidecar.h"
#include "formats.h"

#define MAGIC(bytes) bytes, sizeof (bytes) - 1

static const struct {
  const gchar *magic;
  gsize magic_length;
  const gchar *extension;
  GstSsioFormatParser parse;
} formats[] = {
  { MAGIC ("\x93NUMPY"), ".npy", gst_ssio_format_parse_npy },
  { MAGIC ("LASF"), ".las", gst_ssio_format_parse_las },
  { MAGIC ("LASF"), ".laz", gst_ssio_format_parse_las },
  { MAGIC ("ply\n"), ".ply", gst_ssio_format_parse_ply },
  { MAGIC ("ply\r"), ".ply", gst_ssio_format_parse_ply },
  { MAGIC ("ply "), ".ply", gst_ssio_format_parse_ply },
  { MAGIC ("ply\t"), ".ply", gst_ssio_format_parse_ply },
  { MAGIC ("# .PCD"), ".pcd", gst_ssio_format_parse_pcd },
  { MAGIC ("VERSION "), ".pcd", gst_ssio_format_parse_pcd },
};

static gboolean
has_magic (const GstSsioFormatInput *input, guint i)
{
  return input->n_bytes >= formats[i].magic_length
         && memcmp (input->bytes, formats[i].magic, formats[i].magic_length)
                == 0;
}

static gboolean
has_extension (const gchar *path, const gchar *extension)
{
  gsize path_length = strlen (path);
  gsize length = strlen (extension);

  if (gst_ssio_path_is_part (path))
    path_length -= strlen (GST_SSIO_PART_SUFFIX);
  return path_length >= length
         && g_ascii_strncasecmp (path + path_length - length, extension,
                length)
                == 0;
}

gboolean
gst_ssio_format_knows_name (const gchar *name)
{
  guint i;

  if (gst_ssio_path_is_part (name))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (has_extension (name, formats[i].extension))
      return TRUE;
  }
  return has_extension (name, ".bin");
}

static GstSsioFormatParser
pick_parser (const GstSsioFormatInput *input)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (has_magic (input, i))
      return formats[i].parse;
  }
  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (has_extension (input->path, formats[i].extension))
      return formats[i].parse;
  }
  return gst_ssio_format_parse_raw;
}

gboolean
gst_ssio_format_is_headerless (const GstSsioFormatInput *input)
{
  return pick_parser (input) == gst_ssio_format_parse_raw;
}

/* Counts in headers are set at the end of writing. */
static void
recover_points (const GstSsioFormatInput *input, GstSsioFormatInfo *info)
{
  guint64 whole = 0;

  if (info->data_offset < input->file_size)
    whole = (input->file_size - info->data_offset)
            / gst_ssio_layout_get_point_size (info->layout);
  if (info->n_points == 0 || info->n_points > whole)
    info->n_points = whole;
  info->has_more = TRUE;
}

static gboolean
check_n_points (const GstSsioFormatInput *input, const GstSsioFormatInfo *info,
    GError **error)
{
  if (info->n_points > 0)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: holds 0 points: expected at least one; name a file with points",
      input->path);
  return FALSE;
}

/* A header's word is not taken: the points must fill the file exactly, or up
 * to what the format has after them, so that none is invented and none is
 * silently left out. */
gboolean
gst_ssio_format_check_size (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, GError **error)
{
  guint point_size = gst_ssio_layout_get_point_size (info->layout);
  guint64 expected;

  if (!g_uint64_checked_mul (&expected, info->n_points, point_size)
      || !g_uint64_checked_add (&expected, expected, info->data_offset)
      || expected > G_MAXINT64) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "%s: its header says %" G_GUINT64_FORMAT
        " points of %u bytes: expected no more than 2^63 bytes; the file is "
        "damaged",
        input->path, info->n_points, point_size);
    return FALSE;
  }
  if (info->has_more ? expected > input->file_size
                     : expected != input->file_size) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "%s: its header says %" G_GUINT64_FORMAT
        " points of %u bytes from byte %" G_GUINT64_FORMAT
        " on: expected a file of %s%" G_GUINT64_FORMAT
        " bytes, found %" G_GUINT64_FORMAT
        "; the file is damaged or was not written to its end",
        input->path, info->n_points, point_size, info->data_offset,
        info->has_more ? "at least " : "", expected, input->file_size);
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_format_parse (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  if (input->file_size == 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "%s: is empty: expected at least one point, found 0 bytes; name a file "
        "with points",
        input->path);
    return FALSE;
  }
  if (!pick_parser (input) (input, info, error))
    return FALSE;
  if (input->recover && !info->decoder)
    recover_points (input, info);
  if (check_n_points (input, info, error)
      && (info->decoder || gst_ssio_format_check_size (input, info, error)))
    return TRUE;
  gst_ssio_format_info_clear (info);
  return FALSE;
}

gboolean
gst_ssio_format_columns_fit (const GstSsioLayout *wanted,
    const GstSsioLayout *columns)
{
  guint i;

  if (gst_ssio_layout_get_n_fields (wanted)
          != gst_ssio_layout_get_n_fields (columns)
      || gst_ssio_layout_get_point_size (wanted)
             != gst_ssio_layout_get_point_size (columns))
    return FALSE;
  for (i = 0; i < gst_ssio_layout_get_n_fields (wanted); i++) {
    const GstSsioField *a = gst_ssio_layout_get_field (wanted, i);
    const GstSsioField *b = gst_ssio_layout_get_field (columns, i);

    if (a->type != b->type || a->offset != b->offset)
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_format_refuse_layout (const GstSsioFormatInput *input,
    const GstSsioLayout *found, GError **error)
{
  gchar *found_text = gst_ssio_layout_to_string (found);
  gchar *wanted_text = gst_ssio_layout_to_string (input->layout);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: the layout property does not fit: expected %s, found %s; leave the "
      "property unset to take the file's",
      input->path, wanted_text, found_text);
  g_free (found_text);
  g_free (wanted_text);
  return FALSE;
}

void
gst_ssio_format_info_clear (GstSsioFormatInfo *info)
{
  g_clear_pointer (&info->layout, gst_ssio_layout_unref);
  if (info->decoder)
    info->decoder->free (info->decoder);
  info->decoder = NULL;
}
