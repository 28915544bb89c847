/* SPDX-License-Identifier: MIT */
/* Reads in flight: what is needed of io_uring. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstSsioReadRing GstSsioReadRing;

/* For at most n_reads at a time. NULL, with an errno in number, where the
 * library was built without liburing, or the kernel does not allow it. */
GstSsioReadRing *gst_ssio_read_ring_new (guint n_reads, gint *number);

/* With no read in flight. */
void gst_ssio_read_ring_free (GstSsioReadRing *ring);

/* Starts a read, which tag names when it is done. Returns 0 or an errno. */
gint gst_ssio_read_ring_start (GstSsioReadRing *ring, gint fd, guint8 *bytes,
    gsize size, guint64 offset, gpointer tag);

/* Waits for any read, and gives its tag and what it read, or minus an errno.
 * NULL where there is nothing to wait for any more, which must not be. */
gpointer gst_ssio_read_ring_wait (GstSsioReadRing *ring, gssize *result);

G_END_DECLS
