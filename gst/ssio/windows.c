/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pages.h"
#include "windows.h"

#define WINDOW_SIZE GST_SSIO_WINDOW_SIZE
#define NO_WINDOW G_MAXSIZE

struct _GstSsioWindows {
  const guint8 *base;
  gsize size;
  gboolean is_scattered;
  GstSsioDropFunc drop_func;
  gpointer drop_data;
  GMutex lock; /* of what follows; also held while pages are dropped, so that
                * a window asked for again is made present after its drop */
  guint *users;
  gsize cursor;
};

GstSsioWindows *
gst_ssio_windows_new (const guint8 *base, gsize size)
{
  GstSsioWindows *windows = g_new0 (GstSsioWindows, 1);

  windows->base = base;
  windows->size = size;
  windows->users = g_new0 (guint, size / WINDOW_SIZE + 1);
  windows->cursor = NO_WINDOW;
  g_mutex_init (&windows->lock);
  return windows;
}

void
gst_ssio_windows_set_scattered (GstSsioWindows *windows, gboolean is_scattered)
{
  windows->is_scattered = is_scattered;
  if (is_scattered)
    gst_ssio_pages_set_random (windows->base, windows->size);
}

void
gst_ssio_windows_set_drop_func (GstSsioWindows *windows, GstSsioDropFunc func,
    gpointer user_data)
{
  windows->drop_func = func;
  windows->drop_data = user_data;
}

void
gst_ssio_windows_free (GstSsioWindows *windows)
{
  g_mutex_clear (&windows->lock);
  g_free (windows->users);
  g_free (windows);
}

/* The window of the last byte; no bytes are the first one. */
static gsize
last_window (gsize offset, gsize size)
{
  return (offset + MAX (size, 1) - 1) / WINDOW_SIZE;
}

static gsize
window_end (const GstSsioWindows *windows, gsize window)
{
  return MIN ((window + 1) * WINDOW_SIZE, windows->size);
}

static void
drop_run (GstSsioWindows *windows, gsize first, gsize last)
{
  gsize offset = first * WINDOW_SIZE;
  gsize size = window_end (windows, last) - offset;

  gst_ssio_pages_drop (windows->base + offset, size);
  if (windows->drop_func)
    windows->drop_func (windows->drop_data, offset, size);
}

/* Takes a user from each window of first..last and drops the runs of those
 * that have none left. Returns whether there were any. */
static gboolean
release_range (GstSsioWindows *windows, gsize first, gsize last)
{
  gboolean dropped = FALSE;
  gsize window = first;

  while (window <= last) {
    gsize run = window;

    while (window <= last && --windows->users[window] == 0)
      window++;
    if (window > run) {
      drop_run (windows, run, window - 1);
      dropped = TRUE;
    }
    window++;
  }
  return dropped;
}

static void
move_cursor (GstSsioWindows *windows, gsize window)
{
  gsize old = windows->cursor;

  if (old == window)
    return;
  if (window != NO_WINDOW)
    windows->users[window]++;
  windows->cursor = window;
  if (old != NO_WINDOW)
    release_range (windows, old, old);
}

/* Adds a user to the windows of the bytes. Returns how many bytes are in those
 * that had none, and those between them, and where they start. */
static gsize
add_users (GstSsioWindows *windows, gsize offset, gsize size, gsize *start)
{
  gsize last = last_window (offset, size);
  gsize end = 0;
  gsize window;

  for (window = offset / WINDOW_SIZE; window <= last; window++) {
    if (windows->users[window]++ > 0)
      continue;
    if (end == 0)
      *start = window * WINDOW_SIZE;
    end = window_end (windows, window);
  }
  return end > 0 ? end - *start : 0;
}

gint
gst_ssio_windows_hold (GstSsioWindows *windows, gsize offset, gsize size,
    gboolean *fresh)
{
  gsize start = 0;
  gsize n_absent;
  gint result;

  g_mutex_lock (&windows->lock);
  n_absent = add_users (windows, offset, size, &start);
  if (!windows->is_scattered)
    move_cursor (windows, last_window (offset, size));
  g_mutex_unlock (&windows->lock);

  if (windows->is_scattered) {
    start = offset;
    n_absent = size;
  }
  *fresh = n_absent > 0;
  if (!*fresh)
    return 0;
  result = gst_ssio_pages_populate (windows->base + start, n_absent);
  if (result != 0) {
    gst_ssio_windows_release (windows, offset, size);
    gst_ssio_windows_release_cursor (windows);
  }
  return result;
}

void
gst_ssio_windows_hold_again (GstSsioWindows *windows, gsize offset, gsize size)
{
  gsize last = last_window (offset, size);
  gsize window;

  g_mutex_lock (&windows->lock);
  for (window = offset / WINDOW_SIZE; window <= last; window++)
    windows->users[window]++;
  g_mutex_unlock (&windows->lock);
}

gboolean
gst_ssio_windows_release (GstSsioWindows *windows, gsize offset, gsize size)
{
  gboolean dropped;

  g_mutex_lock (&windows->lock);
  dropped = release_range (windows, offset / WINDOW_SIZE,
      last_window (offset, size));
  g_mutex_unlock (&windows->lock);
  return dropped;
}

void
gst_ssio_windows_release_cursor (GstSsioWindows *windows)
{
  g_mutex_lock (&windows->lock);
  move_cursor (windows, NO_WINDOW);
  g_mutex_unlock (&windows->lock);
}
