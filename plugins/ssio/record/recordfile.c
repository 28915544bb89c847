/* SPDX-License-Identifier: MIT */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* renameat2(), sync_file_range() */
#endif

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gst/ssio/sidecar.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recordfile.h"

/* The disk begins with what was written so far ahead of the end, so that the
 * sync there is short. */
#define WRITEBACK_BYTES (8 << 20)

#define MAX_LEFTOVERS 10000
#define MAX_TRIES 100

struct _GstSsioRecordFile {
  gchar *path;
  gchar *part_path;
  gint folder; /* which may be renamed meanwhile */
  gchar *name; /* these are in it */
  gchar *part;
  gchar *sidecar;
  gchar *part_sidecar;
  gint fd; /* -1 before it is open, and once it is finished */
  guint64 size;
  guint64 old_size; /* what was there before, with append */
  gboolean has_old; /* OUT was there, and is to be put back by a discard */
  gboolean has_sidecar;
  guint64 written_back; /* bytes from the start */
};

static gint
get_code (gint number, gint otherwise)
{
  if (number == ENOSPC || number == EDQUOT)
    return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  return otherwise;
}

static const gchar *
get_advice (gint number)
{
  switch (number) {
  case ENOSPC:
  case EDQUOT:
    return "make room on its disk";
  case EFBIG:
    return "raise the limit on the size of files (ulimit -f), or set max-bytes "
           "below it";
  case EACCES:
  case EPERM:
  case EROFS:
    return "ask for the right to write there, or choose another location";
  case ENOENT:
  case ENOTDIR:
    return "make its folder, or choose another location";
  default:
    return "check the disk it is on";
  }
}

static gboolean
fail_open (const gchar *path, gint number, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR,
      get_code (number, GST_RESOURCE_ERROR_OPEN_WRITE),
      "%s: cannot open it for writing: %s; %s", path, g_strerror (number),
      get_advice (number));
  return FALSE;
}

/* Whether it has that name in the folder. */
static gboolean
is_at (const GstSsioRecordFile *file, const gchar *name)
{
  struct stat own, other;

  return fstat (file->fd, &own) == 0
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
  if (!is_at (file, file->part))
    return fail_gone (file, error);
  g_set_error (error, GST_RESOURCE_ERROR,
      get_code (number, GST_RESOURCE_ERROR_WRITE),
      "%s: cannot %s: %s; %s. What was written before is in %s, which ssiosrc "
      "reads with recover=true",
      file->path, action, g_strerror (number), get_advice (number),
      file->part_path);
  return FALSE;
}

static GstSsioRecordFile *
new_file (const gchar *path)
{
  GstSsioRecordFile *file = g_new0 (GstSsioRecordFile, 1);

  file->path = g_strdup (path);
  file->part_path = g_strconcat (path, GST_SSIO_PART_SUFFIX, NULL);
  file->name = g_path_get_basename (path);
  file->part = g_strconcat (file->name, GST_SSIO_PART_SUFFIX, NULL);
  file->sidecar = gst_ssio_sidecar_get_path (file->name);
  file->part_sidecar = gst_ssio_sidecar_get_path (file->part);
  file->folder = -1;
  file->fd = -1;
  return file;
}

static gboolean
open_folder (GstSsioRecordFile *file, GError **error)
{
  gchar *path = g_path_get_dirname (file->path);
  gint number;

  file->folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  number = errno;
  g_free (path);
  return file->folder >= 0 || fail_open (file->path, number, error);
}

/* Not over a file of that name. */
static gboolean
rename_to_free (gint folder, const gchar *from, const gchar *to)
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

static gchar *
get_leftover_name (const gchar *name, guint i)
{
  return g_strdup_printf ("%s.%u" GST_SSIO_PART_SUFFIX, name, i);
}

/* OUT.part becomes OUT.1.part, or as many as there are. */
static gboolean
move_leftover (GstSsioRecordFile *file, gchar **moved)
{
  gchar *name = NULL;
  gchar *sidecar;
  guint i;

  for (i = 1; i < MAX_LEFTOVERS; i++) {
    name = get_leftover_name (file->name, i);
    if (rename_to_free (file->folder, file->part, name))
      break;
    g_clear_pointer (&name, g_free);
    if (errno != EEXIST)
      break;
  }
  if (!name)
    return FALSE;
  sidecar = gst_ssio_sidecar_get_path (name);
  renameat (file->folder, file->part_sidecar, file->folder, sidecar);
  g_free (sidecar);
  g_free (name);
  g_free (*moved);
  *moved = get_leftover_name (file->path, i);
  return TRUE;
}

