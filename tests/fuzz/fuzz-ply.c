/* SPDX-License-Identifier: MIT */
/* Any bytes as a PLY file: its header, and some points through its decoder. */

#include <string.h>

#include <gst/ssio/formats/formats.h>

#include "fuzz.h"

#define PATH "x.ply"
#define MAX_POINTS 100

typedef struct {
  const guint8 *bytes;
  gsize size;
} File;

static gboolean
read_bytes (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  const File *file = user_data;

  if (offset > file->size || size > file->size - offset)
    g_error ("read past the file's end");
  if (size > 0)
    memcpy (bytes, file->bytes + offset, size);
  return TRUE;
}

static void
decode (File *file, const GstSsioFormatInfo *info, guint64 first_point)
{
  guint64 n_points = MIN (info->n_points - first_point, MAX_POINTS);
  guint8 *points
      = g_malloc (n_points * gst_ssio_layout_get_point_size (info->layout));
  GError *error = NULL;

  if (!info->decoder->decode (info->decoder, PATH, read_bytes, file,
          first_point, n_points, points, &error)
      && !error)
    g_error ("failed without an error");
  g_clear_error (&error);
  g_free (points);
}

static void
check_records (const File *file, const GstSsioFormatInfo *info)
{
  guint point_size = gst_ssio_layout_get_point_size (info->layout);

  if (info->data_offset > file->size
      || info->n_points > (file->size - info->data_offset) / point_size)
    g_error ("points past the file's end");
}

static void
parse (File *file, const gchar *element, gboolean recover)
{
  GstSsioFormatInput input = {
    .path = PATH,
    .bytes = file->bytes,
    .n_bytes = MIN (file->size, GST_SSIO_HEADER_BYTES),
    .file_size = file->size,
    .element = element,
    .recover = recover,
    .read = read_bytes,
    .read_data = file,
  };
  GstSsioFormatInfo info = { .layout = NULL };
  GError *error = NULL;

  if (gst_ssio_format_parse (&input, &info, &error)) {
    if (info.decoder) {
      decode (file, &info, info.n_points / 2);
      decode (file, &info, 0);
      decode (file, &info, info.n_points - 1);
    } else {
      check_records (file, &info);
    }
    gst_ssio_format_info_clear (&info);
  } else if (!error) {
    g_error ("failed without an error");
  }
  g_clear_error (&error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  File file = { data, size };

  parse (&file, NULL, FALSE);
  parse (&file, "face", FALSE);
  parse (&file, NULL, TRUE);
  parse (&file, "face", TRUE);
  return 0;
}
