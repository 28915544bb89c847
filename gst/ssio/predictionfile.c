/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "join.h"
#include "pointfileio.h"
#include "predictionfile.h"

#define FIELD "prediction"

static gboolean
are_classes (GstSsioPointFile *file)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  const GstSsioField *field = gst_ssio_layout_get_field (layout, 0);

  return gst_ssio_layout_get_n_fields (layout) == 1
         && g_str_equal (field->name, FIELD) && field->type != GST_SSIO_TYPE_F4
         && field->type != GST_SSIO_TYPE_F8;
}

/* It may be any file of points. */
static void
refuse_layout (GstSsioPointFile *file, GError **error)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  guint n_fields = gst_ssio_layout_get_n_fields (layout);
  gchar *found = n_fields == 1
                     ? gst_ssio_layout_to_string (layout)
                     : g_strdup_printf ("%u numbers a point", n_fields);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: expected a .npy array of one integer a point, its class, or of "
      "records with the field " FIELD " alone, found %s; write it with "
      "predictions-type=argmax of ssiolinear, or save argmax(axis=1) of logits "
      "or probabilities",
      gst_ssio_point_file_get_path (file), found);
  g_free (found);
}

/* The numbers are read and not mapped, so that they take no memory. */
GstSsioPointFile *
gst_ssio_prediction_file_open (const gchar *path, GError **error)
{
  const GstSsioPointFileOptions options
      = { .column = FIELD, .io_mode = GST_SSIO_IO_MODE_READ };
  GstSsioPointFile *file
      = gst_ssio_point_file_open_with (path, &options, error);

  if (file && !are_classes (file)) {
    refuse_layout (file, error);
    g_clear_pointer (&file, gst_ssio_point_file_unref);
  }
  if (!file)
    g_prefix_error (error, "predictions: ");
  return file;
}

gboolean
gst_ssio_prediction_file_check (GstSsioPointFile *predictions,
    guint64 n_points, GError **error)
{
  guint64 found = gst_ssio_point_file_get_n_points (predictions);

  if (found == n_points)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: holds no prediction for each point of the files: expected "
      "%" G_GUINT64_FORMAT ", one a point, found %" G_GUINT64_FORMAT
      "; read the files that they were made of, all of them and in the same "
      "order, or predict again",
      gst_ssio_point_file_get_path (predictions), n_points, found);
  return FALSE;
}

gboolean
gst_ssio_prediction_file_join (GstSsioPointFile *predictions, guint64 first,
    const gchar *path, GstSsioFormatInfo *info, GError **error)
{
  if (gst_ssio_join (info, predictions, first, error))
    return TRUE;
  g_prefix_error (error,
      "%s: predictions cannot join its points; leave predictions unset where "
      "the file has the field: ",
      path);
  return FALSE;
}
