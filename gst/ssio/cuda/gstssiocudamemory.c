/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiocudamemory
 * @title: CUDA memory
 * @short_description: a #GstMemory of plain bytes in a CUDA device's memory
 *
 * Order between who writes a memory and who reads it is by events on streams,
 * and nobody waits on the CPU for it. A consumer on the device does this with
 * a buffer's memory, in a thread where the context is current:
 *
 * |[<!-- language="C" -->
 *   gst_ssio_cuda_memory_begin_use (memory, stream, &error);
 *   // work on stream that reads
 *   // gst_ssio_cuda_memory_get_device_pointer (memory)
 *   gst_ssio_cuda_memory_end_use (memory, stream, &error);
 * ]|
 *
 * and can let go of the memory at once: its bytes stay until that work is
 * done.
 *
 * Any element can read the bytes with gst_memory_map() and %GST_MAP_READ,
 * which downloads them. They cannot be mapped for writing. A part that is
 * shared with gst_memory_share() downloads only itself.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "context-private.h"
#include "gstssiocudamemory.h"

#define GST_CAT_DEFAULT gst_ssio_cuda_debug

/* What a device allocation and all memories that are parts of it share. */
typedef struct {
  gatomicrefcount refcount;
  GstSsioCudaStream *stream;
  CUdeviceptr pointer;
  GMutex lock;   /* of the events' order */
  CUevent ready; /* after what was written last */
  CUevent used;  /* after all who have read since */
} Block;

typedef struct {
  GstMemory memory;
  Block *block;
  gsize start; /* in the block */

  GMutex lock; /* of what follows */
  guint n_maps;
  gpointer bytes; /* the downloaded copy while there are maps */
} CudaMemory;

typedef GstAllocator GstSsioCudaAllocator;
typedef GstAllocatorClass GstSsioCudaAllocatorClass;

static GType gst_ssio_cuda_allocator_get_type (void);
G_DEFINE_TYPE (GstSsioCudaAllocator, gst_ssio_cuda_allocator,
    GST_TYPE_ALLOCATOR)

static GstAllocator *
get_allocator (void)
{
  static gsize allocator = 0;

  if (g_once_init_enter (&allocator)) {
    GstAllocator *created
        = g_object_new (gst_ssio_cuda_allocator_get_type (), NULL);

    gst_object_ref_sink (created);
    GST_OBJECT_FLAG_SET (created, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    g_once_init_leave (&allocator, (gsize) created);
  }
  return (GstAllocator *) allocator;
}

static GstSsioCudaContext *
get_context (const Block *block)
{
  return gst_ssio_cuda_stream_get_context (block->stream);
}

static const GstSsioCudaDriver *
get_driver (const Block *block)
{
  return gst_ssio_cuda_context_get_driver (get_context (block));
}

static CUstream
get_stream (const Block *block)
{
  return gst_ssio_cuda_stream_get_handle (block->stream);
}

/* With the context current. The device may be lost: what is left of it goes
 * all the same. */
static void
release_device (Block *block)
{
  const GstSsioCudaDriver *driver = get_driver (block);

  if (block->ready) {
    driver->cuEventSynchronize (block->ready);
    driver->cuEventDestroy (block->ready);
  }
  if (block->used) {
    driver->cuEventSynchronize (block->used);
    driver->cuEventDestroy (block->used);
  }
  if (block->pointer)
    driver->cuMemFree (block->pointer);
}

static void
block_unref (Block *block)
{
  GstSsioCudaContext *context = get_context (block);

  if (!g_atomic_ref_count_dec (&block->refcount))
    return;
  if (gst_ssio_cuda_context_push (context, NULL)) {
    release_device (block);
    gst_ssio_cuda_context_pop (context);
  }
  gst_ssio_cuda_stream_unref (block->stream);
  g_mutex_clear (&block->lock);
  g_free (block);
}

static Block *
block_new (GstSsioCudaStream *stream, gsize size, GError **error)
{
  const guint flags = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING;
  GstSsioCudaContext *context = gst_ssio_cuda_stream_get_context (stream);
  const GstSsioCudaDriver *driver = gst_ssio_cuda_context_get_driver (context);
  Block *block;
  gboolean made;

  if (!gst_ssio_cuda_context_push (context, error))
    return NULL;
  block = g_new0 (Block, 1);
  g_atomic_ref_count_init (&block->refcount);
  g_mutex_init (&block->lock);
  block->stream = gst_ssio_cuda_stream_ref (stream);
  made = gst_ssio_cuda_call (driver, error, cuMemAlloc, &block->pointer, size)
         && gst_ssio_cuda_call (driver, error, cuEventCreate, &block->ready,
             flags)
         && gst_ssio_cuda_call (driver, error, cuEventCreate, &block->used,
             flags);
  if (!made)
    g_clear_pointer (&block, block_unref);
  gst_ssio_cuda_context_pop (context);
  return block;
}

/* Takes over a reference to @block. */
static GstMemory *
wrap (Block *block, GstMemory *parent, GstMemoryFlags flags, gsize start,
    gsize size)
{
  CudaMemory *self = g_new0 (CudaMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self), flags, get_allocator (), parent,
      size, 0, 0, size);
  self->block = block;
  self->start = start;
  g_mutex_init (&self->lock);
  return GST_MEMORY_CAST (self);
}

