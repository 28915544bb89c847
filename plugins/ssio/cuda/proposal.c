/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "proposal.h"

/* The bytes of a full batch, as far as a pool can have them. */
static guint
get_batch_bytes (GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint point_size, batch_size;

  if (!gst_structure_get (structure, "point-size", G_TYPE_INT, &point_size,
          "batch-size", G_TYPE_INT, &batch_size, NULL))
    return 0;
  return MIN ((guint64) point_size * batch_size, G_MAXUINT);
}

static void
add_pool (GstQuery *query, GstCaps *caps, GstAllocator *allocator,
    const GstAllocationParams *params)
{
  const guint size = get_batch_bytes (caps);
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  gst_buffer_pool_config_set_allocator (config, allocator, params);
  gst_buffer_pool_set_config (pool, config);
  gst_query_add_allocation_pool (query, pool, size, 0, 0);
  gst_object_unref (pool);
}

gboolean
gst_ssio_propose_pinned (GstQuery *query, GstAllocator *allocator,
    gboolean has_pool)
{
  GstAllocationParams params;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (!caps)
    return FALSE;
  gst_allocation_params_init (&params);
  gst_query_add_allocation_param (query, allocator, &params);
  if (has_pool)
    add_pool (query, caps, allocator, &params);
  return TRUE;
}
