/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "convertcheck.h"

GstHarness *
convert_new (const gchar *properties, const gchar *in, const gchar *out)
{
  gchar *text = g_strdup_printf ("ssioconvert %s", properties);
  GstElement *element = gst_parse_launch (text, NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *harness;

  fail_unless (element != NULL, "%s", text);
  gst_element_set_bus (element, bus);
  harness = gst_harness_new_with_element (element, "sink", "src");
  if (out)
    gst_harness_set_sink_caps_str (harness, out);
  if (in)
    gst_harness_set_src_caps_str (harness, in);
  gst_object_unref (element);
  gst_object_unref (bus);
  g_free (text);
  return harness;
}

void
convert_teardown (GstHarness *harness)
{
  GstBus *bus = gst_element_get_bus (harness->element);

  /* messages hold the element, which holds the bus */
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GstBuffer *
convert_new_points (guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10 * n, NULL);
  GstMapInfo map;
  guint p;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (p = 0; p < n; p++) {
    const gfloat xy[] = { p, -(gfloat) p };
    const guint16 i = 2 * p;

    memcpy (map.data + 10 * p, xy, 8);
    memcpy (map.data + 10 * p + 8, &i, 2);
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

void
convert_check_caps (GstHarness *harness, const gchar *layout, guint point_size)
{
  GstCaps *caps = gst_pad_get_current_caps (harness->sinkpad);
  const GstStructure *structure;
  gint size, batch_size;

  fail_unless (caps != NULL);
  structure = gst_caps_get_structure (caps, 0);
  fail_unless_equals_string (gst_structure_get_string (structure, "layout"),
      layout);
  fail_unless (gst_structure_get (structure, "point-size", G_TYPE_INT, &size,
      "batch-size", G_TYPE_INT, &batch_size, NULL));
  fail_unless_equals_int (size, point_size);
  fail_unless_equals_int (batch_size, 1000);
  gst_caps_unref (caps);
}
