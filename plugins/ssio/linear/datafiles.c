/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib/gstdio.h>
#include <string.h>

#include "datafiles.h"

GstSsioDataFiles *
gst_ssio_data_files_new (GstEvent *event)
{
  GstSsioDataFiles files;
  guint64 *points;
  guint i;

  if (!gst_event_parse_ssio_files (event, &files.n_files, &files.locations,
          &points))
    return NULL;
  files.first_rows = g_new (guint64, files.n_files + 1);
  files.first_rows[0] = 0;
  for (i = 0; i < files.n_files; i++)
    files.first_rows[i + 1] = files.first_rows[i] + points[i];
  g_free (points);
  return g_memdup2 (&files, sizeof (files));
}

void
gst_ssio_data_files_free (GstSsioDataFiles *files)
{
  g_strfreev (files->locations);
  g_free (files->first_rows);
  g_free (files);
}

gboolean
gst_ssio_data_files_equal (const GstSsioDataFiles *a,
    const GstSsioDataFiles *b)
{
  return a && b && a->n_files == b->n_files
         && memcmp (a->first_rows, b->first_rows,
                (a->n_files + 1) * sizeof (guint64))
                == 0
         && g_strv_equal ((const gchar *const *) a->locations,
             (const gchar *const *) b->locations);
}

gboolean
gst_ssio_data_files_spare (const GstSsioDataFiles *files, const gchar *path,
    GError **error)
{
  GStatBuf wanted, found;
  guint i;

  if (g_stat (path, &wanted) != 0)
    return TRUE;
  for (i = 0; i < files->n_files; i++) {
    if (g_stat (files->locations[i], &found) == 0
        && found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino) {
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "%s: expected another file to write than those with points, found "
          "one that is read",
          path);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
has_file (const GstSsioDataFiles *files, const GstSsioBatchMeta *meta)
{
  return files && meta && meta->file < files->n_files;
}

gboolean
gst_ssio_data_files_find_row (const GstSsioDataFiles *files,
    const GstSsioBatchMeta *meta, guint64 n_points, guint64 *row,
    GError **error)
{
  if (meta && meta->file == G_MAXUINT) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "predictions cannot be written for batches whose points are mixed: "
        "expected batches of neighbouring points; use shuffle=batches or none "
        "in place of shuffle=points");
    return FALSE;
  }
  if (!has_file (files, meta)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "predictions cannot be written: a batch does not say which points of "
        "which file it has; use ssiosrc, without follow, and elements that "
        "keep what it says");
    return FALSE;
  }
  if (meta->n_points != n_points) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "%s: a batch says that it has %" G_GUINT64_FORMAT
        " points of the file, found %" G_GUINT64_FORMAT
        ", whose places predictions need; leave out what changes batches "
        "before this element",
        files->locations[meta->file], meta->n_points, n_points);
    return FALSE;
  }
  *row = files->first_rows[meta->file] + meta->first_point;
  if (meta->first_point <= *row
      && *row + meta->n_points <= files->first_rows[meta->file + 1])
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s: a batch has points %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
      ", expected no more than the %" G_GUINT64_FORMAT
      " of the file; check what stands before this element",
      files->locations[meta->file], meta->first_point,
      meta->first_point + meta->n_points - 1,
      files->first_rows[meta->file + 1] - files->first_rows[meta->file]);
  return FALSE;
}

gchar *
gst_ssio_data_files_describe (const GstSsioDataFiles *files,
    const GstSsioBatchMeta *meta, guint64 offset)
{
  if (has_file (files, meta))
    return g_strdup_printf ("%s: point %" G_GUINT64_FORMAT,
        files->locations[meta->file], meta->first_point + offset);
  if (meta)
    return g_strdup_printf ("point %" G_GUINT64_FORMAT
                            " of batch %" G_GUINT64_FORMAT,
        offset, meta->batch);
  return g_strdup_printf ("point %" G_GUINT64_FORMAT " of a batch", offset);
}
