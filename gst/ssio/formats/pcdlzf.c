/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pcdlzf.h"

#if GST_SSIO_HAVE_LZF

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <lzf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../pages.h"

/* Before the block: its size, and that of what it holds. */
#define PREFIX_SIZE 8

/* Three bytes of LZF repeat up to 264 that were there before. */
#define MAX_RATIO (264 / 3)

/* Points that are put together at a time, so that they stay in the cache while
 * one column after the other is. */
#define POINTS_AT_A_TIME 1024

typedef struct {
  guint offset; /* in the record */
  guint size;
  guint64 start; /* in the decompressed data */
} Column;

typedef struct {
  GstSsioDecoder parent;
  Column *columns;
  guint n_columns;
  guint point_size;
  guint64 block_offset;
  guint32 block_size;
  guint32 data_size;
  guint8 *data; /* NULL until it is decompressed */
} PcdLzf;

static gboolean
fail_system (const gchar *path, guint32 data_size, const gchar *problem,
    gint number, GError **error)
{
  gboolean is_full = number == ENOSPC || number == EDQUOT || number == EFBIG
                     || number == ENOMEM;

  g_set_error (error, GST_RESOURCE_ERROR,
      is_full ? GST_RESOURCE_ERROR_NO_SPACE_LEFT
              : GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "%s: cannot decompress it: %s: %s: expected room for %" G_GUINT32_FORMAT
      " bytes in %s; make room there, have TMPDIR name another folder, or save "
      "the file as DATA binary",
      path, problem, g_strerror (number), data_size, g_get_tmp_dir ());
  return FALSE;
}

static gboolean
fail_block (const PcdLzf *self, const gchar *path, guint found, GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: the LZF data from byte %" G_GUINT64_FORMAT
      " on are damaged: expected %" G_GUINT32_FORMAT
      " bytes of points in them, found %s; get the file anew",
      path, self->block_offset, self->data_size,
      found == 0 ? "none that fit" : "fewer");
  return FALSE;
}

/* A mapping of a new file without a name, or NULL with errno set. */
static guint8 *
map_temporary_file (gsize size)
{
  gchar *name = g_build_filename (g_get_tmp_dir (), "ssio-XXXXXX", NULL);
  gint fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  gpointer map = MAP_FAILED;
  gint number = fd < 0 ? errno : 0;

  if (fd >= 0) {
    g_unlink (name);
    /* with its bytes on the disk, since a full one would kill the process when
     * the mapping is written to */
    do {
      number = posix_fallocate (fd, 0, size);
    } while (number == EINTR);
    if (number == 0) {
      map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      number = errno;
    }
    close (fd);
  }
  g_free (name);
  errno = number;
  return map == MAP_FAILED ? NULL : map;
}

static gboolean
fail_reading (const PcdLzf *self, const gchar *path, gint number,
    GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: cannot read the LZF data from byte %" G_GUINT64_FORMAT
      " on: expected %" G_GUINT32_FORMAT
      " bytes: %s; check the disk it is on, and that nobody changes the file",
      path, self->block_offset, self->block_size,
      number ? g_strerror (number) : "the file ends before them");
  return FALSE;
}

static gboolean
decompress (PcdLzf *self, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, GError **error)
{
  guint8 *block = g_try_malloc (self->block_size);
  guint8 *data = NULL;
  guint found = 0;
  gboolean ok = FALSE;

  if (!block)
    fail_system (path, self->data_size, "allocate memory", ENOMEM, error);
  else if (!read (read_data, self->block_offset, block, self->block_size))
    fail_reading (self, path, errno, error);
  else if (!(data = map_temporary_file (self->data_size)))
    fail_system (path, self->data_size, "make a temporary file", errno, error);
  else if ((found = lzf_decompress (block, self->block_size, data,
                self->data_size))
           != self->data_size)
    fail_block (self, path, found, error);
  else
    ok = TRUE;

  g_free (block);
  if (ok)
    self->data = data;
  else if (data)
    munmap (data, self->data_size);
  return ok;
}

/* Constant sizes are moves, where others are calls. */
static inline void
copy_value (guint8 *to, const guint8 *from, guint size)
{
  switch (size) {
  case 1:
    *to = *from;
    break;
  case 2:
    memcpy (to, from, 2);
    break;
  case 4:
    memcpy (to, from, 4);
    break;
  case 8:
    memcpy (to, from, 8);
    break;
  default:
    memcpy (to, from, size);
  }
}

static void
gather_points (const PcdLzf *self, guint64 first_point, guint64 n_points,
    guint8 *points)
{
  guint c;
  guint64 i;

  memset (points, 0, n_points * self->point_size);
  for (c = 0; c < self->n_columns; c++) {
    const Column *column = &self->columns[c];
    const guint8 *from
        = self->data + column->start + first_point * column->size;

    for (i = 0; i < n_points; i++)
      copy_value (points + i * self->point_size + column->offset,
          from + i * column->size, column->size);
  }
}

