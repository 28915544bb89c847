/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/pool.h>

#include "batchcache.h"
#include "copier.h"
#include "uploader.h"

GST_DEBUG_CATEGORY_STATIC (ssio_uploader_debug);
#define GST_CAT_DEFAULT ssio_uploader_debug

/* That copy into page-locked buffers, a quarter of the cores at most: enough
 * for the bus, and others have work to do as well. */
#define MAX_COPY_THREADS 4

/* Sinks keep their last buffer, whatever is on its way. */
#define KEPT_BY_SINK 1

struct _GstSsioUploader {
  GstSsioCudaContext *context;
  GstSsioCopier *copier;
  GstSsioBatchCache *cache; /* NULL without one */
  guint64 n_batches;        /* since the epoch's start */
  guint64 n_kept;           /* of them, by the cache */
  gboolean needs_bytes;
  guint slots;
  guint pool_size; /* bytes of the pool's buffers */

  GMutex lock;         /* of what follows */
  GstBufferPool *pool; /* NULL until it is needed */
};

static gboolean
get_half_of_free (GstSsioCudaContext *context, guint64 *bytes, GError **error)
{
  const GstSsioCudaDriver *driver = gst_ssio_cuda_context_get_driver (context);
  size_t free = 0;
  size_t total;
  gboolean done;

  if (!gst_ssio_cuda_context_push (context, error))
    return FALSE;
  done = gst_ssio_cuda_call (driver, error, cuMemGetInfo, &free, &total);
  gst_ssio_cuda_context_pop (context);
  *bytes = free / 2;
  return done;
}

static gboolean
open_cache (GstSsioUploader *self, guint64 bytes, GError **error)
{
  if (bytes == 0 && !get_half_of_free (self->context, &bytes, error))
    return FALSE;
  GST_INFO ("keeps up to %" G_GUINT64_FORMAT " bytes of batches", bytes);
  self->cache = gst_ssio_batch_cache_new (bytes);
  return TRUE;
}

GstSsioUploader *
gst_ssio_uploader_new (GstSsioCudaContext *context,
    const GstSsioUploaderConfig *config, GError **error)
{
  GstSsioUploader *self;

  GST_DEBUG_CATEGORY_INIT (ssio_uploader_debug, "ssiouploader", 0,
      "batches on CUDA devices");
  self = g_new0 (GstSsioUploader, 1);
  g_mutex_init (&self->lock);
  self->context = gst_object_ref (context);
  self->slots = config->slots;
  self->needs_bytes = TRUE;
  self->copier = gst_ssio_copier_new (context, config->slots, config->staging,
      CLAMP (g_get_num_processors () / 4, 1, MAX_COPY_THREADS), error);
  if (!self->copier
      || (config->has_cache && !open_cache (self, config->cache_size, error)))
    g_clear_pointer (&self, gst_ssio_uploader_free);
  return self;
}

/* Takes over @pool, which may be NULL. */
static void
set_pool (GstSsioUploader *self, GstBufferPool *pool)
{
  GstBufferPool *old;

  g_mutex_lock (&self->lock);
  old = self->pool;
  self->pool = pool;
  g_mutex_unlock (&self->lock);
  if (old)
    gst_buffer_pool_set_active (old, FALSE);
  gst_clear_object (&old);
}

void
gst_ssio_uploader_free (GstSsioUploader *self)
{
  g_clear_pointer (&self->cache, gst_ssio_batch_cache_free);
  g_clear_pointer (&self->copier, gst_ssio_copier_free);
  set_pool (self, NULL);
  gst_object_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstAllocator *
gst_ssio_uploader_get_allocator (GstSsioUploader *self)
{
  return gst_ssio_copier_get_allocator (self->copier);
}

void
gst_ssio_uploader_set_flushing (GstSsioUploader *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  if (self->pool)
    gst_buffer_pool_set_flushing (self->pool, flushing);
  g_mutex_unlock (&self->lock);
}

/* Has slots of at least that size. They come before what is cached, which can
 * do with less memory. */
static gboolean
ensure_slots (GstSsioUploader *self, gsize size, GError **error)
{
  GstBufferPool *pool;

  if (size > G_MAXUINT) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "a batch of %" G_GSIZE_FORMAT
        " bytes: expected less than 4 GiB; make batch-size smaller",
        size);
    return FALSE;
  }
  if (size <= self->pool_size)
    return TRUE;
  set_pool (self, NULL);
  pool = gst_ssio_cuda_pool_new (gst_ssio_copier_get_stream (self->copier),
      size, self->slots + KEPT_BY_SINK, error);
  if (!pool)
    return FALSE;
  self->pool_size = size;
  set_pool (self, pool);
  return TRUE;
}

