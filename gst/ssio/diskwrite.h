/* SPDX-License-Identifier: MIT */
/* Writing to a file on disk, and what to do where that fails. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* FALSE leaves errno. Sets how many bytes were written in any case, where
 * n_written is not NULL. */
GST_SSIO_API
gboolean gst_ssio_disk_write (gint fd, guint64 offset, gconstpointer bytes,
    gsize size, gsize *n_written);

/* "PATH: cannot ACTION: ", what errno's number says, and the way out; a
 * RESOURCE error of that code, or of NO_SPACE_LEFT. FALSE. */
GST_SSIO_API
gboolean gst_ssio_disk_write_set_error (GError **error, gint code,
    const gchar *path, const gchar *action, gint number);

G_END_DECLS
