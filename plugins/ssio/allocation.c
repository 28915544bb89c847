/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/pinned.h>
#include <gst/ssio/directread.h>

#include "allocation.h"

/* Whether downstream has page-locked buffers to fill. A device copies from
 * them as they are, where mapped batches would have to be copied first. */
static gboolean
is_pinned_pool (GstBufferPool *pool)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstAllocator *allocator = NULL;
  gboolean is_pinned;

  is_pinned = gst_buffer_pool_config_get_allocator (config, &allocator, NULL)
              && gst_ssio_is_pinned_allocator (allocator);
  gst_structure_free (config);
  return is_pinned;
}

/* Whether batches are read into a pool, which may be NULL. */
static gboolean
decide_to_read (const GstSsioStream *stream, GstSsioIoMode io_mode,
    GstBufferPool *pool)
{
  return !gst_ssio_stream_is_mapped (stream)
         || (io_mode == GST_SSIO_IO_MODE_AUTO && pool
             && gst_ssio_stream_get_batch_bytes (stream) <= G_MAXUINT
             && is_pinned_pool (pool));
}

/* Has buffers that are aligned as files are, with room to begin where a batch
 * does in its block. */
static void
align_buffers (GstQuery *query)
{
  GstAllocator *allocator = NULL;
  GstAllocationParams params;

  gst_allocation_params_init (&params);
  if (gst_query_get_n_allocation_params (query) > 0) {
    gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
    gst_query_remove_nth_allocation_param (query, 0);
  }
  params.align |= GST_SSIO_DIRECT_ALIGN;
  params.padding += GST_SSIO_DIRECT_ALIGN + 1;
  gst_query_add_allocation_param (query, allocator, &params);
  gst_clear_object (&allocator);
}

gboolean
gst_ssio_allocation_decide (GstQuery *query, const GstSsioStream *stream,
    GstSsioIoMode io_mode)
{
  GstBufferPool *pool = NULL;
  gboolean reads;
  guint min = 0;
  guint max = 0;

  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, NULL, &min, &max);
  reads = decide_to_read (stream, io_mode, pool);
  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  if (reads)
    gst_query_add_allocation_pool (query, pool,
        gst_ssio_stream_get_batch_bytes (stream), min, max);
  if (reads && io_mode == GST_SSIO_IO_MODE_DIRECT)
    align_buffers (query);
  gst_clear_object (&pool);
  return reads;
}

static GstFlowReturn
read_batch (GstSsioStream *stream, const GstSsioBatch *batch,
    GstBufferPool *pool, GstBuffer **buffer, GError **error)
{
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (pool, buffer, NULL);

  if (flow == GST_FLOW_ERROR)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory for a buffer of %" G_GUINT64_FORMAT
        " bytes from the pool; make batch-size smaller, or use io-mode=mmap",
        gst_ssio_stream_get_batch_bytes (stream));
  if (flow != GST_FLOW_OK)
    return flow;
  if (gst_ssio_stream_read_batch (stream, batch, *buffer, error))
    return GST_FLOW_OK;
  gst_clear_buffer (buffer);
  return GST_FLOW_ERROR;
}

GstFlowReturn
gst_ssio_allocation_make_batch (GstSsioStream *stream,
    const GstSsioBatch *batch, GstBufferPool *pool, gboolean are_needed,
    GstBuffer **buffer, GError **error)
{
  if (pool && (are_needed || !gst_ssio_stream_is_mapped (stream)))
    return read_batch (stream, batch, pool, buffer, error);
  *buffer = gst_ssio_stream_wrap_batch (stream, batch, are_needed, error);
  return *buffer ? GST_FLOW_OK : GST_FLOW_ERROR;
}
