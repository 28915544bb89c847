/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diskfile.h"
#include "pagecache.h"
#include "sidecar.h"

static const gchar *
get_advice (gint code)
{
  switch (code) {
  case GST_RESOURCE_ERROR_NOT_FOUND:
    return "; check the file's name, and where it is looked for";
  case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
    return "; ask for the right to read it";
  case GST_RESOURCE_ERROR_READ:
    return "; check the disk it is on";
  default:
    return "";
  }
}

void
gst_ssio_disk_file_set_error (GError **error, const gchar *path,
    const gchar *action, gint number)
{
  gint code = GST_RESOURCE_ERROR_OPEN_READ;

  if (number == ENOENT || number == ENOTDIR)
    code = GST_RESOURCE_ERROR_NOT_FOUND;
  else if (number == EACCES || number == EPERM)
    code = GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  else if (number == EIO || number == EFAULT)
    code = GST_RESOURCE_ERROR_READ;
  if (number == EFAULT) /* what madvise() says where the disk fails */
    number = EIO;
  g_set_error (error, GST_RESOURCE_ERROR, code, "%s: cannot %s: %s%s", path,
      action, g_strerror (number), get_advice (code));
}

static guint64
make_version (const struct stat *status)
{
  const guint64 parts[] = { status->st_dev, status->st_ino, status->st_size,
    status->st_mtim.tv_sec, status->st_mtim.tv_nsec };
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof (digest);
  guint64 version;

  g_checksum_update (checksum, (const guint8 *) parts, sizeof (parts));
  g_checksum_get_digest (checksum, digest, &size);
  g_checksum_free (checksum);
  memcpy (&version, digest, sizeof (version));
  return MAX (version, 1);
}

/* A recording may be on its way, or have come to an end on it. */
static gboolean
fail_open (const GstSsioDiskFile *file, gint number, GError **error)
{
  gchar *part = g_strconcat (file->path, GST_SSIO_PART_SUFFIX, NULL);

  if (number == ENOENT && g_file_test (part, G_FILE_TEST_EXISTS))
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s: is not there yet: found %s, a recording that has not ended; wait "
        "for its end, or read that with recover=true",
        file->path, part);
  else
    gst_ssio_disk_file_set_error (error, file->path, "open", number);
  g_free (part);
  return FALSE;
}

gboolean
gst_ssio_disk_file_open (GstSsioDiskFile *file, const gchar *path,
    GError **error)
{
  struct stat status;

  g_mutex_init (&file->fd_lock);
  file->path = g_strdup (path);
  /* not blocking, since opening a FIFO would wait for its writer */
  file->fd = open (file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file->fd < 0 || fstat (file->fd, &status) != 0)
    return fail_open (file, errno, error);
  if (!S_ISREG (status.st_mode)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "%s: is %s: expected a regular file; name one", file->path,
        S_ISDIR (status.st_mode) ? "a directory" : "a device, pipe or socket");
    return FALSE;
  }
  file->size = status.st_size;
  file->modified = status.st_mtim;
  file->has_name = status.st_nlink > 0;
  file->version = make_version (&status);
  file->device = status.st_dev;
  file->inode = status.st_ino;
  return TRUE;
}

void
gst_ssio_disk_file_close (GstSsioDiskFile *file)
{
  g_mutex_lock (&file->fd_lock);
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  g_mutex_unlock (&file->fd_lock);
}

void
gst_ssio_disk_file_clear (GstSsioDiskFile *file)
{
  gst_ssio_disk_file_close (file);
  g_mutex_clear (&file->fd_lock);
  g_clear_pointer (&file->path, g_free);
}

gboolean
gst_ssio_disk_file_read (const GstSsioDiskFile *file, guint64 offset,
    guint8 *bytes, gsize size)
{
  while (size > 0) {
    gssize got = pread (file->fd, bytes, size, offset);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      if (got == 0)
        errno = 0;
      return FALSE;
    }
    bytes += got;
    size -= got;
    offset += got;
  }
  return TRUE;
}

void
gst_ssio_disk_file_drop_pages (GstSsioDiskFile *file, guint64 offset,
    guint64 size)
{
  gint fd;

  g_mutex_lock (&file->fd_lock);
  fd = file->fd >= 0 ? file->fd
                     : open (file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0)
    gst_ssio_page_cache_drop (fd, offset, size);
  if (fd >= 0 && fd != file->fd)
    close (fd);
  g_mutex_unlock (&file->fd_lock);
}

/* How the file is now; of one that is parked, whatever has its name. */
static gboolean
get_status (GstSsioDiskFile *file, struct stat *status)
{
  gboolean got;

  g_mutex_lock (&file->fd_lock);
  if (file->fd >= 0)
    got = fstat (file->fd, status) == 0;
  else
    got = stat (file->path, status) == 0;
  g_mutex_unlock (&file->fd_lock);
  if (got && (status->st_dev != file->device || status->st_ino != file->inode))
    status->st_nlink = 0;
  return got;
}

/* Whether somebody wrote to it, other than at its end: what batches of a
 * mapping hold is not what was there. */
static gboolean
is_modified (const GstSsioDiskFile *file, const struct stat *status)
{
  return (guint64) status->st_size == file->size
         && (status->st_mtim.tv_sec != file->modified.tv_sec
             || status->st_mtim.tv_nsec != file->modified.tv_nsec);
}

/* Bytes that a file loses from the middle of a page on turn into zeros without
 * a fault, so that the file has to be looked at as well. */
gboolean
gst_ssio_disk_file_has_lost_bytes (GstSsioDiskFile *file)
{
  struct stat status;

  return !get_status (file, &status) || (guint64) status.st_size < file->size
         || is_modified (file, &status);
}

gboolean
gst_ssio_disk_file_check (GstSsioDiskFile *file, gboolean is_mapped,
    gboolean is_damaged, GError **error)
{
  struct stat status;

  if (!get_status (file, &status)) {
    gst_ssio_disk_file_set_error (error, file->path, "look at the file",
        errno);
    return FALSE;
  }
  if ((guint64) status.st_size < file->size) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "%s: was truncated while it was being read: expected "
        "%" G_GUINT64_FORMAT " bytes, found %" G_GUINT64_FORMAT
        "%s; start again once the file is whole",
        file->path, file->size, (guint64) status.st_size,
        is_mapped ? "; points on their way may have been read as zeros" : "");
    return FALSE;
  }
  if (is_damaged) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "%s: a part of it could not be read after all: expected "
        "%" G_GUINT64_FORMAT
        " readable bytes; the file was truncated for a while, or its disk "
        "fails; use io-mode=read for files that others are changing",
        file->path, file->size);
    return FALSE;
  }
  if (is_mapped && is_modified (file, &status)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "%s: was modified while it was being read: expected it to stay as it "
        "was; start again, or use io-mode=read for files that others are "
        "changing",
        file->path);
    return FALSE;
  }
  if (file->has_name && status.st_nlink == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "%s: was deleted or replaced while it was being read: expected it to "
        "stay until the stream ends; start again to read the file that is "
        "there now",
        file->path);
    return FALSE;
  }
  return TRUE;
}
