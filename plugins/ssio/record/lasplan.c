/* SPDX-License-Identifier: MIT */
/* Tables of ASPRS LAS 1.4 R15, "Point Data Record Format 6", "7" and "Extra
 * Bytes". */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>
#include <gst/ssio/formats/lasbytes.h>
#include <gst/ssio/formats/lasfields.h>

#include "lasplan.h"

#define MAX_RECORD_LENGTH G_MAXUINT16

/* A variable length record has at most 65,535 bytes. */
#define MAX_EXTRAS (G_MAXUINT16 / LAS_DESCRIPTOR_SIZE)

/* The byte of return number and number of returns, each in four bits. */
#define RETURNS 14
#define ONE_OF_ONE 0x11

G_GNUC_PRINTF (2, 3)
static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (GST_STREAM_ERROR,
                                GST_STREAM_ERROR_FORMAT, format, args));
  va_end (args);
  return FALSE;
}

static gboolean
has_field (const GstSsioLayout *layout, const gchar *name)
{
  return gst_ssio_layout_find_field (layout, name) >= 0;
}

static GstSsioField *
get_field (const GArray *fields, guint i)
{
  return &g_array_index (fields, GstSsioField, i);
}

/* NULL where the format has none of that name. */
static const GstSsioField *
find_field (const GArray *fields, const gchar *name)
{
  guint i;

  for (i = 0; i < fields->len; i++) {
    if (g_str_equal (get_field (fields, i)->name, name))
      return get_field (fields, i);
  }
  return NULL;
}

/* An unsigned integer that a bit field's value fits. */
static GstSsioType
get_type_of_bits (guint64 max)
{
  if (max <= G_MAXUINT8)
    return GST_SSIO_TYPE_U1;
  if (max <= G_MAXUINT16)
    return GST_SSIO_TYPE_U2;
  return max <= G_MAXUINT32 ? GST_SSIO_TYPE_U4 : GST_SSIO_TYPE_U8;
}

static gboolean
add_extra (GstSsioLasPlan *plan, const GstSsioLayout *layout, guint index,
    GError **error)
{
  GstSsioField field = *gst_ssio_layout_get_field (layout, index);

  if (strlen (field.name) > LAS_NAME_LENGTH)
    return fail (error,
        "field \"%s\" has a name of %" G_GSIZE_FORMAT
        " bytes: expected at most %d in LAS; leave it out (ssioconvert fields=...), or "
        "record as .bin",
        field.name, strlen (field.name), LAS_NAME_LENGTH);
  if (field.mask != 0)
    field.type = get_type_of_bits (field.mask >> field.shift);
  field.mask = 0;
  field.shift = 0;
  field.offset = plan->record_length;
  plan->record_length += gst_ssio_type_get_size (field.type);
  g_array_append_val (plan->extras, field);
  g_array_append_val (plan->extra_sources, index);
  return TRUE;
}

static gboolean
add_extras (GstSsioLasPlan *plan, const GstSsioLayout *layout, GError **error)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    if (!find_field (plan->fields, gst_ssio_layout_get_field (layout, i)->name)
        && !add_extra (plan, layout, i, error))
      return FALSE;
  }
  if (plan->extras->len <= MAX_EXTRAS
      && plan->record_length <= MAX_RECORD_LENGTH)
    return TRUE;
  return fail (error,
      "%u fields that LAS has none for, in records of %u bytes: expected at "
      "most %d and %d; choose fewer (ssioconvert fields=...), or record as .bin",
      plan->extras->len, plan->record_length, MAX_EXTRAS, MAX_RECORD_LENGTH);
}

static gboolean
check_axes (const GstSsioLayout *layout, GError **error)
{
  if (has_field (layout, "x") && has_field (layout, "y")
      && has_field (layout, "z"))
    return TRUE;
  return fail (error,
      "points without x, y or z: expected fields of these three names in LAS; "
      "record as .bin, .npy or .ply");
}

static gboolean
has_all_fields (const GstSsioLasPlan *plan, const GstSsioLayout *layout)
{
  guint i;

  for (i = 0; i < plan->fields->len; i++) {
    if (!has_field (layout, get_field (plan->fields, i)->name))
      return FALSE;
  }
  return TRUE;
}

/* Bytes behind a whole record's fields, which nobody has described, stay. */
static void
keep_rest (GstSsioLasPlan *plan, const GstSsioLayout *layout)
{
  GstSsioTranscoder *transcoder;
  guint length = plan->record_length;

  plan->record_length = gst_ssio_layout_get_point_size (layout);
  if (plan->record_length < length
      || plan->record_length > MAX_RECORD_LENGTH) {
    plan->record_length = length;
    return;
  }
  transcoder = gst_ssio_las_plan_make_transcoder (plan, layout);
  if (!gst_ssio_transcoder_is_copy (transcoder))
    plan->record_length = length;
  gst_ssio_transcoder_free (transcoder);
}

