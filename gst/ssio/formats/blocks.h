/* SPDX-License-Identifier: MIT */
/* A file's bytes from any position on, read in blocks: for what has to be
 * walked through, such as text. */
#pragma once

#include "formats.h"

G_BEGIN_DECLS

/* The most that can be peeked at. */
#define GST_SSIO_BLOCK_BYTES (1 << 18)

/* Where to read on is the caller's to set. */
typedef struct {
  const gchar *path; /* for messages only */
  GstSsioReadFunc read;
  gpointer read_data;
  guint64 file_size;
  guint64 position; /* at most file_size */

  guint8 *bytes; /* those from offset on, of which n_bytes are there */
  guint64 offset;
  gsize n_bytes;
} GstSsioBlocks;

void gst_ssio_blocks_clear (GstSsioBlocks *blocks);

/* The bytes at the position: size of them, or less at the file's end. n_bytes
 * is how many there are, which may be more; after the last of the block is a
 * zero byte. NULL with the error set where they cannot be read. */
const guint8 *gst_ssio_blocks_peek (GstSsioBlocks *blocks, gsize size,
    gsize *n_bytes, GError **error);

/* For a read that failed and left errno: size bytes from offset on. */
void gst_ssio_blocks_set_error (const gchar *path, guint64 offset, gsize size,
    GError **error);

G_END_DECLS