/* Of the file system's that have no locks, there is none to wait for. */
static gboolean
lock (const GstSsioRecordFile *file)
{
  return flock (file->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

static gboolean
fail_busy (const GstSsioRecordFile *file, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
      "%s: is being recorded already: expected %s to be nobody's; wait for "
      "that recording to end, or choose another location",
      file->path, file->part_path);
  return FALSE;
}

static void
close_fd (GstSsioRecordFile *file)
{
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
}

/* Opens OUT.part, and locks it. FALSE without an error where others were
 * faster, and it should be tried again. */
static gboolean
try_part (GstSsioRecordFile *file, gint flags, GError **error)
{
  file->fd = openat (file->folder, file->part,
      flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0666);
  if (file->fd < 0) {
    if (errno != EEXIST && errno != ENOENT)
      fail_open (file->part_path, errno, error);
    else if (errno == ENOENT && (flags & O_CREAT))
      fail_open (file->part_path, errno, error);
    return FALSE;
  }
  if (!lock (file)) {
    close_fd (file);
    return fail_busy (file, error);
  }
  if (is_at (file, file->part))
    return TRUE;
  close_fd (file);
  return FALSE;
}

static gboolean
check_regular (const GstSsioRecordFile *file, const struct stat *status,
    GError **error)
{
  if (S_ISREG (status->st_mode))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
      "%s: is %s: expected a regular file, or none; choose another location",
      file->path,
      S_ISDIR (status->st_mode) ? "a folder" : "a device, link or pipe");
  return FALSE;
}

/* What has the final name must be something that can be replaced. Sets whether
 * there is such. */
