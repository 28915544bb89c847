/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "plycheck.h"

#define PATH "file.ply"

PlyCheckFile *
ply_check_new (gchar *bytes, gsize size)
{
  PlyCheckFile *file = g_new0 (PlyCheckFile, 1);

  file->bytes = bytes;
  file->size = size;
  file->fails_from = G_MAXUINT64;
  return file;
}

PlyCheckFile *
ply_check_load (const gchar *name)
{
  gchar *path = g_build_filename (ssio_check_get_directory (), name, NULL);
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL), "%s", path);
  g_free (path);
  return ply_check_new (bytes, size);
}

void
ply_check_free (PlyCheckFile *file)
{
  gst_ssio_format_info_clear (&file->info);
  g_free (file->bytes);
  g_free (file);
}

static gboolean
read_bytes (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  PlyCheckFile *file = user_data;

  fail_unless (offset <= file->size && size <= file->size - offset,
      "read past the file's end");
  file->largest_read = MAX (file->largest_read, size);
  errno = file->fails_with;
  if (size > 0 && offset + size > file->fails_from)
    return FALSE;
  memcpy (bytes, file->bytes + offset, size);
  return TRUE;
}

gboolean
ply_check_parse (PlyCheckFile *file, const gchar *element, const gchar *layout,
    GError **error)
{
  GstSsioFormatInput input = {
    .path = PATH,
    .bytes = (const guint8 *) file->bytes,
    .n_bytes = MIN (file->size, GST_SSIO_HEADER_BYTES),
    .file_size = file->size,
    .element = element,
    .read = read_bytes,
    .read_data = file,
  };
  GstSsioLayout *wanted = NULL;
  gboolean ok;

  if (layout)
    wanted = gst_ssio_layout_new_from_string (layout, 0, NULL);
  input.layout = wanted;
  gst_ssio_format_info_clear (&file->info);
  memset (&file->info, 0, sizeof (file->info));
  ok = gst_ssio_format_parse (&input, &file->info, error);
  g_clear_pointer (&wanted, gst_ssio_layout_unref);
  return ok;
}

gboolean
ply_check_decode (PlyCheckFile *file, guint64 first_point, guint64 n_points,
    guint8 *points, GError **error)
{
  const GstSsioFormatInfo *info = &file->info;
  guint point_size = gst_ssio_layout_get_point_size (info->layout);

  if (info->decoder)
    return info->decoder->decode (info->decoder, PATH, read_bytes, file,
        first_point, n_points, points, error);
  return read_bytes (file, info->data_offset + first_point * point_size,
      points, n_points * point_size);
}
