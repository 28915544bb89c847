/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "directread.h"
#include "readring.h"

#define PIECE_SIZE ((gsize) 1 << 20)

/* Bytes of a file that are asked for, or announced. */
typedef struct {
  GstSsioDirectFile *file;
  guint64 next; /* what no piece was started for yet */
  guint64 end;
} Wanted;

/* A read of whole blocks, which may go on behind the end of what is wanted. */
typedef struct {
  GstSsioDirectFile *file; /* NULL while it is free */
  guint64 start;           /* in the file */
  gsize size;
  gsize needed; /* without what nobody wants, or the file does not have */
  gsize n_read;
  gint number; /* errno; 0 with fewer bytes than needed is the file's end */
  gboolean in_flight;
  guint8 *bytes;  /* where they go: bounce, or where they are wanted */
  guint8 *bounce; /* PIECE_SIZE aligned bytes, once they are needed */
} Piece;

struct _GstSsioDirectReader {
  GstSsioReadRing *ring; /* NULL where pieces are read one after the other */
  guint n_pieces;
  Piece *pieces;
  GArray *announced; /* of Wanted */
};

/* Where a piece of what is wanted may go, in place of its bounce buffer. */
typedef struct {
  guint64 start; /* in the file */
  guint64 end;
  guint8 *bytes;
} Target;

GstSsioDirectReader *
gst_ssio_direct_reader_new (guint n_reads)
{
  GstSsioDirectReader *reader = g_new0 (GstSsioDirectReader, 1);
  gint number = 0;

  if (n_reads > 0)
    reader->ring = gst_ssio_read_ring_new (n_reads, &number);
  if (number != 0)
    GST_INFO ("no io_uring (%s): one read at a time", g_strerror (number));
  reader->n_pieces = reader->ring ? n_reads : 1;
  reader->pieces = g_new0 (Piece, reader->n_pieces);
  reader->announced = g_array_new (FALSE, FALSE, sizeof (Wanted));
  return reader;
}

void
gst_ssio_direct_reader_free (GstSsioDirectReader *reader)
{
  guint i;

  gst_ssio_direct_reader_forget (reader, NULL);
  for (i = 0; i < reader->n_pieces; i++)
    free (reader->pieces[i].bounce);
  g_clear_pointer (&reader->ring, gst_ssio_read_ring_free);
  g_array_unref (reader->announced);
  g_free (reader->pieces);
  g_free (reader);
}

/* Reads what is left of a piece, waiting for it. */
static void
read_rest (Piece *piece)
{
  piece->number = gst_ssio_direct_file_read (piece->file, piece->start,
      piece->bytes, piece->size, piece->needed, &piece->n_read);
}

static void
start_piece (GstSsioDirectReader *reader, Piece *piece)
{
  gint fd = gst_ssio_direct_file_get_fd (piece->file);

  if (reader->ring
      && gst_ssio_read_ring_start (reader->ring, fd, piece->bytes, piece->size,
             piece->start, piece)
             == 0)
    piece->in_flight = TRUE;
  else
    read_rest (piece);
}

/* What a read has come to. Short ones are rare, and so are interrupted ones:
 * the rest is waited for. */
static void
end_piece (Piece *piece, gssize result)
{
  piece->in_flight = FALSE;
  if (result > 0)
    piece->n_read = result;
  if (piece->n_read < piece->needed)
    read_rest (piece);
}

static void
wait_for_piece (GstSsioDirectReader *reader, const Piece *piece)
{
  while (piece->in_flight) {
    gssize result = 0;
    Piece *done = gst_ssio_read_ring_wait (reader->ring, &result);

    if (!done)
      g_error ("io_uring has lost a read");
    end_piece (done, result);
  }
}

static void
free_piece (GstSsioDirectReader *reader, Piece *piece)
{
  wait_for_piece (reader, piece);
  piece->file = NULL;
}

static guint8 *
get_bounce (Piece *piece)
{
  gpointer bytes;

  if (!piece->bounce) {
    if (posix_memalign (&bytes, GST_SSIO_DIRECT_ALIGN + 1, PIECE_SIZE) != 0)
      g_error ("no memory for a piece of a file");
    piece->bounce = bytes;
  }
  return piece->bounce;
}

/* A whole piece within the target, whose blocks lie as those of the file. */
static gboolean
fits (const Piece *piece, const Target *target)
{
  guintptr address
      = (guintptr) target->bytes + (gsize) (piece->start - target->start);

  return piece->start >= target->start
         && piece->start + piece->size <= target->end
         && (address & (gst_ssio_direct_file_get_block (piece->file) - 1))
                == 0;
}

/* Starts the next piece of what is wanted. */
static void
start_next (GstSsioDirectReader *reader, Piece *piece, Wanted *wanted,
    const Target *target)
{
  const guint64 mask = gst_ssio_direct_file_get_block (wanted->file) - 1;
  const guint64 start = wanted->next & ~mask;
  const guint64 end = MIN (start + PIECE_SIZE, (wanted->end + mask) & ~mask);
  guint8 *bounce = piece->bounce;

  *piece = (Piece){
    .file = wanted->file,
    .start = start,
    .size = end - start,
    .needed = MIN (end, wanted->end) - start,
    .bounce = bounce,
  };
  piece->bytes = target && fits (piece, target)
                     ? target->bytes + (start - target->start)
                     : get_bounce (piece);
  wanted->next = start + piece->needed;
  start_piece (reader, piece);
}

