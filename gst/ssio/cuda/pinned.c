/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "context-private.h"
#include "pinned.h"

#define GST_CAT_DEFAULT gst_ssio_cuda_debug

typedef struct {
  GstMemory memory;
  guint8 *bytes;
} PinnedMemory;

#define GST_TYPE_SSIO_PINNED_ALLOCATOR (gst_ssio_pinned_allocator_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioPinnedAllocator, gst_ssio_pinned_allocator, GST,
    SSIO_PINNED_ALLOCATOR, GstAllocator)

struct _GstSsioPinnedAllocator {
  GstAllocator parent;

  GstSsioCudaContext *context;
};

G_DEFINE_TYPE (GstSsioPinnedAllocator, gst_ssio_pinned_allocator,
    GST_TYPE_ALLOCATOR)

static GstMemory *
wrap (GstAllocator *allocator, GstMemory *parent, GstMemoryFlags flags,
    guint8 *bytes, gsize size)
{
  PinnedMemory *self = g_new0 (PinnedMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self), flags, allocator, parent, size, 0,
      0, size);
  self->bytes = bytes;
  return GST_MEMORY_CAST (self);
}

GstMemory *
gst_ssio_pinned_allocator_alloc (GstAllocator *allocator, gsize size,
    GError **error)
{
  GstSsioPinnedAllocator *self = GST_SSIO_PINNED_ALLOCATOR (allocator);
  const GstSsioCudaDriver *driver
      = gst_ssio_cuda_context_get_driver (self->context);
  void *bytes = NULL;
  gboolean made;

  if (!gst_ssio_cuda_context_push (self->context, error))
    return NULL;
  made = gst_ssio_cuda_call (driver, error, cuMemHostAlloc, &bytes,
      MAX (size, 1), CU_MEMHOSTALLOC_PORTABLE);
  gst_ssio_cuda_context_pop (self->context);
  return made ? wrap (allocator, NULL, 0, bytes, size) : NULL;
}

static void
clear_around (GstMemory *memory, const GstAllocationParams *params)
{
  guint8 *bytes = ((PinnedMemory *) memory)->bytes;

  if (params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED)
    memset (bytes, 0, params->prefix);
  if (params->flags & GST_MEMORY_FLAG_ZERO_PADDED)
    memset (bytes + params->prefix + memory->size, 0, params->padding);
  GST_MINI_OBJECT_FLAG_SET (memory, params->flags);
}

/* Page-locked memory is aligned to pages, which is all that anybody asks. */
static GstMemory *
alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  gsize whole = params->prefix + size + params->padding;
  GError *error = NULL;
  GstMemory *memory
      = gst_ssio_pinned_allocator_alloc (allocator, whole, &error);

  if (memory) {
    gst_memory_resize (memory, params->prefix, size);
    clear_around (memory, params);
    return memory;
  }
  GST_ERROR_OBJECT (allocator, "%s", error->message);
  g_error_free (error);
  return NULL;
}

static void
free_memory (GstAllocator *allocator, GstMemory *memory)
{
  GstSsioPinnedAllocator *self = GST_SSIO_PINNED_ALLOCATOR (allocator);
  PinnedMemory *pinned = (PinnedMemory *) memory;

  if (!memory->parent && gst_ssio_cuda_context_push (self->context, NULL)) {
    gst_ssio_cuda_context_get_driver (self->context)
        ->cuMemFreeHost (pinned->bytes);
    gst_ssio_cuda_context_pop (self->context);
  }
  g_free (pinned);
}

static gpointer
map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  return ((PinnedMemory *) memory)->bytes;
}

static void
unmap (GstMemory *memory)
{
}

static GstMemory *
share (GstMemory *memory, gssize offset, gssize size)
{
  GstMemory *parent = memory->parent ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;
  return wrap (memory->allocator, parent,
      GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
      ((PinnedMemory *) memory)->bytes + memory->offset + offset, size);
}

static void
gst_ssio_pinned_allocator_finalize (GObject *object)
{
  gst_object_unref (GST_SSIO_PINNED_ALLOCATOR (object)->context);
  G_OBJECT_CLASS (gst_ssio_pinned_allocator_parent_class)->finalize (object);
}

static void
gst_ssio_pinned_allocator_class_init (GstSsioPinnedAllocatorClass *class)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = gst_ssio_pinned_allocator_finalize;
  allocator_class->alloc = alloc;
  allocator_class->free = free_memory;
}

static void
gst_ssio_pinned_allocator_init (GstSsioPinnedAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR (self);

  allocator->mem_type = "SsioPinnedMemory";
  allocator->mem_map = map;
  allocator->mem_unmap = unmap;
  allocator->mem_share = share;
}

GstAllocator *
gst_ssio_pinned_allocator_new (GstSsioCudaContext *context)
{
  GstSsioPinnedAllocator *self
      = g_object_new (GST_TYPE_SSIO_PINNED_ALLOCATOR, NULL);

  gst_object_ref_sink (self);
  self->context = gst_object_ref (context);
  return GST_ALLOCATOR (self);
}

gboolean
gst_ssio_is_pinned_allocator (GstAllocator *allocator)
{
  return allocator && GST_IS_SSIO_PINNED_ALLOCATOR (allocator);
}
