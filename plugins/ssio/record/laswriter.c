/* SPDX-License-Identifier: MIT */
/* LAS 1.4. Coordinates that are floats get their scale and offset by the first
 * points; until then the header has others. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>

#include "lasheader.h"
#include "lasscale.h"
#include "writer.h"

/* Points that are converted at a time, so that they stay in the cache. */
#define PART 4096

/* Times from 0 to this are seconds of a week, as LAS calls it; those of the
 * standard time count from 2011, and are from 1980 on before. */
#define WEEK 604800.0

typedef struct {
  GstSsioWriter parent;
  GstSsioLayout *layout; /* with the origin added again */
  GstSsioLasPlan plan;
  GstSsioTranscoder *transcoder; /* NULL until there are points */
  gboolean is_copy;
  gboolean has_standard_gps_time;
  GstSsioLasTotals totals;
  guint8 *records;
} LasWriter;

static const GstSsioField *
find_field (const LasWriter *self, const gchar *name)
{
  return gst_ssio_layout_get_field (self->layout,
      gst_ssio_layout_find_field (self->layout, name));
}

/* Of those that are no floats, the plan has taken over the field's own. */
static gboolean
choose_scales (LasWriter *self, const guint8 *points, gsize n_points,
    GError **error)
{
  guint i;

  for (i = 0; i < GST_SSIO_LAS_N_AXES; i++) {
    GstSsioField *axis = gst_ssio_las_plan_get_axis (&self->plan, i);
    const GstSsioField *from = find_field (self, axis->name);

    if (gst_ssio_type_is_float (from->type)
        && !gst_ssio_las_scale_choose (from, points, n_points,
            self->parent.point_size, axis, error))
      return FALSE;
  }
  return TRUE;
}

/* Caps do not say what a time counts from. */
static gboolean
is_standard_time (const LasWriter *self, const guint8 *points, gsize n_points)
{
  const GstSsioField *field;
  gsize i;

  if (!self->plan.has_gps_time)
    return FALSE;
  field = find_field (self, "gps_time");
  for (i = 0; i < n_points; i++) {
    gdouble time = gst_ssio_field_read_value (field,
        points + i * self->parent.point_size);

    if (time < 0 || time > WEEK)
      return TRUE;
  }
  return FALSE;
}

static gboolean
name_file (const LasWriter *self, GError **error)
{
  g_prefix_error (error,
      "%s: ", gst_ssio_record_file_get_path (self->parent.file));
  return FALSE;
}

/* Over the one that is there, once there is one. */
static gboolean
put_header (const LasWriter *self, GError **error)
{
  GstSsioRecordFile *file = self->parent.file;
  GByteArray *header = gst_ssio_las_header_make (&self->plan, &self->totals,
      self->has_standard_gps_time);
  gboolean ok = gst_ssio_record_file_get_size (file) == 0
                    ? gst_ssio_record_file_write (file, header->data,
                        header->len, error)
                    : gst_ssio_record_file_overwrite (file, 0, header->data,
                        header->len, error);

  g_byte_array_unref (header);
  return ok;
}

static gboolean
begin_points (LasWriter *self, const guint8 *points, gsize n_points,
    GError **error)
{
  if (!choose_scales (self, points, n_points, error))
    return name_file (self, error);
  self->has_standard_gps_time = is_standard_time (self, points, n_points);
  self->transcoder
      = gst_ssio_las_plan_make_transcoder (&self->plan, self->layout);
  self->is_copy
      = self->plan.is_whole && gst_ssio_transcoder_is_copy (self->transcoder);
  return put_header (self, error);
}

static gboolean
write_records (LasWriter *self, const guint8 *records, gsize n, GError **error)
{
  guint record_size = self->parent.record_size;

  gst_ssio_las_totals_add (&self->totals, records, n, record_size);
  return gst_ssio_record_file_write (self->parent.file, records,
      n * record_size, error);
}

static gboolean
convert_points (LasWriter *self, const guint8 *points, gsize n_points,
    GError **error)
{
  gsize n;

  for (; n_points > 0; n_points -= n) {
    n = MIN (n_points, PART);
    if (!gst_ssio_transcoder_run (self->transcoder, points, n, self->records,
            self->totals.n_points, error))
      return name_file (self, error);
    if (!write_records (self, self->records, n, error))
      return FALSE;
    points += n * self->parent.point_size;
  }
  return TRUE;
}

static gboolean
write_points (GstSsioWriter *writer, const guint8 *points, gsize n_points,
    GError **error)
{
  LasWriter *self = (LasWriter *) writer;

  if (!self->transcoder && !begin_points (self, points, n_points, error))
    return FALSE;
  return self->is_copy ? write_records (self, points, n_points, error)
                       : convert_points (self, points, n_points, error);
}

static gboolean
finish (GstSsioWriter *writer, GError **error)
{
  return put_header ((LasWriter *) writer, error);
}

static void
free_writer (GstSsioWriter *writer)
{
  LasWriter *self = (LasWriter *) writer;

  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
  gst_ssio_las_plan_clear (&self->plan);
  g_clear_pointer (&self->transcoder, gst_ssio_transcoder_free);
  g_free (self->records);
  g_free (self);
}

GstSsioWriter *
gst_ssio_las_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error)
{
  LasWriter *self = g_new0 (LasWriter, 1);

  self->parent = (GstSsioWriter){
    .file = file,
    .point_size = gst_ssio_layout_get_point_size (points->layout),
    .write = write_points,
    .finish = finish,
    .free = free_writer,
  };
  gst_ssio_las_totals_init (&self->totals);
  self->layout = gst_ssio_record_points_get_layout (points, error);
  if (!self->layout
      || !gst_ssio_las_plan_init (&self->plan, self->layout, error)) {
    name_file (self, error);
    free_writer (&self->parent);
    return NULL;
  }
  self->parent.record_size = self->plan.record_length;
  self->records = g_malloc (PART * self->parent.record_size);
  if (put_header (self, error))
    return &self->parent;
  free_writer (&self->parent);
  return NULL;
}
