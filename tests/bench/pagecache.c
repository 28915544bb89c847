/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "pagecache.h"

/* A file that has more of its pages in the page cache was not dropped. */
#define MAX_CACHED_SHARE 0.01
#define BLOCK ((gsize) 2 << 20)

static gint
open_file (const gchar *path)
{
  gint fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    ssio_fail ("%s: cannot be opened: %s", path, g_strerror (errno));
  return fd;
}

static gdouble
measure_cached_share (gint fd, gsize size)
{
  gsize page = sysconf (_SC_PAGESIZE);
  gsize n_pages = (size + page - 1) / page;
  guint8 *present = g_malloc (n_pages);
  guint8 *data = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  gsize n = 0, i;

  if (data == MAP_FAILED || mincore (data, size, present) != 0)
    ssio_fail ("a file cannot be mapped: %s", g_strerror (errno));
  for (i = 0; i < n_pages; i++)
    n += present[i] & 1;
  munmap (data, size);
  g_free (present);
  return (gdouble) n / n_pages;
}

gboolean
ssio_page_cache_drop (const gchar *path)
{
  gint fd = open_file (path);
  struct stat status;
  gdouble share;

  if (fsync (fd) != 0 || posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED) != 0
      || fstat (fd, &status) != 0)
    ssio_fail ("%s: cannot be dropped: %s", path, g_strerror (errno));
  share = measure_cached_share (fd, status.st_size);
  close (fd);
  return share < MAX_CACHED_SHARE;
}

void
ssio_page_cache_fill (const gchar *path)
{
  gpointer block = g_malloc (BLOCK);
  gint fd = open_file (path);
  gssize got;

  ssio_page_cache_drop (path);
  while ((got = read (fd, block, BLOCK)) > 0)
    ;
  if (got < 0)
    ssio_fail ("%s: cannot be read: %s", path, g_strerror (errno));
  close (fd);
  g_free (block);
}
