/* SPDX-License-Identifier: MIT */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* preadv2(), syscall() */
#endif
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gst/gst.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "pagecache.h"

/* Of bytes in a row: large enough that the system calls do not count, and that
 * the large pages of the page cache, which are dropped as a whole, fit in. */
#define ROW_SIZE ((guint64) 2 << 20)

/* The kernel cuts a longer piece of advice short where the device reads less
 * at a time; few read less than this. */
#define ADVICE_SIZE ((guint64) 128 << 10)

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* Linux 6.5 */
#endif

/* Of a kernel that cannot count: enough that pieces which are not in memory
 * are seldom overlooked. */
#define N_QUESTIONS 8

/* As in linux/mman.h. */
typedef struct {
  guint64 offset;
  guint64 size;
} CacheRange;

typedef struct {
  guint64 n_cached;
  guint64 n_dirty;
  guint64 n_writeback;
  guint64 n_evicted;
  guint64 n_recently_evicted;
} CacheCount;

/* FALSE where the kernel does not tell. */
static gboolean
count_present (gint fd, guint64 offset, guint64 size, guint64 *n_pages)
{
  static gint is_unknown = FALSE;
  CacheRange range = { offset, size };
  CacheCount count = { 0 };

  if (g_atomic_int_get (&is_unknown))
    return FALSE;
  if (syscall (SYS_cachestat, fd, &range, &count, 0) != 0) {
    g_atomic_int_set (&is_unknown, errno == ENOSYS);
    return FALSE;
  }
  *n_pages = count.n_cached;
  return TRUE;
}

/* Asks for a byte without waiting for the disk. The file's end counts as
 * present, and who cannot be asked as absent. */
static gboolean
is_present (gint fd, guint64 offset)
{
  guint8 byte;
  struct iovec place = { &byte, 1 };

  return preadv2 (fd, &place, 1, offset, RWF_NOWAIT) >= 0;
}

/* Asks of some bytes between the edges, which may have come with the range's
 * neighbours. The kernel must not take the questions for reads, and guess what
 * follows. */
static gboolean
seem_present (gint fd, guint64 offset, guint64 size)
{
  const guint64 step = MAX (size / N_QUESTIONS, ADVICE_SIZE);
  const guint64 end = offset + size;
  gboolean result = TRUE;

  posix_fadvise (fd, 0, 0, POSIX_FADV_RANDOM);
  for (; result && offset < end; offset += step)
    result = is_present (fd, offset + MIN (step, end - offset) / 2);
  posix_fadvise (fd, 0, 0, POSIX_FADV_NORMAL);
  return result;
}

static gboolean
are_present (gint fd, guint64 offset, guint64 size)
{
  const guint64 page_size = sysconf (_SC_PAGESIZE);
  const guint64 first = offset / page_size;
  const guint64 last = (offset + size - 1) / page_size;
  guint64 n_pages;

  if (size == 0)
    return TRUE;
  if (!count_present (fd, offset, size, &n_pages))
    return seem_present (fd, offset, size);
  return n_pages > last - first;
}

/* Advice walks all pages, also of what is in memory, where it must cost next to
 * nothing. */
void
gst_ssio_page_cache_announce (gint fd, guint64 offset, guint64 size)
{
  const guint64 end = offset + size;

  if (are_present (fd, offset, size))
    return;
  for (; offset < end; offset += ADVICE_SIZE)
    posix_fadvise (fd, offset, MIN (ADVICE_SIZE, end - offset),
        POSIX_FADV_WILLNEED);
}

void
gst_ssio_page_cache_drop (gint fd, guint64 offset, guint64 size)
{
  gint number = posix_fadvise (fd, offset, size, POSIX_FADV_DONTNEED);

  if (number != 0)
    GST_INFO ("cannot drop pages from the page cache: %s",
        g_strerror (number));
}

void
gst_ssio_page_cache_drop_read (gint fd, GstSsioByteRange *used, guint64 offset,
    guint64 size)
{
  guint64 end;

  if (offset != used->end) {
    gst_ssio_page_cache_flush (fd, used);
    used->start = offset;
  }
  used->end = offset + size;
  end = used->end / ROW_SIZE * ROW_SIZE;
  if (end > used->start) {
    gst_ssio_page_cache_drop (fd, used->start, end - used->start);
    used->start = end;
  }
}

void
gst_ssio_page_cache_flush (gint fd, GstSsioByteRange *used)
{
  if (used->end > used->start)
    gst_ssio_page_cache_drop (fd, used->start, used->end - used->start);
  *used = (GstSsioByteRange){ 0 };
}
