/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>

#include "filereader.h"

void
gst_ssio_file_reader_init (GstSsioFileReader *self,
    const GstSsioDiskFile *disk)
{
  *self = (GstSsioFileReader){ .disk = disk };
}

gboolean
gst_ssio_file_reader_open_direct (GstSsioFileReader *self, GError **error)
{
  self->direct = gst_ssio_direct_file_open (self->disk->fd, self->disk->path);
  if (self->direct)
    return TRUE;
  gst_ssio_disk_file_set_error (error, self->disk->path, "open", errno);
  return FALSE;
}

void
gst_ssio_file_reader_share (GstSsioFileReader *self,
    GstSsioDirectReader *reader)
{
  if (self->direct)
    self->reader = reader;
}

/* The kernel reads a row ahead into large pages, which advice does not: they
 * are mapped ten times faster in the epochs that find them in memory. */
void
gst_ssio_file_reader_announce (GstSsioFileReader *self, guint64 offset,
    guint64 size, gboolean in_row)
{
  if (self->reader)
    gst_ssio_direct_reader_announce (self->reader, self->direct, offset, size);
  else if (!in_row)
    gst_ssio_page_cache_announce (self->disk->fd, offset, size);
}

static gboolean
read_directly (GstSsioFileReader *self, guint64 offset, guint8 *bytes,
    gsize size)
{
  if (!self->reader) {
    self->reader = gst_ssio_direct_reader_new (0);
    self->owns_reader = TRUE;
  }
  return gst_ssio_direct_reader_read (self->reader, self->direct, offset, size,
      bytes);
}

gboolean
gst_ssio_file_reader_read (gpointer user_data, guint64 offset, guint8 *bytes,
    gsize size)
{
  GstSsioFileReader *self = user_data;

  if (self->direct)
    return read_directly (self, offset, bytes, size);
  if (!gst_ssio_disk_file_read (self->disk, offset, bytes, size))
    return FALSE;
  if (self->drop_behind)
    gst_ssio_page_cache_drop_read (self->disk->fd, &self->used, offset, size);
  return TRUE;
}

void
gst_ssio_file_reader_release (GstSsioFileReader *self)
{
  if (self->reader)
    gst_ssio_direct_reader_forget (self->reader, self->direct);
  gst_ssio_page_cache_flush (self->disk->fd, &self->used);
}

void
gst_ssio_file_reader_close (GstSsioFileReader *self)
{
  if (self->reader)
    gst_ssio_direct_reader_forget (self->reader, self->direct);
  if (self->owns_reader)
    gst_ssio_direct_reader_free (self->reader);
  self->reader = NULL;
  self->owns_reader = FALSE;
  g_clear_pointer (&self->direct, gst_ssio_direct_file_close);
}
