/* SPDX-License-Identifier: MIT */
/* Pages of a read-only file mapping: made present, dropped, and guarded
 * against the file shrinking under them. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* Makes the pages that hold [start, start + size) present, waiting for the
 * disk. Returns 0 or an errno; EFAULT where the file ends before the range. */
GST_SSIO_API
gint gst_ssio_pages_populate (const guint8 *start, gsize size);

/* The same by touching them, for kernels before 5.14. */
GST_SSIO_API
void gst_ssio_pages_touch (const guint8 *start, gsize size);

/* Takes the pages out of the process; the page cache keeps them. The range
 * must be aligned to pages. */
GST_SSIO_API
void gst_ssio_pages_drop (const guint8 *start, gsize size);

/* Keeps the kernel from reading more than the pages that are touched, which it
 * else does around each, and again behind what it read so. The start must be
 * aligned to pages. */
GST_SSIO_API
void gst_ssio_pages_set_random (const guint8 *start, gsize size);

typedef struct _GstSsioGuard GstSsioGuard;

/* From here on, reading a page of the mapping that its file no longer backs
 * gives zeros and marks the guard, where it would have killed the process
 * with SIGBUS. start must be aligned to pages. */
GstSsioGuard *gst_ssio_guard_new (guint8 *start, gsize size);

/* Whether the file failed to back a page that was read. */
gboolean gst_ssio_guard_is_damaged (GstSsioGuard *guard);

/* To be called before the mapping goes. */
void gst_ssio_guard_free (GstSsioGuard *guard);

G_END_DECLS
