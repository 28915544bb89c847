/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "patience.h"

struct _GstSsioPatience {
  gint64 end;
  gchar *text;
  GThread *thread;

  GMutex lock; /* of what follows */
  GCond over;
  gboolean is_over;
};

static gpointer
run (gpointer data)
{
  GstSsioPatience *self = data;
  gboolean is_over;

  g_mutex_lock (&self->lock);
  while (!self->is_over
         && g_cond_wait_until (&self->over, &self->lock, self->end))
    ;
  is_over = self->is_over;
  g_mutex_unlock (&self->lock);
  if (!is_over)
    g_printerr ("%s\n", self->text);
  return NULL;
}

GstSsioPatience *
gst_ssio_patience_new (guint seconds, const gchar *text)
{
  GstSsioPatience *self = g_new0 (GstSsioPatience, 1);

  self->end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  self->text = g_strdup (text);
  g_mutex_init (&self->lock);
  g_cond_init (&self->over);
  self->thread = g_thread_new ("ssio-patience", run, self);
  return self;
}

void
gst_ssio_patience_free (GstSsioPatience *self)
{
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_cond_signal (&self->over);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_cond_clear (&self->over);
  g_mutex_clear (&self->lock);
  g_free (self->text);
  g_free (self);
}
