/* SPDX-License-Identifier: MIT */
/* What opening a file and writing it share. */
#pragma once

#include "recordfile.h"

G_BEGIN_DECLS

/* How names end that nobody looks for. */
#define GST_SSIO_RECORD_NEW_SUFFIX ".new"

struct _GstSsioRecordFile {
  gchar *path;
  gchar *part_path;
  gint folder; /* which may be renamed meanwhile */
  gchar *name; /* these are in it */
  gchar *part;
  gchar *sidecar;
  gchar *part_sidecar;
  gint fd; /* -1 before it is open, and once it is finished */
  guint64 size;
  guint64 old_size; /* what was there before, with append */
  gboolean has_old; /* OUT was there, and is to be put back by a discard */
  gboolean has_sidecar;
  guint64 written_back; /* bytes from the start */
};

/* FALSE, with what errno's number says. */
gboolean gst_ssio_record_fail_open (const gchar *path, gint number,
    GError **error);

/* Whether what is open has that name in the folder. */
gboolean gst_ssio_record_file_is_at (const GstSsioRecordFile *file, gint fd,
    const gchar *name);

/* Not over a file of that name. FALSE leaves errno. */
gboolean gst_ssio_record_rename_to_free (gint folder, const gchar *from,
    const gchar *to);

/* Where it is open, and sets it to -1. */
void gst_ssio_record_close (gint *fd);

G_END_DECLS
