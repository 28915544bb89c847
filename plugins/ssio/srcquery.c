/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "srcquery.h"

static gboolean
answer_convert (const GstSsioExtent *extent, GstQuery *query)
{
  GstFormat from, to;
  gint64 value, result;

  gst_query_parse_convert (query, &from, &value, &to, NULL);
  if (!gst_ssio_extent_convert (extent, from, value, to, &result))
    return FALSE;
  gst_query_set_convert (query, from, value, to, result);
  return TRUE;
}

/* The end in that format, -1 where it is not known. FALSE where there are no
 * seeks in it. */
static gboolean
find_end (const GstSsioExtent *extent, const GstSegment *segment,
    GstFormat format, gint64 *end)
{
  if (extent->n_points == 0 || extent->n_points == G_MAXUINT64)
    return FALSE;
  if (format == GST_FORMAT_TIME && segment->format == format) {
    *end = segment->duration;
    return TRUE;
  }
  return gst_ssio_extent_convert (extent, GST_FORMAT_DEFAULT, extent->n_points,
      format, end);
}

static gboolean
answer_seeking (const GstSsioExtent *extent, const GstSegment *segment,
    GstQuery *query)
{
  gboolean seekable;
  GstFormat format;
  gint64 end;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  seekable = find_end (extent, segment, format, &end);
  gst_query_set_seeking (query, format, seekable, 0, seekable ? end : -1);
  return TRUE;
}

static gboolean
answer_position (const GstSsioExtent *extent, GstQuery *query)
{
  GstFormat format;
  gint64 position;

  gst_query_parse_position (query, &format, NULL);
  if (extent->point_size == 0
      || !gst_ssio_extent_convert (extent, GST_FORMAT_DEFAULT,
          extent->position, format, &position))
    return FALSE;
  gst_query_set_position (query, format, position);
  return TRUE;
}

static gboolean
answer_duration (const GstSsioExtent *extent, GstQuery *query)
{
  GstFormat format;
  gint64 duration;

  gst_query_parse_duration (query, &format, NULL);
  if (extent->point_size == 0 || extent->n_points == G_MAXUINT64
      || !gst_ssio_extent_convert (extent, GST_FORMAT_DEFAULT,
          extent->n_points, format, &duration))
    return FALSE;
  gst_query_set_duration (query, format, duration);
  return TRUE;
}

gboolean
gst_ssio_src_answer_query (const GstSsioExtent *extent,
    const GstSegment *segment, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_CONVERT:
    return answer_convert (extent, query);
  case GST_QUERY_SEEKING:
    return answer_seeking (extent, segment, query);
  case GST_QUERY_POSITION:
    return answer_position (extent, query);
  case GST_QUERY_DURATION:
    return answer_duration (extent, query);
  default:
    return FALSE;
  }
}
