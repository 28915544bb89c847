/* SPDX-License-Identifier: MIT */
/* Tables of ASPRS LAS 1.4 R15, "Point Data Records" and "Extra Bytes". Fields
 * have the specification's names, in lower case; those of data types 11 to 30
 * are R13's, the last revision to define them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "lasbytes.h"
#include "lasfields.h"

#define MAX_DATA_TYPE 30

#define FIELD(name, type, offset) \
  { \
    name, GST_SSIO_TYPE_##type, offset, 0, 0, 1, 0 \
  }
#define SCALED(name, type, offset, scale) \
  { \
    name, GST_SSIO_TYPE_##type, offset, 0, 0, scale, 0 \
  }
#define BITS(name, offset, first, n) \
  { \
    name, GST_SSIO_TYPE_U1, offset, ((1 << n) - 1) << first, first, 1, 0 \
  }

/* The core of formats 0 to 5. */
static const GstSsioField legacy_core[] = {
  FIELD ("x", I4, 0),
  FIELD ("y", I4, 4),
  FIELD ("z", I4, 8),
  FIELD ("intensity", U2, 12),
  BITS ("return_number", 14, 0, 3),
  BITS ("number_of_returns", 14, 3, 3),
  BITS ("scan_direction", 14, 6, 1),
  BITS ("edge_of_flight_line", 14, 7, 1),
  BITS ("classification", 15, 0, 5),
  BITS ("synthetic", 15, 5, 1),
  BITS ("key_point", 15, 6, 1),
  BITS ("withheld", 15, 7, 1),
  FIELD ("scan_angle_rank", I1, 16),
  FIELD ("user_data", U1, 17),
  FIELD ("point_source_id", U2, 18),
};

/* The core of formats 6 to 10. */
static const GstSsioField core[] = {
  FIELD ("x", I4, 0),
  FIELD ("y", I4, 4),
  FIELD ("z", I4, 8),
  FIELD ("intensity", U2, 12),
  BITS ("return_number", 14, 0, 4),
  BITS ("number_of_returns", 14, 4, 4),
  BITS ("synthetic", 15, 0, 1),
  BITS ("key_point", 15, 1, 1),
  BITS ("withheld", 15, 2, 1),
  BITS ("overlap", 15, 3, 1),
  BITS ("scanner_channel", 15, 4, 2),
  BITS ("scan_direction", 15, 6, 1),
  BITS ("edge_of_flight_line", 15, 7, 1),
  FIELD ("classification", U1, 16),
  FIELD ("user_data", U1, 17),
  SCALED ("scan_angle", I2, 18, 0.006),
  FIELD ("point_source_id", U2, 20),
  FIELD ("gps_time", F8, 22),
};

/* What formats add to their core; offsets count from its end, or from that of
 * the part before. */
static const GstSsioField gps_time[] = {
  FIELD ("gps_time", F8, 0),
};

static const GstSsioField colours[] = {
  FIELD ("red", U2, 0),
  FIELD ("green", U2, 2),
  FIELD ("blue", U2, 4),
};

static const GstSsioField near_infrared[] = {
  FIELD ("nir", U2, 0),
};

static const GstSsioField wave_packet[] = {
  FIELD ("wave_packet_descriptor_index", U1, 0),
  FIELD ("byte_offset_to_waveform_data", U8, 1),
  FIELD ("waveform_packet_size", U4, 9),
  FIELD ("return_point_waveform_location", F4, 13),
  FIELD ("parametric_dx", F4, 17),
  FIELD ("parametric_dy", F4, 21),
  FIELD ("parametric_dz", F4, 25),
};

typedef struct {
  const GstSsioField *fields;
  guint n_fields;
} FieldTable;

#define TABLE(fields) \
  { \
    fields, G_N_ELEMENTS (fields) \
  }
#define MAX_TABLES 4

