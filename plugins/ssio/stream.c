/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/gstssiobatchmeta.h>
#include <gst/ssio/gstssiostate.h>

#include "resume.h"
#include "srcopen.h"
#include "stream.h"

struct _GstSsioStream {
  GMutex lock;               /* of what any thread may ask for */
  GstSsioExtent extent;      /* the streaming thread alone changes it */
  GstStructure *description; /* NULL while closed */
  guint64 n_batches;         /* of this epoch */
  guint next_epoch;          /* what the state says */
  guint64 next_batch;

  /* one of them, NULL while closed */
  GstSsioDataset *dataset;
  GstSsioFollow *follow;
  guint batch_size;          /* of what is followed */
  GstSsioTimeline *timeline; /* NULL without timestamps */
  guint64 resume_position;   /* of the first batch, until it comes */
  gboolean ends_at_stop;     /* whatever epochs are left */
  guint epochs;              /* 0 where endless */
  guint epochs_left;         /* with the current one; 0 where endless */
  gint is_over;              /* atomic: a thread that seeks may set it */
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
  self->n_batches = gst_ssio_dataset_get_n_batches (self->dataset);
  self->next_epoch = epoch;
  self->next_batch = 0;
  g_mutex_unlock (&self->lock);
}

/* What comes next, also for the state: a batch that was pushed in part comes
 * again. */
static void
set_position (GstSsioStream *self, guint64 position)
{
  guint64 next_batch
      = self->dataset ? gst_ssio_dataset_find_batch (self->dataset, position)
                      : 0;

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

/* Goes on from a text of a state. A consumer's checkpoint knows of no rounds of
 * epochs. */
static gboolean
go_on (GstSsioStream *self, const gchar *state, GstSsioResumeOrigin origin,
    GError **error)
{
  guint n_epochs = self->epochs_left;
  guint64 batch;
  guint epoch;

  if (!gst_ssio_resume_parse (state, origin, self->description, &epoch, &batch,
          error))
    return FALSE;
  go_to (self, epoch, batch);
  if (origin == GST_SSIO_RESUME_PROPERTY || n_epochs == 0
      || self->epoch.epoch < n_epochs)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "epochs=%u: expected more than the %u that are over, as the checkpoint "
      "of an element behind says; raise epochs to go on",
      n_epochs, self->epoch.epoch);
  return FALSE;
}

/* Where another stream of the same points stood, if that is asked for. */
static gboolean
resume (GstSsioStream *self, const gchar *resume_from, const gchar *checkpoint,
    GError **error)
{
  self->resume_position = 0;
  set_epoch (self, 0);
  if (resume_from)
    return go_on (self, resume_from, GST_SSIO_RESUME_PROPERTY, error);
  return !checkpoint || !*checkpoint
         || go_on (self, checkpoint, GST_SSIO_RESUME_CHECKPOINT, error);
}

static GstSsioLayout *
get_layout (const GstSsioStream *self)
{
  return self->follow ? gst_ssio_follow_get_layout (self->follow)
                      : gst_ssio_dataset_get_layout (self->dataset);
}

static gboolean
open_dataset (GstSsioStream *self, const GstSsioSrcSettings *settings,
    GError **error)
{
  GstStructure *description;

  self->dataset = gst_ssio_src_settings_open (settings, error);
  if (!self->dataset)
    return FALSE;
  description = gst_ssio_resume_describe (settings, self->dataset);
  g_mutex_lock (&self->lock);
  self->description = description;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* The only epoch, of which nobody knows how long it is. */
static gboolean
open_follow (GstSsioStream *self, const GstSsioSrcSettings *settings,
    const gchar *checkpoint, GError **error)
{
  if (settings->epochs != 1 || settings->resume_from) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "follow=true: expected epochs=1 from the start of the file, without "
        "resume-from; change that, or read the file once it is complete");
    return FALSE;
  }
  if (checkpoint && *checkpoint) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "follow=true: expected to begin with the file, while the checkpoint "
        "of an element behind wants another stream to go on (%s); read that "
        "without follow, or give the element the name of a new checkpoint",
        checkpoint);
    return FALSE;
  }
  self->follow = gst_ssio_src_settings_open_follow (settings, error);
  if (!self->follow)
    return FALSE;
  self->batch_size = settings->batch_size;
  self->epoch = (GstSsioEpoch){ 0 };
  g_mutex_lock (&self->lock);
  self->extent.n_points = self->extent.stop = G_MAXUINT64;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
