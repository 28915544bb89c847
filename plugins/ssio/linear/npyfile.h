/* SPDX-License-Identifier: MIT */
/* A .npy file of rows that are written in any order, and appears as a whole. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstSsioNpyFile GstSsioNpyFile;

/* descr is NumPy's, as "<f4"; a row is n_columns of them, or one and no
 * dimension of its own where n_columns is 0. The file has another name in the
 * folder of path. NULL with error set. */
GstSsioNpyFile *gst_ssio_npy_file_create (const gchar *path,
    const gchar *descr, guint64 n_rows, guint n_columns, guint row_size,
    GError **error);

/* Removes what was not finished. */
void gst_ssio_npy_file_free (GstSsioNpyFile *file);

gboolean gst_ssio_npy_file_write (GstSsioNpyFile *file, guint64 first_row,
    guint64 n_rows, gconstpointer rows, GError **error);

/* Fills the rows that were not written with that byte, and has the file appear
 * under its name. */
gboolean gst_ssio_npy_file_finish (GstSsioNpyFile *file, guint8 fill,
    GError **error);

G_END_DECLS