static CudaMemory *
cast (GstMemory *memory)
{
  g_return_val_if_fail (gst_ssio_is_cuda_memory (memory), NULL);

  return (CudaMemory *) memory;
}

/**
 * gst_ssio_is_cuda_memory:
 * @memory: any memory
 *
 * Returns: whether it is in a CUDA device's memory, so that the functions here
 *   can be used with it
 *
 * Since: 0.1
 */
gboolean
gst_ssio_is_cuda_memory (GstMemory *memory)
{
  g_return_val_if_fail (memory != NULL, FALSE);

  return memory->allocator == get_allocator ();
}

/**
 * gst_ssio_cuda_memory_new:
 * @stream: the stream that its bytes will be written on
 * @size: its bytes, at least 1
 * @error: (nullable): return location for an error
 *
 * Allocates device memory, aligned to 256 bytes. It is freed with the last
 * reference, after all work that uses it is done.
 *
 * Returns: (transfer full) (nullable): the memory, or %NULL with @error set to
 *   a #GstResourceError: %GST_RESOURCE_ERROR_NO_SPACE_LEFT where the device
 *   has no more
 *
 * Since: 0.1
 */
GstMemory *
gst_ssio_cuda_memory_new (GstSsioCudaStream *stream, gsize size,
    GError **error)
{
  Block *block;

  g_return_val_if_fail (stream != NULL && size > 0, NULL);

  block = block_new (stream, size, error);
  return block ? wrap (block, NULL, 0, 0, size) : NULL;
}

/**
 * gst_ssio_cuda_memory_get_context:
 * @memory: a CUDA memory
 *
 * Returns: (transfer none): the context that it is of
 *
 * Since: 0.1
 */
GstSsioCudaContext *
gst_ssio_cuda_memory_get_context (GstMemory *memory)
{
  return get_context (cast (memory)->block);
}

/**
 * gst_ssio_cuda_memory_get_device_pointer:
 * @memory: a CUDA memory
 *
 * Returns: the CUdeviceptr of the memory's first byte
 *
 * Since: 0.1
 */
guint64
gst_ssio_cuda_memory_get_device_pointer (GstMemory *memory)
{
  CudaMemory *self = cast (memory);

  return self->block->pointer + self->start + memory->offset;
}

/**
 * gst_ssio_cuda_memory_get_stream:
 * @memory: a CUDA memory
 *
 * Returns: (transfer none): the stream that it is written on
 *
 * Since: 0.1
 */
GstSsioCudaStream *
gst_ssio_cuda_memory_get_stream (GstMemory *memory)
{
  return cast (memory)->block->stream;
}

/**
 * gst_ssio_cuda_memory_get_ready_event: (skip)
 * @memory: a CUDA memory
 *
 * Returns: (transfer none): the CUevent, which is the CUDA runtime's
 *   cudaEvent_t too, after which its bytes are there
 *
 * Since: 0.1
 */
