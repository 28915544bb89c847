/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "frame.h"

static gboolean
configure (GstBufferPool *pool, GstQuery *query, guint size, guint min,
    guint max)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  if (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  return gst_buffer_pool_set_config (pool, config);
}

void
gst_ssio_frame_decide_pool (GstQuery *query, const GstVideoInfo *info)
{
  gboolean has_pool = gst_query_get_n_allocation_pools (query) > 0;
  GstBufferPool *pool = NULL;
  guint size = 0;
  guint min = 0;
  guint max = 0;

  if (has_pool)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  size = MAX (size, info->size);
  if (!pool || !configure (pool, query, size, min, max)) {
    gst_clear_object (&pool);
    pool = gst_video_buffer_pool_new ();
    configure (pool, query, size, min, max);
  }
  if (has_pool)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
}

static void
describe_image (const GstVideoFrame *frame, GstSsioImage *image)
{
  guint c;

  image->data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  image->stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  image->pixel_stride = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, 0);
  for (c = 0; c < 3; c++)
    image->offsets[c] = GST_VIDEO_FRAME_COMP_POFFSET (frame, c);
  /* alpha or what nobody looks at: the one that is left of 0, 1, 2 and 3 */
  image->offsets[3]
      = 6 - image->offsets[0] - image->offsets[1] - image->offsets[2];
}

gboolean
gst_ssio_frame_paint (GstSsioRenderer *renderer, const GstVideoInfo *info,
    GstBuffer *buffer)
{
  GstVideoFrame frame;
  GstSsioImage image;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE))
    return FALSE;
  describe_image (&frame, &image);
  gst_ssio_renderer_paint (renderer, &image);
  gst_video_frame_unmap (&frame);
  return TRUE;
}
