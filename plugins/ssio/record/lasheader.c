/* SPDX-License-Identifier: MIT */
/* ASPRS LAS 1.4 R15, "Public Header Block". */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/formats/lasbytes.h>
#include <string.h>

#include "lasheader.h"

/* The return number is in four bits. */
#define RETURNS 14
#define RETURN_NUMBER 15

void
gst_ssio_las_totals_init (GstSsioLasTotals *totals)
{
  guint i;

  *totals = (GstSsioLasTotals){ 0 };
  for (i = 0; i < GST_SSIO_LAS_N_AXES; i++) {
    totals->min[i] = G_MAXINT32;
    totals->max[i] = G_MININT32;
  }
}

void
gst_ssio_las_totals_add (GstSsioLasTotals *totals, const guint8 *records,
    gsize n_records, guint record_size)
{
  gsize i;
  guint axis;

  for (i = 0; i < n_records; i++) {
    const guint8 *record = records + i * record_size;
    gint32 position[GST_SSIO_LAS_N_AXES];

    memcpy (position, record, sizeof (position));
    for (axis = 0; axis < GST_SSIO_LAS_N_AXES; axis++) {
      totals->min[axis] = MIN (totals->min[axis], position[axis]);
      totals->max[axis] = MAX (totals->max[axis], position[axis]);
    }
    totals->by_return[record[RETURNS] & RETURN_NUMBER]++;
  }
  totals->n_points += n_records;
}

static void
put (GByteArray *header, gsize at, guint64 value, guint size)
{
  value = GUINT64_TO_LE (value);
  memcpy (header->data + at, &value, size);
}

static void
put_double (GByteArray *header, gsize at, gdouble value)
{
  memcpy (header->data + at, &value, sizeof (value));
}

static void
put_text (GByteArray *header, gsize at, const gchar *text)
{
  memcpy (header->data + at, text, strlen (text));
}

static void
put_date (GByteArray *header)
{
  GDateTime *now = g_date_time_new_now_utc ();

  put (header, LAS_CREATION_DAY, g_date_time_get_day_of_year (now), 2);
  put (header, LAS_CREATION_YEAR, g_date_time_get_year (now), 2);
  g_date_time_unref (now);
}

static void
put_axes (GByteArray *header, const GstSsioLasPlan *plan,
    const GstSsioLasTotals *totals)
{
  guint i;

  for (i = 0; i < GST_SSIO_LAS_N_AXES; i++) {
    const GstSsioField *axis = gst_ssio_las_plan_get_axis (plan, i);
    gsize nth = i * sizeof (gdouble);
    gdouble ends[2] = { totals->max[i] * axis->scale + axis->origin,
      totals->min[i] * axis->scale + axis->origin };

    put_double (header, LAS_SCALES + nth, axis->scale);
    put_double (header, LAS_ORIGINS + nth, axis->origin);
    if (totals->n_points == 0)
      continue;
    put_double (header, LAS_EXTENTS + 2 * nth, MAX (ends[0], ends[1]));
    put_double (header, LAS_EXTENTS + 2 * nth + sizeof (gdouble),
        MIN (ends[0], ends[1]));
  }
}

static void
put_counts (GByteArray *header, const GstSsioLasTotals *totals)
{
  guint i;

  put (header, LAS_N_POINTS, totals->n_points, 8);
  for (i = 0; i < GST_SSIO_LAS_N_RETURNS; i++)
    put (header, LAS_N_POINTS_BY_RETURN + 8 * i, totals->by_return[i + 1], 8);
}

static void
append_extras (GByteArray *header, const GstSsioLasPlan *plan)
{
  GByteArray *payload = gst_ssio_las_plan_describe_extras (plan);
  gsize start = header->len;

  g_byte_array_set_size (header, start + LAS_VLR_HEADER_SIZE);
  memset (header->data + start, 0, LAS_VLR_HEADER_SIZE);
  put_text (header, start + LAS_USER_ID, LAS_EXTRA_BYTES_USER_ID);
  put (header, start + LAS_RECORD_ID, LAS_EXTRA_BYTES_RECORD_ID, 2);
  put (header, start + LAS_LENGTH, payload->len, 2);
  g_byte_array_append (header, payload->data, payload->len);
  g_byte_array_unref (payload);
}

GByteArray *
gst_ssio_las_header_make (const GstSsioLasPlan *plan,
    const GstSsioLasTotals *totals, gboolean has_standard_gps_time)
{
  GByteArray *header = g_byte_array_new ();

  g_byte_array_set_size (header, LAS_1_4_HEADER_SIZE);
  memset (header->data, 0, header->len);
  put_text (header, 0, "LASF");
  /* these formats have it, also where there is no coordinate system */
  put (header, LAS_GLOBAL_ENCODING,
      LAS_HAS_WKT | (has_standard_gps_time ? LAS_HAS_STANDARD_GPS_TIME : 0),
      2);
  put (header, LAS_VERSION_MAJOR, 1, 1);
  put (header, LAS_VERSION_MINOR, 4, 1);
  put_text (header, LAS_SYSTEM_IDENTIFIER, "OTHER");
  put_text (header, LAS_GENERATING_SOFTWARE, "ssiosink " VERSION);
  put_date (header);
  put (header, LAS_HEADER_SIZE, LAS_1_4_HEADER_SIZE, 2);
  put (header, LAS_POINT_FORMAT, plan->format, 1);
  put (header, LAS_RECORD_LENGTH, plan->record_length, 2);
  put_axes (header, plan, totals);
  put_counts (header, totals);
  if (plan->extras->len > 0) {
    append_extras (header, plan);
    put (header, LAS_N_VLRS, 1, 4);
  }
  put (header, LAS_OFFSET_TO_POINTS, header->len, 4);
  return header;
}
