/* SPDX-License-Identifier: MIT */
/* Batches that stay in device memory, so that later epochs need not upload
 * them again. What came first stays: a scan that comes round again and again
 * finds nothing in a cache that drops what was used least recently. */
#pragma once

#include <gst/ssio/gstssiobatchmeta.h>

G_BEGIN_DECLS

typedef struct _GstSsioBatchCache GstSsioBatchCache;

/* Keeps at most max_bytes, as the device counts. */
GstSsioBatchCache *gst_ssio_batch_cache_new (guint64 max_bytes);

void gst_ssio_batch_cache_free (GstSsioBatchCache *cache);

/* The memory of the batch, if it has that size, owned by the cache, or
 * NULL. */
GstMemory *gst_ssio_batch_cache_find (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, gsize size);

/* Whether there is room for size bytes of a batch, whose file's content must
 * be known. What was kept of another version of its file goes. */
gboolean gst_ssio_batch_cache_reserve (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, gsize size);

/* Keeps the memory of a batch that there is room for. */
void gst_ssio_batch_cache_add (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, GstMemory *memory);

/* Forgets all batches. */
void gst_ssio_batch_cache_clear (GstSsioBatchCache *cache);

/* Takes no more batches, since the device has no more memory. */
void gst_ssio_batch_cache_close (GstSsioBatchCache *cache);

G_END_DECLS
