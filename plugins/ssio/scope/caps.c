/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "caps.h"

#define DEFAULT_WIDTH 1024
#define DEFAULT_HEIGHT 768
#define DEFAULT_FRAMES_PER_SECOND 10

GstCaps *
gst_ssio_scope_filter_caps (GstCaps *caps, GstCaps *filter)
{
  GstCaps *filtered;

  if (!filter)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

GstCaps *
gst_ssio_scope_fixate_caps (const GstCaps *batches, GstCaps *frames)
{
  gint numerator = DEFAULT_FRAMES_PER_SECOND;
  gint denominator = 1;
  gint width = DEFAULT_WIDTH;
  gint height = DEFAULT_HEIGHT;
  GstStructure *structure;

  frames = gst_caps_make_writable (gst_caps_truncate (frames));
  structure = gst_caps_get_structure (frames, 0);
  gst_structure_get_fraction (gst_caps_get_structure (batches, 0), "framerate",
      &numerator, &denominator);
  if (gst_structure_get_int (structure, "height", &height))
    width = gst_util_uint64_scale_int_round (height, DEFAULT_WIDTH,
        DEFAULT_HEIGHT);
  gst_structure_fixate_field_nearest_int (structure, "width", width);
  gst_structure_get_int (structure, "width", &width);
  gst_structure_fixate_field_nearest_int (structure, "height",
      gst_util_uint64_scale_int_round (width, DEFAULT_HEIGHT, DEFAULT_WIDTH));
  gst_structure_fixate_field_nearest_fraction (structure, "framerate",
      numerator, denominator);
  return gst_caps_fixate (frames);
}

void
gst_ssio_scope_parse_origin (const GstCaps *batches,
    gdouble origin[GST_SSIO_N_AXES])
{
  const GValue *array
      = gst_structure_get_value (gst_caps_get_structure (batches, 0),
          "origin");
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    const GValue *number = array && GST_VALUE_HOLDS_ARRAY (array)
                                   && axis < gst_value_array_get_size (array)
                               ? gst_value_array_get_value (array, axis)
                               : NULL;

    origin[axis] = number && G_VALUE_HOLDS_DOUBLE (number)
                       ? g_value_get_double (number)
                       : 0;
  }
}
