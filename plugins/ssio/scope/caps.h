/* SPDX-License-Identifier: MIT */
/* Caps of batches and of frames. */
#pragma once

#include <gst/gst.h>

#include "box.h"

G_BEGIN_DECLS

/* Takes over frames, and chooses among them: the frame rate of the batches
 * where they have one; and where one side's length is fixed, the other one by
 * the default's proportions. */
GstCaps *gst_ssio_scope_fixate_caps (const GstCaps *batches, GstCaps *frames);

/* What was subtracted from the coordinates of batches. */
void gst_ssio_scope_parse_origin (const GstCaps *batches,
    gdouble origin[GST_SSIO_N_AXES]);

G_END_DECLS
