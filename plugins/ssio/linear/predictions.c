/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "npyfile.h"
#include "predictions.h"

/* What may wait to be written. */
#define MAX_WAITING_BYTES (64 << 20)

/* A byte that makes an absent class, 255 or 65535, and a NaN. */
#define FILL 0xff

typedef struct {
  guint64 first_row;
  gsize n_rows;
  gpointer rows;
} Job;

struct _GstSsioPredictions {
  gchar *path;
  GstSsioPredictionsType type;
  guint n_classes;
  guint row_size;
  GstSsioNpyFile *file; /* NULL between epochs; the writer's while it runs */
  GThread *writer;

  GMutex lock; /* of what follows */
  GCond pushed;
  GCond popped;
  GQueue jobs;
  gsize waiting_bytes;
  gboolean is_over; /* no more jobs come */
  GError *error;
};

guint
gst_ssio_predictions_type_get_row_size (GstSsioPredictionsType type,
    guint n_classes)
{
  if (type == GST_SSIO_PREDICTIONS_ARGMAX)
    return n_classes <= G_MAXUINT8 ? 1 : 2;
  return n_classes * sizeof (gfloat);
}

GstSsioPredictions *
gst_ssio_predictions_new (const gchar *path, GstSsioPredictionsType type,
    guint n_classes)
{
  GstSsioPredictions *self = g_new0 (GstSsioPredictions, 1);

  self->path = g_strdup (path);
  self->type = type;
  self->n_classes = n_classes;
  self->row_size = gst_ssio_predictions_type_get_row_size (type, n_classes);
  g_mutex_init (&self->lock);
  g_cond_init (&self->pushed);
  g_cond_init (&self->popped);
  g_queue_init (&self->jobs);
  return self;
}

void
gst_ssio_predictions_free (GstSsioPredictions *self)
{
  gst_ssio_predictions_discard (self);
  g_cond_clear (&self->pushed);
  g_cond_clear (&self->popped);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

static void
free_job (Job *job)
{
  g_free (job->rows);
  g_free (job);
}

/* NULL when no more come. Called with the lock held. */
static Job *
pop_job (GstSsioPredictions *self)
{
  Job *job;

  while (!(job = g_queue_pop_head (&self->jobs)) && !self->is_over)
    g_cond_wait (&self->pushed, &self->lock);
  return job;
}

/* After an error, what comes goes. */
static gpointer
run_writer (gpointer user_data)
{
  GstSsioPredictions *self = user_data;
  Job *job;

  g_mutex_lock (&self->lock);
  while ((job = pop_job (self))) {
    GError *error = NULL;

    if (!self->error) {
      g_mutex_unlock (&self->lock);
      gst_ssio_npy_file_write (self->file, job->first_row, job->n_rows,
          job->rows, &error);
      g_mutex_lock (&self->lock);
    }
    if (error)
      self->error = error;
    self->waiting_bytes -= job->n_rows * self->row_size;
    g_cond_signal (&self->popped);
    free_job (job);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

gboolean
gst_ssio_predictions_begin (GstSsioPredictions *self, guint64 n_points,
    GError **error)
{
  const gboolean are_classes = self->type == GST_SSIO_PREDICTIONS_ARGMAX;
  const gchar *descr = !are_classes          ? "<f4"
                       : self->row_size == 1 ? "|u1"
                                             : "<u2";

  gst_ssio_predictions_discard (self);
  self->file = gst_ssio_npy_file_create (self->path, descr, n_points,
      are_classes ? 0 : self->n_classes, self->row_size, error);
  if (!self->file)
    return FALSE;
  self->is_over = FALSE;
  self->writer = g_thread_new ("ssiowriter", run_writer, self);
  return TRUE;
}

gboolean
gst_ssio_predictions_is_open (const GstSsioPredictions *self)
{
  return self->file != NULL;
}

void
gst_ssio_predictions_write (GstSsioPredictions *self, guint64 first_row,
    gsize n_rows, gpointer rows)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ first_row, n_rows, rows };
  g_mutex_lock (&self->lock);
  while (self->waiting_bytes > MAX_WAITING_BYTES)
    g_cond_wait (&self->popped, &self->lock);
  g_queue_push_tail (&self->jobs, job);
  self->waiting_bytes += n_rows * self->row_size;
  g_cond_signal (&self->pushed);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_ssio_predictions_check (GstSsioPredictions *self, GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = self->error == NULL;
  if (!ok && error)
    *error = g_error_copy (self->error);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* Waits until the writer has nothing left. */
static void
stop_writer (GstSsioPredictions *self)
{
  if (!self->writer)
    return;
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_cond_signal (&self->pushed);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->writer));
}

gboolean
gst_ssio_predictions_finish (GstSsioPredictions *self, GError **error)
{
  gboolean ok;

  stop_writer (self);
  ok = gst_ssio_predictions_check (self, error)
       && gst_ssio_npy_file_finish (self->file, FILL, error);
  gst_ssio_predictions_discard (self);
  return ok;
}

void
gst_ssio_predictions_discard (GstSsioPredictions *self)
{
  stop_writer (self);
  g_clear_pointer (&self->file, gst_ssio_npy_file_free);
  g_clear_error (&self->error);
}
