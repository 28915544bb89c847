/* SPDX-License-Identifier: MIT */
/* Who has OUT.part: it is made by one process, which locks it, or was left by
 * one that is gone. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gst/ssio/sidecar.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recordfile-private.h"

/* Not blocking, since opening a FIFO would wait. */
#define OPEN_FLAGS (O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)

#define MAX_LEFTOVERS 10000
#define MAX_TRIES 100

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
  return file->folder >= 0
         || gst_ssio_record_fail_open (file->path, number, error);
}

static gchar *
get_leftover_name (const gchar *name, guint i)
{
  return g_strdup_printf ("%s.%u" GST_SSIO_PART_SUFFIX, name, i);
}

/* A process that died between the two renames at the end has left the sidecar
 * under its final name, where that of the next recording will be. */
static void
move_sidecar (const GstSsioRecordFile *file, const gchar *name)
{
  gchar *sidecar = gst_ssio_sidecar_get_path (name);

  if (renameat (file->folder, file->part_sidecar, file->folder, sidecar) != 0
      && errno == ENOENT && faccessat (file->folder, file->name, F_OK, 0) != 0)
    linkat (file->folder, file->sidecar, file->folder, sidecar, 0);
  g_free (sidecar);
}

/* OUT.part becomes OUT.1.part, or as many as there are. */
static gboolean
move_leftover (const GstSsioRecordFile *file, gchar **moved)
{
  gchar *name = NULL;
  guint i;

  for (i = 1; i < MAX_LEFTOVERS; i++) {
    name = get_leftover_name (file->name, i);
    if (gst_ssio_record_rename_to_free (file->folder, file->part, name))
      break;
    g_clear_pointer (&name, g_free);
    if (errno != EEXIST)
      break;
  }
  if (!name)
    return FALSE;
  move_sidecar (file, name);
  g_free (name);
  g_free (*moved);
  *moved = get_leftover_name (file->path, i);
  return TRUE;
}

/* On a file system that has no locks, there is none to wait for. */
static gboolean
lock (gint fd)
{
  return flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
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

/* Opens the OUT.part that is there, and locks it. -1 with error set where
 * somebody else has it, and without where there is none, or no more. */
static gint
take_part (const GstSsioRecordFile *file, GError **error)
{
  gint fd = openat (file->folder, file->part, OPEN_FLAGS);

  if (fd < 0) {
    if (errno != ENOENT)
      gst_ssio_record_fail_open (file->part_path, errno, error);
    return -1;
  }
  if (!lock (fd))
    fail_busy (file, error);
  else if (gst_ssio_record_file_is_at (file, fd, file->part))
    return fd;
  gst_ssio_record_close (&fd);
  return -1;
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
clear_part (const GstSsioRecordFile *file, gchar **moved, GError **error)
{
  GError *cause = NULL;
  gint fd = take_part (file, &cause);

  if (fd >= 0 && !move_leftover (file, moved))
    gst_ssio_record_fail_open (file->part_path, errno, &cause);
  gst_ssio_record_close (&fd);
  if (!cause)
    return TRUE;
  g_propagate_error (error, cause);
  return FALSE;
}

/* Gives what is open under the name the name of the part. Others may be as
 * fast as this. */
static gboolean
name_part (const GstSsioRecordFile *file, const gchar *name, gchar **moved,
    GError **error)
{
  guint i;

  for (i = 0; i < MAX_TRIES; i++) {
    if (gst_ssio_record_rename_to_free (file->folder, name, file->part))
      return TRUE;
    if (errno != EEXIST)
      return gst_ssio_record_fail_open (file->part_path, errno, error);
    if (!clear_part (file, moved, error))
      return FALSE;
  }
  return fail_busy (file, error);
}

/* It is locked before it has a name that others look at. */
static gboolean
make_part (GstSsioRecordFile *file, gchar **moved, GError **error)
{
  gchar *name = g_strdup_printf ("%s.%08x" GST_SSIO_RECORD_NEW_SUFFIX,
      file->part, g_random_int ());
  gboolean ok;

  file->fd = openat (file->folder, name, OPEN_FLAGS | O_CREAT | O_EXCL, 0666);
  ok = file->fd >= 0
           ? lock (file->fd) || fail_busy (file, error)
           : gst_ssio_record_fail_open (file->part_path, errno, error);
  if (ok && !name_part (file, name, moved, error)) {
    unlinkat (file->folder, name, 0);
    ok = FALSE;
  }
  g_free (name);
  return ok;
}

/* The sidecar of OUT is found beside OUT.part too, so that it comes second. */
static gboolean
take_old (GstSsioRecordFile *file, gboolean has_old, GError **error)
{
  struct stat status;
  GError *cause = NULL;

  if (has_old
      && !gst_ssio_record_rename_to_free (file->folder, file->name,
          file->part))
    return gst_ssio_record_fail_open (file->path, errno, error);
  if (has_old)
    renameat (file->folder, file->sidecar, file->folder, file->part_sidecar);
  file->has_old = has_old;
  file->fd = take_part (file, &cause);
  if (file->fd < 0) {
    if (cause)
      g_propagate_error (error, cause);
    else
      fail_busy (file, error);
    return FALSE;
  }
  if (fstat (file->fd, &status) != 0)
    return gst_ssio_record_fail_open (file->path, errno, error);
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
