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
  blocks->bytes[size] = 0;
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

const guint8 *
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