static const FieldTable formats[GST_SSIO_LAS_MAX_FORMAT + 1][MAX_TABLES] = {
  [0] = { TABLE (legacy_core) },
  [1] = { TABLE (legacy_core), TABLE (gps_time) },
  [2] = { TABLE (legacy_core), TABLE (colours) },
  [3] = { TABLE (legacy_core), TABLE (gps_time), TABLE (colours) },
  [4] = { TABLE (legacy_core), TABLE (gps_time), TABLE (wave_packet) },
  [5] = { TABLE (legacy_core), TABLE (gps_time), TABLE (colours),
      TABLE (wave_packet) },
  [6] = { TABLE (core) },
  [7] = { TABLE (core), TABLE (colours) },
  [8] = { TABLE (core), TABLE (colours), TABLE (near_infrared) },
  [9] = { TABLE (core), TABLE (wave_packet) },
  [10] = { TABLE (core), TABLE (colours), TABLE (near_infrared),
      TABLE (wave_packet) },
};

/* Data types 1 to 10; 11 to 20 are two of them each, 21 to 30 three. */
static const GstSsioType data_types[] = {
  GST_SSIO_TYPE_U1,
  GST_SSIO_TYPE_I1,
  GST_SSIO_TYPE_U2,
  GST_SSIO_TYPE_I2,
  GST_SSIO_TYPE_U4,
  GST_SSIO_TYPE_I4,
  GST_SSIO_TYPE_U8,
  GST_SSIO_TYPE_I8,
  GST_SSIO_TYPE_F4,
  GST_SSIO_TYPE_F8,
};

guint8
gst_ssio_las_get_data_type (GstSsioType type)
{
  guint i = 0;

  while (data_types[i] != type)
    i++;
  return i + 1;
}

gboolean
gst_ssio_las_fail (const GstSsioLasPart *part, guint64 at, GError **error,
    const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "%s: LAS, byte %" G_GUINT64_FORMAT ": %s", part->path, part->offset + at,
      text);
  g_free (text);
  return FALSE;
}

guint64
gst_ssio_las_read_uint (const guint8 *bytes, guint size)
{
  guint64 value = 0;

  memcpy (&value, bytes, size);
  return value;
}

gboolean
gst_ssio_las_read_scale (const GstSsioLasPart *part, gsize at,
    const gchar *what, gdouble *scale, GError **error)
{
  memcpy (scale, part->bytes + at, sizeof (*scale));
  return (isfinite (*scale) && *scale != 0)
         || gst_ssio_las_fail (part, at, error,
             "the scale of %s: expected a finite number other than 0, found "
             "%g; the file is damaged, get it again",
             what, *scale);
}

gboolean
gst_ssio_las_read_origin (const GstSsioLasPart *part, gsize at,
    const gchar *what, gdouble *origin, GError **error)
{
  memcpy (origin, part->bytes + at, sizeof (*origin));
  return isfinite (*origin)
         || gst_ssio_las_fail (part, at, error,
             "the offset of %s: expected a finite number, found %g; the file "
             "is damaged, get it again",
             what, *origin);
}

static void
clear_field (gpointer field)
{
  g_free ((gchar *) ((GstSsioField *) field)->name);
}

GArray *
gst_ssio_las_fields_new (void)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (GstSsioField));

  g_array_set_clear_func (fields, clear_field);
  return fields;
}

static guint
get_table_length (const FieldTable *table)
{
  const GstSsioField *last = &table->fields[table->n_fields - 1];

  return last->offset + gst_ssio_type_get_size (last->type);
}

guint
gst_ssio_las_get_format_length (guint format)
{
  guint length = 0;
  guint i;

  for (i = 0; i < MAX_TABLES && formats[format][i].fields; i++)
    length += get_table_length (&formats[format][i]);
  return length;
}

static void
add_table (GArray *fields, const FieldTable *table, guint offset)
{
  guint i;

  for (i = 0; i < table->n_fields; i++) {
    GstSsioField field = table->fields[i];

    field.name = g_strdup (field.name);
    field.offset += offset;
    g_array_append_val (fields, field);
  }
}

void
gst_ssio_las_add_format (GArray *fields, guint format)
{
  guint offset = 0;
  guint i;

  for (i = 0; i < MAX_TABLES && formats[format][i].fields; i++) {
    add_table (fields, &formats[format][i], offset);
    offset += get_table_length (&formats[format][i]);
  }
}

