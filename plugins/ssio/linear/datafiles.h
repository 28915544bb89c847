/* SPDX-License-Identifier: MIT */
/* The files that a stream's batches come from, as its source has named them
 * with the event ssio-files. */
#pragma once

#include <gst/ssio/ssio.h>

G_BEGIN_DECLS

typedef struct {
  guint n_files;
  gchar **locations;
  guint64 *first_rows; /* of each file's points among all, and of their end */
} GstSsioDataFiles;

/* NULL where the event is another one. */
GstSsioDataFiles *gst_ssio_data_files_new (GstEvent *event);

void gst_ssio_data_files_free (GstSsioDataFiles *files);

/* Whether they are of the same names and sizes; either may be NULL. */
gboolean gst_ssio_data_files_equal (const GstSsioDataFiles *a,
    const GstSsioDataFiles *b);

/* FALSE with error set where the file at path, which is to be written, is one
 * of them, by whatever name. */
gboolean gst_ssio_data_files_spare (const GstSsioDataFiles *files,
    const gchar *path, GError **error);

/* The place of the first of a batch's n_points points among all points in the
 * order of the files. FALSE with error set where it has none. */
gboolean gst_ssio_data_files_find_row (const GstSsioDataFiles *files,
    const GstSsioBatchMeta *meta, guint64 n_points, guint64 *row,
    GError **error);

/* Where the point is that follows a batch's first by offset; files and meta
 * may be NULL. Free with g_free(). */
gchar *gst_ssio_data_files_describe (const GstSsioDataFiles *files,
    const GstSsioBatchMeta *meta, guint64 offset);

G_END_DECLS
