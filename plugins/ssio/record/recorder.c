/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "location.h"
#include "recorder.h"

struct _GstSsioRecorder {
  GstSsioRecorderConfig config;
  GstSsioRecorderCalls calls;
  gpointer user_data;
  GstSsioRecordLocation location;
  GstSsioRecordPoints points; /* without a layout until they are known */
  gboolean is_over;           /* what comes next is another epoch */
  guint index;                /* of the file, or the next one */
  GstSsioRecordFile *file;    /* NULL between files */
  GstSsioWriter *writer;      /* NULL until it has points */
  guint64 start_size;         /* bytes before the points that come */
  guint64 start_time;         /* of the first that came */
};

static gboolean
check_limits (const GstSsioRecorder *self, GError **error)
{
  const GstSsioRecorderConfig *config = &self->config;

  if (gst_ssio_record_location_has_pattern (&self->location)
      || (config->max_points == 0 && config->max_bytes == 0
          && config->max_time == 0))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "location=%s: with max-points, max-bytes or max-time, expected a number "
      "in the file's name, as in sweep-%%05d.bin: there will be many files",
      config->location);
  return FALSE;
}

static gboolean
check_append (const GstSsioRecorder *self, GError **error)
{
  if (!self->config.append
      || self->config.format == GST_SSIO_RECORD_FORMAT_BIN)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "location=%s: only .bin files can be appended to: expected format=bin, "
      "or append=false",
      self->config.location);
  return FALSE;
}

static gboolean
open_file (GstSsioRecorder *self, GError **error)
{
  gchar *path
      = gst_ssio_record_location_get_path (&self->location, self->index);
  gchar *moved;

  self->file
      = gst_ssio_record_file_open (path, self->config.append, &moved, error);
  if (moved && self->calls.moved)
    self->calls.moved (path, moved, self->user_data);
  g_free (moved);
  g_free (path);
  return self->file != NULL;
}

GstSsioRecorder *
gst_ssio_recorder_new (const GstSsioRecorderConfig *config,
    const GstSsioRecorderCalls *calls, gpointer user_data, GError **error)
{
  GstSsioRecorder *self = g_new0 (GstSsioRecorder, 1);

  self->config = *config;
  self->config.location = g_strdup (config->location);
  self->config.element = g_strdup (config->element);
  self->calls = *calls;
  self->user_data = user_data;
  if (!gst_ssio_record_location_parse (&self->location, config->location,
          error)
      || !gst_ssio_record_format_find (&self->config.format, config->location,
          error)
      || !check_limits (self, error) || !check_append (self, error)
      || !open_file (self, error))
    g_clear_pointer (&self, gst_ssio_recorder_free);
  return self;
}

static void
close_file (GstSsioRecorder *self)
{
  g_clear_pointer (&self->writer, gst_ssio_writer_free);
  g_clear_pointer (&self->file, gst_ssio_record_file_free);
}

static void
discard_file (GstSsioRecorder *self)
{
  if (self->file)
    gst_ssio_record_file_discard (self->file);
  close_file (self);
}

/* By what is on the disk: of a batch that could not be written whole, some may
 * be. */
gboolean
gst_ssio_recorder_has_points (const GstSsioRecorder *self)
{
  return self->writer
         && gst_ssio_record_file_get_size (self->file)
                >= self->start_size + self->writer->record_size;
}

void
gst_ssio_recorder_free (GstSsioRecorder *self)
{
  if (gst_ssio_recorder_has_points (self))
    close_file (self);
  else
    discard_file (self);
  gst_ssio_record_points_clear (&self->points);
  gst_ssio_record_location_clear (&self->location);
  g_free (self->config.location);
  g_free (self->config.element);
  g_free (self);
}

static gboolean
are_same (const GstSsioRecordPoints *a, const GstSsioRecordPoints *b)
{
  return gst_ssio_layout_is_equal (a->layout, b->layout)
         && a->has_origin == b->has_origin
         && memcmp (a->origin, b->origin, sizeof (a->origin)) == 0;
}

static gboolean
make_writer (GstSsioRecorder *self, GError **error)
{
  self->writer = gst_ssio_writer_new (self->config.format, &self->points,
      self->file, self->config.append, error);
  if (self->writer)
    self->start_size = gst_ssio_record_file_get_size (self->file);
  return self->writer != NULL;
}

/* A file that has none of the points before can have others. */
static gboolean
make_way (GstSsioRecorder *self, GError **error)
{
  if (gst_ssio_recorder_has_points (self))
    return gst_ssio_recorder_end (self, error);
  discard_file (self);
  return open_file (self, error);
}