open_points (GstSsioStream *self, const GstSsioSrcSettings *settings,
    const gchar *checkpoint, GError **error)
{
  if (settings->follow)
    return open_follow (self, settings, checkpoint, error);
  return open_dataset (self, settings, error)
         && resume (self, settings->resume_from, checkpoint, error);
}

gboolean
gst_ssio_stream_open (GstSsioStream *self, const GstSsioSrcSettings *settings,
    const gchar *checkpoint, GError **error)
{
  g_atomic_int_set (&self->is_over, FALSE);
  self->epochs = self->epochs_left = settings->epochs;
  if (!open_points (self, settings, checkpoint, error)
      || !gst_ssio_src_settings_make_timeline (settings, self->dataset,
          get_layout (self), &self->timeline, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->extent.point_size = gst_ssio_layout_get_point_size (get_layout (self));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
gst_ssio_stream_close (GstSsioStream *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->description, gst_structure_free);
  self->extent = (GstSsioExtent){ 0 };
  g_mutex_unlock (&self->lock);
  gst_ssio_stream_set_damage_func (self, NULL, NULL);
  g_clear_pointer (&self->follow, gst_ssio_follow_free);
  g_clear_pointer (&self->timeline, gst_ssio_timeline_free);
  g_clear_pointer (&self->dataset, gst_ssio_dataset_close);
}

gchar *
gst_ssio_stream_describe (const GstSsioStream *self)
{
  if (self->follow)
    return g_strdup_printf ("follows %s",
        gst_ssio_follow_get_path (self->follow));
  return g_strdup_printf ("%u files, %" G_GUINT64_FORMAT
                          " points an epoch, %s",
      gst_ssio_dataset_get_n_files (self->dataset),
      gst_ssio_dataset_get_n_points (self->dataset),
      gst_ssio_dataset_is_mapped (self->dataset) ? "mapped" : "copied");
}

GstEvent *
gst_ssio_stream_new_files_event (const GstSsioStream *self)
{
  return self->dataset ? gst_ssio_dataset_new_files_event (self->dataset)
                       : NULL;
}

GstCaps *
gst_ssio_stream_make_caps (const GstSsioStream *self, guint batch_size)
{
  GstCaps *caps = gst_ssio_layout_to_caps (get_layout (self), batch_size);
  const GstSsioOrigin *origin
      = self->follow ? gst_ssio_follow_get_origin (self->follow)
                     : gst_ssio_dataset_get_origin (self->dataset);

  if (origin)
    gst_ssio_origin_add_to_caps (origin, caps);
  return caps;
}

void
gst_ssio_stream_set_damage_func (GstSsioStream *self, GstSsioDamageFunc func,
    gpointer user_data)
{
  if (self->dataset)
    gst_ssio_dataset_set_damage_func (self->dataset, func, user_data);
}

gboolean
gst_ssio_stream_is_mapped (const GstSsioStream *self)
{
  return self->dataset && gst_ssio_dataset_is_mapped (self->dataset);
}

guint64
gst_ssio_stream_get_batch_bytes (const GstSsioStream *self)
{
  return self->dataset ? gst_ssio_dataset_get_batch_bytes (self->dataset)
                       : (guint64) self->batch_size * self->extent.point_size;
}

void
gst_ssio_stream_set_flushing (GstSsioStream *self, gboolean flushing)
{
  if (self->follow)
    gst_ssio_follow_set_flushing (self->follow, flushing);
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

gboolean
gst_ssio_stream_answer_state (GstSsioStream *self, GstQuery *query)
{
  gchar *state = gst_ssio_stream_get_state (self);
  guint64 n_batches;

  if (!state)
    return FALSE;
  g_mutex_lock (&self->lock);
  n_batches = self->n_batches;
  g_mutex_unlock (&self->lock);
  gst_query_set_ssio_state (query, state, self->epochs, n_batches);
  g_free (state);
  return TRUE;
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

gint64
gst_ssio_stream_get_duration (const GstSsioStream *self)
{
  if (self->follow)
    return -1;
  return self->timeline ? gst_ssio_timeline_get_duration (self->timeline)
                        : self->extent.n_points;
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
  segment->offset = segment->position - segment->start;
  segment->duration = gst_ssio_stream_get_duration (self);
  gst_ssio_timeline_restart (self->timeline, segment->position);
  return TRUE;
}

/* Makes a segment in points fit the epoch. */
static void
fit (GstSsioStream *self, GstSegment *segment)
{
  guint64 n_points = self->extent.n_points;

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
gst_ssio_stream_seek (GstSsioStream *self, GstSegment *segment, GError **error)
{
  if (self->follow) { /* there is none but the first */
    segment->duration = -1;
    return TRUE;
  }
  if (segment->position == G_MAXUINT64)
    segment->position = self->extent.position;
  if (gst_ssio_stream_is_over (self))
    set_epoch (self, self->epoch.epoch + 1);
  if (!to_points (self, segment, error))
    return FALSE;
  fit (self, segment);
  self->resume_position = 0;
  set_segment (self, segment);
  if (self->timeline && !to_time (self, segment, error))
    return FALSE;
  gst_ssio_dataset_release_cursor (self->dataset);
  if (gst_ssio_stream_is_over (self)) {
    g_atomic_int_set (&self->is_over, FALSE);
    self->epochs_left = self->epochs;
  } else if (segment->flags & GST_SEGMENT_FLAG_RESET) {
    /* what was pushed of this epoch is thrown away downstream */
    self->epoch = (GstSsioEpoch){ .epoch = self->epoch.epoch };
  }
  return TRUE;
}

static GstFlowReturn
wait_for_batch (GstSsioStream *self, GstSsioBatch *batch, GError **error)
{
  *batch = (GstSsioBatch){
    .index = self->epoch.batches,
    .position = self->extent.position,
    .first_point = self->extent.position,
  };
  return gst_ssio_follow_wait (self->follow, self->batch_size,
      &batch->n_points, error);
}

GstFlowReturn
gst_ssio_stream_get_batch (GstSsioStream *self, GstSsioBatch *batch,
    GError **error)
{
  if (self->follow)
    return wait_for_batch (self, batch, error);
  return gst_ssio_dataset_get_batch (self->dataset, self->extent.position,
             self->extent.stop, batch)
             ? GST_FLOW_OK
             : GST_FLOW_EOS;
}

GstBuffer *
gst_ssio_stream_wrap_batch (GstSsioStream *self, const GstSsioBatch *batch,
    gboolean present, GError **error)
{
  return gst_ssio_dataset_wrap_batch (self->dataset, batch, present, error);
}

static gboolean
read_followed (GstSsioStream *self, const GstSsioBatch *batch,
    GstBuffer *buffer, GError **error)
{
  gsize size = batch->n_points * self->extent.point_size;
  gboolean done;
  GstMapInfo map;

  if (!gst_ssio_dataset_map_batch (buffer, size, &map, error))
    return FALSE;
  done = gst_ssio_follow_read (self->follow, batch->n_points, map.data, error);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_set_size (buffer, size);
  return done;
}

gboolean
gst_ssio_stream_read_batch (GstSsioStream *self, const GstSsioBatch *batch,
    GstBuffer *buffer, GError **error)
{
  if (self->follow)
    return read_followed (self, batch, buffer, error);
  return gst_ssio_dataset_read_batch (self->dataset, batch, buffer, error);
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
  if (self->dataset)
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
  if (self->follow)
    return TRUE;
  gst_ssio_dataset_release_cursor (self->dataset);
  return gst_ssio_dataset_check (self->dataset, error);
}

gchar *
gst_ssio_stream_get_warning (const GstSsioStream *self)
{
  return self->follow ? gst_ssio_follow_get_warning (self->follow) : NULL;
}

gboolean
gst_ssio_stream_is_last_epoch (const GstSsioStream *self)
{
  return self->epochs_left == 1 || self->ends_at_stop;
}

void
gst_ssio_stream_set_over (GstSsioStream *self)
{
  g_atomic_int_set (&self->is_over, TRUE);
}

gboolean
gst_ssio_stream_is_over (const GstSsioStream *self)
{
  return g_atomic_int_get (&self->is_over);
}

void
gst_ssio_stream_start_next_epoch (GstSsioStream *self, GstSegment *segment)
{
  segment->base = gst_segment_to_running_time (segment, segment->format,
      gst_ssio_stream_get_position (self));
  set_epoch (self, self->epoch.epoch + 1);
  if (self->timeline)
    gst_ssio_timeline_restart (self->timeline, 0);
  segment->start = segment->time = segment->position = segment->offset = 0;
  segment->stop = -1;
  segment->duration = gst_ssio_stream_get_duration (self);
  segment->flags &= ~GST_SEGMENT_FLAG_RESET;
  if (self->epochs_left > 0)
    self->epochs_left--;
}