/* The name ends at its first zero, or fills all its bytes. */
static gchar *
read_name (const guint8 *descriptor)
{
  gchar *bytes
      = g_strndup ((const gchar *) descriptor + LAS_NAME, LAS_NAME_LENGTH);
  gchar *name = g_utf8_make_valid (bytes, -1);

  g_free (bytes);
  return g_strstrip (name);
}

static guint
count_elements (const guint8 *descriptor)
{
  return (descriptor[LAS_DATA_TYPE] - 1) / G_N_ELEMENTS (data_types) + 1;
}

static GstSsioType
get_type (const guint8 *descriptor)
{
  return data_types[(descriptor[LAS_DATA_TYPE] - 1)
                    % G_N_ELEMENTS (data_types)];
}

/* Bytes that a descriptor describes; where their type is unknown, its options
 * say it. */
static guint
get_described_length (const guint8 *descriptor)
{
  if (descriptor[LAS_DATA_TYPE] == 0)
    return descriptor[LAS_OPTIONS];
  return count_elements (descriptor)
         * gst_ssio_type_get_size (get_type (descriptor));
}

/* Element number i of the value that the descriptor at bytes into the payload
 * describes. */
static gboolean
add_element (GArray *fields, const GstSsioLasPart *payload, gsize at,
    const gchar *name, guint i, GstSsioField field, GError **error)
{
  guint options = payload->bytes[at + LAS_OPTIONS];
  gsize nth = i * sizeof (gdouble);

  if ((options & LAS_HAS_SCALE)
      && !gst_ssio_las_read_scale (payload, at + LAS_SCALE + nth, name,
          &field.scale, error))
    return FALSE;
  if ((options & LAS_HAS_ORIGIN)
      && !gst_ssio_las_read_origin (payload, at + LAS_ORIGIN + nth, name,
          &field.origin, error))
    return FALSE;
  field.name = i == 0 ? g_strdup (name) : g_strdup_printf ("%s_%u", name, i);
  g_array_append_val (fields, field);
  return TRUE;
}

static gboolean
add_elements (GArray *fields, const GstSsioLasPart *payload, gsize at,
    guint offset, GError **error)
{
  const guint8 *descriptor = payload->bytes + at;
  GstSsioField field
      = { .type = get_type (descriptor), .offset = offset, .scale = 1 };
  gchar *name = read_name (descriptor);
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < count_elements (descriptor) && *name && ok; i++) {
    ok = add_element (fields, payload, at, name, i, field, error);
    field.offset += gst_ssio_type_get_size (field.type);
  }
  g_free (name);
  return ok;
}

gboolean
gst_ssio_las_add_extra_bytes (GArray *fields, const GstSsioLasPart *payload,
    guint length, guint record_length, GError **error)
{
  gsize at;

  if (payload->n_bytes % LAS_DESCRIPTOR_SIZE != 0)
    return gst_ssio_las_fail (payload, 0, error,
        "the Extra Bytes record has %" G_GSIZE_FORMAT
        " bytes: expected a multiple of %u, a descriptor's size" GST_SSIO_LAS_WITHOUT_NAMES,
        payload->n_bytes, LAS_DESCRIPTOR_SIZE);
  for (at = 0; at < payload->n_bytes; at += LAS_DESCRIPTOR_SIZE) {
    const guint8 *descriptor = payload->bytes + at;
    guint described;

    if (descriptor[LAS_DATA_TYPE] > MAX_DATA_TYPE)
      return gst_ssio_las_fail (payload, at + LAS_DATA_TYPE, error,
          "extra bytes of data type %u: expected 0 to %u" GST_SSIO_LAS_WITHOUT_NAMES,
          descriptor[LAS_DATA_TYPE], MAX_DATA_TYPE);
    described = get_described_length (descriptor);
    if (described > record_length - length)
      return gst_ssio_las_fail (payload, at + LAS_DATA_TYPE, error,
          "describes extra bytes %u to %u of a point: expected no more than "
          "its record length, %u" GST_SSIO_LAS_WITHOUT_NAMES,
          length, length + described - 1, record_length);
    if (descriptor[LAS_DATA_TYPE] != 0
        && !add_elements (fields, payload, at, length, error))
      return FALSE;
    length += described;
  }
  return TRUE;
}
