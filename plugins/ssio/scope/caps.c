/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "caps.h"

#define DEFAULT_WIDTH 1024
#define DEFAULT_HEIGHT 768
#define DEFAULT_FRAMES_PER_SECOND 10

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
