/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "rows.h"

#define LANES GST_SSIO_CONVERT_LANES
#define VECTOR_BYTES GST_SSIO_CONVERT_BYTES
#define NO_BYTE 0x80

static const GstSsioConvertMove *
get_move (const GArray *moves, guint index)
{
  return &g_array_index (moves, GstSsioConvertMove, index);
}

static guint
get_from_size (const GstSsioConvertMove *move)
{
  return move->is_copy ? move->size : gst_ssio_type_get_size (move->from_type);
}

static gboolean
find_load (const GstSsioConvertMove *move, GstSsioLanes *lanes)
{
  if (move->is_copy)
    *lanes = GST_SSIO_LANES_BYTES;
  else if (move->from_type == GST_SSIO_TYPE_F8)
    *lanes = GST_SSIO_LANES_F8;
  else if (move->from_type == GST_SSIO_TYPE_F4)
    *lanes = GST_SSIO_LANES_F4;
  else if (get_from_size (move) <= 4 && move->mask <= G_MAXINT32
           && (move->from_type != GST_SSIO_TYPE_U4 || move->mask != 0))
    *lanes = GST_SSIO_LANES_I4;
  else
    return FALSE;
  return TRUE;
}

static gboolean
find_store (const GstSsioConvertMove *move, GstSsioLanes *lanes)
{
  if (move->is_copy)
    *lanes = GST_SSIO_LANES_BYTES;
  else if (move->to_type == GST_SSIO_TYPE_F8)
    *lanes = GST_SSIO_LANES_F8;
  else if (move->to_type == GST_SSIO_TYPE_F4)
    *lanes = GST_SSIO_LANES_F4;
  else if (move->size <= 4 && move->to_type != GST_SSIO_TYPE_U4)
    *lanes = GST_SSIO_LANES_I4;
  else
    return FALSE;
  return TRUE;
}

/* Sets what all moves of a row have in common; FALSE where they do not. */
static gboolean
find_common (GstSsioConvertRow *row, const GArray *moves)
{
  guint end = get_move (moves, row->first_move)->to;
  guint i;

  row->to = end;
  row->is_plain = TRUE;
  for (i = 0; i < row->n_moves; i++) {
    const GstSsioConvertMove *move = get_move (moves, row->first_move + i);
    GstSsioLanes load, store;

    if (move->to != end || !find_load (move, &load)
        || !find_store (move, &store)
        || (i > 0 && (load != row->load || store != row->store)))
      return FALSE;
    row->load = load;
    row->store = store;
    row->is_plain &= move->cast.is_plain;
    end += move->size;
  }
  row->size = end - row->to;
  return row->load == GST_SSIO_LANES_BYTES ? row->size <= VECTOR_BYTES
                                           : row->n_moves <= LANES;
}

/* Sets where the row is loaded from; FALSE where one load does not have all
 * its fields. */
static gboolean
find_window (GstSsioConvertRow *row, const GArray *moves)
{
  guint begin = get_move (moves, row->first_move)->from;
  guint end = begin;
  guint i;

  for (i = 0; i < row->n_moves; i++) {
    const GstSsioConvertMove *move = get_move (moves, row->first_move + i);

    if (row->load == GST_SSIO_LANES_F8 && move->from != end)
      return FALSE;
    begin = MIN (begin, move->from);
    end = MAX (end, move->from + get_from_size (move));
  }
  row->from = begin;
  return row->load == GST_SSIO_LANES_F8 || end - begin <= VECTOR_BYTES;
}

/* What a lane with an integer is made of. */
static void
set_bits (GstSsioConvertRow *row, guint lane, const GstSsioConvertMove *move)
{
  const guint unused = 32 - 8 * get_from_size (move);

  row->mask[lane] = -1;
  if (move->mask != 0) {
    row->mask[lane] = move->mask;
    row->right[lane] = move->shift;
  } else if (move->from_type <= GST_SSIO_TYPE_I8) {
    row->left[lane] = unused;
    row->right[lane] = unused;
  }
  row->is_picked |= row->mask[lane] != -1 || row->right[lane] != 0;
}

