/* SPDX-License-Identifier: MIT */

#include "decodercheck.h"
#include "ssiocheck.h"
#include "velodyne/points.h"

DecoderCheck
decoder_new (const gchar *properties)
{
  GstElement *element
      = gst_object_ref_sink (ssio_check_launch ("ssiovelodynedec %s",
          properties));
  DecoderCheck self = {
    .harness = gst_harness_new_with_element (element, "sink", "src"),
    .bus = gst_bus_new (),
  };

  gst_object_unref (element);
  gst_element_set_bus (self.harness->element, self.bus);
  gst_harness_set_src_caps_str (self.harness, "application/x-velodyne");
  velodyne_check_init (&self.sensor);
  return self;
}

void
decoder_free (DecoderCheck *self)
{
  gst_harness_teardown (self->harness);
  /* messages hold the element, which holds the bus */
  gst_bus_set_flushing (self->bus, TRUE);
  gst_object_unref (self->bus);
}

void
decoder_push (DecoderCheck *self, GstBuffer *packet)
{
  fail_unless_equals_int (gst_harness_push (self->harness, packet),
      GST_FLOW_OK);
}

void
decoder_push_next (DecoderCheck *self, guint n)
{
  while (n-- > 0)
    decoder_push (self, velodyne_check_next (&self->sensor));
}

void
decoder_push_size (DecoderCheck *self, gsize size)
{
  decoder_push (self, gst_buffer_new_allocate (NULL, size, NULL));
}

void
decoder_push_eos (DecoderCheck *self)
{
  fail_unless (gst_harness_push_event (self->harness, gst_event_new_eos ()));
}

guint64
decoder_get_stat (DecoderCheck *self, const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (self->harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

void
decoder_expect_warning (DecoderCheck *self, GQuark domain, gint code,
    const gchar *part)
{
  GstMessage *message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_WARNING);
  GError *error = NULL;

  fail_unless (message != NULL, "no warning of %s", part);
  gst_message_parse_warning (message, &error, NULL);
  ssio_check_gerror (&error, domain, code, part);
  gst_message_unref (message);
}

void
decoder_expect_no_warning (DecoderCheck *self)
{
  fail_unless (gst_bus_pop_filtered (self->bus, GST_MESSAGE_WARNING) == NULL);
}

GstBuffer *
decoder_pull (DecoderCheck *self, guint n_points)
{
  GstBuffer *buffer = gst_harness_try_pull (self->harness);

  fail_unless (buffer != NULL);
  fail_unless_equals_int (gst_buffer_get_size (buffer),
      n_points * sizeof (GstSsioVelodynePoint));
  return buffer;
}

void
decoder_expect_points (DecoderCheck *self, guint n_points)
{
  gst_buffer_unref (decoder_pull (self, n_points));
}

void
decoder_expect_nothing (DecoderCheck *self)
{
  fail_unless (gst_harness_try_pull (self->harness) == NULL);
}

void
decoder_expect_about (GstClockTime time, GstClockTime expected)
{
  fail_unless (ABS (GST_CLOCK_DIFF (time, expected)) <= GST_USECOND,
      "%" GST_TIME_FORMAT ", expected %" GST_TIME_FORMAT, GST_TIME_ARGS (time),
      GST_TIME_ARGS (expected));
}
