/* SPDX-License-Identifier: MIT */
/* Caps of batches and of frames. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Of at most 4 bytes a pixel, each component in one of its own. */
#define GST_SSIO_SCOPE_FRAMES \
  "video/x-raw, format = (string) { RGBA, BGRA, RGBx, BGRx, ARGB, ABGR, " \
  "xRGB, xBGR, RGB, BGR }, width = (int) [ 1, 8192 ], " \
  "height = (int) [ 1, 8192 ], framerate = (fraction) [ 0, max ], " \
  "pixel-aspect-ratio = (fraction) 1/1"

/* Takes over frames, and chooses among them: the frame rate of the batches
 * where they have one; and where one side's length is fixed, the other one by
 * the default's proportions. */
GstCaps *gst_ssio_scope_fixate_caps (const GstCaps *batches, GstCaps *frames);

G_END_DECLS