gpointer
gst_ssio_cuda_memory_get_ready_event (GstMemory *memory)
{
  return cast (memory)->block->ready;
}

/**
 * gst_ssio_cuda_memory_begin_use: (skip)
 * @memory: a CUDA memory
 * @stream: (not nullable): a CUstream of its context, which is current
 * @error: (nullable): return location for an error
 *
 * What is put on @stream from now on finds the memory's bytes there.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the device
 *   fails
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_memory_begin_use (GstMemory *memory, gpointer stream,
    GError **error)
{
  Block *block = cast (memory)->block;

  return gst_ssio_cuda_call (get_driver (block), error, cuStreamWaitEvent,
      stream, block->ready, 0);
}

/**
 * gst_ssio_cuda_memory_end_use: (skip)
 * @memory: a CUDA memory
 * @stream: (not nullable): a CUstream of its context, which is current
 * @error: (nullable): return location for an error
 *
 * What was put on @stream until now has to be done before the memory is
 * written again or freed. Several consumers may do so.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the device
 *   fails
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_memory_end_use (GstMemory *memory, gpointer stream,
    GError **error)
{
  Block *block = cast (memory)->block;
  const GstSsioCudaDriver *driver = get_driver (block);
  gboolean done;

  /* one event for all who read: the last of them has waited for the others */
  g_mutex_lock (&block->lock);
  done = gst_ssio_cuda_call (driver, error, cuStreamWaitEvent, stream,
             block->used, 0)
         && gst_ssio_cuda_call (driver, error, cuEventRecord, block->used,
             stream);
  g_mutex_unlock (&block->lock);
  return done;
}

/**
 * gst_ssio_cuda_memory_begin_write:
 * @memory: a CUDA memory whose context is current
 * @error: (nullable): return location for an error
 *
 * What is put on the memory's stream from now on happens after all work that
 * uses the memory.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the device
 *   fails
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_memory_begin_write (GstMemory *memory, GError **error)
{
  Block *block = cast (memory)->block;
  const GstSsioCudaDriver *driver = get_driver (block);

  return gst_ssio_cuda_call (driver, error, cuStreamWaitEvent,
      get_stream (block), block->used, 0);
}

/**
 * gst_ssio_cuda_memory_end_write:
 * @memory: a CUDA memory whose context is current
 * @error: (nullable): return location for an error
 *
 * The memory is ready once what was put on its stream until now is done.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the device
 *   fails
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_memory_end_write (GstMemory *memory, GError **error)
{
  Block *block = cast (memory)->block;

  return gst_ssio_cuda_call (get_driver (block), error, cuEventRecord,
      block->ready, get_stream (block));
}

static gboolean
download (CudaMemory *self, gsize offset, gsize size,
    GstSsioCudaStream *stream, gpointer bytes, GError **error)
{
  GstSsioCudaContext *context = get_context (self->block);
  const GstSsioCudaDriver *driver = get_driver (self->block);
  CUstream handle = gst_ssio_cuda_stream_get_handle (stream);
  gboolean done;

  if (!gst_ssio_cuda_context_push (context, error))
    return FALSE;
  done = gst_ssio_cuda_memory_begin_use (GST_MEMORY_CAST (self), handle, error)
         && gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync, bytes,
             self->block->pointer + self->start + offset, size, handle)
         && gst_ssio_cuda_call (driver, error, cuStreamSynchronize, handle);
  gst_ssio_cuda_context_pop (context);
  return done;
}

/**
 * gst_ssio_cuda_memory_download: (skip)
 * @memory: a CUDA memory
 * @stream: the stream to copy on, of the same context
 * @bytes: (not nullable): room for the memory's size
 * @error: (nullable): return location for an error
 *
 * Copies the bytes to system memory, and waits until they are there.
 *
 * Returns: %FALSE with @error set to a #GstResourceError where the device
 *   fails
 *
 * Since: 0.1
 */
