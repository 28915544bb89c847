/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "plan.h"

/* What a run of all moves reads and writes before the next one: a part of the
 * first cache. */
#define BLOCK_BYTES (16 << 10)

typedef struct {
  const GstSsioField *from;
  const GstSsioField *to;
  GstSsioCast cast;
} Way;

static const GstSsioField *
find_field (const GstSsioLayout *layout, const gchar *name)
{
  gint index = gst_ssio_layout_find_field (layout, name);

  return index < 0 ? NULL : gst_ssio_layout_get_field (layout, index);
}

static void
append_names (GString *text, const GstSsioLayout *layout)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
        gst_ssio_layout_get_field (layout, i)->name);
}

static void
set_missing (GError **error, const GstSsioLayout *layout, const gchar *where,
    const gchar *name)
{
  GString *names = g_string_new (NULL);

  append_names (names, layout);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s \"%s\", which the input does not have: expected one of %s", where,
      name, names->str);
  g_string_free (names, TRUE);
}

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  const GstSsioField *to = ((const Way *) a)->to;
  const GstSsioField *other = ((const Way *) b)->to;

  return (to->offset > other->offset) - (to->offset < other->offset);
}

/* In the order of their places in the output. */
static GArray *
find_ways (const GstSsioLayout *from, const GstSsioLayout *to,
    const GstSsioLayout *normalize, GError **error)
{
  const guint n = gst_ssio_layout_get_n_fields (to);
  GArray *ways = g_array_sized_new (FALSE, FALSE, sizeof (Way), n);
  guint i;

  for (i = 0; i < n; i++) {
    Way way = { .to = gst_ssio_layout_get_field (to, i) };
    const gchar *name = way.to->name;

    way.from = find_field (from, name);
    if (!way.from) {
      set_missing (error, from, "the output has field", name);
      g_array_unref (ways);
      return NULL;
    }
    way.cast = gst_ssio_cast_make (way.from, way.to,
        normalize ? find_field (normalize, name) : NULL);
    g_array_append_val (ways, way);
  }
  g_array_sort (ways, compare_places);
  return ways;
}

static gboolean
check_normalize (const GstSsioLayout *from, const GstSsioLayout *normalize,
    GError **error)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (normalize); i++) {
    const gchar *name = gst_ssio_layout_get_field (normalize, i)->name;

    if (!find_field (from, name)) {
      set_missing (error, from, "normalize names field", name);
      return FALSE;
    }
  }
  return TRUE;
}

/* Bits of the output come with the integer that holds them: all that are in
 * one must come from one. */
static gboolean
check_bits (const GArray *ways, GError **error)
{
  const Way *last = NULL;
  guint i;

  for (i = 0; i < ways->len; i++) {
    const Way *way = &g_array_index (ways, Way, i);

    if (way->to->mask == 0)
      continue;
    if (!gst_ssio_cast_is_copy (&way->cast, way->from, way->to)
        || (last && last->to->offset == way->to->offset
            && last->from->offset != way->from->offset)) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "field \"%s\" would have to be put into bits of an integer: expected "
          "a whole one in the output, as in %s:u1",
          way->to->name, way->to->name);
      return FALSE;
    }
    last = way;
  }
  return TRUE;
}

static void
append_type (GString *text, const GstSsioField *field)
{
  g_string_append (text, gst_ssio_type_to_string (field->type));
  if (field->mask != 0)
    g_string_append (text, " bits");
  if (field->scale != 1)
    g_string_append_printf (text, "*%g", field->scale);
  if (field->origin != 0)
    g_string_append_printf (text, "%+g", field->origin);
}

static void
append_way (GString *text, const Way *way)
{
  g_string_append_printf (text, "%s%s (", text->len > 0 ? ", " : "",
      way->to->name);
  append_type (text, way->from);
  g_string_append (text, " to ");
  append_type (text, way->to);
  if (!gst_ssio_type_is_float (way->from->type)
      && gst_ssio_type_is_float (way->to->type))
    g_string_append_printf (text, ", which tells values below %.10g apart",
        gst_ssio_cast_get_limit (&way->cast, way->to->type));
  g_string_append_c (text, ')');
}

static gboolean
check_loss (const GArray *ways, GError **error)
{
  GString *lossy = g_string_new (NULL);
  gboolean is_lossless;
  guint i;

  for (i = 0; i < ways->len; i++) {
    const Way *way = &g_array_index (ways, Way, i);

    if (gst_ssio_cast_is_lossy (&way->cast, way->from, way->to))
      append_way (lossy, way);
  }
  is_lossless = lossy->len == 0;
  if (!is_lossless)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "values may lose digits or be out of range in %s: expected types that "
        "hold all that the input's do; set lossy=true if values are smaller, "
        "or are to be rounded and saturated",
        lossy->str);
  g_string_free (lossy, TRUE);
  return is_lossless;
}

static GstSsioConvertMove
make_move (const Way *way)
{
  return (GstSsioConvertMove){
    .from = way->from->offset,
    .to = way->to->offset,
    .size = gst_ssio_type_get_size (way->to->type),
    .is_copy = gst_ssio_cast_is_copy (&way->cast, way->from, way->to),
    .from_type = way->from->type,
    .to_type = way->to->type,
    .mask = way->from->mask,
    .shift = way->from->shift,
    .cast = way->cast,
  };
}

