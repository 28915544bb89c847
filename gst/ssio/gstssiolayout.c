/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiolayout
 * @title: GstSsioLayout
 * @short_description: the fields of a point and where they are
 *
 * With layouttext.c the only place that reads or writes the text of a layout.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "formats/presets.h"
#include "gstssiolayout.h"
#include "layouttext.h"

/* Larger than any format's record: LAS ends at 65,535 bytes. */
#define MAX_POINT_SIZE (1u << 20)
#define MAX_NAME_LENGTH 255

struct _GstSsioLayout {
  gatomicrefcount refcount;
  guint point_size;
  guint n_fields;
  GstSsioField *fields;
};

static const struct {
  const gchar *code;
  guint size;
} types[] = {
  [GST_SSIO_TYPE_F4] = { "f4", 4 },
  [GST_SSIO_TYPE_F8] = { "f8", 8 },
  [GST_SSIO_TYPE_I1] = { "i1", 1 },
  [GST_SSIO_TYPE_I2] = { "i2", 2 },
  [GST_SSIO_TYPE_I4] = { "i4", 4 },
  [GST_SSIO_TYPE_I8] = { "i8", 8 },
  [GST_SSIO_TYPE_U1] = { "u1", 1 },
  [GST_SSIO_TYPE_U2] = { "u2", 2 },
  [GST_SSIO_TYPE_U4] = { "u4", 4 },
  [GST_SSIO_TYPE_U8] = { "u8", 8 },
};

G_DEFINE_BOXED_TYPE (GstSsioLayout, gst_ssio_layout, gst_ssio_layout_ref,
    gst_ssio_layout_unref)

/**
 * gst_ssio_type_get_size:
 * @type: a type
 *
 * Returns: bytes that a value of @type takes
 *
 * Since: 0.1
 */
guint
gst_ssio_type_get_size (GstSsioType type)
{
  g_return_val_if_fail ((guint) type < G_N_ELEMENTS (types), 0);

  return types[type].size;
}

/**
 * gst_ssio_type_to_string:
 * @type: a type
 *
 * Returns: NumPy's code of @type without the byte order, "f4" for example
 *
 * Since: 0.1
 */
const gchar *
gst_ssio_type_to_string (GstSsioType type)
{
  g_return_val_if_fail ((guint) type < G_N_ELEMENTS (types), NULL);

  return types[type].code;
}

/**
 * gst_ssio_type_from_string:
 * @code: NumPy's code of a type without the byte order
 * @type: (out): the type
 *
 * Returns: whether @code is a type that a layout may hold
 *
 * Since: 0.1
 */
gboolean
gst_ssio_type_from_string (const gchar *code, GstSsioType *type)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (code, types[i].code) == 0) {
      *type = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
type_is_integer (GstSsioType type)
{
  return type != GST_SSIO_TYPE_F4 && type != GST_SSIO_TYPE_F8;
}

static guint
field_end (const GstSsioField *field)
{
  return field->offset + types[field->type].size;
}

/* Two bit fields of one integer may share its bytes, nothing else may. */
static gboolean
fields_overlap (const GstSsioField *a, const GstSsioField *b)
{
  if (a->offset >= field_end (b) || b->offset >= field_end (a))
    return FALSE;
  return a->offset != b->offset || a->type != b->type || a->mask == 0
         || b->mask == 0 || (a->mask & b->mask) != 0;
}

static gboolean
name_is_valid (const gchar *name)
{
  gsize length = strlen (name);
  gsize i;

  if (length == 0 || length > MAX_NAME_LENGTH
      || !g_utf8_validate (name, length, NULL))
    return FALSE;
  for (i = 0; i < length; i++) {
    if (g_ascii_iscntrl (name[i]) || strchr (",:@&*\"", name[i]))
      return FALSE;
  }
  return !g_ascii_isspace (name[0]) && !g_ascii_isspace (name[length - 1]);
}

static gboolean
check_field (const GstSsioField *field, GError **error)
{
  const gchar *name = field->name ? field->name : "";
  guint bits;

  if (!name_is_valid (name)) {
    gchar *printable = g_utf8_make_valid (name, -1);

    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: \"%s\" is not a field's name: expected 1 to %d bytes of "
        "UTF-8 without , : @ & * and quotes",
        printable, MAX_NAME_LENGTH);
    g_free (printable);
    return FALSE;
  }
  if ((guint) field->type >= G_N_ELEMENTS (types)
      || field->offset > MAX_POINT_SIZE - types[field->type].size) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: field \"%s\" lies %u bytes into the point: expected it to "
        "end within %u bytes",
        name, field->offset, MAX_POINT_SIZE);
    return FALSE;
  }
  bits = types[field->type].size * 8;
  if ((field->mask != 0 || field->shift != 0)
      && (!type_is_integer (field->type) || field->mask == 0
          || (bits < 64 && field->mask >> bits != 0)
          || field->shift >= bits)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: field \"%s\" of type %s cannot have the mask %" G_GUINT64_FORMAT
        " and the shift %u: expected an integer with bits inside its size",
        name, types[field->type].code, field->mask, field->shift);
    return FALSE;
  }
  if (!isfinite (field->scale) || field->scale == 0
      || !isfinite (field->origin)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: field \"%s\" has scale %g and origin %g: expected finite "
        "numbers and a scale other than 0",
        name, field->scale, field->origin);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_n_fields (guint n_fields, GError **error)
{
  if (n_fields > 0 && n_fields <= GST_SSIO_LAYOUT_MAX_FIELDS)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "layout: %u fields: expected 1 to %d", n_fields,
      GST_SSIO_LAYOUT_MAX_FIELDS);
  return FALSE;
}