static Piece *
find_free (GstSsioDirectReader *reader)
{
  guint i;

  for (i = 0; i < reader->n_pieces; i++) {
    if (!reader->pieces[i].file)
      return &reader->pieces[i];
  }
  return NULL;
}

/* The piece that has the byte at offset. */
static Piece *
find_piece (GstSsioDirectReader *reader, const GstSsioDirectFile *file,
    guint64 offset)
{
  guint i;

  for (i = 0; i < reader->n_pieces; i++) {
    Piece *piece = &reader->pieces[i];

    if (piece->file == file && offset >= piece->start
        && offset < piece->start + piece->needed)
      return piece;
  }
  return NULL;
}

/* Starts as much as may be in flight: of what is asked for, which may be NULL,
 * and then of what was announced. */
static void
fill (GstSsioDirectReader *reader, Wanted *asked, const Target *target)
{
  Piece *piece;

  while ((piece = find_free (reader))) {
    Wanted *next;

    if (asked && asked->next < asked->end) {
      start_next (reader, piece, asked, target);
      continue;
    }
    if (reader->announced->len == 0)
      return;
    next = &g_array_index (reader->announced, Wanted, 0);
    start_next (reader, piece, next, NULL);
    if (next->next >= next->end)
      g_array_remove_index (reader->announced, 0);
  }
}

/* Without a ring a piece is read when it is asked for, and not before. */
void
gst_ssio_direct_reader_announce (GstSsioDirectReader *reader,
    GstSsioDirectFile *file, guint64 offset, gsize size)
{
  Wanted wanted = { file, offset, offset + size };

  if (!reader->ring)
    return;
  g_array_append_val (reader->announced, wanted);
  fill (reader, NULL, NULL);
}

/* What is asked for needs no announcement any more. */
static void
take_announced (GstSsioDirectReader *reader, const GstSsioDirectFile *file,
    guint64 start, guint64 end)
{
  guint i = 0;

  while (i < reader->announced->len) {
    const Wanted *wanted = &g_array_index (reader->announced, Wanted, i);

    if (wanted->file == file && wanted->next < end && wanted->end > start)
      g_array_remove_index (reader->announced, i);
    else
      i++;
  }
}

/* Where what is asked for is not on its way yet. */
static guint64
find_missing (GstSsioDirectReader *reader, const GstSsioDirectFile *file,
    guint64 offset, guint64 end)
{
  while (offset < end) {
    const Piece *piece = find_piece (reader, file, offset);

    if (!piece)
      break;
    offset = piece->start + piece->needed;
  }
  return MIN (offset, end);
}

/* The piece with the byte at offset. Where all are taken by others, which came
 * in no order that was announced, those have to go. */
static Piece *
get_piece (GstSsioDirectReader *reader, Wanted *asked, const Target *target,
    guint64 offset)
{
  Piece *piece = find_piece (reader, asked->file, offset);

  if (piece)
    return piece;
  asked->next = offset;
  if (!find_free (reader))
    gst_ssio_direct_reader_forget (reader, NULL);
  fill (reader, asked, target);
  return find_piece (reader, asked->file, offset);
}

static gboolean
copy_piece (GstSsioDirectReader *reader, Piece *piece, const Target *target,
    guint64 *offset)
{
  const guint64 end = MIN (piece->start + piece->needed, target->end);
  const gsize skip = *offset - piece->start;
  guint8 *bytes = target->bytes + (*offset - target->start);

  wait_for_piece (reader, piece);
  if (piece->n_read < piece->needed) {
    errno = piece->number;
    return FALSE;
  }
  if (piece->bytes + skip != bytes)
    memcpy (bytes, piece->bytes + skip, end - *offset);
  *offset = end;
  if (end == piece->start + piece->needed)
    free_piece (reader, piece);
  return TRUE;
}

gboolean
gst_ssio_direct_reader_read (GstSsioDirectReader *reader,
    GstSsioDirectFile *file, guint64 offset, gsize size, guint8 *bytes)
{
  const Target target = { offset, offset + size, bytes };
  Wanted asked = { file, 0, target.end };

  take_announced (reader, file, offset, target.end);
  asked.next = find_missing (reader, file, offset, target.end);
  while (offset < target.end) {
    fill (reader, &asked, &target);
    if (!copy_piece (reader, get_piece (reader, &asked, &target, offset),
            &target, &offset)) {
      gint number = errno;

      /* nothing may write to bytes any more */
      gst_ssio_direct_reader_forget (reader, file);
      errno = number;
      return FALSE;
    }
  }
  fill (reader, NULL, NULL);
  return TRUE;
}

void
gst_ssio_direct_reader_forget (GstSsioDirectReader *reader,
    const GstSsioDirectFile *file)
{
  guint i;

  for (i = reader->announced->len; i > 0; i--) {
    if (!file || g_array_index (reader->announced, Wanted, i - 1).file == file)
      g_array_remove_index (reader->announced, i - 1);
  }
  for (i = 0; i < reader->n_pieces; i++) {
    Piece *piece = &reader->pieces[i];

    if (piece->file && (!file || piece->file == file))
      free_piece (reader, piece);
  }
}