gboolean
gst_ssio_recorder_set_points (GstSsioRecorder *self,
    const GstSsioRecordPoints *points, GError **error)
{
  if (self->points.layout && are_same (&self->points, points))
    return TRUE;
  if (self->writer && !make_way (self, error))
    return FALSE;
  gst_ssio_record_points_clear (&self->points);
  gst_ssio_record_points_copy (points, &self->points);
  g_free (self->points.element);
  self->points.element = g_strdup (self->config.element);
  /* the file that was opened to see whether it can be, or none */
  return !self->file || make_writer (self, error);
}

static gboolean
check_place (const GstSsioRecorder *self, GError **error)
{
  if (!self->is_over || self->config.append
      || gst_ssio_record_location_has_pattern (&self->location))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s: is complete, but more points follow, of another epoch or layout, "
      "which would replace it: expected a number in location "
      "(sweep-%%05d.bin), for a file each; or stream one epoch (epochs=1)",
      self->config.location);
  return FALSE;
}

static gboolean
begin_file (GstSsioRecorder *self, GError **error)
{
  return check_place (self, error) && open_file (self, error)
         && make_writer (self, error);
}

/* How many points there is room for, at least one in a file. */
static guint64
get_room (const GstSsioRecorder *self)
{
  const GstSsioWriter *writer = self->writer;
  guint64 size = gst_ssio_record_file_get_size (self->file);
  guint64 room = G_MAXUINT64;

  if (self->config.max_points > 0)
    room = self->config.max_points
           - MIN (self->config.max_points, writer->n_points);
  if (self->config.max_bytes > 0)
    room = MIN (room,
        (self->config.max_bytes - MIN (self->config.max_bytes, size))
            / writer->record_size);
  return MAX (room, writer->n_points == 0);
}

static gboolean
is_late (const GstSsioRecorder *self, guint64 time)
{
  return self->config.max_time > 0 && gst_ssio_recorder_has_points (self)
         && time >= self->start_time
         && time - self->start_time >= self->config.max_time;
}

/* Where points are that came before the error. FALSE. */
static gboolean
name_part (const GstSsioRecorder *self, GError **error)
{
  gchar *text;

  if (!error || !gst_ssio_recorder_has_points (self)
      || !gst_ssio_record_file_has_part (self->file))
    return FALSE;
  text = g_strdup_printf ("%s. What was written before is in %s, which "
                          "ssiosrc reads with recover=true",
      (*error)->message, gst_ssio_record_file_get_part (self->file));
  g_free ((*error)->message);
  (*error)->message = text;
  return FALSE;
}

static gboolean
write_part (GstSsioRecorder *self, const guint8 *points, guint64 n_points,
    guint64 time, GError **error)
{
  if (!gst_ssio_recorder_has_points (self))
    self->start_time = time;
  return gst_ssio_writer_write (self->writer, points, n_points, error)
         || name_part (self, error);
}

gboolean
gst_ssio_recorder_write (GstSsioRecorder *self, const guint8 *points,
    guint64 n_points, guint64 time, GError **error)
{
  if (is_late (self, time) && !gst_ssio_recorder_end (self, error))
    return FALSE;
  while (n_points > 0) {
    guint64 n;

    if (!self->writer && !begin_file (self, error))
      return FALSE;
    n = MIN (n_points, get_room (self));
    if (n == 0) {
      if (!gst_ssio_recorder_end (self, error))
        return FALSE;
      continue;
    }
    if (!write_part (self, points, n, time, error))
      return FALSE;
    points += n * self->writer->point_size;
    n_points -= n;
  }
  return TRUE;
}

static void
tell (const GstSsioRecorder *self)
{
  const GstSsioRecordedFile file = {
    .path = gst_ssio_record_file_get_path (self->file),
    .index = self->index,
    .n_points = self->writer->n_points,
    .n_bytes = gst_ssio_record_file_get_size (self->file),
  };

  if (self->calls.complete)
    self->calls.complete (&file, self->user_data);
}

gboolean
gst_ssio_recorder_end (GstSsioRecorder *self, GError **error)
{
  if (!self->writer) { /* nobody knows what the points would be, or had any */
    discard_file (self);
    return TRUE;
  }
  if (!gst_ssio_writer_finish (self->writer, error)
      || !gst_ssio_record_file_finish (self->file, error))
    return name_part (self, error);
  tell (self);
  close_file (self);
  self->is_over = TRUE;
  self->index++;
  return TRUE;
}

void
gst_ssio_recorder_restart (GstSsioRecorder *self)
{
  discard_file (self);
  self->is_over = FALSE;
}
