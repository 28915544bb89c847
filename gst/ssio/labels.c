/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <sys/stat.h>

#include "join.h"
#include "labels.h"

#define LABEL_SIZE 4

/* The only place for the scan's name, or NULL; sets its length. */
static const gchar *
find_place (const gchar *pattern, gsize *length)
{
  const gchar *star = strchr (pattern, '*');
  const gchar *percent = strstr (pattern, "%s");
  const gchar *place = star ? star : percent;

  *length = star ? 1 : 2;
  if (!place || (star && percent) || strchr (place + *length, '*')
      || strstr (place + *length, "%s"))
    return NULL;
  return place;
}

/* The last part of the path, without what follows its last dot. */
static gchar *
get_stem (const gchar *path)
{
  gchar *name = g_path_get_basename (path);
  gchar *dot = strrchr (name, '.');

  if (dot && dot != name)
    *dot = '\0';
  return name;
}

gchar *
gst_ssio_labels_get_path (const gchar *pattern, const gchar *scan,
    GError **error)
{
  gsize length;
  const gchar *place = find_place (pattern, &length);
  gchar *stem, *folder, *name, *path;

  if (!place) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "labels=%s: expected one %%s or * where a scan's name goes, without "
        "folder and extension (labels=../labels/%%s.label)",
        pattern);
    return NULL;
  }
  stem = get_stem (scan);
  name = g_strdup_printf ("%.*s%s%s", (gint) (place - pattern), pattern, stem,
      place + length);
  folder = g_path_get_dirname (scan);
  path = g_path_is_absolute (name) ? g_strdup (name)
                                   : g_build_filename (folder, name, NULL);
  g_free (folder);
  g_free (name);
  g_free (stem);
  return path;
}

static gboolean
fail_size (const gchar *path, const gchar *scan, guint64 n_points,
    guint64 size, GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: holds no label for each point of %s: expected %" G_GUINT64_FORMAT
      " bytes, %d for each of %" G_GUINT64_FORMAT
      " points, found %" G_GUINT64_FORMAT
      "; the two are not of one scan, or one is damaged, or the layout "
      "property does not fit the scan",
      path, scan, n_points * LABEL_SIZE, LABEL_SIZE, n_points, size);
  return FALSE;
}

/* NULL with an error that names both files. */
static GstSsioPointFile *
open_labels (const gchar *path, const gchar *scan, guint64 n_points,
    GError **error)
{
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string ("sem_class:u2,ins_class:u2", 0, NULL);
  GstSsioPointFile *labels = NULL;
  struct stat status;

  if (stat (path, &status) == 0 && S_ISREG (status.st_mode)
      && (guint64) status.st_size != n_points * LABEL_SIZE)
    fail_size (path, scan, n_points, status.st_size, error);
  else if (!(labels = gst_ssio_point_file_open (path, layout,
                 GST_SSIO_IO_MODE_READ, error)))
    g_prefix_error (error, "labels of %s: ", scan);
  gst_ssio_layout_unref (layout);
  if (labels && gst_ssio_point_file_get_n_points (labels) != n_points) {
    fail_size (path, scan, n_points,
        gst_ssio_point_file_get_n_points (labels) * LABEL_SIZE, error);
    g_clear_pointer (&labels, gst_ssio_point_file_unref);
  }
  return labels;
}

gboolean
gst_ssio_labels_join (const gchar *pattern, const gchar *scan,
    GstSsioFormatInfo *info, GError **error)
{
  gchar *path = gst_ssio_labels_get_path (pattern, scan, error);
  GstSsioPointFile *labels = NULL;
  gboolean ok = FALSE;

  if (path)
    labels = open_labels (path, scan, info->n_points, error);
  if (labels && !(ok = gst_ssio_join (info, labels, 0, error)))
    g_prefix_error (error,
        "%s: labels cannot join its points; set the layout property to what "
        "the scan holds without labels (layout=semantickitti): ",
        scan);
  g_clear_pointer (&labels, gst_ssio_point_file_unref);
  g_free (path);
  return ok;
}
