/* SPDX-License-Identifier: MIT */
/* Any bytes as a LAS file: an error with a text, or a layout whose points are
 * in the file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include <gst/ssio/formats/formats.h>
#include <gst/ssio/gather.h>

#include "fuzz.h"

/* A LAS header; what follows it is read. */
#define FEW_BYTES 375

typedef struct {
  const guint8 *data;
  gsize size;
} File;

static gboolean
read_file (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  const File *file = user_data;

  errno = 0;
  if (offset > file->size || size > file->size - offset)
    return FALSE;
  memcpy (bytes, file->data + offset, size);
  return TRUE;
}

/* Reads every field of the last point. */
static void
use_last_point (const File *file, const GstSsioFormatInfo *info)
{
  guint n_fields = gst_ssio_layout_get_n_fields (info->layout);
  guint point_size = gst_ssio_layout_get_point_size (info->layout);
  const guint8 *point
      = file->data + info->data_offset + (info->n_points - 1) * point_size;
  guint *fields = g_new (guint, n_fields);
  gfloat *columns = g_new (gfloat, n_fields);
  guint8 *copy = g_memdup2 (point, point_size);
  GstSsioGather *gather;
  guint i;

  for (i = 0; i < n_fields; i++)
    fields[i] = i;
  gather = gst_ssio_gather_new (info->layout, fields, n_fields);
  gst_ssio_gather_columns (gather, copy, 1, columns, 1);
  gst_ssio_gather_free (gather);
  g_free (copy);
  g_free (columns);
  g_free (fields);
}

/* Returns the number of points, or 0 for an error. */
static guint64
parse (File *file, gsize n_bytes, gboolean recover)
{
  GstSsioFormatInput input = {
    .path = "x.las",
    .bytes = file->data,
    .n_bytes = n_bytes,
    .file_size = file->size,
    .recover = recover,
    .read = read_file,
    .read_data = file,
  };
  GstSsioFormatInfo info = { .layout = NULL };
  GError *error = NULL;
  guint64 n_points = 0;

  if (gst_ssio_format_parse (&input, &info, &error)) {
    n_points = info.n_points;
    g_assert (error == NULL);
    g_assert (info.layout != NULL && n_points > 0);
    if (!info.decoder)
      use_last_point (file, &info);
    gst_ssio_format_info_clear (&info);
  } else {
    g_assert (info.layout == NULL);
    g_assert (error != NULL);
    g_assert (g_utf8_validate (error->message, -1, NULL));
    g_error_free (error);
  }
  return n_points;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  File file = { data, size };
  guint64 n_points = parse (&file, MIN (size, GST_SSIO_HEADER_BYTES), FALSE);

  /* the same, whether bytes are shown or have to be read */
  g_assert (parse (&file, MIN (size, FEW_BYTES), FALSE) == n_points);
  /* what is whole is recovered */
  if (n_points > 0)
    g_assert (parse (&file, MIN (size, FEW_BYTES), TRUE) == n_points);
  else
    parse (&file, MIN (size, FEW_BYTES), TRUE);
  return 0;
}
