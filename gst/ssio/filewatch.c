/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <gst/gst.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filewatch.h"

/* How often to look without being told: inotify knows nothing of what another
 * machine or a mapping writes, and is not everywhere. */
#define LOOK_EVERY (200 * G_TIME_SPAN_MILLISECOND)

struct _GstSsioFileWatch {
  gint fd;
  const gchar *path;
  GstPoll *poll;
  GstPollFD notices;
};

/* By the descriptor, since the path may be another file's already. */
static void
open_notices (GstSsioFileWatch *self)
{
  const guint32 mask
      = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_CLOSE_WRITE;
  gchar *path = g_strdup_printf ("/proc/self/fd/%d", self->fd);
  gint fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);

  if (fd >= 0 && inotify_add_watch (fd, path, mask) < 0) {
    close (fd);
    fd = -1;
  }
  g_free (path);
  gst_poll_fd_init (&self->notices);
  self->notices.fd = fd;
  if (fd < 0) {
    GST_INFO ("%s: no inotify: %s", self->path, g_strerror (errno));
    return;
  }
  gst_poll_add_fd (self->poll, &self->notices);
  gst_poll_fd_ctl_read (self->poll, &self->notices, TRUE);
}

GstSsioFileWatch *
gst_ssio_file_watch_new (gint fd, const gchar *path)
{
  GstSsioFileWatch *self = g_new0 (GstSsioFileWatch, 1);

  self->fd = fd;
  self->path = path;
  self->poll = gst_poll_new (TRUE);
  open_notices (self);
  return self;
}

void
gst_ssio_file_watch_free (GstSsioFileWatch *self)
{
  gst_poll_free (self->poll);
  if (self->notices.fd >= 0)
    close (self->notices.fd);
  g_free (self);
}

gboolean
gst_ssio_file_watch_look (GstSsioFileWatch *self, GstSsioFileState *state,
    guint64 *size)
{
  struct stat named, opened;
  gboolean has_name = stat (self->path, &named) == 0;

  if (!has_name && errno != ENOENT && errno != ENOTDIR)
    return FALSE;
  if (fstat (self->fd, &opened) != 0)
    return FALSE;
  *size = opened.st_size;
  if (opened.st_nlink == 0)
    *state = GST_SSIO_FILE_DELETED;
  else if (has_name && named.st_dev == opened.st_dev
           && named.st_ino == opened.st_ino)
    *state = GST_SSIO_FILE_WRITTEN;
  else
    *state = GST_SSIO_FILE_RENAMED;
  return TRUE;
}

static void
discard_notices (GstSsioFileWatch *self)
{
  guint8 bytes[4096];

  if (self->notices.fd < 0)
    return;
  while (read (self->notices.fd, bytes, sizeof (bytes)) > 0)
    ;
}

gboolean
gst_ssio_file_watch_wait (GstSsioFileWatch *self, gint64 end)
{
  gint64 left = MIN (end - g_get_monotonic_time (), LOOK_EVERY);

  if (gst_poll_wait (self->poll, MAX (left, 0) * GST_USECOND) < 0
      && errno == EBUSY)
    return FALSE;
  discard_notices (self);
  return TRUE;
}

void
gst_ssio_file_watch_set_flushing (GstSsioFileWatch *self, gboolean flushing)
{
  gst_poll_set_flushing (self->poll, flushing);
}
