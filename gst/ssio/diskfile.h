/* SPDX-License-Identifier: MIT */
/* A regular file on disk that is open for reading, and whether it still is
 * what it was then. */
#pragma once

#include <gst/gst.h>
#include <time.h>

G_BEGIN_DECLS

typedef struct {
  gchar *path;
  gint fd; /* -1 while closed */
  guint64 size;
  guint64 version; /* never 0: changes with what the file is and has */

  /* private */
  struct timespec modified;
  gboolean has_name; /* it had a link when it was opened */
  guint64 device, inode;
  GMutex fd_lock; /* of fd, once others have batches */
} GstSsioDiskFile;

/* "PATH: cannot ACTION: " and what errno's number says. */
void gst_ssio_disk_file_set_error (GError **error, const gchar *path,
    const gchar *action, gint number);

/* FALSE with error set; it is to be cleared all the same. */
gboolean gst_ssio_disk_file_open (GstSsioDiskFile *file, const gchar *path,
    GError **error);

void gst_ssio_disk_file_clear (GstSsioDiskFile *file);

/* Closes its descriptor; it still can be checked. */
void gst_ssio_disk_file_close (GstSsioDiskFile *file);

/* Reads to the end of size bytes; FALSE leaves errno, 0 at the file's end. */
gboolean gst_ssio_disk_file_read (const GstSsioDiskFile *file, guint64 offset,
    guint8 *bytes, gsize size);

/* Drops pages from the page cache; one that is closed is opened for this. */
void gst_ssio_disk_file_drop_pages (GstSsioDiskFile *file, guint64 offset,
    guint64 size);

/* Whether bytes of its mapping may be gone: it is shorter, or was written
 * to. */
gboolean gst_ssio_disk_file_has_lost_bytes (GstSsioDiskFile *file);

/* As gst_ssio_point_file_check() has it; is_damaged where pages of a mapping
 * could not be read. */
gboolean gst_ssio_disk_file_check (GstSsioDiskFile *file, gboolean is_mapped,
    gboolean is_damaged, GError **error);

G_END_DECLS
