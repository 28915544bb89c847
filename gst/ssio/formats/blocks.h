/* SPDX-License-Identifier: MIT */
/* A file's bytes from any position on, read in blocks: for what has to be
 * walked through, such as text. */
#pragma once

#include "formats.h"

G_BEGIN_DECLS

/* Longest line that gst_ssio_blocks_read_line() reads. */
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

/* The bytes at the position: size of them, a few at most, or less at the
 * file's end. n_bytes is how many there are, which may be more. NULL with the
 * error set where they cannot be read. */
guint8 *gst_ssio_blocks_peek (GstSsioBlocks *blocks, gsize size,
    gsize *n_bytes, GError **error);

/* Passes over blank lines and the next one that is not, or finds the file's
 * end. */
gboolean gst_ssio_blocks_skip_line (GstSsioBlocks *blocks, gchar line_end,
    gboolean *found, GError **error);

/* The same, and gives the line without blanks before it, or NULL at the file's
 * end. The byte at its end may be overwritten for a while. */
gboolean gst_ssio_blocks_read_line (GstSsioBlocks *blocks, gchar line_end,
    gchar **line, gsize *length, GError **error);

/* Moves to the next byte that is not blank, or the file's end. */
gboolean gst_ssio_blocks_skip_blanks (GstSsioBlocks *blocks, GError **error);

/* For a read that failed and left errno: size bytes from offset on. */
void gst_ssio_blocks_set_error (const gchar *path, guint64 offset, gsize size,
    GError **error);

G_END_DECLS
