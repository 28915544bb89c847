/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "silence.h"

typedef struct {
  GstSsioSilence *silence;
  GstElement *element;
} Wait;

static void
free_wait (gpointer data)
{
  Wait *wait = data;

  gst_object_unref (wait->element);
  g_free (wait);
}

void
gst_ssio_silence_init (GstSsioSilence *silence, GstElement *element,
    GstSsioSilenceFunc func)
{
  *silence = (GstSsioSilence){ .element = element, .func = func };
  g_mutex_init (&silence->lock);
}

void
gst_ssio_silence_clear (GstSsioSilence *silence)
{
  g_mutex_clear (&silence->lock);
}

static gboolean on_time (GstClock *clock, GstClockTime time, GstClockID id,
    gpointer data);

/* With the lock held. */
static void
wait_until (GstSsioSilence *silence, GstClockTime time)
{
  Wait *wait = g_new (Wait, 1);

  wait->silence = silence;
  wait->element = gst_object_ref (silence->element);
  silence->id = gst_clock_new_single_shot_id (silence->clock, time);
  gst_clock_id_wait_async (silence->id, on_time, wait, free_wait);
}

/* The same. */
static void
release (GstSsioSilence *silence)
{
  if (silence->id)
    gst_clock_id_unschedule (silence->id);
  g_clear_pointer (&silence->id, gst_clock_id_unref);
  gst_clear_object (&silence->clock);
}

/* One wait for many packets: it looks when the last of them came, and waits
 * for what is left. */
static gboolean
look (GstSsioSilence *silence, GstClockTime now)
{
  GstClockTime end
      = (silence->is_busy ? now : silence->heard_at) + silence->timeout;

  if (end <= now) {
    release (silence);
    return TRUE;
  }
  g_clear_pointer (&silence->id, gst_clock_id_unref);
  wait_until (silence, end);
  return FALSE;
}

static gboolean
on_time (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  Wait *wait = data;
  GstSsioSilence *silence = wait->silence;
  gboolean is_silent = FALSE;

  g_mutex_lock (&silence->lock);
  if (silence->id == id)
    is_silent = look (silence, gst_clock_get_time (clock));
  g_mutex_unlock (&silence->lock);
  if (is_silent)
    silence->func (wait->element);
  return TRUE;
}

void
gst_ssio_silence_start (GstSsioSilence *silence, GstClock *clock,
    GstClockTime timeout)
{
  g_mutex_lock (&silence->lock);
  release (silence);
  silence->clock = gst_object_ref (clock);
  silence->timeout = timeout;
  silence->heard_at = gst_clock_get_time (clock);
  wait_until (silence, silence->heard_at + timeout);
  g_mutex_unlock (&silence->lock);
}

void
gst_ssio_silence_stop (GstSsioSilence *silence)
{
  g_mutex_lock (&silence->lock);
  release (silence);
  g_mutex_unlock (&silence->lock);
}

void
gst_ssio_silence_break (GstSsioSilence *silence)
{
  g_mutex_lock (&silence->lock);
  silence->is_busy = TRUE;
  g_mutex_unlock (&silence->lock);
}

void
gst_ssio_silence_done (GstSsioSilence *silence, gboolean counts)
{
  g_mutex_lock (&silence->lock);
  silence->is_busy = FALSE;
  if (counts && silence->clock)
    silence->heard_at = gst_clock_get_time (silence->clock);
  g_mutex_unlock (&silence->lock);
}
