/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "epochlog.h"

struct _GstSsioEpochLog {
  /* of the streaming thread */
  guint point_size;
  guint batch_size;
  gboolean has_begun; /* the epoch's time */

  GMutex lock; /* of what follows */
  GstSsioArrivals
      arrivals;           /* of the epoch; the streaming thread's to change */
  guint64 missed_batches; /* of epochs before */
  guint64 missed_points;
  GTimer *timer; /* of the epoch */
  gboolean timer_runs;
};

GstSsioEpochLog *
gst_ssio_epoch_log_new (void)
{
  GstSsioEpochLog *self = g_new0 (GstSsioEpochLog, 1);

  g_mutex_init (&self->lock);
  self->point_size = self->batch_size = 1;
  self->timer = g_timer_new ();
  g_timer_stop (self->timer);
  return self;
}

void
gst_ssio_epoch_log_free (GstSsioEpochLog *self)
{
  g_timer_destroy (self->timer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_ssio_epoch_log_reset (GstSsioEpochLog *self)
{
  self->has_begun = FALSE;
  g_mutex_lock (&self->lock);
  gst_ssio_arrivals_reset (&self->arrivals);
  self->missed_batches = self->missed_points = 0;
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_epoch_log_let_clock_run (GstSsioEpochLog *self, gboolean run)
{
  g_mutex_lock (&self->lock);
  if (run && !self->timer_runs)
    g_timer_continue (self->timer);
  else if (!run && self->timer_runs)
    g_timer_stop (self->timer);
  self->timer_runs = run;
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_epoch_log_set_caps (GstSsioEpochLog *self, GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint point_size = 0;
  gint batch_size = 0;

  gst_structure_get (structure, "point-size", G_TYPE_INT, &point_size,
      "batch-size", G_TYPE_INT, &batch_size, NULL);
  self->point_size = MAX (point_size, 1);
  self->batch_size = MAX (batch_size, 1);
}

void
gst_ssio_epoch_log_restart_clock (GstSsioEpochLog *self)
{
  g_mutex_lock (&self->lock);
  g_timer_start (self->timer);
  if (!self->timer_runs)
    g_timer_stop (self->timer);
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_epoch_log_await_segment (GstSsioEpochLog *self)
{
  self->has_begun = FALSE;
}

void
gst_ssio_epoch_log_start_segment (GstSsioEpochLog *self,
    const GstSegment *segment)
{
  g_mutex_lock (&self->lock);
  gst_ssio_arrivals_start_segment (&self->arrivals, segment);
  g_mutex_unlock (&self->lock);
  if (!self->has_begun)
    gst_ssio_epoch_log_restart_clock (self);
  self->has_begun = TRUE;
}

gboolean
gst_ssio_epoch_log_is_over (const GstSsioEpochLog *self, GstBuffer *buffer,
    guint *next_epoch)
{
  return gst_ssio_arrivals_are_over (&self->arrivals, buffer, next_epoch);
}

void
gst_ssio_epoch_log_add (GstSsioEpochLog *self, GstBuffer *buffer)
{
  g_mutex_lock (&self->lock);
  gst_ssio_arrivals_add (&self->arrivals, buffer, self->point_size);
  g_mutex_unlock (&self->lock);
}

/* Asks upstream, for which there must be no lock. */
void
gst_ssio_epoch_log_end (GstSsioEpochLog *self, GstEvent *event, GstPad *pad)
{
  GstSsioArrivals arrivals = self->arrivals;

  gst_ssio_arrivals_end (&arrivals, event, pad, self->batch_size);
  g_mutex_lock (&self->lock);
  self->arrivals = arrivals;
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_epoch_log_end_dropped (GstSsioEpochLog *self, guint epoch,
    guint64 n_points)
{
  const GstSsioEpoch sent = {
    .epoch = epoch,
    .points = n_points,
    .batches = (n_points + self->batch_size - 1) / self->batch_size,
  };

  g_mutex_lock (&self->lock);
  gst_ssio_arrivals_end_epoch (&self->arrivals, &sent);
  g_mutex_unlock (&self->lock);
}

const GstSsioArrivals *
gst_ssio_epoch_log_get_arrivals (const GstSsioEpochLog *self)
{
  return &self->arrivals;
}

gdouble
gst_ssio_epoch_log_get_seconds (GstSsioEpochLog *self)
{
  gdouble seconds;

  g_mutex_lock (&self->lock);
  seconds = g_timer_elapsed (self->timer, NULL);
  g_mutex_unlock (&self->lock);
  return seconds;
}

void
gst_ssio_epoch_log_clear_epoch (GstSsioEpochLog *self)
{
  g_mutex_lock (&self->lock);
  self->missed_batches += self->arrivals.missed_batches;
  self->missed_points += self->arrivals.missed_points;
  gst_ssio_arrivals_reset (&self->arrivals);
  g_mutex_unlock (&self->lock);
}

void
gst_ssio_epoch_log_get_missed (GstSsioEpochLog *self, guint64 *batches,
    guint64 *points)
{
  g_mutex_lock (&self->lock);
  *batches = self->missed_batches + self->arrivals.missed_batches;
  *points = self->missed_points + self->arrivals.missed_points;
  g_mutex_unlock (&self->lock);
}
