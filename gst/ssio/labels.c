/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gstssiopointfile.h"
#include "labels.h"

/* Points that are joined at a time, so that they stay in the cache. */
#define PART 8192

#define LABEL_SIZE 4

typedef struct {
  GstSsioDecoder decoder;
  GstSsioDecoder *scan; /* NULL where its points are records in the file */
  guint64 data_offset;  /* of those */
  guint scan_size;      /* bytes of a point without its label */
  GstSsioPointFile *labels;
  guint8 part[PART * LABEL_SIZE];
} Join;

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

/* Puts the labels between n_points records that lie side by side, from the
 * last one on, since it is the first to move. */
static void
spread (const Join *self, guint8 *points, gsize n_points)
{
  gsize size = self->scan_size;
  gsize i;

  for (i = n_points; i-- > 0;) {
    guint8 *to = points + i * (size + LABEL_SIZE);

    memmove (to, points + i * size, size);
    memcpy (to + size, self->part + i * LABEL_SIZE, LABEL_SIZE);
  }
}

static gboolean
read_scan (Join *self, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  if (self->scan)
    return self->scan->decode (self->scan, path, read, read_data, first_point,
        n_points, points, error);
  if (read (read_data, self->data_offset + first_point * self->scan_size,
          points, n_points * self->scan_size))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: cannot read %" G_GUINT64_FORMAT " points from point "
      "%" G_GUINT64_FORMAT " on: %s; check the file and the disk it is on",
      path, n_points, first_point,
      errno ? g_strerror (errno) : "it was truncated meanwhile");
  return FALSE;
}

static gboolean
decode (GstSsioDecoder *decoder, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  Join *self = (Join *) decoder;

  while (n_points > 0) {
    guint64 n = MIN (n_points, PART);

    if (!read_scan (self, path, read, read_data, first_point, n, points, error)
        || !gst_ssio_point_file_read_points (self->labels, first_point, n,
            self->part, error))
      return FALSE;
    spread (self, points, n);
    points += n * (self->scan_size + LABEL_SIZE);
    first_point += n;
    n_points -= n;
  }
  return TRUE;
}

static void
free_join (GstSsioDecoder *decoder)
{
  Join *self = (Join *) decoder;

  if (self->scan)
    self->scan->free (self->scan);
  gst_ssio_point_file_unref (self->labels);
  g_free (self);
}

static GstSsioLayout *
join_layout (const GstSsioLayout *scan, const gchar *path, GError **error)
{
  guint n = gst_ssio_layout_get_n_fields (scan);
  guint size = gst_ssio_layout_get_point_size (scan);
  const GstSsioField labels[]
      = { { "sem_class", GST_SSIO_TYPE_U2, size, 0, 0, 1, 0 },
          { "ins_class", GST_SSIO_TYPE_U2, size + 2, 0, 0, 1, 0 } };
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (GstSsioField));
  GstSsioLayout *layout;

  g_array_append_vals (fields, gst_ssio_layout_get_field (scan, 0), n);
  g_array_append_vals (fields, labels, G_N_ELEMENTS (labels));
  layout = gst_ssio_layout_new ((GstSsioField *) fields->data, fields->len,
      size + LABEL_SIZE, error);
  if (!layout)
    g_prefix_error (error,
        "%s: labels cannot join its points; set the layout property to what "
        "the scan holds without labels (layout=semantickitti): ",
        path);
  g_array_unref (fields);
  return layout;
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
  GstSsioLayout *layout = join_layout (info->layout, scan, error);
  GstSsioPointFile *labels = NULL;
  gchar *path = NULL;
  Join *self;

  if (layout && (path = gst_ssio_labels_get_path (pattern, scan, error)))
    labels = open_labels (path, scan, info->n_points, error);
  g_free (path);
  if (!labels) {
    g_clear_pointer (&layout, gst_ssio_layout_unref);
    return FALSE;
  }
  self = g_new (Join, 1);
  self->decoder = (GstSsioDecoder){ decode, free_join };
  self->scan = info->decoder;
  self->data_offset = info->data_offset;
  self->scan_size = gst_ssio_layout_get_point_size (info->layout);
  self->labels = labels;
  gst_ssio_layout_unref (info->layout);
  info->layout = layout;
  info->decoder = &self->decoder;
  return TRUE;
}