static gboolean
check_fields (const GstSsioField *fields, guint n_fields, GError **error)
{
  guint i, j;

  if (!check_n_fields (n_fields, error))
    return FALSE;
  for (i = 0; i < n_fields; i++) {
    if (!check_field (&fields[i], error))
      return FALSE;
    for (j = 0; j < i; j++) {
      if (strcmp (fields[i].name, fields[j].name) == 0) {
        g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
            "layout: two fields are named \"%s\": expected each name once",
            fields[i].name);
        return FALSE;
      }
      if (fields_overlap (&fields[i], &fields[j])) {
        g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
            "layout: fields \"%s\" (bytes %u to %u) and \"%s\" (bytes %u to "
            "%u) overlap: expected each byte in one field",
            fields[j].name, fields[j].offset, field_end (&fields[j]) - 1,
            fields[i].name, fields[i].offset, field_end (&fields[i]) - 1);
        return FALSE;
      }
    }
  }
  return TRUE;
}

static guint
fields_extent (const GstSsioField *fields, guint n_fields)
{
  guint extent = 0;
  guint i;

  for (i = 0; i < n_fields; i++)
    extent = MAX (extent, field_end (&fields[i]));
  return extent;
}

/**
 * gst_ssio_layout_new:
 * @fields: (array length=n_fields): the fields in the order of their columns
 * @n_fields: number of fields, 1 to 1,024
 * @point_size: bytes from one point to the next, or 0 where points follow
 *   each other without a gap
 * @error: (nullable): return location for an error
 *
 * Makes a layout from fields that are known already. Everything is copied.
 *
 * Returns: (transfer full) (nullable): the layout, or %NULL with @error set to
 *   %GST_STREAM_ERROR_FORMAT
 *
 * Since: 0.1
 */
GstSsioLayout *
gst_ssio_layout_new (const GstSsioField *fields, guint n_fields,
    guint point_size, GError **error)
{
  GstSsioLayout *layout;
  guint extent, i;

  g_return_val_if_fail (fields != NULL || n_fields == 0, NULL);

  if (!check_fields (fields, n_fields, error))
    return NULL;
  extent = fields_extent (fields, n_fields);
  if (point_size == 0)
    point_size = extent;
  if (point_size < extent || point_size > MAX_POINT_SIZE) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "layout: a point of %u bytes: expected %u (the end of its last field) "
        "to %u",
        point_size, extent, MAX_POINT_SIZE);
    return NULL;
  }

  layout = g_new0 (GstSsioLayout, 1);
  g_atomic_ref_count_init (&layout->refcount);
  layout->point_size = point_size;
  layout->n_fields = n_fields;
  layout->fields = g_memdup2 (fields, n_fields * sizeof (*fields));
  for (i = 0; i < n_fields; i++)
    layout->fields[i].name = g_strdup (fields[i].name);
  return layout;
}

/**
 * gst_ssio_layout_ref:
 * @layout: a layout
 *
 * Returns: (transfer full): @layout
 *
 * Since: 0.1
 */
GstSsioLayout *
gst_ssio_layout_ref (GstSsioLayout *layout)
{
  g_return_val_if_fail (layout != NULL, NULL);

  g_atomic_ref_count_inc (&layout->refcount);
  return layout;
}

