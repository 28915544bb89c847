/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "filememory.h"

typedef struct {
  GstMemory memory;
  GstSsioPointFile *file;
  guint8 *data;
  gsize offset; /* of data in the file */
} FileMemory;

typedef GstAllocator GstSsioFileAllocator;
typedef GstAllocatorClass GstSsioFileAllocatorClass;

static GType gst_ssio_file_allocator_get_type (void);
G_DEFINE_TYPE (GstSsioFileAllocator, gst_ssio_file_allocator,
    GST_TYPE_ALLOCATOR)

static GstAllocator *
get_allocator (void)
{
  static gsize allocator = 0;

  if (g_once_init_enter (&allocator)) {
    GstAllocator *created
        = g_object_new (gst_ssio_file_allocator_get_type (), NULL);

    gst_object_ref_sink (created);
    GST_OBJECT_FLAG_SET (created, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    g_once_init_leave (&allocator, (gsize) created);
  }
  return (GstAllocator *) allocator;
}

GstMemory *
gst_ssio_file_memory_new (GstSsioPointFile *file, gpointer data, gsize offset,
    gsize size)
{
  FileMemory *memory = g_new0 (FileMemory, 1);

  gst_memory_init (&memory->memory, GST_MEMORY_FLAG_READONLY, get_allocator (),
      NULL, size, 0, 0, size);
  memory->file = gst_ssio_point_file_ref (file);
  memory->data = data;
  memory->offset = offset;
  return &memory->memory;
}

/**
 * gst_ssio_memory_get_point_file:
 * @memory: a memory
 *
 * Returns: (transfer none) (nullable): the file that @memory is a part of, or
 *   %NULL where it is no memory of gst_ssio_point_file_wrap_points()
 *
 * Since: 0.1
 */
GstSsioPointFile *
gst_ssio_memory_get_point_file (GstMemory *memory)
{
  g_return_val_if_fail (memory != NULL, NULL);

  return memory->allocator == get_allocator () ? ((FileMemory *) memory)->file
                                               : NULL;
}

static gpointer
map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  return ((FileMemory *) memory)->data;
}

static void
unmap (GstMemory *memory)
{
}

static GstMemory *
share (GstMemory *memory, gssize offset, gssize size)
{
  FileMemory *whole = (FileMemory *) memory;
  gsize start = memory->offset + offset;

  if (size == -1)
    size = memory->size - offset;
  gst_ssio_point_file_hold_again (whole->file, whole->offset + start, size);
  return gst_ssio_file_memory_new (whole->file, whole->data + start,
      whole->offset + start, size);
}

static void
free_memory (GstAllocator *allocator, GstMemory *memory)
{
  FileMemory *whole = (FileMemory *) memory;

  gst_ssio_point_file_release (whole->file, whole->offset, memory->maxsize);
  gst_ssio_point_file_unref (whole->file);
  g_free (whole);
}

static void
gst_ssio_file_allocator_class_init (GstSsioFileAllocatorClass *class)
{
  class->free = free_memory;
}

static void
gst_ssio_file_allocator_init (GstSsioFileAllocator *allocator)
{
  allocator->mem_type = "SsioFileMemory";
  allocator->mem_map = map;
  allocator->mem_unmap = unmap;
  allocator->mem_share = share;
  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}
