/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "leaving.h"

typedef struct {
  void (*say_farewell) (gpointer data);
  gpointer data;
} Leaving;

static GMutex lock; /* of what follows */
static GCond is_done;
static guint n_leaving;
static gint n_open;

static gpointer
leave (gpointer data)
{
  Leaving *self = data;

  self->say_farewell (self->data);
  g_free (self);

  g_mutex_lock (&lock);
  n_leaving--;
  g_cond_broadcast (&is_done);
  g_mutex_unlock (&lock);
  return NULL;
}

void
gst_ssio_leaving_begin (void (*say_farewell) (gpointer data), gpointer data)
{
  Leaving *self = g_new (Leaving, 1);

  self->say_farewell = say_farewell;
  self->data = data;
  g_mutex_lock (&lock);
  n_leaving++;
  g_mutex_unlock (&lock);
  g_thread_unref (g_thread_new ("ssio-leaving", leave, self));
}

void
gst_ssio_leaving_count_open (gint n)
{
  g_mutex_lock (&lock);
  n_open += n;
  g_mutex_unlock (&lock);
}

gboolean
gst_ssio_leaving_wait (guint seconds)
{
  const gint64 end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  gboolean all_left;

  g_mutex_lock (&lock);
  while (n_leaving > 0 && n_open == 0
         && g_cond_wait_until (&is_done, &lock, end))
    ;
  all_left = n_leaving == 0 && n_open == 0;
  g_mutex_unlock (&lock);
  return all_left;
}