static gboolean
look_at_old (const GstSsioRecordFile *file, gboolean *has_old, GError **error)
{
  struct stat status;

  *has_old
      = fstatat (file->folder, file->name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  return !*has_old || check_regular (file, &status, error);
}

/* Moves what is there away, unless a process has it open. */
static gboolean
clear_part (GstSsioRecordFile *file, gchar **moved, GError **error)
{
  GError *cause = NULL;
  gboolean is_there = try_part (file, 0, &cause);
  gboolean ok = cause == NULL;

  if (is_there && !move_leftover (file, moved))
    ok = fail_open (file->part_path, errno, &cause);
  close_fd (file);
  if (cause)
    g_propagate_error (error, cause);
  return ok;
}

static gboolean
make_part (GstSsioRecordFile *file, gchar **moved, GError **error)
{
  GError *cause = NULL;
  guint i;

  for (i = 0; i < MAX_TRIES; i++) {
    if (try_part (file, O_CREAT | O_EXCL, &cause))
      return TRUE;
    if (cause || !clear_part (file, moved, &cause)) {
      g_propagate_error (error, cause);
      return FALSE;
    }
  }
  return fail_busy (file, error);
}

/* The sidecar of OUT is found beside OUT.part too, so that it comes second. */
static gboolean
take_old (GstSsioRecordFile *file, gboolean has_old, GError **error)
{
  struct stat status;
  GError *cause = NULL;

  if (has_old && !rename_to_free (file->folder, file->name, file->part))
    return fail_open (file->path, errno, error);
  if (has_old)
    renameat (file->folder, file->sidecar, file->folder, file->part_sidecar);
  file->has_old = has_old;
  if (!try_part (file, 0, &cause)) {
    if (cause)
      g_propagate_error (error, cause);
    else
      fail_busy (file, error);
    return FALSE;
  }
  if (fstat (file->fd, &status) != 0)
    return fail_open (file->path, errno, error);
  if (!check_regular (file, &status, error))
    return FALSE;
  file->size = file->old_size = status.st_size;
  file->has_sidecar
      = faccessat (file->folder, file->part_sidecar, F_OK, 0) == 0;
  return TRUE;
}

static gboolean
open_part (GstSsioRecordFile *file, gboolean append, gchar **moved,
    GError **error)
{
  gboolean has_old;

  if (!open_folder (file, error) || !look_at_old (file, &has_old, error))
    return FALSE;
  if (append && has_old)
    return clear_part (file, moved, error) && take_old (file, TRUE, error);
  if (append && faccessat (file->folder, file->part, F_OK, 0) == 0)
    return take_old (file, FALSE, error);
  return make_part (file, moved, error);
}

GstSsioRecordFile *
gst_ssio_record_file_open (const gchar *path, gboolean append, gchar **moved,
    GError **error)
{
  GstSsioRecordFile *file = new_file (path);

  *moved = NULL;
  if (!open_part (file, append, moved, error)) {
    if (file->has_old)
      gst_ssio_record_file_discard (file);
    g_clear_pointer (&file, gst_ssio_record_file_free);
  }
  return file;
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

guint64
gst_ssio_record_file_get_size (const GstSsioRecordFile *file)
{
  return file->size;
}

/* FALSE leaves errno, and size what could not be written. */
static gboolean
write_all (gint fd, const guint8 **bytes, gsize *size, guint64 offset)
{
  while (*size > 0) {
    gssize written = pwrite (fd, *bytes, *size, offset);

    if (written < 0 && errno == EINTR)
      continue;
    if (written == 0)
      errno = EIO;
    if (written <= 0)
      return FALSE;
    *bytes += written;
    *size -= written;
    offset += written;
  }
  return TRUE;
}

static void
begin_writeback (GstSsioRecordFile *file)
{
  guint64 size = file->size - file->written_back;

  if (size < WRITEBACK_BYTES)
    return;
  sync_file_range (file->fd, file->written_back, size, SYNC_FILE_RANGE_WRITE);
  file->written_back = file->size;
}

gboolean
gst_ssio_record_file_write (GstSsioRecordFile *file, gconstpointer bytes,
    gsize size, GError **error)
{
  const guint8 *at = bytes;
  gsize left = size;
  gboolean ok = write_all (file->fd, &at, &left, file->size);
  gint number = errno;

  file->size += size - left;
  if (!ok)
    return fail_write (file, "write", number, error);
  begin_writeback (file);
  return TRUE;
}

gboolean
gst_ssio_record_file_overwrite (GstSsioRecordFile *file, guint64 offset,
    gconstpointer bytes, gsize size, GError **error)
{
  const guint8 *at = bytes;

  return write_all (file->fd, &at, &size, offset)
         || fail_write (file, "write its header", errno, error);
}

gboolean
gst_ssio_record_file_truncate (GstSsioRecordFile *file, guint64 size,
    GError **error)
{
  if (ftruncate (file->fd, size) != 0)
    return fail_write (file, "cut it off", errno, error);
  file->size = size;
  file->written_back = MIN (file->written_back, size);
  return TRUE;
}

static gboolean
write_text (const GstSsioRecordFile *file, const gchar *name,
    const gchar *text, gint *number)
{
  gsize size = strlen (text);
  const guint8 *bytes = (const guint8 *) text;
  gint fd = openat (file->folder, name,
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  gboolean ok = fd >= 0 && write_all (fd, &bytes, &size, 0) && fsync (fd) == 0;

  *number = errno;
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
gst_ssio_record_file_write_sidecar (GstSsioRecordFile *file, const gchar *text,
    GError **error)
{
  gchar *temporary = g_strconcat (file->part_sidecar, ".new", NULL);
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
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "%s: is complete, but cannot sync its folder: %s; %s", file->path,
      g_strerror (errno), get_advice (errno));
  return FALSE;
}

gboolean
gst_ssio_record_file_finish (GstSsioRecordFile *file, GError **error)
{
  if (fsync (file->fd) != 0)
    return fail_write (file, "sync it", errno, error);
  if (!is_at (file, file->part))
    return fail_gone (file, error);
  if (!rename_to_final (file))
    return fail_write (file, "give it its name", errno, error);
  close_fd (file);
  return sync_folder (file, error);
}

/* In the opposite order of how it was taken. */
static void
put_back (GstSsioRecordFile *file)
{
  if (file->fd >= 0 && file->size != file->old_size
      && ftruncate (file->fd, file->old_size) != 0)
    return;
  renameat (file->folder, file->part_sidecar, file->folder, file->sidecar);
  rename_to_free (file->folder, file->part, file->name);
}

void
gst_ssio_record_file_discard (GstSsioRecordFile *file)
{
  if (file->has_old) {
    put_back (file);
  } else if (file->old_size == 0 && is_at (file, file->part)) {
    unlinkat (file->folder, file->part_sidecar, 0);
    unlinkat (file->folder, file->part, 0);
  }
  close_fd (file);
}

void
gst_ssio_record_file_free (GstSsioRecordFile *file)
{
  close_fd (file);
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
