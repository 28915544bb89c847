/* SPDX-License-Identifier: MIT */
/* Headerless records: the file is the points, the user knows the layout. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "formats.h"

gboolean
gst_ssio_format_parse_raw (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  GstSsioLayout *layout;
  guint point_size;

  if (input->layout)
    layout = gst_ssio_layout_ref ((GstSsioLayout *) input->layout);
  else
    layout
        = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);

  point_size = gst_ssio_layout_get_point_size (layout);
  if (!input->recover && input->file_size % point_size != 0) {
    gchar *text = gst_ssio_layout_to_string (layout);

    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "%s: %" G_GUINT64_FORMAT
        " bytes are not a whole number of points: expected a multiple of %u "
        "bytes (layout %s), found %" G_GUINT64_FORMAT
        " bytes over; set the layout property to what the file holds, or "
        "repair the file",
        input->path, input->file_size, point_size, text,
        input->file_size % point_size);
    g_free (text);
    gst_ssio_layout_unref (layout);
    return FALSE;
  }
  info->layout = layout;
  info->data_offset = 0;
  info->n_points = input->file_size / point_size;
  return TRUE;
}