/**
 * gst_ssio_layout_unref:
 * @layout: (transfer full): a layout
 *
 * Since: 0.1
 */
void
gst_ssio_layout_unref (GstSsioLayout *layout)
{
  guint i;

  g_return_if_fail (layout != NULL);

  if (!g_atomic_ref_count_dec (&layout->refcount))
    return;
  for (i = 0; i < layout->n_fields; i++)
    g_free ((gchar *) layout->fields[i].name);
  g_free (layout->fields);
  g_free (layout);
}

/**
 * gst_ssio_layout_new_from_string:
 * @text: the layout's text
 * @point_size: bytes from one point to the next, or 0 where points follow
 *   each other without a gap
 * @error: (nullable): return location for an error
 *
 * Parses the text of a layout: fields separated by commas, each
 * `name:type[@offset][&mask[>>shift]][*scale][+origin]`. A type is NumPy's
 * code without byte order (f4 f8 i1 i2 i4 i8 u1 u2 u4 u8), f4 where none is
 * given. A field without an offset follows the one before it. Mask and shift
 * name the bits of a bit field; scale and origin turn a stored integer into
 * its unit. Everything is in decimal.
 *
 * Where all of @text is the name of a data set, it stands for the records of
 * its files: `kitti` and `semantickitti` for x, y, z and intensity, `nuscenes`
 * for those and ring, `dales` for %GST_SSIO_DEFAULT_LAYOUT; all are f4.
 * (`kitti:f4` is a field of that name.)
 *
 * Returns: (transfer full) (nullable): the layout, or %NULL with @error set to
 *   %GST_STREAM_ERROR_FORMAT
 *
 * Since: 0.1
 */
GstSsioLayout *
gst_ssio_layout_new_from_string (const gchar *text, guint point_size,
    GError **error)
{
  GstSsioLayout *layout = NULL;
  GstSsioField *fields = NULL;
  const gchar *preset;
  gchar **tokens;
  guint n_tokens, i;

  g_return_val_if_fail (text != NULL, NULL);

  preset = gst_ssio_preset_find (text);
  tokens = g_strsplit (preset ? preset : text, ",", -1);
  n_tokens = g_strv_length (tokens);
  if (!check_n_fields (n_tokens, error))
    goto done;
  fields = g_new0 (GstSsioField, n_tokens + 1);
  for (i = 0; i < n_tokens; i++) {
    if (i > 0)
      fields[i].offset = field_end (&fields[i - 1]);
    if (!gst_ssio_layout_text_parse_field (g_strstrip (tokens[i]), &fields[i],
            error))
      goto done;
    /* checked here as well, so that the next field's offset cannot wrap */
    if (!check_field (&fields[i], error))
      goto done;
  }
  layout = gst_ssio_layout_new (fields, n_tokens, point_size, error);

done:
  g_free (fields);
  g_strfreev (tokens);
  return layout;
}

/**
 * gst_ssio_layout_to_string:
 * @layout: a layout
 *
 * Prints @layout's canonical text: equal layouts give equal texts, and
 * gst_ssio_layout_new_from_string() with the same point size reads it back.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
gchar *
gst_ssio_layout_to_string (const GstSsioLayout *layout)
{
  GString *text;
  guint expected_offset = 0;
  guint i;

  g_return_val_if_fail (layout != NULL, NULL);

  text = g_string_new (NULL);
  for (i = 0; i < layout->n_fields; i++) {
    if (i > 0)
      g_string_append_c (text, ',');
    gst_ssio_layout_text_append_field (text, &layout->fields[i],
        expected_offset);
    expected_offset = field_end (&layout->fields[i]);
  }
  return g_string_free (text, FALSE);
}

/**
 * gst_ssio_layout_is_equal:
 * @layout: a layout
 * @other: another
 *
 * Returns: whether both have the same fields, in the same order and places,
 *   and the same point size
 *
 * Since: 0.1
 */
