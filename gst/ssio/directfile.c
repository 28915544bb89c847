/* SPDX-License-Identifier: MIT */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_DIRECT, statx() */
#endif
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directfile.h"

/* Where the kernel does not say what it needs; also the most it may need. */
#define BLOCK_SIZE 4096

struct _GstSsioDirectFile {
  gchar *path;
  gint fd;
  gboolean is_direct;
  gsize block;
};

/* By the descriptor and not the path, which may be another file's by now. */
static gint
open_again (gint fd, gint flags)
{
  gchar *name = g_strdup_printf ("/proc/self/fd/%d", fd);
  gint again = open (name, O_RDONLY | O_CLOEXEC | flags);

  g_free (name);
  return again;
}

/* What the kernel asks of direct reads of the file; 0 where it has none, or
 * asks for more than is done here. */
static gsize
find_block (gint fd)
{
#ifdef STATX_DIOALIGN
  struct statx status = { 0 };
  gsize block;

  if (statx (fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) != 0
      || !(status.stx_mask & STATX_DIOALIGN))
    return BLOCK_SIZE;
  block = MAX (status.stx_dio_offset_align, status.stx_dio_mem_align);
  if (status.stx_dio_offset_align == 0 || block > BLOCK_SIZE
      || (block & (block - 1)) != 0)
    return 0;
  return block;
#else
  return BLOCK_SIZE;
#endif
}

GstSsioDirectFile *
gst_ssio_direct_file_open (gint fd, const gchar *path)
{
  gsize block = find_block (fd);
  gint again = -1;
  gboolean is_direct;
  GstSsioDirectFile *file;

  if (block > 0)
    again = open_again (fd, O_DIRECT);
  is_direct = again >= 0;
  if (!is_direct) {
    GST_INFO ("%s: its file system has no direct reads: reading through the "
              "page cache",
        path);
    block = BLOCK_SIZE;
    again = fcntl (fd, F_DUPFD_CLOEXEC, 0);
    if (again < 0)
      return NULL;
  }
  file = g_new0 (GstSsioDirectFile, 1);
  file->path = g_strdup (path);
  file->fd = again;
  file->is_direct = is_direct;
  file->block = block;
  return file;
}

void
gst_ssio_direct_file_close (GstSsioDirectFile *file)
{
  close (file->fd);
  g_free (file->path);
  g_free (file);
}

gboolean
gst_ssio_direct_file_is_direct (const GstSsioDirectFile *file)
{
  return file->is_direct;
}

gint
gst_ssio_direct_file_get_fd (const GstSsioDirectFile *file)
{
  return file->fd;
}

gsize
gst_ssio_direct_file_get_block (const GstSsioDirectFile *file)
{
  return file->block;
}

/* Some file systems take O_DIRECT and refuse the reads. */
static gboolean
give_up_direct (GstSsioDirectFile *file)
{
  if (!file->is_direct)
    return FALSE;
  GST_INFO ("%s: its file system refuses direct reads: reading through the "
            "page cache",
      file->path);
  file->is_direct = FALSE;
  return fcntl (file->fd, F_SETFL, 0) == 0;
}

gint
gst_ssio_direct_file_read (GstSsioDirectFile *file, guint64 offset,
    guint8 *bytes, gsize size, gsize needed, gsize *n_read)
{
  while (*n_read < needed) {
    gsize at = *n_read & ~(file->block - 1);
    gssize got = pread (file->fd, bytes + at, size - at, offset + at);

    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN
          || (errno == EINVAL && give_up_direct (file)))
        continue;
      return errno;
    }
    if (at + got <= *n_read)
      return 0;
    *n_read = at + got;
  }
  return 0;
}
