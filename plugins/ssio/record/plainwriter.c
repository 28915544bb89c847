/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "plainwriter.h"

/* Points that are packed at a time, so that they stay in the cache. */
#define PART 4096

static gboolean
write_packed (GstSsioPlainWriter *self, const guint8 *points, gsize n_points,
    GError **error)
{
  GstSsioWriter *writer = &self->parent;
  gsize n;

  for (; n_points > 0; n_points -= n) {
    n = MIN (n_points, PART);
    gst_ssio_transcoder_run (self->transcoder, points, n, self->records, 0,
        NULL);
    if (!gst_ssio_record_file_write (writer->file, self->records,
            n * writer->record_size, error))
      return FALSE;
    points += n * writer->point_size;
  }
  return TRUE;
}

static gboolean
write_points (GstSsioWriter *writer, const guint8 *points, gsize n_points,
    GError **error)
{
  GstSsioPlainWriter *self = (GstSsioPlainWriter *) writer;

  if (self->transcoder)
    return write_packed (self, points, n_points, error);
  return gst_ssio_record_file_write (writer->file, points,
      n_points * writer->record_size, error);
}

static gboolean
finish (GstSsioWriter *writer, GError **error)
{
  const GstSsioPlainWriter *self = (GstSsioPlainWriter *) writer;
  GString *header = self->make_header (self, writer->n_points);
  gboolean ok = gst_ssio_record_file_overwrite (writer->file, 0, header->str,
      header->len, error);

  g_string_free (header, TRUE);
  return ok
         && (!self->has_sidecar
             || gst_ssio_record_points_write_sidecar (&self->points,
                 writer->file, &writer->n_points, error));
}

static void
free_writer (GstSsioWriter *writer)
{
  GstSsioPlainWriter *self = (GstSsioPlainWriter *) writer;

  gst_ssio_record_points_clear (&self->points);
  g_clear_pointer (&self->transcoder, gst_ssio_transcoder_free);
  g_free (self->records);
  g_free (self);
}

static guint
get_packed_size (const GstSsioLayout *layout)
{
  guint size = 0;
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++)
    size += gst_ssio_type_get_size (gst_ssio_layout_get_field (layout, i)
                                        ->type);
  return size;
}

gboolean
gst_ssio_layout_is_packed (const GstSsioLayout *layout)
{
  guint end = 0;
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = gst_ssio_layout_get_field (layout, i);

    if (field->offset != end)
      return FALSE;
    end += gst_ssio_type_get_size (field->type);
  }
  return end == gst_ssio_layout_get_point_size (layout);
}

static void
pack (GstSsioPlainWriter *self)
{
  GstSsioWriter *writer = &self->parent;
  const GstSsioLayout *layout = self->points.layout;
  guint offset = 0;
  guint i;

  writer->record_size = get_packed_size (layout);
  self->transcoder
      = gst_ssio_transcoder_new (writer->point_size, writer->record_size);
  self->records = g_malloc (PART * writer->record_size);
  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *from = gst_ssio_layout_get_field (layout, i);
    GstSsioField to = *from;

    to.offset = offset;
    gst_ssio_transcoder_add (self->transcoder, from, &to);
    offset += gst_ssio_type_get_size (to.type);
  }
}

static gboolean
begin_file (const GstSsioPlainWriter *self, GError **error)
{
  GString *header = self->make_header (self, 0);
  gboolean ok = (!self->has_sidecar
                    || gst_ssio_record_points_write_sidecar (&self->points,
                        self->parent.file, NULL, error))
                && gst_ssio_record_file_write (self->parent.file, header->str,
                    header->len, error);

  g_string_free (header, TRUE);
  return ok;
}

GstSsioWriter *
gst_ssio_plain_writer_begin (GstSsioPlainWriter *self,
    const GstSsioRecordPoints *points, GstSsioRecordFile *file,
    gboolean is_packed, GError **error)
{
  guint point_size = gst_ssio_layout_get_point_size (points->layout);

  gst_ssio_record_points_copy (points, &self->points);
  self->parent = (GstSsioWriter){
    .file = file,
    .point_size = point_size,
    .record_size = point_size,
    .write = write_points,
    .finish = finish,
    .free = free_writer,
  };
  if (is_packed && !gst_ssio_layout_is_packed (points->layout))
    pack (self);
  if (begin_file (self, error))
    return &self->parent;
  free_writer (&self->parent);
  return NULL;
}
