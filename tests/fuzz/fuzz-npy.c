/* SPDX-License-Identifier: MIT */
/* Any bytes as a .npy file: an error with a text, or a layout whose points are
 * in the file, with arrays of one dimension and without. */

#include <gst/ssio/formats/formats.h>

#include "fuzz.h"

static gboolean
read_nothing (gpointer user_data, guint64 offset, guint8 *bytes, gsize size)
{
  return FALSE;
}

static void
check_points (const GstSsioFormatInfo *info, gsize size)
{
  guint point_size = gst_ssio_layout_get_point_size (info->layout);

  g_assert (info->n_points > 0 && info->data_offset < size);
  g_assert (info->n_points <= (size - info->data_offset) / point_size);
}

static void
parse (const uint8_t *data, size_t size, const gchar *column)
{
  const GstSsioFormatInput input = {
    .path = "x.npy",
    .bytes = data,
    .n_bytes = MIN (size, GST_SSIO_HEADER_BYTES),
    .file_size = size,
    .column = column,
    .read = read_nothing,
  };
  GstSsioFormatInfo info = { 0 };
  GError *error = NULL;

  if (gst_ssio_format_parse (&input, &info, &error)) {
    if (!info.decoder) /* as those of another format have */
      check_points (&info, size);
    gst_ssio_format_info_clear (&info);
    return;
  }
  g_assert (info.layout == NULL && error != NULL);
  g_assert (g_utf8_validate (error->message, -1, NULL));
  g_error_free (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  parse (data, size, NULL);
  parse (data, size, "prediction");
  return 0;
}
