/* SPDX-License-Identifier: MIT */

#include <math.h>

#include "linearcheck.h"

GstHarness *
linear_new (const gchar *properties)
{
  gchar *text = g_strdup_printf ("ssiolinear %s", properties);
  GstElement *element = gst_parse_launch (text, NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *harness;

  fail_unless (element != NULL, "%s", text);
  gst_element_set_bus (element, bus);
  harness = gst_harness_new_with_element (element, "sink", NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  g_free (text);
  return harness;
}

void
linear_check_start_error (const gchar *properties, gint code,
    const gchar *part)
{
  gchar *text = g_strdup_printf ("ssiolinear %s", properties);
  GstElement *element = gst_parse_launch (text, NULL);
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  ssio_check_posted_error (element, GST_RESOURCE_ERROR, code, part, NULL);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_object_unref (element);
  g_free (text);
}

void
linear_teardown (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);

  /* messages hold the element, which holds the bus */
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

void
linear_push_segment (GstHarness *harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_segment (&segment)));
}

void
linear_push_caps (GstHarness *harness, const gchar *text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstEvent *event;

  fail_unless (caps != NULL, "%s", text);
  event = gst_event_new_caps (caps);
  gst_caps_unref (caps);
  gst_harness_push_event (harness, event);
}

void
linear_start_stream (GstHarness *harness, const gchar *caps)
{
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_stream_start ("test")));
  linear_push_caps (harness, caps);
  linear_push_segment (harness);
}

GstHarness *
linear_new_identity (const gchar *properties)
{
  gchar *weights = ssio_check_write_identity (2);
  gchar *text
      = g_strdup_printf ("layers=2 weights=%s %s", weights, properties);
  GstHarness *harness = linear_new (text);

  linear_start_stream (harness, LINEAR_CAPS);
  g_free (text);
  g_free (weights);
  return harness;
}

GstBuffer *
linear_new_points (guint n, gfloat x)
{
  gfloat *values = g_new (gfloat, 2 * n);
  guint i;

  for (i = 0; i < n; i++) {
    values[2 * i] = x;
    values[2 * i + 1] = 1;
  }
  return gst_buffer_new_wrapped (values, 8 * n);
}

void
linear_push_points (GstHarness *harness, guint n, gfloat x)
{
  fail_unless_equals_int (gst_harness_push (harness, linear_new_points (n, x)),
      GST_FLOW_OK);
}

void
linear_push_eos (GstHarness *harness)
{
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
}

void
linear_flush (GstHarness *harness)
{
  fail_unless (gst_harness_push_event (harness, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (harness,
      gst_event_new_flush_stop (TRUE)));
  linear_push_segment (harness);
}

guint64
linear_get_uint64 (const GstStructure *structure, const gchar *field)
{
  guint64 value;

  fail_unless (gst_structure_get_uint64 (structure, field, &value), "%s",
      field);
  return value;
}

gdouble
linear_get_mean (const GstStructure *structure, guint output)
{
  const GValue *array = gst_structure_get_value (structure, "output-mean");

  fail_unless (GST_VALUE_HOLDS_ARRAY (array));
  fail_unless (output < gst_value_array_get_size (array));
  return g_value_get_double (gst_value_array_get_value (array, output));
}

GstMessage *
linear_pop_epoch (GstElement *element)
{
  GstMessage *message
      = ssio_check_pop (element, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  fail_unless (message != NULL, "no message");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "element");
  fail_unless (gst_message_has_name (message, "ssio-epoch"));
  return message;
}

gdouble
linear_pop_seconds (GstElement *element)
{
  GstMessage *message = linear_pop_epoch (element);
  gdouble seconds;

  gst_structure_get_double (gst_message_get_structure (message), "seconds",
      &seconds);
  gst_message_unref (message);
  return seconds;
}

void
linear_check_epoch (GstElement *element, LinearEpoch expected)
{
  GstMessage *message = linear_pop_epoch (element);
  const GstStructure *structure = gst_message_get_structure (message);
  guint epoch, i;

  fail_unless (gst_structure_get_uint (structure, "epoch", &epoch));
  fail_unless_equals_int (epoch, expected.epoch);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "batches"),
      expected.batches);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "points"),
      expected.points);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "bytes"),
      expected.bytes);
  for (i = 0; i < 2; i++) {
    gdouble mean = linear_get_mean (structure, i);

    if (expected.points == 0)
      fail_unless (isnan (mean), "expected NaN, found %g", mean);
    else
      fail_unless_equals_float (mean, expected.means[i]);
  }
  gst_message_unref (message);
}

void
linear_check_nothing_posted (GstElement *element)
{
  GstBus *bus = gst_element_get_bus (element);
  GstMessage *message
      = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  fail_unless (message == NULL, "a message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");
  gst_object_unref (bus);
}
