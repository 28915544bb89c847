/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "fileheader.h"
#include "labels.h"
#include "predictionfile.h"
#include "sidecar.h"

/* What is tried first. */
#define SHORT_HEADER_BYTES 4096

/* Has the layout of headerless records from their sidecar, where there is one.
 * Frees neither; sets what info is to know. */
static gboolean
take_sidecar (const GstSsioSidecar *sidecar, GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error)
{
  if (!input->recover
      && !gst_ssio_sidecar_check_size (sidecar, input->path, input->file_size,
          error))
    return FALSE;
  input->layout = gst_ssio_sidecar_get_file_layout (sidecar, error);
  info->has_origin = sidecar->has_origin;
  memcpy (info->origin, sidecar->origin, sizeof (info->origin));
  return input->layout != NULL;
}

static gboolean
parse_with_sidecar (GstSsioFormatInput *input, GstSsioFormatInfo *info,
    GError **error)
{
  GstSsioSidecar sidecar;
  gboolean ok;

  if (!gst_ssio_sidecar_find (&sidecar, input->path, error))
    return FALSE;
  if (!sidecar.layout)
    return gst_ssio_format_parse (input, info, error);
  ok = take_sidecar (&sidecar, input, info, error);
  if (ok) {
    ok = gst_ssio_format_parse (input, info, error);
    gst_ssio_layout_unref ((GstSsioLayout *) input->layout);
  }
  gst_ssio_sidecar_clear (&sidecar);
  return ok;
}

/* Columns have the names of their sidecar, where it is of this file. */
static void
take_names (const GstSsioFormatInput *input, GstSsioFormatInfo *info)
{
  GstSsioSidecar sidecar;
  GstSsioLayout *layout = NULL;

  if (!gst_ssio_sidecar_find (&sidecar, input->path, NULL))
    return;
  if (sidecar.layout)
    layout = gst_ssio_sidecar_get_file_layout (&sidecar, NULL);
  if (layout && gst_ssio_format_columns_fit (layout, info->layout)) {
    gst_ssio_layout_unref (info->layout);
    info->layout = g_steal_pointer (&layout);
  }
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  gst_ssio_sidecar_clear (&sidecar);
}

static gboolean
parse_bytes (GstSsioFormatInput *input, GstSsioFormatInfo *info,
    GError **error)
{
  *info = (GstSsioFormatInfo){ 0 };
  if (!input->layout && gst_ssio_format_is_headerless (input))
    return parse_with_sidecar (input, info, error);
  if (!gst_ssio_format_parse (input, info, error))
    return FALSE;
  if (info->lacks_names)
    take_names (input, info);
  return TRUE;
}

static gboolean
read_header (const GstSsioDiskFile *file, GstSsioFormatInput input,
    gsize n_bytes, GstSsioFormatInfo *info, GError **error)
{
  guint8 *bytes = g_malloc (n_bytes + 1);
  gboolean ok = FALSE;

  input.bytes = bytes;
  input.n_bytes = n_bytes;
  if (!gst_ssio_disk_file_read (file, 0, bytes, n_bytes))
    gst_ssio_disk_file_set_error (error, file->path, "read",
        errno ? errno : EIO);
  else
    ok = parse_bytes (&input, info, error);
  g_free (bytes);
  return ok;
}

/* Most headers are short, and there may be many files. */
static gboolean
read_short_or_long_header (const GstSsioDiskFile *file,
    const GstSsioFormatInput *input, GstSsioFormatInfo *info, GError **error)
{
  return (file->size > SHORT_HEADER_BYTES
             && read_header (file, *input, SHORT_HEADER_BYTES, info, NULL))
         || read_header (file, *input, MIN (file->size, GST_SSIO_HEADER_BYTES),
             info, error);
}

static gboolean
check_ended (const GstSsioDiskFile *file, GError **error)
{
  if (!gst_ssio_path_is_part (file->path))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "%s: is a recording that has not ended: expected the final name without " GST_SSIO_PART_SUFFIX
      "; wait for its end, or, where whoever recorded it was stopped, set "
      "recover=true to read it up to its last whole point",
      file->path);
  return FALSE;
}

/* What other files have of its points. */
static gboolean
join_others (const gchar *path, const GstSsioPointFileOptions *options,
    GstSsioFormatInfo *info, GError **error)
{
  gboolean is_mapped = options->io_mode == GST_SSIO_IO_MODE_MMAP;

  if ((options->labels || options->predictions)
      && (is_mapped || options->io_mode == GST_SSIO_IO_MODE_DIRECT)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: cannot be %s together with %s: expected io-mode=auto or read, "
        "found %s; points of two files are joined by a copy",
        path, is_mapped ? "mapped" : "read directly",
        options->labels ? "labels" : "predictions",
        is_mapped ? "mmap" : "direct");
    return FALSE;
  }
  return (!options->labels
             || gst_ssio_labels_join (options->labels, path, info, error))
         && (!options->predictions
             || gst_ssio_prediction_file_join (options->predictions,
                 options->first_prediction, path, info, error));
}

/* What has to be converted cannot come as it is. */
static gboolean
check_io_mode (const gchar *path, GstSsioIoMode io_mode,
    const GstSsioFormatInfo *info, GError **error)
{
  if (!info->decoder
      || (io_mode != GST_SSIO_IO_MODE_MMAP
          && io_mode != GST_SSIO_IO_MODE_DIRECT))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s: cannot be %s: expected records of a fixed size, found points "
      "that have to be converted; use io-mode=auto",
      path, io_mode == GST_SSIO_IO_MODE_MMAP ? "mapped" : "read directly");
  return FALSE;
}

gboolean
gst_ssio_file_header_read (const GstSsioDiskFile *file,
    const GstSsioPointFileOptions *options, GstSsioReadFunc read,
    gpointer read_data, GstSsioFormatInfo *info, GError **error)
{
  const GstSsioFormatInput input = {
    .path = file->path,
    .file_size = file->size,
    .layout = options->layout,
    .element = options->element,
    .column = options->column,
    .recover = options->recover,
    .read = read,
    .read_data = read_data,
  };

  if ((!options->recover && !check_ended (file, error))
      || !read_short_or_long_header (file, &input, info, error))
    return FALSE;
  if (join_others (file->path, options, info, error)
      && check_io_mode (file->path, options->io_mode, info, error))
    return TRUE;
  gst_ssio_format_info_clear (info);
  return FALSE;
}
