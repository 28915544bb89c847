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

/* That batch as memory of the mapped file, whose pages are present where the
 * bytes are needed; read into a buffer of pool where there is one and they
 * are, or cannot be mapped. ERROR sets error. */
GstFlowReturn gst_ssio_allocation_make_batch (GstSsioStream *stream,
    const GstSsioBatch *batch, GstBufferPool *pool, gboolean are_needed,
    GstBuffer **buffer, GError **error);

G_END_DECLS
