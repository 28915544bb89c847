/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/gstssiobatchmeta.h>

#include "resume.h"
#include "stream.h"

struct _GstSsioStream {
  GMutex lock;               /* of what any thread may ask for */
  GstSsioExtent extent;      /* the streaming thread alone changes it */
  GstStructure *description; /* NULL while closed */
  guint next_epoch;          /* what the state says */
  guint64 next_batch;

  GstSsioDataset *dataset;   /* NULL while closed */
  GstSsioTimeline *timeline; /* NULL without timestamps */
  guint64 resume_position;   /* of the first batch, until it comes */
  gboolean ends_at_stop;     /* whatever epochs are left */
  guint epochs_left;         /* with the current one; 0 where endless */
  gboolean is_over;
  GstSsioEpoch epoch;
};

GstSsioStream *
gst_ssio_stream_new (void)
{
  GstSsioStream *self = g_new0 (GstSsioStream, 1);

  g_mutex_init (&self->lock);
  return self;
}

void
gst_ssio_stream_free (GstSsioStream *self)
{
  gst_ssio_stream_close (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Shuffled anew, and with as many points as it has: short batches go to one
 * shard or another. */
static void
set_epoch (GstSsioStream *self, guint epoch)
{
  self->epoch = (GstSsioEpoch){ .epoch = epoch };
  gst_ssio_dataset_set_epoch (self->dataset, epoch);
  g_mutex_lock (&self->lock);
  self->extent.n_points = gst_ssio_dataset_get_n_points (self->dataset);
  self->extent.position = self->extent.start = 0;
  self->extent.stop = G_MAXUINT64;
  self->next_epoch = epoch;
  self->next_batch = 0;
  g_mutex_unlock (&self->lock);
}

/* What comes next, also for the state: a batch that was pushed in part comes
 * again. */
static void
set_position (GstSsioStream *self, guint64 position)
{
  guint64 next_batch = gst_ssio_dataset_find_batch (self->dataset, position);

  g_mutex_lock (&self->lock);
  self->extent.position = position;
  self->next_batch = next_batch;
  g_mutex_unlock (&self->lock);
}

/* Goes to the batch that a state says, or to the next epoch where it says that
 * one is over. */
static void
go_to (GstSsioStream *self, guint epoch, guint64 batch)
{
  set_epoch (self, epoch);
  if (batch >= gst_ssio_dataset_get_n_batches (self->dataset)) {
    set_epoch (self, epoch + 1);
    batch = 0;
  }
  /* a seek after EOS begins another round of so many epochs */
  if (self->epochs_left > 0)
    self->epochs_left -= self->epoch.epoch % self->epochs_left;
  self->resume_position = gst_ssio_dataset_get_position (self->dataset, batch);
  set_position (self, self->resume_position);
}

/* Where another stream of the same points stood, if that is asked for. */
static gboolean
resume (GstSsioStream *self, const gchar *state, GError **error)
{
  guint epoch;
  guint64 batch;

  self->resume_position = 0;
  set_epoch (self, 0);
  if (!state || !*state)
    return TRUE;
  if (!gst_ssio_resume_parse (state, self->description, &epoch, &batch, error))
    return FALSE;
  go_to (self, epoch, batch);
  return TRUE;
}

gboolean
gst_ssio_stream_open (GstSsioStream *self, const GstSsioSrcSettings *settings,
    guint epochs, const gchar *resume_from, GError **error)
{
  GstStructure *description;

  self->is_over = FALSE;
  self->epochs_left = epochs;
  self->dataset = gst_ssio_src_settings_open (settings, error);
  if (!self->dataset)
    return FALSE;
  description = gst_ssio_resume_describe (settings, self->dataset);
  g_mutex_lock (&self->lock);
  self->description = description;
  self->extent.point_size = gst_ssio_layout_get_point_size (
      gst_ssio_dataset_get_layout (self->dataset));
  g_mutex_unlock (&self->lock);
  return gst_ssio_src_settings_make_timeline (settings, self->dataset,
             &self->timeline, error)
         && resume (self, resume_from, error);
}

void
gst_ssio_stream_close (GstSsioStream *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->description, gst_structure_free);
  self->extent = (GstSsioExtent){ 0 };
  g_mutex_unlock (&self->lock);
  if (self->dataset)
    gst_ssio_dataset_set_damage_func (self->dataset, NULL, NULL);
  g_clear_pointer (&self->timeline, gst_ssio_timeline_free);
  g_clear_pointer (&self->dataset, gst_ssio_dataset_close);
}

GstSsioDataset *
gst_ssio_stream_get_dataset (GstSsioStream *self)
{
  return self->dataset;
}

void
gst_ssio_stream_get_extent (GstSsioStream *self, GstSsioExtent *extent)
{
  g_mutex_lock (&self->lock);
  *extent = self->extent;
  g_mutex_unlock (&self->lock);
}

gchar *
gst_ssio_stream_get_state (GstSsioStream *self)
{
  gchar *state = NULL;

  g_mutex_lock (&self->lock);
  if (self->description)
    state = gst_ssio_resume_to_string (self->description, self->next_epoch,
        self->next_batch);
  g_mutex_unlock (&self->lock);
  return state;
}

const GstSsioEpoch *
gst_ssio_stream_get_epoch (const GstSsioStream *self)
{
  return &self->epoch;
}

gboolean
gst_ssio_stream_is_timed (const GstSsioStream *self)
{
  return self->timeline != NULL;
}

gboolean
gst_ssio_stream_reads_times (const GstSsioStream *self)
{
  return self->timeline && gst_ssio_timeline_is_recorded (self->timeline);
}

guint64
gst_ssio_stream_get_position (const GstSsioStream *self)
{
  return self->timeline ? gst_ssio_timeline_get_end (self->timeline)
                        : self->extent.position;
}

/* One end of a segment in time, which may be none, in points. */
static gboolean
find_point (GstSsioStream *self, guint64 *position, GError **error)
{
  return *position == G_MAXUINT64
         || gst_ssio_timeline_get_position (self->timeline, *position,
             position, error);
}

static gboolean
find_time (GstSsioStream *self, guint64 *position, GError **error)
{
  return *position == G_MAXUINT64
         || gst_ssio_timeline_get_time (self->timeline, *position, position,
             error);
}

static gboolean
to_points (GstSsioStream *self, GstSegment *segment, GError **error)
{
  if (segment->format != GST_FORMAT_TIME)
    return TRUE;
  segment->format = GST_FORMAT_DEFAULT;
  return find_point (self, &segment->start, error)
         && find_point (self, &segment->stop, error)
         && find_point (self, &segment->position, error);
}

/* Of a segment in points, where the stream's are in time. */
static gboolean
to_time (GstSsioStream *self, GstSegment *segment, GError **error)
{
  segment->format = GST_FORMAT_TIME;
  if (!find_time (self, &segment->start, error)
      || !find_time (self, &segment->stop, error)
      || !find_time (self, &segment->position, error))
    return FALSE;
  segment->time = segment->start;
  segment->duration = gst_ssio_timeline_get_duration (self->timeline);
  gst_ssio_timeline_restart (self->timeline, segment->position);
  return TRUE;
}

/* Makes a segment in points fit the epoch. */
static void
fit (GstSsioStream *self, GstSegment *segment)
{
  guint64 n_points = self->extent.n_points;

  if (segment->position == G_MAXUINT64)
    segment->position = self->extent.position;
  if (segment->position == 0 && self->resume_position > 0)
    segment->start = segment->position = self->resume_position;
  segment->duration = n_points;
  segment->start = MIN (segment->start, n_points);
  segment->time = segment->start;
  segment->position = CLAMP (segment->position, segment->start, n_points);
}

static void
set_segment (GstSsioStream *self, const GstSegment *segment)
{
  set_position (self, segment->position);
  g_mutex_lock (&self->lock);
  self->extent.start = segment->start;
  self->extent.stop = segment->stop;
  g_mutex_unlock (&self->lock);
  self->ends_at_stop = segment->stop != G_MAXUINT64
                       || (segment->flags & GST_SEGMENT_FLAG_SEGMENT);
}

gboolean
gst_ssio_stream_seek (GstSsioStream *self, GstSegment *segment, guint epochs,
    GError **error)
{
  if (self->is_over)
    set_epoch (self, self->epoch.epoch + 1);
  if (!to_points (self, segment, error))
    return FALSE;
  fit (self, segment);
  self->resume_position = 0;
  set_segment (self, segment);
  if (self->timeline && !to_time (self, segment, error))
    return FALSE;
  gst_ssio_dataset_release_cursor (self->dataset);
  if (self->is_over) {
    self->is_over = FALSE;
    self->epochs_left = epochs;
  } else if (segment->flags & GST_SEGMENT_FLAG_RESET) {
    /* what was pushed of this epoch is thrown away downstream */
    self->epoch = (GstSsioEpoch){ .epoch = self->epoch.epoch };
  }
  return TRUE;
}

gboolean
gst_ssio_stream_get_batch (const GstSsioStream *self, GstSsioBatch *batch)
{
  return gst_ssio_dataset_get_batch (self->dataset, self->extent.position,
      self->extent.stop, batch);
}

void
gst_ssio_stream_pass (GstSsioStream *self, const GstSsioBatch *batch,
    GstBuffer *buffer)
{
  GstSsioBatchMeta *meta;

  GST_BUFFER_OFFSET (buffer) = batch->position;
  GST_BUFFER_OFFSET_END (buffer) = batch->position + batch->n_points;
  meta = gst_buffer_add_ssio_batch_meta (buffer, self->epoch.epoch,
      batch->index, batch->file, batch->first_point, batch->n_points);
  meta->version = gst_ssio_dataset_get_version (self->dataset, batch);
  if (self->timeline)
    gst_ssio_timeline_stamp (self->timeline, batch, buffer);

  set_position (self, batch->position + batch->n_points);
  self->epoch.batches++;
  self->epoch.points += batch->n_points;
  self->epoch.bytes += batch->n_points * self->extent.point_size;
}

gboolean
gst_ssio_stream_check (GstSsioStream *self, GError **error)
{
  gst_ssio_dataset_release_cursor (self->dataset);
  return gst_ssio_dataset_check (self->dataset, error);
}

gboolean
gst_ssio_stream_is_last_epoch (const GstSsioStream *self)
{
  return self->epochs_left == 1 || self->ends_at_stop;
}

void
gst_ssio_stream_set_over (GstSsioStream *self)
{
  self->is_over = TRUE;
}

gboolean
gst_ssio_stream_is_over (const GstSsioStream *self)
{
  return self->is_over;
}

void
gst_ssio_stream_start_next_epoch (GstSsioStream *self, GstSegment *segment)
{
  segment->base = gst_segment_to_running_time (segment, segment->format,
      gst_ssio_stream_get_position (self));
  set_epoch (self, self->epoch.epoch + 1);
  if (self->timeline)
    gst_ssio_timeline_restart (self->timeline, 0);
  segment->start = segment->time = segment->position = 0;
  segment->stop = -1;
  segment->duration = self->timeline
                          ? gst_ssio_timeline_get_duration (self->timeline)
                          : self->extent.n_points;
  segment->flags &= ~GST_SEGMENT_FLAG_RESET;
  if (self->epochs_left > 0)
    self->epochs_left--;
}
