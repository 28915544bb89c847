/* SPDX-License-Identifier: MIT */
/* A file that is read in whole blocks, past the page cache where its file
 * system allows that. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

typedef struct _GstSsioDirectFile GstSsioDirectFile;

/* A second descriptor of the file that fd is open on; path is for messages.
 * NULL leaves errno. */
GST_SSIO_API
GstSsioDirectFile *gst_ssio_direct_file_open (gint fd, const gchar *path);

/* With no read in flight. */
GST_SSIO_API
void gst_ssio_direct_file_close (GstSsioDirectFile *file);

/* Whether the page cache is passed by. */
GST_SSIO_API
gboolean gst_ssio_direct_file_is_direct (const GstSsioDirectFile *file);

gint gst_ssio_direct_file_get_fd (const GstSsioDirectFile *file);

/* What offsets, sizes and addresses are multiples of: a power of 2, at most
 * 4096. */
gsize gst_ssio_direct_file_get_block (const GstSsioDirectFile *file);

/* Reads blocks from offset on, of which bytes holds n_read already, until
 * these are at least needed of size. Returns 0, with fewer at the file's end,
 * or an errno. */
gint gst_ssio_direct_file_read (GstSsioDirectFile *file, guint64 offset,
    guint8 *bytes, gsize size, gsize needed, gsize *n_read);

G_END_DECLS
