/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <gst/gst.h>
#include <unistd.h>

#include "diskwrite.h"

/* The page cache takes a large write in large folios, which take long to get
 * where memory is in pieces. */
#define MAX_WRITE (256 << 10)

gboolean
gst_ssio_disk_write (gint fd, guint64 offset, gconstpointer bytes, gsize size,
    gsize *n_written)
{
  const guint8 *from = bytes;
  gsize done = 0;

  while (done < size) {
    gssize written = pwrite (fd, from + done, MIN (size - done, MAX_WRITE),
        offset + done);

    if (written < 0 && errno == EINTR)
      continue;
    if (written == 0)
      errno = EIO;
    if (written <= 0)
      break;
    done += written;
  }
  if (n_written)
    *n_written = done;
  return done == size;
}

static const gchar *
get_advice (gint number)
{
  switch (number) {
  case ENOSPC:
  case EDQUOT:
    return "make room on its disk";
  case EFBIG:
    return "raise the limit on the size of files (ulimit -f), or write smaller "
           "ones";
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

gboolean
gst_ssio_disk_write_set_error (GError **error, gint code, const gchar *path,
    const gchar *action, gint number)
{
  if (number == ENOSPC || number == EDQUOT)
    code = GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  g_set_error (error, GST_RESOURCE_ERROR, code, "%s: cannot %s: %s; %s", path,
      action, g_strerror (number), get_advice (number));
  return FALSE;
}
