/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "numbers.h"
#include "origin.h"

/* Points from a file's start whose minimum stands for all. */
#define FIRST_BYTES (1 << 20)

static const gchar *const axes[] = { "x", "y", "z" };

#define N_AXES G_N_ELEMENTS (axes)

gboolean
gst_ssio_origin_parse (const gchar *text, GstSsioOrigin *origin,
    GError **error)
{
  *origin = (GstSsioOrigin){ GST_SSIO_ORIGIN_AUTO, { 0 } };
  if (!text || g_str_equal (text, "auto"))
    return TRUE;
  origin->mode = GST_SSIO_ORIGIN_NONE;
  if (g_str_equal (text, "none"))
    return TRUE;
  origin->mode = GST_SSIO_ORIGIN_GIVEN;
  if (gst_ssio_numbers_parse (text, origin->values, N_AXES) == N_AXES)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "origin=%s: expected auto, none, or three finite numbers for x, y and z "
      "with commas between (origin=636000,848000,0)",
      text);
  return FALSE;
}

/* Whether the field may have numbers that a float32 does not hold. */
static gboolean
can_lose_digits (const GstSsioField *field)
{
  if (field->scale != 1 || field->origin != 0)
    return TRUE;
  return field->type != GST_SSIO_TYPE_F4
         && gst_ssio_type_get_size (field->type) >= sizeof (gfloat);
}

/* NULL where there is none of that axis to change. */
static const GstSsioField *
find_field (const GstSsioLayout *layout, guint axis)
{
  gint index = gst_ssio_layout_find_field (layout, axes[axis]);
  const GstSsioField *field;

  if (index < 0)
    return NULL;
  field = gst_ssio_layout_get_field (layout, index);
  return can_lose_digits (field) ? field : NULL;
}

static gboolean
has_field (const GstSsioLayout *layout)
{
  guint i;

  for (i = 0; i < N_AXES; i++) {
    if (find_field (layout, i))
      return TRUE;
  }
  return FALSE;
}

#define READ_AS(ctype) \
  { \
    ctype stored; \
    memcpy (&stored, bytes, sizeof (stored)); \
    return stored; \
  }

static gdouble
read_float (GstSsioType type, const guint8 *bytes)
{
  if (type == GST_SSIO_TYPE_F4)
    READ_AS (gfloat)
  READ_AS (gdouble)
}

/* As 64 bits, of which a signed one is the two's complement. */
static guint64
read_integer (GstSsioType type, const guint8 *bytes)
{
  switch (type) {
  case GST_SSIO_TYPE_I1:
    READ_AS (gint8)
  case GST_SSIO_TYPE_I2:
    READ_AS (gint16)
  case GST_SSIO_TYPE_I4:
    READ_AS (gint32)
  case GST_SSIO_TYPE_U1:
    READ_AS (guint8)
  case GST_SSIO_TYPE_U2:
    READ_AS (guint16)
  case GST_SSIO_TYPE_U4:
    READ_AS (guint32)
  default:
    READ_AS (guint64)
  }
}

static gdouble
read_value (const GstSsioField *field, const guint8 *point)
{
  const guint8 *bytes = point + field->offset;
  gdouble stored;
  guint64 bits;

  if (field->type == GST_SSIO_TYPE_F4 || field->type == GST_SSIO_TYPE_F8) {
    stored = read_float (field->type, bytes);
  } else {
    bits = read_integer (field->type, bytes);
    if (field->mask != 0)
      stored = (bits & field->mask) >> field->shift;
    else if (field->type >= GST_SSIO_TYPE_U1)
      stored = bits;
    else
      stored = (gint64) bits;
  }
  return stored * field->scale + field->origin;
}

/* Of finite values; 0 where there is none. */
static gdouble
find_minimum (const GstSsioField *field, const guint8 *points, guint64 n,
    guint point_size)
{
  gdouble minimum = INFINITY;
  guint64 i;

  for (i = 0; i < n; i++) {
    gdouble value = read_value (field, points + i * point_size);

    if (isfinite (value) && value < minimum)
      minimum = value;
  }
  return isfinite (minimum) ? minimum : 0;
}

static gboolean
look_at_first_points (GstSsioPointFile *file, gdouble minima[N_AXES],
    GError **error)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  guint point_size = gst_ssio_layout_get_point_size (layout);
  guint64 n = MIN (gst_ssio_point_file_get_n_points (file),
      MAX (FIRST_BYTES / point_size, 1));
  guint8 *points = g_malloc (n * point_size);
  gboolean ok = gst_ssio_point_file_read_points (file, 0, n, points, error);
  guint i;

  for (i = 0; ok && i < N_AXES; i++) {
    const GstSsioField *field = find_field (layout, i);

    if (field)
      minima[i] = find_minimum (field, points, n, point_size);
  }
  g_free (points);
  return ok;
}

static gboolean
find_values (GstSsioOrigin *origin, GstSsioPointFile *file, GError **error)
{
  guint i;

  if (!gst_ssio_point_file_get_minima (file, origin->values)
      && !look_at_first_points (file, origin->values, error))
    return FALSE;
  for (i = 0; i < N_AXES; i++)
    origin->values[i] = floor (origin->values[i]);
  return TRUE;
}

gboolean
gst_ssio_origin_settle (GstSsioOrigin *origin, GstSsioPointFile *file,
    GError **error)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  guint i;

  if (origin->mode == GST_SSIO_ORIGIN_AUTO && has_field (layout)
      && !find_values (origin, file, error))
    return FALSE;
  for (i = 0; i < N_AXES; i++) {
    /* no negative zero */
    if (origin->values[i] == 0 || !find_field (layout, i))
      origin->values[i] = 0;
  }
  return TRUE;
}

gboolean
gst_ssio_origin_is_any (const GstSsioOrigin *origin)
{
  return origin->values[0] != 0 || origin->values[1] != 0
         || origin->values[2] != 0;
}

GstSsioLayout *
gst_ssio_origin_subtract (const GstSsioOrigin *origin,
    const GstSsioLayout *layout, GError **error)
{
  guint n = gst_ssio_layout_get_n_fields (layout);
  GstSsioField *fields = g_memdup2 (gst_ssio_layout_get_field (layout, 0),
      n * sizeof (*fields));
  GstSsioLayout *moved;
  guint i;

  for (i = 0; i < N_AXES; i++) {
    gint index = gst_ssio_layout_find_field (layout, axes[i]);

    if (index >= 0)
      fields[index].origin -= origin->values[i];
  }
  moved = gst_ssio_layout_new (fields, n,
      gst_ssio_layout_get_point_size (layout), error);
  g_free (fields);
  return moved;
}

void
gst_ssio_origin_add_to_caps (const GstSsioOrigin *origin, GstCaps *caps)
{
  GValue array = G_VALUE_INIT;
  GValue number = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, N_AXES);
  g_value_init (&number, G_TYPE_DOUBLE);
  for (i = 0; i < N_AXES; i++) {
    g_value_set_double (&number, origin->values[i]);
    gst_value_array_append_value (&array, &number);
  }
  gst_caps_set_value (caps, "origin", &array);
  g_value_unset (&number);
  g_value_unset (&array);
}
