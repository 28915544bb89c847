/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "blocks.h"

void
gst_ssio_blocks_clear (GstSsioBlocks *blocks)
{
  g_clear_pointer (&blocks->bytes, g_free);
  blocks->n_bytes = 0;
}

void
gst_ssio_blocks_set_error (const gchar *path, guint64 offset, gsize size,
    GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: cannot read %" G_GSIZE_FORMAT " bytes from byte %" G_GUINT64_FORMAT
      " on: %s",
      path, size, offset,
      errno ? g_strerror (errno)
            : "the file was truncated while it was being read; start again "
              "once it is whole");
}

static gboolean
fill (GstSsioBlocks *blocks, GError **error)
{
  gsize size
      = MIN (GST_SSIO_BLOCK_BYTES, blocks->file_size - blocks->position);

  if (!blocks->bytes)
    blocks->bytes = g_malloc (GST_SSIO_BLOCK_BYTES + 1);
  blocks->n_bytes = 0;
  if (!blocks->read (blocks->read_data, blocks->position, blocks->bytes,
          size)) {
    gst_ssio_blocks_set_error (blocks->path, blocks->position, size, error);
    return FALSE;
  }
  blocks->offset = blocks->position;
  blocks->n_bytes = size;
  return TRUE;
}

/* Bytes of the block at the position. */
static gsize
count_present (const GstSsioBlocks *blocks)
{
  guint64 end = blocks->offset + blocks->n_bytes;

  return blocks->position >= blocks->offset && blocks->position < end
             ? end - blocks->position
             : 0;
}

guint8 *
gst_ssio_blocks_peek (GstSsioBlocks *blocks, gsize size, gsize *n_bytes,
    GError **error)
{
  gsize wanted = MIN (size, blocks->file_size - blocks->position);

  if ((count_present (blocks) < wanted || !blocks->bytes)
      && !fill (blocks, error))
    return NULL;
  *n_bytes = count_present (blocks);
  return *n_bytes > 0 ? blocks->bytes + (blocks->position - blocks->offset)
                      : blocks->bytes;
}

gboolean
gst_ssio_blocks_skip_blanks (GstSsioBlocks *blocks, GError **error)
{
  guint8 *bytes;
  gsize n_bytes, i;

  do {
    if (!(bytes = gst_ssio_blocks_peek (blocks, 1, &n_bytes, error)))
      return FALSE;
    for (i = 0; i < n_bytes && g_ascii_isspace (bytes[i]); i++)
      ;
    blocks->position += i;
  } while (n_bytes > 0 && i == n_bytes);
  return TRUE;
}

gboolean
gst_ssio_blocks_skip_line (GstSsioBlocks *blocks, gchar line_end,
    gboolean *found, GError **error)
{
  guint8 *bytes, *end = NULL;
  gsize n_bytes;

  if (!gst_ssio_blocks_skip_blanks (blocks, error))
    return FALSE;
  *found = blocks->position < blocks->file_size;
  do {
    if (!(bytes = gst_ssio_blocks_peek (blocks, 1, &n_bytes, error)))
      return FALSE;
    end = memchr (bytes, line_end, n_bytes);
    blocks->position += end ? (gsize) (end + 1 - bytes) : n_bytes;
  } while (!end && n_bytes > 0);
  return TRUE;
}

gboolean
gst_ssio_blocks_read_line (GstSsioBlocks *blocks, gchar line_end, gchar **line,
    gsize *length, GError **error)
{
  guint8 *bytes, *end;
  gsize n_bytes;

  *line = NULL;
  if (!gst_ssio_blocks_skip_blanks (blocks, error)
      || !(bytes = gst_ssio_blocks_peek (blocks, 1, &n_bytes, error)))
    return FALSE;
  if (n_bytes == 0)
    return TRUE;
  if (!(end = memchr (bytes, line_end, n_bytes))) {
    bytes
        = gst_ssio_blocks_peek (blocks, GST_SSIO_BLOCK_BYTES, &n_bytes, error);
    if (!bytes)
      return FALSE;
    end = memchr (bytes, line_end, n_bytes);
  }
  if (!end && blocks->position + n_bytes < blocks->file_size) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
        "%s: the line from byte %" G_GUINT64_FORMAT
        " on does not end: expected at most %d bytes; the file is damaged or "
        "no text",
        blocks->path, blocks->position, GST_SSIO_BLOCK_BYTES);
    return FALSE;
  }
  *line = (gchar *) bytes;
  *length = end ? (gsize) (end - bytes) : n_bytes;
  blocks->position += *length + (end ? 1 : 0);
  return TRUE;
}
