/* SPDX-License-Identifier: MIT */
/* What upstream is offered to make its batches in: page-locked memory, which a
 * device copies from as it is. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Answers an ALLOCATION query with allocator, whose memory is page-locked, for
 * who allocates anyway, and has_pool with a pool to fill, which ssiosrc takes
 * for a wish to read and not to map. FALSE where the query has no caps. */
gboolean gst_ssio_propose_pinned (GstQuery *query, GstAllocator *allocator,
    gboolean has_pool);

G_END_DECLS
