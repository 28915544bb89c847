/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "sweep.h"

static void
unmap (GstSsioSweep *sweep)
{
  gst_buffer_unmap (sweep->buffer, &sweep->map);
  sweep->map = (GstMapInfo) GST_MAP_INFO_INIT;
}

GstFlowReturn
gst_ssio_sweep_begin (GstSsioSweep *sweep, GstBufferPool *pool,
    GstClockTime pts, guint64 begins)
{
  GstFlowReturn flow;

  if (sweep->buffer)
    return GST_FLOW_OK;
  flow = gst_buffer_pool_acquire_buffer (pool, &sweep->buffer, NULL);
  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_buffer_map (sweep->buffer, &sweep->map, GST_MAP_WRITE)) {
    gst_clear_buffer (&sweep->buffer);
    return GST_FLOW_ERROR;
  }
  sweep->n_points = 0;
  sweep->pts = pts;
  sweep->begins = sweep->ends = begins;
  return GST_FLOW_OK;
}

gboolean
gst_ssio_sweep_has_room (const GstSsioSweep *sweep)
{
  gsize capacity = sweep->map.size / sizeof (GstSsioVelodynePoint);

  return sweep->n_points + GST_SSIO_VELODYNE_MAX_FIRING_POINTS <= capacity;
}

GstSsioVelodynePoint *
gst_ssio_sweep_get_end (const GstSsioSweep *sweep)
{
  return (GstSsioVelodynePoint *) sweep->map.data + sweep->n_points;
}

GstBuffer *
gst_ssio_sweep_end (GstSsioSweep *sweep)
{
  GstBuffer *buffer = sweep->buffer;

  if (sweep->n_points == 0) {
    gst_ssio_sweep_clear (sweep);
    return NULL;
  }
  unmap (sweep);
  sweep->buffer = NULL;
  gst_buffer_set_size (buffer,
      (gsize) sweep->n_points * sizeof (GstSsioVelodynePoint));
  GST_BUFFER_PTS (buffer) = sweep->pts;
  GST_BUFFER_DURATION (buffer) = sweep->ends - sweep->begins;
  if (sweep->is_torn)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  sweep->is_torn = FALSE;
  return buffer;
}

void
gst_ssio_sweep_clear (GstSsioSweep *sweep)
{
  if (sweep->buffer)
    unmap (sweep);
  gst_clear_buffer (&sweep->buffer);
}
