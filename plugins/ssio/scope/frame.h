/* SPDX-License-Identifier: MIT */
/* Video frames that pictures are painted into. */
#pragma once

#include <gst/video/video.h>

#include "renderer.h"

G_BEGIN_DECLS

/* Has an ALLOCATION query's first pool be downstream's, or a new one. */
void gst_ssio_frame_decide_pool (GstQuery *query, const GstVideoInfo *info);

/* FALSE where the frame cannot be written. */
gboolean gst_ssio_frame_paint (GstSsioRenderer *renderer,
    const GstVideoInfo *info, GstBuffer *buffer);

G_END_DECLS
