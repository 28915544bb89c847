/* SPDX-License-Identifier: MIT */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* renameat2(), sync_file_range() */
#endif

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gst/ssio/diskwrite.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recordfile-private.h"

/* The disk begins with what was written so far ahead of the end, so that the
 * sync there is short. */
#define WRITEBACK_BYTES (8 << 20)

gboolean
gst_ssio_record_fail_open (const gchar *path, gint number, GError **error)
{
  return gst_ssio_disk_write_set_error (error, GST_RESOURCE_ERROR_OPEN_WRITE,
      path, "open it for writing", number);
}

gboolean
gst_ssio_record_file_is_at (const GstSsioRecordFile *file, gint fd,
    const gchar *name)
{
  struct stat own, other;

  return fstat (fd, &own) == 0
         && fstatat (file->folder, name, &other, AT_SYMLINK_NOFOLLOW) == 0
         && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static gboolean
fail_gone (const GstSsioRecordFile *file, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "%s: %s was deleted, moved or replaced while it was written: expected it "
      "to stay until the recording ends; record again",
      file->path, file->part_path);
  return FALSE;
}

static gboolean
fail_write (const GstSsioRecordFile *file, const gchar *action, gint number,
    GError **error)
{
  if (!gst_ssio_record_file_has_part (file))
    return fail_gone (file, error);
  return gst_ssio_disk_write_set_error (error, GST_RESOURCE_ERROR_WRITE,
      file->path, action, number);
}

