/* SPDX-License-Identifier: MIT */
/* Where ssiosrc's batches get their memory: the mapped file itself, or buffers
 * of a pool, which they are read into. */
#pragma once

#include "stream.h"

G_BEGIN_DECLS

/* Leaves in query, an ALLOCATION query that downstream has answered, the pool
 * to read into: downstream's or a new one. Returns FALSE where batches are the
 * mapped file and need none. */
gboolean gst_ssio_allocation_decide (GstQuery *query,
    const GstSsioStream *stream, GstSsioIoMode io_mode);

G_END_DECLS
