/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/gather.h>
#include <gst/ssio/origin.h>
#include <math.h>
#include <string.h>

#include "floats.h"
#include "pointreader.h"

struct _GstSsioPointReader {
  GstSsioLayout *layout; /* as it came */
  gdouble subtracted[GST_SSIO_N_AXES];
  guint fields[GST_SSIO_N_COLUMNS];
  GstSsioGather *gather;
  gboolean is_placed; /* gather moves points to the place */
};

/* What formats and data sets call them. */
static const gchar *const class_names[]
    = { "classification", "sem_class", "class", "label", NULL };
static const gchar *const category_names[] = { "classification", "sem_class",
  "class", "label", "ins_class", "prediction", NULL };

/* What color-by calls by other names than the fields have. */
static const struct {
  const gchar *name;
  const gchar *const *fields;
} aliases[] = {
  { "height", (const gchar *const[]){ "z", NULL } },
  { "class", class_names },
};

static gint
find_alias (const GstSsioLayout *layout, const gchar *name)
{
  gint field = -1;
  guint a, f;

  for (a = 0; a < G_N_ELEMENTS (aliases); a++) {
    if (!g_str_equal (aliases[a].name, name))
      continue;
    for (f = 0; field < 0 && aliases[a].fields[f]; f++)
      field = gst_ssio_layout_find_field (layout, aliases[a].fields[f]);
  }
  return field;
}

static gboolean
find_field (GstSsioPointReader *self, guint column, const gchar *name,
    GError **error)
{
  gint field = gst_ssio_layout_find_field (self->layout, name);
  gchar *found;

  if (field < 0)
    field = find_alias (self->layout, name);
  if (field >= 0) {
    self->fields[column] = field;
    return TRUE;
  }
  found = gst_ssio_layout_to_string (self->layout);
  if (column == GST_SSIO_COLUMN_VALUE)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "color-by=%s: expected height, class or the name of a field, found "
        "no such field; there are %s (labels and predictions of ssiosrc join "
        "more)",
        name, found);
  else
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "expected points with fields x, y and z, found no field \"%s\"; there "
        "are %s (layout of ssiosrc names those of headerless files)",
        name, found);
  g_free (found);
  return FALSE;
}

static GstSsioGather *
new_gather (const GstSsioPointReader *self, const GstSsioLayout *layout)
{
  return gst_ssio_gather_new (layout, self->fields, GST_SSIO_N_COLUMNS);
}

GstSsioPointReader *
gst_ssio_point_reader_new (const GstSsioLayout *layout,
    const gdouble subtracted[GST_SSIO_N_AXES], const gchar *color_by,
    GError **error)
{
  GstSsioPointReader *self = g_new0 (GstSsioPointReader, 1);
  guint axis;

  self->layout = gst_ssio_layout_ref ((GstSsioLayout *) layout);
  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    self->subtracted[axis] = subtracted[axis];
  if (find_field (self, GST_SSIO_COLUMN_X, "x", error)
      && find_field (self, GST_SSIO_COLUMN_Y, "y", error)
      && find_field (self, GST_SSIO_COLUMN_Z, "z", error)
      && find_field (self, GST_SSIO_COLUMN_VALUE, color_by, error)) {
    self->gather = new_gather (self, layout);
    return self;
  }
  gst_ssio_point_reader_free (self);
  return NULL;
}

void
gst_ssio_point_reader_free (GstSsioPointReader *self)
{
  g_clear_pointer (&self->gather, gst_ssio_gather_free);
  gst_ssio_layout_unref (self->layout);
  g_free (self);
}

guint
gst_ssio_point_reader_get_point_size (const GstSsioPointReader *self)
{
  return gst_ssio_layout_get_point_size (self->layout);
}

