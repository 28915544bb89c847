/* SPDX-License-Identifier: MIT */
/* Copies batches to a device, several at a time, on a stream of its own. */
#pragma once

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "staging.h"

G_BEGIN_DECLS

typedef struct _GstSsioCopier GstSsioCopier;

/* At most slots copies are under way; n_threads copy into page-locked buffers.
 * NULL with error set where the device fails. */
GstSsioCopier *gst_ssio_copier_new (GstSsioCudaContext *context, guint slots,
    GstSsioStaging staging, guint n_threads, GError **error);

/* Waits for the copies under way. */
void gst_ssio_copier_free (GstSsioCopier *copier);

/* The stream that it copies on, owned by it. */
GstSsioCudaStream *gst_ssio_copier_get_stream (GstSsioCopier *copier);

/* What it has page-locked buffers from, owned by it. */
GstAllocator *gst_ssio_copier_get_allocator (GstSsioCopier *copier);

/* Starts to copy the bytes of from into to, which nobody uses, and keeps from
 * until that is done. Waits only where slots copies are under way. The
 * context is current, as for what follows. */
gboolean gst_ssio_copier_copy (GstSsioCopier *copier, GstBuffer *from,
    GstMemory *to, GError **error);

/* Waits for the copies under way, and lets go of what they came from also
 * where the device fails. */
gboolean gst_ssio_copier_drain (GstSsioCopier *copier, GError **error);

G_END_DECLS
