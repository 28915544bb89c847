/* SPDX-License-Identifier: MIT */
/* Page-locked system memory, which a device copies from and to while the CPU
 * does something else. */
#pragma once

#include "gstssiocudacontext.h"

G_BEGIN_DECLS

/* Allocates page-locked memory, which any thread can map. */
GST_SSIO_API
GstAllocator *gst_ssio_pinned_allocator_new (GstSsioCudaContext *context);

GST_SSIO_API
gboolean gst_ssio_is_pinned_allocator (GstAllocator *allocator);

/* NULL with error set where there is no more. */
GST_SSIO_API
GstMemory *gst_ssio_pinned_allocator_alloc (GstAllocator *allocator,
    gsize size, GError **error);

G_END_DECLS
