/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <unistd.h>

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/pinned.h>
#include <gst/ssio/gstssiopointfile.h>

#include "copier.h"
#include "parallelcopy.h"

GST_DEBUG_CATEGORY_STATIC (ssio_copier_debug);
#define GST_CAT_DEFAULT ssio_copier_debug

/* A copy under way, or room for one. */
typedef struct {
  CUevent copied;
  GstBuffer *source; /* NULL where its bytes are in the staging buffer */
  GstMapInfo map;
  GstMemory *staging; /* page-locked, or NULL until it is needed */
  gpointer registered;
  GstSsioStaging how;
  gint64 cost; /* of that on the CPU, in microseconds */
  gsize size;
} Copy;

struct _GstSsioCopier {
  GstSsioCudaContext *context;
  const GstSsioCudaDriver *driver;
  GstSsioCudaStream *stream;
  GstAllocator *allocator;
  GstSsioStaging staging;
  GstSsioParallelCopy *parallel;
  GstSsioStagingTrial trial; /* of what is faster, where staging is AUTO */
  gboolean can_register;
  guint n_copies;
  Copy *copies;
  guint oldest; /* index of the copy that was started first */
  guint n_busy;
};

/* Bytes on their way from a mapped buffer. */
typedef struct {
  const guint8 *bytes;
  gsize size;
  CUdeviceptr to;
} Range;

static gboolean
make_events (GstSsioCopier *self, GError **error)
{
  guint i;

  for (i = 0; i < self->n_copies; i++) {
    if (!gst_ssio_cuda_call (self->driver, error, cuEventCreate,
            &self->copies[i].copied,
            CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING))
      return FALSE;
  }
  return TRUE;
}

/* A device that uses the host's page tables locks nothing: a file that is cut
 * would be a fault of the device. */
static gboolean
supports_register (GstSsioCudaContext *context)
{
  return gst_ssio_cuda_context_get_attribute (context,
             CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED)
             != 0
         && gst_ssio_cuda_context_get_attribute (context,
                CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES)
                == 0;
}

GstSsioCopier *
gst_ssio_copier_new (GstSsioCudaContext *context, guint slots,
    GstSsioStaging staging, guint n_threads, GError **error)
{
  GstSsioCopier *self;
  gboolean made = FALSE;

  GST_DEBUG_CATEGORY_INIT (ssio_copier_debug, "ssiocopier", 0,
      "copies to CUDA devices");
  self = g_new0 (GstSsioCopier, 1);
  self->context = gst_object_ref (context);
  self->driver = gst_ssio_cuda_context_get_driver (context);
  self->allocator = gst_ssio_pinned_allocator_new (context);
  self->staging = staging;
  self->parallel = gst_ssio_parallel_copy_new (n_threads);
  self->can_register = supports_register (context);
  self->n_copies = slots;
  self->copies = g_new0 (Copy, slots);
  self->stream = gst_ssio_cuda_stream_new (context, error);
  if (self->stream && gst_ssio_cuda_context_push (context, error)) {
    made = make_events (self, error);
    gst_ssio_cuda_context_pop (context);
  }
  if (!made) {
    g_clear_pointer (&self, gst_ssio_copier_free);
    return NULL;
  }
  if (staging != GST_SSIO_STAGING_PINNED && !self->can_register)
    GST_INFO ("the device cannot page-lock what is mapped read-only");
  return self;
}

/* Lets go of what a copy came from, which is done or never will be. */
static gboolean
release_source (GstSsioCopier *self, Copy *copy, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean done = TRUE;

  if (copy->registered) {
    done = gst_ssio_cuda_call (self->driver, error, cuMemHostUnregister,
        copy->registered);
    copy->registered = NULL;
    copy->cost += g_get_monotonic_time () - start;
  }
  if (copy->source) {
    gst_buffer_unmap (copy->source, &copy->map);
    gst_clear_buffer (&copy->source);
  }
  return done;
}

/* After a failure nothing is known of what the device still reads. */
static void
abandon (GstSsioCopier *self, Copy *copy)
{
  self->driver
      ->cuStreamSynchronize (gst_ssio_cuda_stream_get_handle (self->stream));
  release_source (self, copy, NULL);
}

/* Waits for the copy that was started first. */
static gboolean
retire_oldest (GstSsioCopier *self, GError **error)
{
  Copy *copy = &self->copies[self->oldest];
  gboolean waited = gst_ssio_cuda_call (self->driver, error,
      cuEventSynchronize, copy->copied);

  self->oldest = (self->oldest + 1) % self->n_copies;
  self->n_busy--;
  if (!waited) {
    abandon (self, copy);
    return FALSE;
  }
  if (!release_source (self, copy, error))
    return FALSE;
  gst_ssio_staging_trial_add (&self->trial, copy->how, copy->size, copy->cost);
  return TRUE;
}

