/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/ssio/diskwrite.h>
#include <gst/ssio/formats/npyheader.h>
#include <string.h>
#include <unistd.h>

#include "npyfile.h"

#define FILL_BYTES (1 << 16)

typedef struct {
  guint64 first;
  guint64 n;
} Range;

struct _GstSsioNpyFile {
  gchar *path;
  gchar *temporary; /* NULL once it has its name */
  gint fd;
  guint header_size;
  guint64 n_rows;
  guint row_size;
  GArray *written; /* Ranges, in the order in which they came */
};

static gboolean
fail (const GstSsioNpyFile *self, const gchar *what, GError **error)
{
  return gst_ssio_disk_write_set_error (error, GST_RESOURCE_ERROR_WRITE,
      self->path, what, errno);
}

static gboolean
write_at (const GstSsioNpyFile *self, gconstpointer bytes, gsize size,
    guint64 offset, GError **error)
{
  return gst_ssio_disk_write (self->fd, offset, bytes, size, NULL)
         || fail (self, "write predictions", error);
}

static gboolean
write_header (GstSsioNpyFile *self, const gchar *descr, guint n_columns,
    GError **error)
{
  gchar *quoted = g_strdup_printf ("'%s'", descr);
  GString *header = gst_ssio_npy_header_make (quoted, self->n_rows, n_columns);
  gboolean ok = write_at (self, header->str, header->len, 0, error);

  self->header_size = header->len;
  g_string_free (header, TRUE);
  g_free (quoted);
  return ok;
}

GstSsioNpyFile *
gst_ssio_npy_file_create (const gchar *path, const gchar *descr,
    guint64 n_rows, guint n_columns, guint row_size, GError **error)
{
  GstSsioNpyFile *self = g_new0 (GstSsioNpyFile, 1);

  self->path = g_strdup (path);
  self->temporary = g_strdup_printf ("%s.XXXXXX", path);
  self->n_rows = n_rows;
  self->row_size = row_size;
  self->written = g_array_new (FALSE, FALSE, sizeof (Range));
  self->fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (self->fd < 0) {
    fail (self, "make a file for predictions in its folder", error);
    g_clear_pointer (&self->temporary, g_free);
  } else if (write_header (self, descr, n_columns, error)) {
    return self;
  }
  gst_ssio_npy_file_free (self);
  return NULL;
}

void
gst_ssio_npy_file_free (GstSsioNpyFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary)
    g_unlink (self->temporary);
  g_array_unref (self->written);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

static void
note_range (GstSsioNpyFile *self, guint64 first, guint64 n)
{
  const Range range = { first, n };
  Range *last = self->written->len > 0 ? &g_array_index (self->written, Range,
                    self->written->len - 1)
                                       : NULL;

  if (last && last->first + last->n == first)
    last->n += n;
  else
    g_array_append_val (self->written, range);
}

gboolean
gst_ssio_npy_file_write (GstSsioNpyFile *self, guint64 first_row,
    guint64 n_rows, gconstpointer rows, GError **error)
{
  if (!write_at (self, rows, n_rows * self->row_size,
          self->header_size + first_row * self->row_size, error))
    return FALSE;
  note_range (self, first_row, n_rows);
  return TRUE;
}

static gboolean
fill_rows (const GstSsioNpyFile *self, guint64 first, guint64 end, guint8 byte,
    GError **error)
{
  guint64 offset = self->header_size + first * self->row_size;
  guint64 left = (end - first) * self->row_size;
  guint8 *bytes = g_malloc (FILL_BYTES);
  gboolean ok = TRUE;

  memset (bytes, byte, FILL_BYTES);
  while (left > 0 && ok) {
    const gsize n = MIN (left, FILL_BYTES);

    ok = write_at (self, bytes, n, offset, error);
    offset += n;
    left -= n;
  }
  g_free (bytes);
  return ok;
}

static gint
compare_ranges (gconstpointer a, gconstpointer b)
{
  const guint64 first = ((const Range *) a)->first;
  const guint64 second = ((const Range *) b)->first;

  return first < second ? -1 : first > second;
}

static gboolean
fill_gaps (const GstSsioNpyFile *self, guint8 byte, GError **error)
{
  guint64 at = 0;
  guint i;

  g_array_sort (self->written, compare_ranges);
  for (i = 0; i < self->written->len; i++) {
    const Range *range = &g_array_index (self->written, Range, i);

    if (range->first > at && !fill_rows (self, at, range->first, byte, error))
      return FALSE;
    at = MAX (at, range->first + range->n);
  }
  return at >= self->n_rows || fill_rows (self, at, self->n_rows, byte, error);
}

gboolean
gst_ssio_npy_file_finish (GstSsioNpyFile *self, guint8 fill, GError **error)
{
  if (!fill_gaps (self, fill, error))
    return FALSE;
  /* a name must not come to the disk before what it names does */
  if (fdatasync (self->fd) != 0)
    return fail (self, "write predictions", error);
  if (g_rename (self->temporary, self->path) != 0)
    return fail (self, "give predictions their name", error);
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}
