/* SPDX-License-Identifier: MIT */
/* Waiting for a file that another process writes. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_FILE_WRITTEN, /* it may still grow */
  GST_SSIO_FILE_RENAMED, /* its writer has given it another name */
  GST_SSIO_FILE_DELETED, /* or replaced by another */
} GstSsioFileState;

typedef struct _GstSsioFileWatch GstSsioFileWatch;

/* Of an open file, which was opened by that path. Both are the caller's, and
 * stay as long. */
GstSsioFileWatch *gst_ssio_file_watch_new (gint fd, const gchar *path);
void gst_ssio_file_watch_free (GstSsioFileWatch *watch);

/* What the file is now. Its size is not older than its state: that of a file
 * that was renamed is its last. FALSE leaves errno. */
gboolean gst_ssio_file_watch_look (GstSsioFileWatch *watch,
    GstSsioFileState *state, guint64 *size);

/* Returns when something may have changed, and at monotonic time end at last.
 * FALSE while flushing. */
gboolean gst_ssio_file_watch_wait (GstSsioFileWatch *watch, gint64 end);

/* From any thread: ends waiting, and has it not begin. */
void gst_ssio_file_watch_set_flushing (GstSsioFileWatch *watch,
    gboolean flushing);

G_END_DECLS
