/* SPDX-License-Identifier: MIT */

#include "sinkcheck.h"

SinkCheck
sinkcheck_new (const gchar *name)
{
  SinkCheck self = { .folder = recordcheck_make_folder () };
  gchar *location = g_build_filename (self.folder, name, NULL);

  self.sink = gst_element_factory_make ("ssiosink", NULL);
  self.bus = gst_bus_new ();
  gst_element_set_bus (self.sink, self.bus);
  g_object_set (self.sink, "location", location, "async", FALSE, NULL);
  gst_object_ref_sink (self.sink);
  g_free (location);
  return self;
}

void
sinkcheck_play_without_caps (SinkCheck *self)
{
  if (!self->harness)
    self->harness = gst_harness_new_with_element (self->sink, "sink", NULL);
  gst_harness_play (self->harness);
}

void
sinkcheck_play (SinkCheck *self, const gchar *layout)
{
  GstSsioLayout *parsed = gst_ssio_layout_new_from_string (layout, 0, NULL);

  fail_unless (parsed != NULL, "%s", layout);
  sinkcheck_play_without_caps (self);
  gst_harness_set_src_caps (self->harness,
      gst_caps_new_simple (GST_SSIO_CAPS_NAME, "layout", G_TYPE_STRING, layout,
          "point-size", G_TYPE_INT, gst_ssio_layout_get_point_size (parsed),
          "batch-size", G_TYPE_INT, 1000, NULL));
  gst_ssio_layout_unref (parsed);
}

SinkCheck
sinkcheck_open (const gchar *name, const gchar *layout)
{
  SinkCheck self = sinkcheck_new (name);

  sinkcheck_play (&self, layout);
  return self;
}

GstBuffer *
sinkcheck_make_batch (SinkCheck *self, guint n_points)
{
  GstBuffer *buffer
      = gst_buffer_new_allocate (NULL, n_points * SINKCHECK_POINT_SIZE, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i < 3 * n_points; i++)
    ((gfloat *) map.data)[i] = self->next++;
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

GstFlowReturn
sinkcheck_push (SinkCheck *self, guint n_points)
{
  return gst_harness_push (self->harness,
      sinkcheck_make_batch (self, n_points));
}

GstFlowReturn
sinkcheck_push_bytes (SinkCheck *self, gconstpointer bytes, gsize size)
{
  return gst_harness_push (self->harness, gst_buffer_new_memdup (bytes, size));
}

void
sinkcheck_push_event (SinkCheck *self, GstEvent *event)
{
  fail_unless (gst_harness_push_event (self->harness, event));
}

void
sinkcheck_push_epoch (SinkCheck *self)
{
  const GstSsioEpoch epoch = { 0 };

  sinkcheck_push_event (self, gst_event_new_ssio_epoch (&epoch));
}

void
sinkcheck_flush (SinkCheck *self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  sinkcheck_push_event (self, gst_event_new_flush_start ());
  sinkcheck_push_event (self, gst_event_new_flush_stop (TRUE));
  sinkcheck_push_event (self, gst_event_new_segment (&segment));
}

void
sinkcheck_stop (SinkCheck *self)
{
  gst_element_set_state (self->sink, GST_STATE_NULL);
}

void
sinkcheck_free (SinkCheck *self)
{
  sinkcheck_stop (self);
  gst_element_set_bus (self->sink, NULL);
  gst_object_unref (self->bus);
  g_clear_pointer (&self->harness, gst_harness_teardown);
  gst_object_unref (self->sink);
  ssio_check_remove_folder (self->folder);
}

gboolean
sinkcheck_exists (const SinkCheck *self, const gchar *name)
{
  return recordcheck_exists (self->folder, name);
}

void
sinkcheck_expect_points (const SinkCheck *self, const gchar *name,
    gboolean recover, guint n_points, gfloat first_value)
{
  gchar *path = g_build_filename (self->folder, name, NULL);
  GstSsioPointFile *file = recordcheck_open (path, NULL, recover);
  gfloat *values = g_new (gfloat, 3 * n_points);
  guint i;

  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  fail_unless (gst_ssio_point_file_read_points (file, 0, n_points,
      (guint8 *) values, NULL));
  for (i = 0; i < 3 * n_points; i++)
    fail_unless (values[i] == first_value + i, "%s: %u is %g", name, i,
        values[i]);
  gst_ssio_point_file_unref (file);
  g_free (values);
  g_free (path);
}

void
sinkcheck_expect_no_message (const SinkCheck *self, GstMessageType types)
{
  GstMessage *message = gst_bus_pop_filtered (self->bus, types);

  fail_unless (message == NULL, "a message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
}
