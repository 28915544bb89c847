/* SPDX-License-Identifier: MIT */
/* Records as they come; their sidecar says what they are. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/sidecar.h>

#include "writer.h"

typedef struct {
  GstSsioWriter parent;
  GstSsioRecordPoints points;
  gboolean has_begun; /* the sidecar says no number of points any more */
} BinWriter;

static gboolean
begin (BinWriter *self, GError **error)
{
  self->has_begun = gst_ssio_record_points_write_sidecar (&self->points,
      self->parent.file, NULL, error);
  return self->has_begun;
}

static gboolean
write_points (GstSsioWriter *writer, const guint8 *points, gsize n_points,
    GError **error)
{
  BinWriter *self = (BinWriter *) writer;

  return (self->has_begun || begin (self, error))
         && gst_ssio_record_file_write (writer->file, points,
             n_points * writer->record_size, error);
}

static gboolean
finish (GstSsioWriter *writer, GError **error)
{
  const BinWriter *self = (BinWriter *) writer;

  return gst_ssio_record_points_write_sidecar (&self->points, writer->file,
      &writer->n_points, error);
}

static void
free_writer (GstSsioWriter *writer)
{
  BinWriter *self = (BinWriter *) writer;

  gst_ssio_record_points_clear (&self->points);
  g_free (self);
}

static gboolean
is_same (const GstSsioRecordPoints *points, const GstSsioSidecar *sidecar)
{
  guint i;

  if (!gst_ssio_layout_is_equal (points->layout, sidecar->layout)
      || points->has_origin != sidecar->has_origin)
    return FALSE;
  for (i = 0; points->has_origin && i < G_N_ELEMENTS (points->origin); i++) {
    if (points->origin[i] != sidecar->origin[i])
      return FALSE;
  }
  return TRUE;
}

static gboolean
refuse (const BinWriter *self, const GstSsioSidecar *sidecar, GError **error)
{
  gchar *found = gst_ssio_layout_to_string (sidecar->layout);
  gchar *wanted = gst_ssio_layout_to_string (self->points.layout);

  gst_ssio_writer_fail (self->parent.file, error,
      "cannot append records of another layout or origin: expected %s, as its "
      "sidecar says, found %s; record into another file",
      found, wanted);
  g_free (wanted);
  g_free (found);
  return FALSE;
}

static gboolean
check_old (const BinWriter *self, const GstSsioSidecar *sidecar,
    GError **error)
{
  GstSsioRecordFile *file = self->parent.file;
  guint64 size = gst_ssio_record_file_get_size (file);

  if (!sidecar->layout)
    return gst_ssio_writer_fail (file, error,
        "cannot append: expected a sidecar (" GST_SSIO_SIDECAR_SUFFIX
        ") that says what its %" G_GUINT64_FORMAT
        " bytes are, found none; record into another file",
        size);
  if (!is_same (&self->points, sidecar))
    return refuse (self, sidecar, error);
  return gst_ssio_sidecar_check_size (sidecar,
      gst_ssio_record_file_get_path (file), size, error);
}

/* Whoever wrote it may have died within a point. The sidecar stays as it is
 * until there is more. */
static gboolean
go_on (BinWriter *self, GError **error)
{
  GstSsioWriter *writer = &self->parent;
  guint64 size = gst_ssio_record_file_get_size (writer->file);
  GstSsioSidecar sidecar;
  gboolean ok;

  if (!gst_ssio_sidecar_find (&sidecar,
          gst_ssio_record_file_get_part (writer->file), error))
    return FALSE;
  ok = check_old (self, &sidecar, error);
  gst_ssio_sidecar_clear (&sidecar);
  if (!ok)
    return FALSE;
  writer->n_points = size / writer->record_size;
  return gst_ssio_record_file_truncate (writer->file,
      writer->n_points * writer->record_size, error);
}

GstSsioWriter *
gst_ssio_bin_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, gboolean append, GError **error)
{
  BinWriter *self = g_new0 (BinWriter, 1);

  gst_ssio_record_points_copy (points, &self->points);
  self->parent = (GstSsioWriter){
    .file = file,
    .point_size = gst_ssio_layout_get_point_size (points->layout),
    .record_size = gst_ssio_layout_get_point_size (points->layout),
    .write = write_points,
    .finish = finish,
    .free = free_writer,
  };
  if (append && gst_ssio_record_file_get_size (file) > 0 ? go_on (self, error)
                                                         : begin (self, error))
    return &self->parent;
  free_writer (&self->parent);
  return NULL;
}
