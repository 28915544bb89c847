/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "program.h"
#include "peak.h"
#include "pipeline.h"
#include "touch.h"

/* Counting file descriptors is slow: only so many batches apart. */
#define COUNT_EVERY 256

typedef struct {
  SsioTouch *touch;
  SsioTouchFunc func;
  gpointer user_data;
  gdouble epoch_start;
} Follower;

static gdouble
get_time (void)
{
  return g_get_monotonic_time () / 1e6;
}

static guint
count_open_files (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  if (!dir)
    return 0;
  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n - 1; /* without the one that lists them */
}

static void
touch_lines (const guint8 *data, gsize size, gpointer user_data)
{
  volatile guint64 sum = ssio_peak_touch (data, size);

  (void) sum;
}

static void
take_batch (Follower *follower, GstBuffer *buffer)
{
  SsioTouch *touch = follower->touch;
  GstMapInfo map;

  if (touch->batches == 0)
    touch->first = get_time () - touch->start;
  if (touch->batches % COUNT_EVERY == 0)
    touch->n_files = MAX (touch->n_files, count_open_files ());
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    ssio_fail ("a batch cannot be mapped");
  follower->func (map.data, map.size, follower->user_data);
  touch->bytes += map.size;
  gst_buffer_unmap (buffer, &map);
  touch->points += GST_BUFFER_OFFSET_END (buffer) - GST_BUFFER_OFFSET (buffer);
  touch->batches++;
}

static void
end_epoch (Follower *follower)
{
  gdouble now = get_time ();
  gdouble seconds = now - follower->epoch_start;

  g_array_append_val (follower->touch->seconds, seconds);
  follower->epoch_start = now;
  follower->touch->end = now;
}

static GstPadProbeReturn
probe (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    take_batch (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (gst_event_ends_ssio_epoch (GST_PAD_PROBE_INFO_EVENT (info)))
    end_epoch (user_data);
  return GST_PAD_PROBE_OK;
}

void
ssio_touch_run (const gchar *source, SsioTouchFunc func, gpointer user_data,
    SsioTouch *touch)
{
  gchar *text = g_strconcat (source, " ! fakesink name=touch", NULL);
  Follower follower = { touch, func ? func : touch_lines, user_data, 0 };
  GstElement *pipeline = ssio_pipeline_new (text);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "touch");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  *touch = (SsioTouch){ 0 };
  touch->seconds = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, probe,
      &follower, NULL);
  touch->start = follower.epoch_start = get_time ();
  ssio_pipeline_play (pipeline, NULL);
  if (touch->seconds->len == 0 || touch->points == 0)
    ssio_fail ("%s: expected points, found none", text);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (text);
}

void
ssio_touch_clear (SsioTouch *touch)
{
  g_array_unref (touch->seconds);
}
