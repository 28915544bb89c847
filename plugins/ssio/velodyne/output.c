/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "output.h"

/* One that is filled and one that downstream has. */
#define MIN_BUFFERS 2

static void
push_held (GstSsioVelodyneOutput *output)
{
  GstEvent *event;

  while ((event = g_queue_pop_head (&output->held)))
    gst_pad_push_event (output->pad, event);
}

gboolean
gst_ssio_velodyne_output_event (GstSsioVelodyneOutput *output, GstEvent *event)
{
  GstEventType type = GST_EVENT_TYPE (event);

  if (!output->has_caps && type != GST_EVENT_STREAM_START
      && type != GST_EVENT_EOS) {
    g_queue_push_tail (&output->held, event);
    return TRUE;
  }
  push_held (output);
  return gst_pad_push_event (output->pad, event);
}

static GstCaps *
make_caps (const GstSsioVelodyneModel *model)
{
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (GST_SSIO_VELODYNE_LAYOUT, 0, NULL);
  GstCaps *caps = gst_ssio_layout_to_caps (layout,
      gst_ssio_velodyne_model_get_max_points (model));

  gst_ssio_layout_unref (layout);
  return caps;
}

static void
drop_pool (GstSsioVelodyneOutput *output)
{
  if (output->pool)
    gst_buffer_pool_set_active (output->pool, FALSE);
  gst_clear_object (&output->pool);
}

/* FALSE where the pool cannot have such buffers. */
static gboolean
configure_pool (GstBufferPool *pool, GstCaps *caps, guint size, guint min,
    GstQuery *query)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstAllocator *allocator = NULL;
  GstAllocationParams params;

  gst_buffer_pool_config_set_params (config, caps, size, min, 0);
  if (gst_query_get_n_allocation_params (query) > 0) {
    gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
    gst_buffer_pool_config_set_allocator (config, allocator, &params);
    gst_clear_object (&allocator);
  }
  return gst_buffer_pool_set_config (pool, config);
}

/* That of downstream, or a plain one: also where downstream's has a limit, so
 * that no thread is ever stuck in it. */
static gboolean
choose_pool (GstSsioVelodyneOutput *output, GstCaps *caps, guint size)
{
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool = NULL;
  guint offered = 0;
  guint min = 0;
  guint max = 0;

  drop_pool (output);
  if (gst_pad_peer_query (output->pad, query)
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &offered, &min,
        &max);
  size = MAX (size, offered);
  if (pool && (max > 0 || !configure_pool (pool, caps, size, min, query)))
    gst_clear_object (&pool);
  if (!pool) {
    pool = gst_buffer_pool_new ();
    configure_pool (pool, caps, size, MIN_BUFFERS, query);
  }
  gst_query_unref (query);
  output->pool = pool;
  return gst_buffer_pool_set_active (pool, TRUE);
}

GstFlowReturn
gst_ssio_velodyne_output_prepare (GstSsioVelodyneOutput *output,
    const GstSsioVelodyneModel *model)
{
  guint size = gst_ssio_velodyne_model_get_max_points (model)
               * sizeof (GstSsioVelodynePoint);
  gboolean has_failed;
  GstCaps *caps;

  if (!gst_pad_check_reconfigure (output->pad) && output->pool)
    return GST_FLOW_OK;
  caps = make_caps (model);
  has_failed = !gst_pad_set_caps (output->pad, caps)
               || !choose_pool (output, caps, size);
  gst_caps_unref (caps);
  if (has_failed) {
    gst_pad_mark_reconfigure (output->pad);
    return GST_PAD_IS_FLUSHING (output->pad) ? GST_FLOW_FLUSHING
                                             : GST_FLOW_NOT_NEGOTIATED;
  }
  output->has_caps = TRUE;
  push_held (output);
  return GST_FLOW_OK;
}

static void
push_gap (GstSsioVelodyneOutput *output, const GstSsioSweep *sweep)
{
  if (GST_CLOCK_TIME_IS_VALID (sweep->pts))
    gst_pad_push_event (output->pad,
        gst_event_new_gap (sweep->pts, sweep->ends - sweep->begins));
}

GstFlowReturn
gst_ssio_velodyne_output_push (GstSsioVelodyneOutput *output,
    GstSsioSweep *sweep)
{
  guint n_points = sweep->n_points;
  GstBuffer *buffer = gst_ssio_sweep_end (sweep);

  if (!buffer) {
    push_gap (output, sweep);
    return GST_FLOW_OK;
  }
  GST_BUFFER_OFFSET (buffer) = output->n_points;
  GST_BUFFER_OFFSET_END (buffer) = output->n_points + n_points;
  gst_buffer_add_ssio_batch_meta (buffer, 0, output->n_batches, 0,
      output->n_points, n_points);
  output->n_batches++;
  output->n_points += n_points;
  return gst_pad_push (output->pad, buffer);
}

/* As other elements do that hold events: what is sticky stays, but for a
 * segment, which another one follows. */
void
gst_ssio_velodyne_output_flush (GstSsioVelodyneOutput *output)
{
  guint n = output->held.length;

  while (n-- > 0) {
    GstEvent *event = g_queue_pop_head (&output->held);

    if (GST_EVENT_IS_STICKY (event)
        && GST_EVENT_TYPE (event) != GST_EVENT_SEGMENT)
      g_queue_push_tail (&output->held, event);
    else
      gst_event_unref (event);
  }
}

void
gst_ssio_velodyne_output_reset (GstSsioVelodyneOutput *output)
{
  g_queue_clear_full (&output->held, (GDestroyNotify) gst_event_unref);
  drop_pool (output);
  output->has_caps = FALSE;
  output->n_batches = 0;
  output->n_points = 0;
}