gboolean
gst_ssio_point_reader_is_categorical (const GstSsioPointReader *self)
{
  const GstSsioField *field = gst_ssio_layout_get_field (self->layout,
      self->fields[GST_SSIO_COLUMN_VALUE]);

  return g_strv_contains (category_names, field->name);
}

gdouble
gst_ssio_point_reader_get_value_origin (const GstSsioPointReader *self,
    const GstSsioPlace *place)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    if (self->fields[axis] == self->fields[GST_SSIO_COLUMN_VALUE])
      return place->origin[axis];
  }
  return 0;
}

static gboolean
is_finite (const GstSsioChunk *chunk, gsize i)
{
  return isfinite (chunk->columns[GST_SSIO_COLUMN_X][i])
         && isfinite (chunk->columns[GST_SSIO_COLUMN_Y][i])
         && isfinite (chunk->columns[GST_SSIO_COLUMN_Z][i]);
}

/* Leaves the others out. */
static void
keep_finite (GstSsioChunk *chunk)
{
  gsize kept = 0;
  gsize i;
  guint c;

  for (i = 0; i < chunk->n; i++) {
    if (!is_finite (chunk, i))
      continue;
    for (c = 0; kept < i && c < GST_SSIO_N_COLUMNS; c++)
      chunk->columns[c][kept] = chunk->columns[c][i];
    kept++;
  }
  chunk->n = kept;
}

static void
gather (const GstSsioPointReader *self, const guint8 *points, gsize n,
    GstSsioChunk *chunk)
{
  gst_ssio_gather_columns (self->gather, points, n, chunk->columns[0],
      GST_SSIO_READER_POINTS);
  chunk->n = n;
  keep_finite (chunk);
}

/* Whether float32 has all that the field's numbers have. */
static gboolean
is_plain_float (const GstSsioField *field)
{
  return field->type == GST_SSIO_TYPE_F4 && field->scale == 1
         && field->origin == 0;
}

static gfloat
find_median (const GstSsioChunk *chunk, guint column)
{
  gfloat sorted[GST_SSIO_READER_POINTS];

  memcpy (sorted, chunk->columns[column], chunk->n * sizeof (*sorted));
  gst_ssio_floats_sort (sorted, chunk->n);
  return sorted[chunk->n / 2];
}

static void
choose_place (const GstSsioPointReader *self, const GstSsioChunk *chunk,
    GstSsioPlace *place)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    const GstSsioField *field
        = gst_ssio_layout_get_field (self->layout, self->fields[axis]);

    place->origin[axis] = self->subtracted[axis];
    if (!is_plain_float (field))
      place->origin[axis] += rint (find_median (chunk, axis));
  }
  place->is_set = TRUE;
}

/* What of the place the layout's coordinates still have. */
static gboolean
move_to (GstSsioPointReader *self, const GstSsioPlace *place, GError **error)
{
  GstSsioOrigin origin = { GST_SSIO_ORIGIN_GIVEN, { 0 } };
  GstSsioLayout *layout;
  guint axis;

  self->is_placed = TRUE;
  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    origin.values[axis] = place->origin[axis] - self->subtracted[axis];
  if (!gst_ssio_origin_is_any (&origin))
    return TRUE;
  layout = gst_ssio_origin_subtract (&origin, self->layout, error);
  if (!layout)
    return FALSE;
  gst_ssio_gather_free (self->gather);
  self->gather = new_gather (self, layout);
  gst_ssio_layout_unref (layout);
  return TRUE;
}

gboolean
gst_ssio_point_reader_read (GstSsioPointReader *self, const guint8 *points,
    gsize n, GstSsioPlace *place, GstSsioChunk *chunk, GError **error)
{
  if (!self->is_placed) {
    gather (self, points, n, chunk);
    if (!place->is_set && chunk->n == 0)
      return TRUE;
    if (!place->is_set)
      choose_place (self, chunk, place);
    if (!move_to (self, place, error))
      return FALSE;
  }
  gather (self, points, n, chunk);
  return TRUE;
}