static gboolean
decode (GstSsioDecoder *decoder, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  PcdLzf *self = (PcdLzf *) decoder;
  guint64 at;

  if (!self->data && !decompress (self, path, read, read_data, error))
    return FALSE;
  for (at = 0; at < n_points; at += POINTS_AT_A_TIME)
    gather_points (self, first_point + at,
        MIN (POINTS_AT_A_TIME, n_points - at), points + at * self->point_size);
  gst_ssio_pages_drop (self->data, self->data_size);
  return TRUE;
}

static void
pcd_lzf_free (GstSsioDecoder *decoder)
{
  PcdLzf *self = (PcdLzf *) decoder;

  if (self->data)
    munmap (self->data, self->data_size);
  g_free (self->columns);
  g_free (self);
}

/* PCL has no columns for padding, others do: which it is shows in the size of
 * all of them. FALSE where it is neither. */
static gboolean
make_columns (PcdLzf *self, guint64 n_points, const GstSsioPcdColumn *columns,
    guint n_columns)
{
  guint64 whole = n_points * self->point_size;
  guint64 start = 0;
  guint i;

  self->columns = g_new0 (Column, n_columns);
  for (i = 0; i < n_columns; i++) {
    if (columns[i].is_padding) {
      if (self->data_size == whole)
        start += n_points * columns[i].size;
      continue;
    }
    self->columns[self->n_columns++]
        = (Column){ columns[i].offset, columns[i].size, start };
    start += n_points * columns[i].size;
  }
  return start == self->data_size;
}

static gboolean
fail_prefix (const PcdLzf *self, const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: byte %" G_GUINT64_FORMAT ": %" G_GUINT32_FORMAT
      " bytes of LZF data for %" G_GUINT32_FORMAT
      " bytes: expected the first to end the file of %" G_GUINT64_FORMAT
      " bytes, and the second to be %" G_GUINT64_FORMAT
      " points of %u bytes; the file is damaged or was not written to its end",
      input->path, info->data_offset, self->block_size, self->data_size,
      input->file_size, info->n_points, self->point_size);
  return FALSE;
}

static gboolean
read_prefix (PcdLzf *self, const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, GError **error)
{
  guint32 prefix[2];

  if (input->file_size - info->data_offset < PREFIX_SIZE) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "%s: byte %" G_GUINT64_FORMAT
        ": expected %d bytes with the sizes of the data, found %" G_GUINT64_FORMAT
        "; the file was not written to its end",
        input->path, info->data_offset, PREFIX_SIZE,
        input->file_size - info->data_offset);
    return FALSE;
  }
  self->block_offset = info->data_offset;
  self->block_size = PREFIX_SIZE;
  if (!input->read (input->read_data, info->data_offset, (guint8 *) prefix,
          sizeof (prefix)))
    return fail_reading (self, input->path, errno, error);
  self->block_offset = info->data_offset + PREFIX_SIZE;
  self->block_size = GUINT32_FROM_LE (prefix[0]);
  self->data_size = GUINT32_FROM_LE (prefix[1]);
  return TRUE;
}

static gboolean
check_sizes (PcdLzf *self, const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, const GstSsioPcdColumn *columns,
    guint n_columns)
{
  return gst_ssio_pcd_is_end (input, self->block_offset + self->block_size,
             PREFIX_SIZE + (guint64) self->block_size)
         && self->data_size <= (guint64) self->block_size * MAX_RATIO
         && info->n_points <= self->data_size
         && make_columns (self, info->n_points, columns, n_columns);
}

GstSsioDecoder *
gst_ssio_pcd_lzf_new (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, const GstSsioPcdColumn *columns,
    guint n_columns, GError **error)
{
  PcdLzf *self = g_new0 (PcdLzf, 1);

  self->parent.decode = decode;
  self->parent.free = pcd_lzf_free;
  self->point_size = gst_ssio_layout_get_point_size (info->layout);
  if (read_prefix (self, input, info, error)
      && (check_sizes (self, input, info, columns, n_columns)
          || fail_prefix (self, input, info, error)))
    return &self->parent;
  pcd_lzf_free (&self->parent);
  return NULL;
}

#else

GstSsioDecoder *
gst_ssio_pcd_lzf_new (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, const GstSsioPcdColumn *columns,
    guint n_columns, GError **error)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND,
      "%s: its points are compressed with LZF: expected DATA ascii or binary, "
      "since this build is one without LZF, found binary_compressed; install "
      "liblzf-dev and build again from an empty build folder, or save the "
      "file as DATA binary",
      input->path);
  return NULL;
}

#endif
