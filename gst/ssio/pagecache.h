/* SPDX-License-Identifier: MIT */
/* What the kernel's page cache is told of a file: which bytes will be wanted,
 * and which were used. It is advice: nothing here fails. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a file; empty where both are 0. */
typedef struct {
  guint64 start;
  guint64 end; /* one past the last */
} GstSsioByteRange;

/* Has the disk read the bytes, at least one, without waiting for it, unless
 * they are in memory. */
void gst_ssio_page_cache_announce (gint fd, guint64 offset, guint64 size);

/* Drops whole pages of the range that no process has mapped. */
void gst_ssio_page_cache_drop (gint fd, guint64 offset, guint64 size);

/* Drops bytes that were read, those that were read in a row by large blocks:
 * used has what waits for more. */
void gst_ssio_page_cache_drop_read (gint fd, GstSsioByteRange *used,
    guint64 offset, guint64 size);

/* Drops what waits. */
void gst_ssio_page_cache_flush (gint fd, GstSsioByteRange *used);

G_END_DECLS
