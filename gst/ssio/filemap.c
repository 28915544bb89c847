/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <sys/mman.h>

#include "filemap.h"

gboolean
gst_ssio_file_map_open (GstSsioFileMap *self, GstSsioDiskFile *disk,
    GError **error)
{
  gpointer bytes = MAP_FAILED;

  errno = EFBIG;
  if (disk->size <= G_MAXSIZE)
    bytes = mmap (NULL, disk->size, PROT_READ, MAP_SHARED, disk->fd, 0);
  if (bytes == MAP_FAILED) {
    gst_ssio_disk_file_set_error (error, disk->path, "map", errno);
    return FALSE;
  }
  self->bytes = bytes;
  self->disk = disk;
  self->windows = gst_ssio_windows_new (bytes, disk->size);
  self->guard = gst_ssio_guard_new (bytes, disk->size);
  return TRUE;
}

void
gst_ssio_file_map_clear (GstSsioFileMap *self)
{
  g_clear_pointer (&self->guard, gst_ssio_guard_free);
  g_clear_pointer (&self->windows, gst_ssio_windows_free);
  if (self->bytes)
    munmap (self->bytes, self->disk->size);
  self->bytes = NULL;
}

void
gst_ssio_file_map_set_scattered (GstSsioFileMap *self, gboolean is_scattered)
{
  gst_ssio_windows_set_scattered (self->windows, is_scattered);
}

static void
drop_from_page_cache (gpointer disk, gsize offset, gsize size)
{
  gst_ssio_disk_file_drop_pages (disk, offset, size);
}

void
gst_ssio_file_map_set_drop_behind (GstSsioFileMap *self, gboolean drop_behind)
{
  gst_ssio_windows_set_drop_func (self->windows,
      drop_behind ? drop_from_page_cache : NULL, self->disk);
}

gboolean
gst_ssio_file_map_hold (GstSsioFileMap *self, gsize offset, gsize size,
    GError **error)
{
  gboolean fresh;
  gint number = gst_ssio_windows_hold (self->windows, offset, size, &fresh);

  if (number != 0) {
    if (gst_ssio_file_map_check (self, error))
      gst_ssio_disk_file_set_error (error, self->disk->path, "read", number);
    return FALSE;
  }
  if ((fresh || gst_ssio_guard_is_damaged (self->guard))
      && !gst_ssio_file_map_check (self, error)) {
    gst_ssio_windows_release (self->windows, offset, size);
    return FALSE;
  }
  return TRUE;
}

void
gst_ssio_file_map_hold_again (GstSsioFileMap *self, gsize offset, gsize size)
{
  gst_ssio_windows_hold_again (self->windows, offset, size);
}

/* Looks at the file only where a window goes: it is a system call. */
gboolean
gst_ssio_file_map_release (GstSsioFileMap *self, gsize offset, gsize size)
{
  const gboolean dropped
      = gst_ssio_windows_release (self->windows, offset, size);

  return !(dropped && gst_ssio_disk_file_has_lost_bytes (self->disk))
         && !gst_ssio_guard_is_damaged (self->guard);
}

void
gst_ssio_file_map_release_cursor (GstSsioFileMap *self)
{
  gst_ssio_windows_release_cursor (self->windows);
}

gboolean
gst_ssio_file_map_is_damaged (const GstSsioFileMap *self)
{
  return gst_ssio_disk_file_has_lost_bytes (self->disk)
         || gst_ssio_guard_is_damaged (self->guard);
}

gboolean
gst_ssio_file_map_check (const GstSsioFileMap *self, GError **error)
{
  return gst_ssio_disk_file_check (self->disk, TRUE,
      gst_ssio_guard_is_damaged (self->guard), error);
}