/* Neighbours that stay so move as one. */
static gboolean
extend_move (GstSsioConvertMove *last, const GstSsioConvertMove *move)
{
  if (!last->is_copy || !move->is_copy || move->to > last->to + last->size
      || move->from - last->from != move->to - last->to)
    return FALSE;
  last->size = MAX (last->size, move->to + move->size - last->to);
  return TRUE;
}

static void
add_moves (GstSsioConvertPlan *plan, const GArray *ways)
{
  GstSsioConvertMove *last = NULL;
  guint i;

  for (i = 0; i < ways->len; i++) {
    GstSsioConvertMove move = make_move (&g_array_index (ways, Way, i));

    plan->n_casts += !move.is_copy;
    if (last && extend_move (last, &move))
      continue;
    g_array_append_val (plan->moves, move);
    last = &g_array_index (plan->moves, GstSsioConvertMove,
        plan->moves->len - 1);
  }
}

/* Looks at what the moves are as a whole. */
static void
finish_plan (GstSsioConvertPlan *plan)
{
  guint end = 0;
  guint i;

  plan->is_identity = plan->from_size == plan->to_size;
  for (i = 0; i < plan->moves->len; i++) {
    GstSsioConvertMove *move
        = &g_array_index (plan->moves, GstSsioConvertMove, i);

    move->loop = gst_ssio_convert_find_loop (move);
    plan->is_identity &= move->is_copy && move->from == move->to;
    plan->has_gaps |= move->to > end;
    end = move->to + move->size;
  }
  plan->has_gaps |= plan->to_size > end;
}

GstSsioConvertPlan *
gst_ssio_convert_plan_new (const GstSsioLayout *from, const GstSsioLayout *to,
    const GstSsioLayout *normalize, gboolean allow_lossy, GError **error)
{
  GstSsioConvertPlan *plan;
  GArray *ways;

  if (normalize && !check_normalize (from, normalize, error))
    return NULL;
  ways = find_ways (from, to, normalize, error);
  if (!ways)
    return NULL;
  if (!check_bits (ways, error)
      || (!allow_lossy && !check_loss (ways, error))) {
    g_array_unref (ways);
    return NULL;
  }
  plan = g_new0 (GstSsioConvertPlan, 1);
  plan->from_size = gst_ssio_layout_get_point_size (from);
  plan->to_size = gst_ssio_layout_get_point_size (to);
  plan->moves = g_array_new (FALSE, FALSE, sizeof (GstSsioConvertMove));
  add_moves (plan, ways);
  finish_plan (plan);
  plan->rows = gst_ssio_convert_find_rows (plan->moves, plan->to_size);
  g_array_unref (ways);
  return plan;
}

void
gst_ssio_convert_plan_free (GstSsioConvertPlan *plan)
{
  g_array_unref (plan->moves);
  g_array_unref (plan->rows);
  g_free (plan);
}

static void
run_moves (const GArray *moves, guint first, guint n,
    const GstSsioConvertPoints *points, gsize n_points)
{
  guint i;

  for (i = first; i < first + n; i++) {
    const GstSsioConvertMove *move
        = &g_array_index (moves, GstSsioConvertMove, i);

    move->loop (move, points, n_points);
  }
}

/* Where a row would read past the end of the last point, its moves run. */
static void
run_row (const GstSsioConvertRow *row, const GArray *moves,
    GstSsioConvertPoints points, gsize n_points, const guint8 *end)
{
  gsize n = gst_ssio_convert_row_run (row, &points, n_points, end);

  points.from += n * points.from_size;
  points.to += n * points.to_size;
  run_moves (moves, row->first_move, row->n_moves, &points, n_points - n);
}

/* Rows stand for moves; those between them run one by one. */
static void
run_block (const GstSsioConvertPlan *plan, const GArray *rows,
    const GstSsioConvertPoints *points, gsize n_points, const guint8 *end)
{
  guint done = 0;
  guint i;

  for (i = 0; rows && i < rows->len; i++) {
    const GstSsioConvertRow *row = &g_array_index (rows, GstSsioConvertRow, i);

    run_moves (plan->moves, done, row->first_move - done, points, n_points);
    run_row (row, plan->moves, *points, n_points, end);
    done = row->first_move + row->n_moves;
  }
  run_moves (plan->moves, done, plan->moves->len - done, points, n_points);
}

static void
run_plan (const GstSsioConvertPlan *plan, const GArray *rows,
    const guint8 *from, gsize n_points, guint8 *to)
{
  const gsize block = MAX (BLOCK_BYTES / (plan->from_size + plan->to_size), 1);
  const guint8 *end = from + n_points * plan->from_size;
  GstSsioConvertPoints points = { from, plan->from_size, to, plan->to_size };

  while (n_points > 0) {
    const gsize n = MIN (n_points, block);

    if (plan->has_gaps)
      memset (points.to, 0, n * plan->to_size);
    run_block (plan, rows, &points, n, end);
    points.from += n * plan->from_size;
    points.to += n * plan->to_size;
    n_points -= n;
  }
}

void
gst_ssio_convert_plan_run (const GstSsioConvertPlan *plan, const guint8 *from,
    gsize n_points, guint8 *to)
{
  if (n_points == 0)
    return;
  if (plan->is_identity)
    memcpy (to, from, n_points * plan->to_size);
  else
    run_plan (plan, plan->rows, from, n_points, to);
}

void
gst_ssio_convert_plan_run_scalar (const GstSsioConvertPlan *plan,
    const guint8 *from, gsize n_points, guint8 *to)
{
  run_plan (plan, NULL, from, n_points, to);
}
