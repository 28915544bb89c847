/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "parallelcopy.h"
#include "workers.h"

/* Some 100 microseconds: long against a hand-over to another thread. */
#define PIECE_BYTES ((gsize) 1 << 20)

typedef struct {
  guint8 *to;
  const guint8 *from;
  gsize size;
} Piece;

struct _GstSsioParallelCopy {
  GstSsioWorkers *workers; /* NULL for one thread */
  GArray *pieces;
};

static void
copy_piece (const GstSsioChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  const Piece *piece = chunk->owner;

  memcpy (piece->to, piece->from, piece->size);
}

GstSsioParallelCopy *
gst_ssio_parallel_copy_new (guint n_threads)
{
  GstSsioParallelCopy *copy = g_new0 (GstSsioParallelCopy, 1);

  copy->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  if (n_threads > 1)
    copy->workers = gst_ssio_workers_new (n_threads, 0, copy_piece, NULL);
  return copy;
}

void
gst_ssio_parallel_copy_free (GstSsioParallelCopy *copy)
{
  g_clear_pointer (&copy->workers, gst_ssio_workers_free);
  g_array_unref (copy->pieces);
  g_free (copy);
}

static void
cut (GArray *pieces, guint8 *to, const guint8 *from, gsize size)
{
  gsize at;

  g_array_set_size (pieces, 0);
  for (at = 0; at < size; at += PIECE_BYTES) {
    Piece piece = { to + at, from + at, MIN (size - at, PIECE_BYTES) };

    g_array_append_val (pieces, piece);
  }
}

void
gst_ssio_parallel_copy_run (GstSsioParallelCopy *copy, guint8 *to,
    const guint8 *from, gsize size)
{
  guint i;

  if (!copy->workers || size <= PIECE_BYTES) {
    memcpy (to, from, size);
    return;
  }
  cut (copy->pieces, to, from, size);
  for (i = 0; i < copy->pieces->len; i++) {
    const GstSsioChunk chunk
        = { .owner = &g_array_index (copy->pieces, Piece, i), .n_points = 1 };

    gst_ssio_workers_push (copy->workers, &chunk);
  }
  gst_ssio_workers_drain (copy->workers);
}
