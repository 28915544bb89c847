/* SPDX-License-Identifier: MIT */
/* Caps of batches and of frames. */
#pragma once

#include <gst/gst.h>

#include "box.h"

G_BEGIN_DECLS

/* Of at most 4 bytes a pixel, each component in one of its own. */
#define GST_SSIO_SCOPE_FRAMES \
  "video/x-raw, format = (string) { RGBA, BGRA, RGBx, BGRx, ARGB, ABGR, " \
  "xRGB, xBGR, RGB, BGR }, width = (int) [ 1, 8192 ], " \
  "height = (int) [ 1, 8192 ], framerate = (fraction) [ 0, max ], " \
  "pixel-aspect-ratio = (fraction) 1/1"

/* Takes over caps. Those of them that filter, or NULL, leaves, in its order. */
GstCaps *gst_ssio_scope_filter_caps (GstCaps *caps, GstCaps *filter);

/* Takes over frames, and chooses among them: the frame rate of the batches
 * where they have one; and where one side's length is fixed, the other one by
 * the default's proportions. */
GstCaps *gst_ssio_scope_fixate_caps (const GstCaps *batches, GstCaps *frames);

/* What was subtracted from the coordinates of batches. */
void gst_ssio_scope_parse_origin (const GstCaps *batches,
    gdouble origin[GST_SSIO_N_AXES]);

G_END_DECLS