gboolean
gst_ssio_las_plan_init (GstSsioLasPlan *plan, const GstSsioLayout *layout,
    GError **error)
{
  gboolean has_colours = has_field (layout, "red")
                         || has_field (layout, "green")
                         || has_field (layout, "blue");
  guint i;

  *plan = (GstSsioLasPlan){ .format = has_colours ? 7 : 6 };
  plan->fields = gst_ssio_las_fields_new ();
  gst_ssio_las_add_format (plan->fields, plan->format);
  plan->extras = g_array_new (FALSE, FALSE, sizeof (GstSsioField));
  plan->extra_sources = g_array_new (FALSE, FALSE, sizeof (guint));
  plan->record_length = gst_ssio_las_get_format_length (plan->format);
  plan->is_whole = has_all_fields (plan, layout);
  plan->has_gps_time = has_field (layout, "gps_time");
  if (!check_axes (layout, error) || !add_extras (plan, layout, error))
    return FALSE;
  for (i = 0; i < GST_SSIO_LAS_N_AXES; i++) {
    GstSsioField *axis = gst_ssio_las_plan_get_axis (plan, i);
    const GstSsioField *from = gst_ssio_layout_get_field (layout,
        gst_ssio_layout_find_field (layout, axis->name));

    axis->scale = from->scale;
    axis->origin = from->origin;
  }
  if (plan->is_whole)
    keep_rest (plan, layout);
  return TRUE;
}

void
gst_ssio_las_plan_clear (GstSsioLasPlan *plan)
{
  g_clear_pointer (&plan->fields, g_array_unref);
  g_clear_pointer (&plan->extras, g_array_unref);
  g_clear_pointer (&plan->extra_sources, g_array_unref);
}

GstSsioField *
gst_ssio_las_plan_get_axis (const GstSsioLasPlan *plan, guint axis)
{
  return get_field (plan->fields, axis);
}

GstSsioTranscoder *
gst_ssio_las_plan_make_transcoder (const GstSsioLasPlan *plan,
    const GstSsioLayout *layout)
{
  GstSsioTranscoder *transcoder
      = gst_ssio_transcoder_new (gst_ssio_layout_get_point_size (layout),
          plan->record_length);
  guint i;

  for (i = 0; i < plan->fields->len; i++) {
    const GstSsioField *to = get_field (plan->fields, i);
    gint index = gst_ssio_layout_find_field (layout, to->name);

    if (index >= 0)
      gst_ssio_transcoder_add (transcoder,
          gst_ssio_layout_get_field (layout, index), to);
  }
  for (i = 0; i < plan->extras->len; i++)
    gst_ssio_transcoder_add (transcoder,
        gst_ssio_layout_get_field (layout,
            g_array_index (plan->extra_sources, guint, i)),
        get_field (plan->extras, i));
  /* both count from 1: where nothing else is known, it is the only return */
  if (!has_field (layout, "return_number")
      && !has_field (layout, "number_of_returns"))
    gst_ssio_transcoder_add_constant (transcoder, RETURNS, ONE_OF_ONE);
  return transcoder;
}

static void
describe (guint8 *descriptor, const GstSsioField *field)
{
  descriptor[LAS_DATA_TYPE] = gst_ssio_las_get_data_type (field->type);
  memcpy (descriptor + LAS_NAME, field->name, strlen (field->name));
  if (field->scale != 1) {
    descriptor[LAS_OPTIONS] |= LAS_HAS_SCALE;
    memcpy (descriptor + LAS_SCALE, &field->scale, sizeof (field->scale));
  }
  if (field->origin != 0) {
    descriptor[LAS_OPTIONS] |= LAS_HAS_ORIGIN;
    memcpy (descriptor + LAS_ORIGIN, &field->origin, sizeof (field->origin));
  }
}

GByteArray *
gst_ssio_las_plan_describe_extras (const GstSsioLasPlan *plan)
{
  GByteArray *payload = g_byte_array_new ();
  guint i;

  for (i = 0; i < plan->extras->len; i++) {
    guint8 descriptor[LAS_DESCRIPTOR_SIZE] = { 0 };

    describe (descriptor, get_field (plan->extras, i));
    g_byte_array_append (payload, descriptor, sizeof (descriptor));
  }
  return payload;
}
