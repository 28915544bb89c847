/* SPDX-License-Identifier: MIT */
/* Many point files of one layout, a few of which are open at a time. */
#pragma once

#include "pointfileio.h"

G_BEGIN_DECLS

typedef struct _GstSsioFileTable GstSsioFileTable;

/* Looks at each file of paths, which are taken over; they must have one
 * layout. NULL with error set. */
GstSsioFileTable *gst_ssio_file_table_new (GPtrArray *paths,
    const GstSsioPointFileOptions *options, GError **error);

void gst_ssio_file_table_free (GstSsioFileTable *table);

/* For the files that are open, and those that will be. */
void gst_ssio_file_table_set_damage_func (GstSsioFileTable *table,
    GstSsioDamageFunc func, gpointer user_data);

/* What is read ahead of files that are read directly, in reads in flight,
 * whether pages are dropped behind those that are not, and whether batches
 * come in an order that jumps. Before the first batch. */
void gst_ssio_file_table_set_reading (GstSsioFileTable *table, guint n_reads,
    gboolean drop_behind, gboolean is_scattered);

guint gst_ssio_file_table_get_n_files (const GstSsioFileTable *table);
const gchar *gst_ssio_file_table_get_path (const GstSsioFileTable *table,
    guint index);
guint64 gst_ssio_file_table_get_n_points (const GstSsioFileTable *table,
    guint index);
guint64 gst_ssio_file_table_get_version (const GstSsioFileTable *table,
    guint index);
GstSsioLayout *gst_ssio_file_table_get_layout (const GstSsioFileTable *table);

/* Whether all files can be mapped. */
gboolean gst_ssio_file_table_is_mapped (const GstSsioFileTable *table);

/* The open file, owned by the table until the next call; NULL with error set
 * where it cannot be opened, or is not what it was. From one thread at a
 * time, as what follows. */
GstSsioPointFile *gst_ssio_file_table_open (GstSsioFileTable *table,
    guint index, GError **error);

/* The same ahead of time, at step now of an epoch for a batch of step then:
 * files that are wanted in between are not closed for it. NULL also where that
 * leaves no room, without an error: what is wrong with the file shows when it
 * is needed. */
GstSsioPointFile *gst_ssio_file_table_open_ahead (GstSsioFileTable *table,
    guint index, guint64 now, guint64 then);

/* Checks the files that are open, and that of the predictions. */
gboolean gst_ssio_file_table_check (GstSsioFileTable *table, GError **error);

/* Lets go of what open files keep for the next batches. */
void gst_ssio_file_table_release_cursors (GstSsioFileTable *table);

G_END_DECLS
