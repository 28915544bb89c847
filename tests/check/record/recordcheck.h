/* SPDX-License-Identifier: MIT */
/* Recordings, and whether they hold what they were made of. */
#pragma once

#include <gst/ssio/pointfileio.h>

#include "ssiocheck.h"

G_BEGIN_DECLS

/* A new folder in the tests' directory. Free it with
 * ssio_check_remove_folder(). */
gchar *recordcheck_make_folder (void);

gboolean recordcheck_exists (const gchar *folder, const gchar *name);

/* Free with g_free(). */
gchar *recordcheck_read (const gchar *folder, const gchar *name, gsize *size);

void recordcheck_write (const gchar *folder, const gchar *name,
    gconstpointer bytes, gsize size);

/* How many files the folder has. */
guint recordcheck_count_files (const gchar *folder);

/* A file of headerless records of the layout with any bits, but for floats,
 * which are finite. */
gchar *recordcheck_write_points (const gchar *layout, guint64 n_points,
    guint seed);

GstSsioPointFile *recordcheck_open (const gchar *path, const gchar *layout,
    gboolean recover);

/* Expects all fields of n_points points of a from start on, and their values,
 * in b, which has no more. */
void recordcheck_expect_same (GstSsioPointFile *a, guint64 start,
    guint64 n_points, GstSsioPointFile *b);

G_END_DECLS
