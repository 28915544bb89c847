/* SPDX-License-Identifier: MIT */
/* Where ssiosrc's stream is and how long it is, for who asks. */
#pragma once

#include "seek.h"

G_BEGIN_DECLS

/* Answers queries of position, duration, seeking and conversion in points and
 * bytes, whatever format segments have; FALSE for what GstBaseSrc knows, or
 * nobody. segment is the current one. */
gboolean gst_ssio_src_answer_query (const GstSsioExtent *extent,
    const GstSegment *segment, GstQuery *query);

G_END_DECLS