gboolean
gst_ssio_cuda_memory_download (GstMemory *memory, GstSsioCudaStream *stream,
    gpointer bytes, GError **error)
{
  return download (cast (memory), memory->offset, memory->size, stream, bytes,
      error);
}

static gpointer
download_copy (CudaMemory *self)
{
  GstMemory *memory = GST_MEMORY_CAST (self);
  gpointer bytes = g_try_malloc (MAX (memory->maxsize, 1));
  GError *error = NULL;

  if (!bytes) {
    GST_ERROR ("no memory for a copy of %" G_GSIZE_FORMAT " bytes",
        memory->maxsize);
    return NULL;
  }
  if (!download (self, 0, memory->maxsize, self->block->stream, bytes,
          &error)) {
    GST_ERROR ("%s", error->message);
    g_error_free (error);
    g_clear_pointer (&bytes, g_free);
  }
  return bytes;
}

static gpointer
map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  CudaMemory *self = (CudaMemory *) memory;
  gpointer bytes;

  if (flags & GST_MAP_WRITE) {
    GST_ERROR ("CUDA memory can be mapped for reading only");
    return NULL;
  }
  g_mutex_lock (&self->lock);
  if (!self->bytes)
    self->bytes = download_copy (self);
  bytes = self->bytes;
  if (bytes)
    self->n_maps++;
  g_mutex_unlock (&self->lock);
  return bytes;
}

static void
unmap (GstMemory *memory)
{
  CudaMemory *self = (CudaMemory *) memory;

  g_mutex_lock (&self->lock);
  if (--self->n_maps == 0)
    g_clear_pointer (&self->bytes, g_free);
  g_mutex_unlock (&self->lock);
}

static GstMemory *
share (GstMemory *memory, gssize offset, gssize size)
{
  CudaMemory *self = (CudaMemory *) memory;
  GstMemory *parent = memory->parent ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;
  g_atomic_ref_count_inc (&self->block->refcount);
  return wrap (self->block, parent,
      GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
      self->start + memory->offset + offset, size);
}

static gboolean
copy_on_device (GstMemory *from, gsize offset, gsize size, GstMemory *to,
    GError **error)
{
  Block *block = ((CudaMemory *) from)->block;
  CUstream stream = get_stream (block);

  return gst_ssio_cuda_memory_begin_use (from, stream, error)
         && gst_ssio_cuda_call (get_driver (block), error, cuMemcpyDtoDAsync,
             gst_ssio_cuda_memory_get_device_pointer (to),
             gst_ssio_cuda_memory_get_device_pointer (from) + offset, size,
             stream)
         && gst_ssio_cuda_memory_end_use (from, stream, error)
         && gst_ssio_cuda_memory_end_write (to, error);
}

static GstMemory *
copy (GstMemory *memory, gssize offset, gssize size)
{
  Block *block = ((CudaMemory *) memory)->block;
  GError *error = NULL;
  GstMemory *made;

  if (size == -1)
    size = memory->size - offset;
  made = gst_ssio_cuda_memory_new (block->stream, MAX (size, 1), &error);
  if (made)
    gst_memory_resize (made, 0, size);
  if (made && gst_ssio_cuda_context_push (get_context (block), &error)) {
    copy_on_device (memory, offset, size, made, &error);
    gst_ssio_cuda_context_pop (get_context (block));
  }
  if (error) {
    GST_ERROR ("%s", error->message);
    g_error_free (error);
    g_clear_pointer (&made, gst_memory_unref);
  }
  return made;
}

static void
free_memory (GstAllocator *allocator, GstMemory *memory)
{
  CudaMemory *self = (CudaMemory *) memory;

  block_unref (self->block);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
gst_ssio_cuda_allocator_class_init (GstSsioCudaAllocatorClass *class)
{
  class->free = free_memory;
}

static void
gst_ssio_cuda_allocator_init (GstSsioCudaAllocator *allocator)
{
  allocator->mem_type = "SsioCudaMemory";
  allocator->mem_map = map;
  allocator->mem_unmap = unmap;
  allocator->mem_share = share;
  allocator->mem_copy = copy;
  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}