gboolean
gst_ssio_record_rename_to_free (gint folder, const gchar *from,
    const gchar *to)
{
  if (renameat2 (folder, from, folder, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  /* a file system without that */
  if (linkat (folder, from, folder, to, 0) != 0)
    return FALSE;
  unlinkat (folder, from, 0);
  return TRUE;
}

void
gst_ssio_record_close (gint *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

const gchar *
gst_ssio_record_file_get_path (const GstSsioRecordFile *file)
{
  return file->path;
}

const gchar *
gst_ssio_record_file_get_part (const GstSsioRecordFile *file)
{
  return file->part_path;
}

gboolean
gst_ssio_record_file_has_part (const GstSsioRecordFile *file)
{
  return gst_ssio_record_file_is_at (file, file->fd, file->part);
}

guint64
gst_ssio_record_file_get_size (const GstSsioRecordFile *file)
{
  return file->size;
}

/* Of whole blocks: a page on its way to the disk would let the next write, to
 * its rest, wait. */
static void
begin_writeback (GstSsioRecordFile *file)
{
  guint64 end = file->size - file->size % WRITEBACK_BYTES;

  if (end == file->written_back)
    return;
  sync_file_range (file->fd, file->written_back, end - file->written_back,
      SYNC_FILE_RANGE_WRITE);
  file->written_back = end;
}

gboolean
gst_ssio_record_file_write (GstSsioRecordFile *file, gconstpointer bytes,
    gsize size, GError **error)
{
  gsize n_written;
  gboolean ok
      = gst_ssio_disk_write (file->fd, file->size, bytes, size, &n_written);
  gint number = errno;

  file->size += n_written;
  if (!ok)
    return fail_write (file, "write", number, error);
  begin_writeback (file);
  return TRUE;
}

gboolean
gst_ssio_record_file_overwrite (GstSsioRecordFile *file, guint64 offset,
    gconstpointer bytes, gsize size, GError **error)
{
  return gst_ssio_disk_write (file->fd, offset, bytes, size, NULL)
         || fail_write (file, "write its header", errno, error);
}

gboolean
gst_ssio_record_file_truncate (GstSsioRecordFile *file, guint64 size,
    GError **error)
{
  if (ftruncate (file->fd, size) != 0)
    return fail_write (file, "cut it off", errno, error);
  file->size = size;
  file->written_back = MIN (file->written_back, size - size % WRITEBACK_BYTES);
  return TRUE;
}

static gboolean
write_text (const GstSsioRecordFile *file, const gchar *name,
    const gchar *text, gint *number)
{
  gint fd = openat (file->folder, name,
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  gboolean ok = fd >= 0
                && gst_ssio_disk_write (fd, 0, text, strlen (text), NULL)
                && fsync (fd) == 0;

  *number = errno;
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
gst_ssio_record_file_write_sidecar (GstSsioRecordFile *file, const gchar *text,
    GError **error)
{
  gchar *temporary
      = g_strconcat (file->part_sidecar, GST_SSIO_RECORD_NEW_SUFFIX, NULL);
  gint number;
  gboolean ok = write_text (file, temporary, text, &number);

  if (ok
      && renameat (file->folder, temporary, file->folder, file->part_sidecar)
             != 0) {
    number = errno;
    ok = FALSE;
  }
  if (!ok) {
    unlinkat (file->folder, temporary, 0);
    fail_write (file, "write its sidecar", number, error);
  }
  file->has_sidecar |= ok;
  g_free (temporary);
  return ok;
}

/* A crash may come between any two of these. The old file goes first, as the
 * sidecar would be wrong for it; and the sidecar before the data, so that
 * either OUT has its sidecar, or OUT.part is there, for which both names of the
 * sidecar do. */
static gboolean
rename_with_sidecar (const GstSsioRecordFile *file)
{
  return (unlinkat (file->folder, file->name, 0) == 0 || errno == ENOENT)
         && renameat (file->folder, file->part_sidecar, file->folder,
                file->sidecar)
                == 0
         && renameat (file->folder, file->part, file->folder, file->name) == 0;
}

static gboolean
rename_to_final (const GstSsioRecordFile *file)
{
  if (file->has_sidecar)
    return rename_with_sidecar (file);
  return renameat (file->folder, file->part, file->folder, file->name) == 0;
}

/* Some file systems have no need to. */
static gboolean
sync_folder (const GstSsioRecordFile *file, GError **error)
{
  if (fsync (file->folder) == 0 || errno == EINVAL)
    return TRUE;
  return gst_ssio_disk_write_set_error (error, GST_RESOURCE_ERROR_WRITE,
      file->path, "sync the folder of what is complete", errno);
}

gboolean
gst_ssio_record_file_finish (GstSsioRecordFile *file, GError **error)
{
  if (fsync (file->fd) != 0)
    return fail_write (file, "sync it", errno, error);
  if (!gst_ssio_record_file_has_part (file))
    return fail_gone (file, error);
  if (!rename_to_final (file))
    return fail_write (file, "give it its name", errno, error);
  gst_ssio_record_close (&file->fd);
  file->has_old = FALSE;
  return sync_folder (file, error);
}

/* In the opposite order of how it was taken. */
static void
put_back (const GstSsioRecordFile *file)
{
  renameat (file->folder, file->part_sidecar, file->folder, file->sidecar);
  gst_ssio_record_rename_to_free (file->folder, file->part, file->name);
}

/* To what was there before, which may have ended within a point. */
static gboolean
cut_back (const GstSsioRecordFile *file)
{
  return file->size <= file->old_size
         || ftruncate (file->fd, file->old_size) == 0;
}

/* One that somebody has moved away is theirs. */
void
gst_ssio_record_file_discard (GstSsioRecordFile *file)
{
  /* it is not open where it was renamed, and somebody else has it then */
  gboolean has_part
      = file->fd < 0 ? file->has_old : gst_ssio_record_file_has_part (file);

  if (has_part && !file->has_old && file->old_size == 0) {
    unlinkat (file->folder, file->part_sidecar, 0);
    unlinkat (file->folder, file->part, 0);
  } else if (has_part && cut_back (file) && file->has_old) {
    put_back (file);
  }
  gst_ssio_record_close (&file->fd);
}

void
gst_ssio_record_file_free (GstSsioRecordFile *file)
{
  gst_ssio_record_close (&file->fd);
  if (file->folder >= 0)
    close (file->folder);
  g_free (file->part_sidecar);
  g_free (file->sidecar);
  g_free (file->part);
  g_free (file->name);
  g_free (file->part_path);
  g_free (file->path);
  g_free (file);
}
