/* SPDX-License-Identifier: MIT */
/* Bytes as a .pcd file: its header, then points here and there. */

#include <errno.h>
#include <string.h>

#include <gst/ssio/formats/formats.h>

#include "fuzz.h"

#define MAX_BATCH_BYTES (1 << 20)

typedef struct {
  const guint8 *bytes;
  gsize size;
} File;

static gboolean
read_file (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  const File *file = user_data;

  errno = 0;
  if (offset > file->size || size > file->size - offset)
    return FALSE;
  memcpy (bytes, file->bytes + offset, size);
  return TRUE;
}

static void
decode_points (GstSsioFormatInfo *info, File *file)
{
  guint point_size = gst_ssio_layout_get_point_size (info->layout);
  guint64 most = MAX (MAX_BATCH_BYTES / point_size, 1);
  guint64 firsts[] = { info->n_points - 1, 0, info->n_points / 2 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (firsts); i++) {
    guint64 n = MIN (most, info->n_points - firsts[i]);
    guint8 *points = g_malloc (n * point_size);

    info->decoder->decode (info->decoder, "x.pcd", read_file, file, firsts[i],
        n, points, NULL);
    g_free (points);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  File file = { data, size };
  GstSsioFormatInput input = {
    .path = "x.pcd",
    .bytes = data,
    .n_bytes = MIN (size, GST_SSIO_HEADER_BYTES),
    .file_size = size,
    .read = read_file,
    .read_data = &file,
  };
  GstSsioFormatInfo info = { 0 };
  GError *error = NULL;

  if (!gst_ssio_format_parse (&input, &info, &error)) {
    g_assert (error != NULL && info.layout == NULL && info.decoder == NULL);
    g_error_free (error);
    return 0;
  }
  if (info.decoder)
    decode_points (&info, &file);
  gst_ssio_format_info_clear (&info);
  return 0;
}