gboolean
gst_ssio_layout_is_equal (const GstSsioLayout *layout,
    const GstSsioLayout *other)
{
  guint i;

  g_return_val_if_fail (layout != NULL && other != NULL, FALSE);

  if (layout->point_size != other->point_size
      || layout->n_fields != other->n_fields)
    return FALSE;
  for (i = 0; i < layout->n_fields; i++) {
    const GstSsioField *a = &layout->fields[i];
    const GstSsioField *b = &other->fields[i];

    if (strcmp (a->name, b->name) != 0 || a->type != b->type
        || a->offset != b->offset || a->mask != b->mask || a->shift != b->shift
        || a->scale != b->scale || a->origin != b->origin)
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_ssio_layout_get_n_fields:
 * @layout: a layout
 *
 * Returns: number of fields
 *
 * Since: 0.1
 */
guint
gst_ssio_layout_get_n_fields (const GstSsioLayout *layout)
{
  g_return_val_if_fail (layout != NULL, 0);

  return layout->n_fields;
}

/**
 * gst_ssio_layout_get_field:
 * @layout: a layout
 * @index: the field's index, from 0
 *
 * Returns: (transfer none): the field, owned by @layout
 *
 * Since: 0.1
 */
const GstSsioField *
gst_ssio_layout_get_field (const GstSsioLayout *layout, guint index)
{
  g_return_val_if_fail (layout != NULL, NULL);
  g_return_val_if_fail (index < layout->n_fields, NULL);

  return &layout->fields[index];
}

/**
 * gst_ssio_layout_find_field:
 * @layout: a layout
 * @name: a field's name
 *
 * Returns: the field's index, or -1 where @layout has none of that name
 *
 * Since: 0.1
 */
gint
gst_ssio_layout_find_field (const GstSsioLayout *layout, const gchar *name)
{
  guint i;

  g_return_val_if_fail (layout != NULL && name != NULL, -1);

  for (i = 0; i < layout->n_fields; i++) {
    if (strcmp (layout->fields[i].name, name) == 0)
      return i;
  }
  return -1;
}

/**
 * gst_ssio_layout_get_point_size:
 * @layout: a layout
 *
 * Returns: bytes from one point to the next
 *
 * Since: 0.1
 */
guint
gst_ssio_layout_get_point_size (const GstSsioLayout *layout)
{
  g_return_val_if_fail (layout != NULL, 0);

  return layout->point_size;
}

/**
 * gst_ssio_layout_to_caps:
 * @layout: a layout
 * @batch_size: most points a buffer holds, 1 to %G_MAXINT
 *
 * Returns: (transfer full): fixed caps of batches in system memory
 *
 * Since: 0.1
 */
GstCaps *
gst_ssio_layout_to_caps (const GstSsioLayout *layout, guint batch_size)
{
  GstCaps *caps;
  gchar *text;

  g_return_val_if_fail (layout != NULL, NULL);
  g_return_val_if_fail (batch_size > 0 && batch_size <= G_MAXINT, NULL);

  text = gst_ssio_layout_to_string (layout);
  caps = gst_caps_new_simple (GST_SSIO_CAPS_NAME, "layout", G_TYPE_STRING,
      text, "point-size", G_TYPE_INT, (gint) layout->point_size, "batch-size",
      G_TYPE_INT, (gint) batch_size, NULL);
  g_free (text);
  return caps;
}

/**
 * gst_ssio_layout_new_from_caps:
 * @caps: fixed caps of batches
 * @batch_size: (out) (optional): most points a buffer holds
 * @error: (nullable): return location for an error
 *
 * Caps of coordinates from which an origin was subtracted have another field,
 * `origin`, a #GstValueArray of three doubles for x, y and z. It is not read
 * here, since the layout has it subtracted already; who puts values back in
 * place adds it to them.
 *
 * Returns: (transfer full) (nullable): the layout that @caps describe, or
 *   %NULL with @error set to %GST_STREAM_ERROR_FORMAT
 *
 * Since: 0.1
 */
GstSsioLayout *
gst_ssio_layout_new_from_caps (const GstCaps *caps, guint *batch_size,
    GError **error)
{
  const GstStructure *structure;
  const gchar *text;
  gint point_size, points;

  g_return_val_if_fail (GST_IS_CAPS (caps), NULL);

  structure
      = gst_caps_get_size (caps) > 0 ? gst_caps_get_structure (caps, 0) : NULL;
  if (!structure || !gst_structure_has_name (structure, GST_SSIO_CAPS_NAME)
      || !(text = gst_structure_get_string (structure, "layout"))
      || !gst_structure_get_int (structure, "point-size", &point_size)
      || point_size <= 0
      || !gst_structure_get_int (structure, "batch-size", &points)
      || points <= 0) {
    gchar *found = gst_caps_to_string (caps);

    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "caps %s: expected " GST_SSIO_CAPS_NAME
        " with layout, point-size and batch-size",
        found);
    g_free (found);
    return NULL;
  }
  if (batch_size)
    *batch_size = points;
  return gst_ssio_layout_new_from_string (text, point_size, error);
}