/* What an integer of that lane is limited to. */
static void
set_limits (GstSsioConvertRow *row, guint lane, const GstSsioConvertMove *move)
{
  const GstSsioField to = { .type = move->to_type };
  const gboolean is_unsigned = move->to_type >= GST_SSIO_TYPE_U1;

  row->maximum[lane] = gst_ssio_cast_get_maximum (&to);
  row->minimum[lane] = is_unsigned ? 0 : -row->maximum[lane] - 1;
}

static void
set_bytes (guint8 *control, guint to, guint from, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    control[to + i] = from + i;
}

/* -0.0 is what nothing changes when it is added. */
static void
set_lane (GstSsioConvertRow *row, guint lane, const GstSsioConvertMove *move)
{
  row->scale[lane] = move->cast.scale;
  row->offset[lane] = move->cast.is_plain ? -0.0 : move->cast.offset;
  if (row->load == GST_SSIO_LANES_F4)
    row->is_picked |= move->from != row->from + 4 * lane;
  if (row->load != GST_SSIO_LANES_F8)
    set_bytes (row->gather, 4 * lane, move->from - row->from,
        get_from_size (move));
  if (row->load == GST_SSIO_LANES_I4)
    set_bits (row, lane, move);
  if (row->store == GST_SSIO_LANES_I4) {
    set_limits (row, lane, move);
    set_bytes (row->pack, move->to - row->to, 4 * lane, move->size);
  }
}

/* Bytes that are no power of 2 are written by a store of the next one, where
 * the room up to the point's end is enough: what is behind them is for moves
 * that come later. Else two stores overlap: the second has what comes last. */
static void
set_stores (GstSsioConvertRow *row, guint room)
{
  const guint8 *control
      = row->load == GST_SSIO_LANES_BYTES ? row->gather : row->pack;

  memset (row->tail, NO_BYTE, sizeof (row->tail));
  row->unit = 1;
  while (2 * row->unit <= row->size)
    row->unit *= 2;
  if (row->store != GST_SSIO_LANES_BYTES && row->store != GST_SSIO_LANES_I4)
    return;
  if (row->unit < row->size && 2 * row->unit <= room) {
    row->unit *= 2;
    row->size = row->unit;
  }
  memcpy (row->tail, control + row->size - row->unit, row->unit);
}

/* Whether the n moves from the first on are a row. */
static gboolean
make_row (GstSsioConvertRow *row, const GArray *moves, guint first, guint n,
    guint to_size)
{
  guint i;

  *row = (GstSsioConvertRow){ .first_move = first, .n_moves = n };
  if (n > moves->len - first || !find_common (row, moves)
      || !find_window (row, moves))
    return FALSE;
  memset (row->gather, NO_BYTE, sizeof (row->gather));
  memset (row->pack, NO_BYTE, sizeof (row->pack));
  for (i = 0; i < n; i++) {
    const GstSsioConvertMove *move = get_move (moves, first + i);

    if (row->load == GST_SSIO_LANES_BYTES)
      set_bytes (row->gather, move->to - row->to, move->from - row->from,
          move->size);
    else
      set_lane (row, i, move);
  }
  set_stores (row, to_size - row->to);
  return TRUE;
}

static gboolean
have_vectors (void)
{
#ifdef __x86_64__
  return __builtin_cpu_supports ("avx2");
#else
  return FALSE;
#endif
}

GArray *
gst_ssio_convert_find_rows (const GArray *moves, guint to_size)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (GstSsioConvertRow));
  guint first = 0;

  while (first < moves->len && have_vectors ()) {
    GstSsioConvertRow row;
    guint n = VECTOR_BYTES;

    while (n > 1 && !make_row (&row, moves, first, n, to_size))
      n--;
    if (n > 1)
      g_array_append_val (rows, row);
    first += n;
  }
  return rows;
}

gsize
gst_ssio_convert_row_run (const GstSsioConvertRow *row,
    const GstSsioConvertPoints *points, gsize n, const guint8 *end)
{
  const gsize loaded
      = row->load == GST_SSIO_LANES_F8 ? 2 * VECTOR_BYTES : VECTOR_BYTES;
  const gsize left = end - points->from;
  gsize n_inside = 0;

  if (left >= row->from + loaded)
    n_inside = (left - row->from - loaded) / points->from_size + 1;
  n = MIN (n, n_inside);
  gst_ssio_convert_row_run_vectors (row, points, n);
  return n;
}
