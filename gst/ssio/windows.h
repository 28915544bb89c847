/* SPDX-License-Identifier: MIT */
/* Windows of a mapped file: made present when the first batch in them is
 * asked for, dropped when the last one goes. They have a size of their own,
 * since a pair of system calls a small batch costs more than the batch. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Large enough that the system calls do not count, small enough that what a
 * few batches keep of their first and last window stays a few megabytes; and
 * a large page, which one entry maps where the page cache has it. */
#define GST_SSIO_WINDOW_SIZE ((gsize) 2 << 20)

typedef struct _GstSsioWindows GstSsioWindows;

/* Bytes have left the process; called from any thread. */
typedef void (*GstSsioDropFunc) (gpointer user_data, gsize offset, gsize size);

GstSsioWindows *gst_ssio_windows_new (const guint8 *base, gsize size);

/* Whether batches come in an order that jumps: what else their windows have is
 * not made present then, since nobody will ask for it soon. Before the first
 * window is held, as the next one. */
void gst_ssio_windows_set_scattered (GstSsioWindows *windows,
    gboolean is_scattered);

void gst_ssio_windows_set_drop_func (GstSsioWindows *windows,
    GstSsioDropFunc func, gpointer user_data);

void gst_ssio_windows_free (GstSsioWindows *windows);

/* Makes the bytes present and keeps their windows until as many calls of
 * gst_ssio_windows_release(). The last window also stays for the call after
 * this one, which most often continues in it. Called from one thread at a
 * time. Sets fresh to whether anything had to be made present. Returns 0 or
 * an errno, and then holds nothing. */
gint gst_ssio_windows_hold (GstSsioWindows *windows, gsize offset, gsize size,
    gboolean *fresh);

/* From any thread: as gst_ssio_windows_hold(), but leaves bytes that are not
 * present as they are. */
void gst_ssio_windows_hold_again (GstSsioWindows *windows, gsize offset,
    gsize size);

/* From any thread. Returns whether a window was dropped. */
gboolean gst_ssio_windows_release (GstSsioWindows *windows, gsize offset,
    gsize size);

/* Gives up the window that is kept for the next call. */
void gst_ssio_windows_release_cursor (GstSsioWindows *windows);

G_END_DECLS
