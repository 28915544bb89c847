/* SPDX-License-Identifier: MIT */
/* A file that is being written, so that one under its final name is always
 * complete: OUT is OUT.part until it is finished, synced and renamed. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstSsioRecordFile GstSsioRecordFile;

/* Makes OUT.part, and locks it, so that two processes do not write it at once.
 * One that was left behind, by a process that was killed, is kept under another
 * name, which is told by moved; free it with g_free().
 *
 * With append, OUT, or else the OUT.part of such a process, is taken under that
 * name and gone on with. NULL with error set. */
GstSsioRecordFile *gst_ssio_record_file_open (const gchar *path,
    gboolean append, gchar **moved, GError **error);

/* OUT, and OUT.part. */
const gchar *gst_ssio_record_file_get_path (const GstSsioRecordFile *file);
const gchar *gst_ssio_record_file_get_part (const GstSsioRecordFile *file);

/* Whether OUT.part is still there, and this file. */
gboolean gst_ssio_record_file_has_part (const GstSsioRecordFile *file);

/* Bytes in it. */
guint64 gst_ssio_record_file_get_size (const GstSsioRecordFile *file);

/* At its end; where that fails, a part of them may be there. */
gboolean gst_ssio_record_file_write (GstSsioRecordFile *file,
    gconstpointer bytes, gsize size, GError **error);

/* In place of bytes that are there. */
gboolean gst_ssio_record_file_overwrite (GstSsioRecordFile *file,
    guint64 offset, gconstpointer bytes, gsize size, GError **error);

/* Cuts it off. */
gboolean gst_ssio_record_file_truncate (GstSsioRecordFile *file, guint64 size,
    GError **error);

/* Writes the text beside it, at once or not at all, as OUT.part.json. */
gboolean gst_ssio_record_file_write_sidecar (GstSsioRecordFile *file,
    const gchar *text, GError **error);

/* Syncs it, and gives it and its sidecar their final names. Where that fails,
 * it is left as OUT.part. Free it in any case. */
gboolean gst_ssio_record_file_finish (GstSsioRecordFile *file, GError **error);

/* Takes it away again: as if it had never been opened. With append, what was
 * there before stays, under the name that it had. */
void gst_ssio_record_file_discard (GstSsioRecordFile *file);

/* Leaves OUT.part where it was not finished. */
void gst_ssio_record_file_free (GstSsioRecordFile *file);

G_END_DECLS
