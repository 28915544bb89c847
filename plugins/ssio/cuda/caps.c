/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "caps.h"

gboolean
gst_ssio_caps_are_cuda (const GstCaps *caps)
{
  return gst_caps_get_size (caps) > 0
         && gst_caps_features_contains (gst_caps_get_features (caps, 0),
             GST_SSIO_CAPS_FEATURE_CUDA_MEMORY);
}

static GstCaps *
copy_with_feature (const GstCaps *caps, const gchar *feature)
{
  GstCaps *copy = gst_caps_copy (caps);

  gst_caps_set_features_simple (copy, gst_caps_features_new (feature, NULL));
  return copy;
}

GstCaps *
gst_ssio_caps_to_cuda (const GstCaps *caps)
{
  return copy_with_feature (caps, GST_SSIO_CAPS_FEATURE_CUDA_MEMORY);
}

GstCaps *
gst_ssio_caps_to_system (const GstCaps *caps)
{
  return copy_with_feature (caps, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY);
}

GstSsioCudaContext *
gst_ssio_find_cuda_context (GstPad *pad)
{
  GstQuery *query = gst_query_new_context (GST_SSIO_CUDA_CONTEXT_TYPE);
  GstSsioCudaContext *context = NULL;
  GstContext *wrapped = NULL;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_context (query, &wrapped);
  if (wrapped)
    gst_structure_get (gst_context_get_structure (wrapped), "context",
        GST_TYPE_SSIO_CUDA_CONTEXT, &context, NULL);
  gst_query_unref (query);
  return context;
}

gboolean
gst_ssio_check_cuda_memory (GstMemory *memory, GError **error)
{
  if (gst_ssio_is_cuda_memory (memory))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "a buffer has memory of type %s: expected SsioCudaMemory, as the caps "
      "say; check what stands before this element",
      memory->allocator->mem_type);
  return FALSE;
}