static GstFlowReturn
acquire_slot (GstSsioUploader *self, gsize size, GstBuffer **buffer,
    GError **error)
{
  GstFlowReturn flow = gst_ssio_cuda_pool_acquire (self->pool, buffer, error);

  if (flow == GST_FLOW_OK)
    gst_buffer_set_size (*buffer, size);
  return flow;
}

static GstBuffer *
wrap_memory (GstMemory *memory)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

/* A buffer of new memory that the cache keeps; NULL where there is no room,
 * and with error set where the device fails. */
static GstBuffer *
new_cached (GstSsioUploader *self, const GstSsioBatchMeta *batch, gsize size,
    GError **error)
{
  GError *failure = NULL;
  GstMemory *memory;

  if (!self->cache || !batch
      || !gst_ssio_batch_cache_reserve (self->cache, batch, size))
    return NULL;
  memory = gst_ssio_cuda_memory_new (gst_ssio_copier_get_stream (self->copier),
      size, &failure);
  if (memory) {
    gst_ssio_batch_cache_add (self->cache, batch, memory);
    return wrap_memory (memory);
  }
  if (g_error_matches (failure, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NO_SPACE_LEFT)) {
    GST_INFO ("keeps no more batches: %s", failure->message);
    gst_ssio_batch_cache_close (self->cache);
    g_error_free (failure);
  } else {
    g_propagate_error (error, failure);
  }
  return NULL;
}

/* Copies into new or free device memory. */
static GstFlowReturn
copy (GstSsioUploader *self, const GstSsioBatchMeta *batch, GstBuffer *in,
    GstBuffer **out, GError **error)
{
  gsize size = gst_buffer_get_size (in);
  GstFlowReturn flow = GST_FLOW_OK;
  GError *failure = NULL;

  self->needs_bytes = TRUE;
  if (!ensure_slots (self, size, error))
    return GST_FLOW_ERROR;
  *out = new_cached (self, batch, size, &failure);
  if (failure) {
    g_propagate_error (error, failure);
    return GST_FLOW_ERROR;
  }
  if (*out)
    self->n_kept++;
  else
    flow = acquire_slot (self, size, out, error);
  if (flow == GST_FLOW_OK
      && !gst_ssio_copier_copy (self->copier, in,
          gst_buffer_peek_memory (*out, 0), error)) {
    gst_clear_buffer (out);
    flow = GST_FLOW_ERROR;
  }
  return flow;
}

static GstFlowReturn
find_or_copy (GstSsioUploader *self, GstBuffer *in, GstBuffer **out,
    GError **error)
{
  const GstSsioBatchMeta *batch = gst_buffer_get_ssio_batch_meta (in);
  GstMemory *memory = NULL;
  GstFlowReturn flow;

  if (self->cache && batch)
    memory = gst_ssio_batch_cache_find (self->cache, batch,
        gst_buffer_get_size (in));
  self->n_batches++;
  if (memory) {
    self->n_kept++;
    *out = wrap_memory (gst_memory_ref (memory));
    return GST_FLOW_OK;
  }
  if (gst_buffer_get_size (in) == 0) {
    *out = gst_buffer_new ();
    return GST_FLOW_OK;
  }
  if (!gst_ssio_cuda_context_push (self->context, error))
    return GST_FLOW_ERROR;
  flow = copy (self, batch, in, out, error);
  gst_ssio_cuda_context_pop (self->context);
  return flow;
}

GstFlowReturn
gst_ssio_uploader_upload (GstSsioUploader *self, GstBuffer *in,
    GstBuffer **out, GError **error)
{
  GstFlowReturn flow = find_or_copy (self, in, out, error);

  if (flow == GST_FLOW_OK)
    gst_buffer_copy_into (*out, in, GST_BUFFER_COPY_METADATA, 0, -1);
  return flow;
}

gboolean
gst_ssio_uploader_drain (GstSsioUploader *self, GError **error)
{
  gboolean done;

  if (!gst_ssio_cuda_context_push (self->context, error))
    return FALSE;
  done = gst_ssio_copier_drain (self->copier, error);
  gst_ssio_cuda_context_pop (self->context);
  return done;
}

void
gst_ssio_uploader_end_epoch (GstSsioUploader *self)
{
  if (self->n_batches > 0 && self->n_kept == self->n_batches)
    self->needs_bytes = FALSE;
  self->n_batches = self->n_kept = 0;
}

gboolean
gst_ssio_uploader_needs_bytes (GstSsioUploader *self)
{
  return self->needs_bytes;
}

void
gst_ssio_uploader_forget (GstSsioUploader *self)
{
  if (self->cache)
    gst_ssio_batch_cache_clear (self->cache);
  self->n_batches = self->n_kept = 0;
  self->needs_bytes = TRUE;
}