/* Lets go of what is done by now, without waiting. */
static gboolean
retire_done (GstSsioCopier *self, GError **error)
{
  while (self->n_busy > 0) {
    CUresult result
        = self->driver->cuEventQuery (self->copies[self->oldest].copied);

    if (result == CUDA_ERROR_NOT_READY)
      return TRUE;
    if (!retire_oldest (self, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_copier_drain (GstSsioCopier *self, GError **error)
{
  gboolean done = TRUE;

  while (self->n_busy > 0)
    done = retire_oldest (self, done ? error : NULL) && done;
  return done;
}

static void
free_copy (GstSsioCopier *self, Copy *copy)
{
  if (copy->copied)
    self->driver->cuEventDestroy (copy->copied);
  g_clear_pointer (&copy->staging, gst_memory_unref);
}

void
gst_ssio_copier_free (GstSsioCopier *self)
{
  guint i;

  if (gst_ssio_cuda_context_push (self->context, NULL)) {
    gst_ssio_copier_drain (self, NULL);
    for (i = 0; i < self->n_copies; i++)
      free_copy (self, &self->copies[i]);
    gst_ssio_cuda_context_pop (self->context);
  }
  g_clear_pointer (&self->stream, gst_ssio_cuda_stream_unref);
  gst_ssio_parallel_copy_free (self->parallel);
  gst_object_unref (self->allocator);
  gst_object_unref (self->context);
  g_free (self->copies);
  g_free (self);
}

GstSsioCudaStream *
gst_ssio_copier_get_stream (GstSsioCopier *self)
{
  return self->stream;
}

GstAllocator *
gst_ssio_copier_get_allocator (GstSsioCopier *self)
{
  return self->allocator;
}

static gboolean
start_copy (GstSsioCopier *self, const Range *range, GError **error)
{
  return range->size == 0
         || gst_ssio_cuda_call (self->driver, error, cuMemcpyHtoDAsync,
             range->to, range->bytes, range->size,
             gst_ssio_cuda_stream_get_handle (self->stream));
}

/* The staging buffer of @copy, with at least @size bytes. */
static guint8 *
get_staging (GstSsioCopier *self, Copy *copy, gsize size, GstMapInfo *map,
    GError **error)
{
  if (copy->staging && copy->staging->maxsize < size)
    g_clear_pointer (&copy->staging, gst_memory_unref);
  if (!copy->staging)
    copy->staging
        = gst_ssio_pinned_allocator_alloc (self->allocator, size, error);
  if (!copy->staging)
    return NULL;
  gst_memory_map (copy->staging, map, GST_MAP_WRITE);
  return map->data;
}

/* Through the copy's own staging buffer, after which the source can go. */
static gboolean
copy_staged (GstSsioCopier *self, Copy *copy, Range range, GError **error)
{
  GstMapInfo map;
  guint8 *staging = get_staging (self, copy, range.size, &map, error);
  gint64 start = g_get_monotonic_time ();
  gboolean done;

  if (!staging)
    return FALSE;
  copy->how = GST_SSIO_STAGING_PINNED;
  gst_ssio_parallel_copy_run (self->parallel, staging, range.bytes,
      range.size);
  copy->cost = g_get_monotonic_time () - start;
  range.bytes = staging;
  done = start_copy (self, &range, error);
  gst_memory_unmap (copy->staging, &map);
  return release_source (self, copy, done ? error : NULL) && done;
}

/* Page-locks the whole pages of the range, which no other batch has. FALSE
 * where that cannot be: the bytes are copied then, and a device that is lost
 * says so once more. */
static gboolean
register_pages (GstSsioCopier *self, Copy *copy, const Range *pages)
{
  CUresult result;

  if (pages->size == 0)
    return FALSE;
  result = self->driver->cuMemHostRegister ((gpointer) pages->bytes,
      pages->size, CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_READ_ONLY);
  if (result == CUDA_SUCCESS) {
    copy->registered = (gpointer) pages->bytes;
    return TRUE;
  }
  /* otherwise this batch is on its way already, or by somebody else */
  if (result != CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED) {
    GST_INFO ("the mapped file cannot be page-locked (%d): copying it",
        result);
    self->can_register = FALSE;
  }
  return FALSE;
}

/* The whole pages in @range, and what is before and after them. */
static void
split_pages (const Range *range, Range *head, Range *pages, Range *tail)
{
  const gsize page = sysconf (_SC_PAGESIZE);
  const gsize start = (gsize) range->bytes;
  const gsize end = start + range->size;
  const gsize first = MIN ((start + page - 1) / page * page, end);
  const gsize last = MAX (end / page * page, first);

  *head = (Range){ range->bytes, first - start, range->to };
  *pages = (Range){ head->bytes + head->size, last - first,
    head->to + head->size };
  *tail = (Range){ pages->bytes + pages->size, end - last,
    pages->to + pages->size };
}

/* Bytes before and after the page-locked ones, which are fewer than a page
 * each, go through the staging buffer. */
static gboolean
copy_ends (GstSsioCopier *self, Copy *copy, Range head, Range tail,
    GError **error)
{
  GstMapInfo map;
  guint8 *staging
      = get_staging (self, copy, MAX (head.size + tail.size, 1), &map, error);
  gboolean done;

  if (!staging)
    return FALSE;
  memcpy (staging, head.bytes, head.size);
  memcpy (staging + head.size, tail.bytes, tail.size);
  head.bytes = staging;
  tail.bytes = staging + head.size;
  done = start_copy (self, &head, error) && start_copy (self, &tail, error);
  gst_memory_unmap (copy->staging, &map);
  return done;
}

/* From the mapped file itself. */
static gboolean
copy_registered (GstSsioCopier *self, Copy *copy, const Range *range,
    GError **error)
{
  Range head, pages, tail;
  gint64 start = g_get_monotonic_time ();

  split_pages (range, &head, &pages, &tail);
  if (!register_pages (self, copy, &pages))
    return copy_staged (self, copy, *range, error);
  copy->how = GST_SSIO_STAGING_REGISTER;
  copy->cost = g_get_monotonic_time () - start;
  return copy_ends (self, copy, head, tail, error)
         && start_copy (self, &pages, error);
}

static gboolean
is_pinned (GstBuffer *buffer)
{
  return gst_buffer_n_memory (buffer) == 1
         && gst_ssio_is_pinned_allocator (gst_buffer_peek_memory (buffer, 0)
                                              ->allocator);
}

static gboolean
is_mapped_file (GstBuffer *buffer)
{
  return gst_buffer_n_memory (buffer) == 1
         && gst_ssio_memory_get_point_file (gst_buffer_peek_memory (buffer, 0))
                != NULL;
}

/* PAGEABLE also for what is page-locked already: the bytes go as they are. */
static GstSsioStaging
choose_staging (GstSsioCopier *self, GstBuffer *from)
{
  if (is_pinned (from) || self->staging == GST_SSIO_STAGING_PAGEABLE)
    return GST_SSIO_STAGING_PAGEABLE;
  if (!is_mapped_file (from) || !self->can_register)
    return GST_SSIO_STAGING_PINNED;
  if (self->staging == GST_SSIO_STAGING_AUTO)
    return gst_ssio_staging_trial_choose (&self->trial);
  return self->staging;
}

static gboolean
start_staged (GstSsioCopier *self, Copy *copy, GstMemory *to, GError **error)
{
  Range range = { copy->map.data, copy->map.size,
    gst_ssio_cuda_memory_get_device_pointer (to) };

  switch (choose_staging (self, copy->source)) {
  case GST_SSIO_STAGING_REGISTER:
    return copy_registered (self, copy, &range, error);
  case GST_SSIO_STAGING_PAGEABLE:
    return start_copy (self, &range, error);
  default:
    return copy_staged (self, copy, range, error);
  }
}

gboolean
gst_ssio_copier_copy (GstSsioCopier *self, GstBuffer *from, GstMemory *to,
    GError **error)
{
  Copy *copy;

  if (!retire_done (self, error)
      || (self->n_busy == self->n_copies && !retire_oldest (self, error)))
    return FALSE;
  copy = &self->copies[(self->oldest + self->n_busy) % self->n_copies];
  if (!gst_buffer_map (from, &copy->map, GST_MAP_READ)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "a buffer of %" G_GSIZE_FORMAT
        " bytes cannot be read: expected readable memory; check what stands "
        "before this element",
        gst_buffer_get_size (from));
    return FALSE;
  }
  copy->source = gst_buffer_ref (from);
  copy->size = copy->map.size;
  copy->how = GST_SSIO_STAGING_PAGEABLE;
  if (start_staged (self, copy, to, error)
      && gst_ssio_cuda_call (self->driver, error, cuEventRecord, copy->copied,
          gst_ssio_cuda_stream_get_handle (self->stream))
      && gst_ssio_cuda_memory_end_write (to, error)) {
    self->n_busy++;
    return TRUE;
  }
  abandon (self, copy);
  return FALSE;
}
