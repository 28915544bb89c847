/* SPDX-License-Identifier: MIT */

#include "tilefile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

#define BLOCK_POINTS 32768
#define NPY_ALIGNMENT 64
#define NPY_PREFIX "\x93NUMPY\x01" /* and a zero and two bytes of length */
#define NPY_PREFIX_LENGTH 10

/* What the threads work on together: each takes the next block that nobody
 * has, and writes it where it belongs. */
typedef struct {
  const Scan *scan;
  guint64 n_points;
  gsize offset; /* of the first point in the file */
  gint fd;
  gint next_block; /* atomic */
  gint error_code; /* atomic; 0, or the errno that ends the work */
} Work;

static gboolean
set_error (GError **error, const gchar *path, gint code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
      "%s: cannot write: %s", path, g_strerror (code));
  return FALSE;
}

/* Returns 0 or an errno. */
static gint
write_at (gint fd, gconstpointer bytes, gsize size, goffset offset)
{
  while (size > 0) {
    gssize written = pwrite (fd, bytes, size, offset);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return errno;
    bytes = (const guint8 *) bytes + written;
    size -= written;
    offset += written;
  }
  return 0;
}

/* Returns FALSE when there is no block left. */
static gboolean
write_next_block (Work *work, ScanPoint *points)
{
  guint64 first
      = (guint64) g_atomic_int_add (&work->next_block, 1) * BLOCK_POINTS;
  guint n;
  gint code;

  if (first >= work->n_points || g_atomic_int_get (&work->error_code) != 0)
    return FALSE;
  n = MIN (BLOCK_POINTS, work->n_points - first);
  scan_fill (work->scan, first, n, points);
  code = write_at (work->fd, points, n * sizeof (ScanPoint),
      work->offset + first * sizeof (ScanPoint));
  if (code != 0)
    g_atomic_int_set (&work->error_code, code);
  return code == 0;
}

static gpointer
write_blocks (gpointer data)
{
  ScanPoint *points = g_new (ScanPoint, BLOCK_POINTS);

  while (write_next_block (data, points))
    ;
  g_free (points);
  return NULL;
}

static void
run_threads (Work *work, guint n_threads)
{
  guint64 n_blocks = (work->n_points + BLOCK_POINTS - 1) / BLOCK_POINTS;
  GThread **threads;
  guint i;

  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  n_threads = MIN (n_threads, n_blocks);
  threads = g_new (GThread *, n_threads);
  for (i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("tile", write_blocks, work);
  for (i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_free (threads);
}

static GString *
format_npy_header (guint64 n_points)
{
  GString *header = g_string_new_len (NPY_PREFIX "\0\0\0", NPY_PREFIX_LENGTH);
  gsize length;

  g_string_append_printf (header,
      "{'descr': [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), "
      "('intensity', '<f4'), ('sem_class', '<f4'), ('ins_class', '<f4')], "
      "'fortran_order': False, 'shape': (%" G_GUINT64_FORMAT ",), }",
      n_points);
  while ((header->len + 1) % NPY_ALIGNMENT != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  length = header->len - NPY_PREFIX_LENGTH;
  header->str[NPY_PREFIX_LENGTH - 2] = length & 0xff;
  header->str[NPY_PREFIX_LENGTH - 1] = length >> 8;
  return header;
}

static gint
write_npy_header (gint fd, guint64 n_points, gsize *size)
{
  GString *header = format_npy_header (n_points);
  gint code = write_at (fd, header->str, header->len, 0);

  *size = header->len;
  g_string_free (header, TRUE);
  return code;
}

/* Returns 0 or an errno. */
static gint
write_tile (gint fd, gboolean is_npy, guint64 n_points, guint64 seed,
    guint n_threads)
{
  Work work = { .fd = fd, .n_points = n_points };
  gint code = 0;
  Scan *scan;

  if (is_npy)
    code = write_npy_header (fd, n_points, &work.offset);
  if (code != 0)
    return code;
  scan = scan_new (seed, n_points);
  work.scan = scan;
  run_threads (&work, n_threads);
  scan_free (scan);
  return work.error_code;
}

gboolean
tile_file_write (const gchar *path, guint64 n_points, guint64 seed,
    guint n_threads, GError **error)
{
  gchar *part = g_strconcat (path, ".part", NULL);
  gint fd = g_open (part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
  gint code;

  if (fd < 0) {
    code = errno;
  } else {
    code = write_tile (fd, g_str_has_suffix (path, ".npy"), n_points, seed,
        n_threads);
    /* some file systems tell only now that the disk is full */
    if (close (fd) < 0 && code == 0)
      code = errno;
    if (code == 0 && g_rename (part, path) < 0)
      code = errno;
    if (code != 0)
      g_unlink (part);
  }
  g_free (part);
  return code == 0 || set_error (error, path, code);
}
