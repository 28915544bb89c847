/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "seek.h"

typedef struct {
  gdouble rate;
  GstFormat format;
  GstSeekFlags flags;
  GstSeekType start_type, stop_type;
  gint64 start, stop;
} Seek;

static void
parse (GstEvent *event, Seek *seek)
{
  gst_event_parse_seek (event, &seek->rate, &seek->format, &seek->flags,
      &seek->start_type, &seek->start, &seek->stop_type, &seek->stop);
}

gboolean
gst_ssio_extent_convert (const GstSsioExtent *extent, GstFormat from,
    gint64 value, GstFormat to, gint64 *result)
{
  guint point_size = extent->point_size;

  if (from == to || value == -1) {
    *result = value;
    return TRUE;
  }
  if (point_size == 0 || value < 0)
    return FALSE;
  if (from == GST_FORMAT_BYTES && to == GST_FORMAT_DEFAULT) {
    *result = value / point_size;
    return TRUE;
  }
  if (from == GST_FORMAT_DEFAULT && to == GST_FORMAT_BYTES
      && value <= G_MAXINT64 / point_size) {
    *result = value * point_size;
    return TRUE;
  }
  return FALSE;
}

/* One end of a seek, from the start and in points. */
static void
resolve (const GstSsioExtent *extent, GstFormat format, GstSeekType *type,
    gint64 *position)
{
  gint64 unit = format == GST_FORMAT_BYTES ? extent->point_size : 1;
  gint64 end = extent->n_points * unit;

  if (*type == GST_SEEK_TYPE_END) {
    *position = end + CLAMP (*position, -end, 0);
    *type = GST_SEEK_TYPE_SET;
  }
  if (*type == GST_SEEK_TYPE_SET && *position >= 0)
    *position /= unit;
}

static gboolean
stops_before_it_starts (const Seek *seek, const GstSsioExtent *extent)
{
  guint64 start = extent->start;
  guint64 stop = extent->stop;

  if (seek->start_type == GST_SEEK_TYPE_SET)
    start = MIN ((guint64) MAX (seek->start, 0), extent->n_points);
  if (seek->stop_type == GST_SEEK_TYPE_SET)
    stop = seek->stop;
  return stop != GST_CLOCK_TIME_NONE && start > stop;
}

static gboolean
counts_from_unknown_end (const Seek *seek, const GstSsioExtent *extent)
{
  return extent->n_points == G_MAXUINT64
         && (seek->start_type == GST_SEEK_TYPE_END
             || seek->stop_type == GST_SEEK_TYPE_END);
}

static gboolean
is_known_format (GstFormat format, gboolean is_timed)
{
  return format == GST_FORMAT_DEFAULT || format == GST_FORMAT_BYTES
         || (is_timed && format == GST_FORMAT_TIME);
}

GstEvent *
gst_ssio_seek_in_points (GstObject *object, GstEvent *event,
    const GstSsioExtent *extent, gboolean is_timed)
{
  GstEvent *result;
  Seek seek;

  parse (event, &seek);
  if (seek.rate <= 0 || (seek.flags & GST_SEEK_FLAG_INSTANT_RATE_CHANGE)
      || !is_known_format (seek.format, is_timed)) {
    GST_WARNING_OBJECT (object,
        "refusing %" GST_PTR_FORMAT
        ": expected a rate above 0, and points%s or bytes",
        event, is_timed ? ", time" : "");
    return NULL;
  }
  if (extent->point_size == 0)
    return gst_event_ref (event);

  if (counts_from_unknown_end (&seek, extent)) {
    GST_WARNING_OBJECT (object,
        "refusing %" GST_PTR_FORMAT ": it is not known when the end is",
        event);
    return NULL;
  }
  resolve (extent, seek.format, &seek.start_type, &seek.start);
  resolve (extent, seek.format, &seek.stop_type, &seek.stop);
  if (stops_before_it_starts (&seek, extent)) {
    GST_WARNING_OBJECT (object,
        "refusing %" GST_PTR_FORMAT ": it would stop before it starts", event);
    return NULL;
  }
  if (seek.format == GST_FORMAT_BYTES)
    seek.format = GST_FORMAT_DEFAULT;
  result = gst_event_new_seek (seek.rate, seek.format, seek.flags,
      seek.start_type, seek.start, seek.stop_type, seek.stop);
  gst_event_set_seqnum (result, gst_event_get_seqnum (event));
  return result;
}

gboolean
gst_ssio_seek_apply (GstEvent *event, const GstSsioExtent *extent,
    GstSegment *segment)
{
  Seek seek;

  parse (event, &seek);
  gst_segment_init (segment, GST_FORMAT_DEFAULT);
  segment->start = extent->start;
  segment->stop = extent->stop;
  segment->position = extent->start;
  if (!gst_segment_do_seek (segment, seek.rate, seek.format, seek.flags,
          seek.start_type, seek.start, seek.stop_type, seek.stop, NULL))
    return FALSE;
  if (seek.start_type == GST_SEEK_TYPE_NONE)
    segment->position = G_MAXUINT64;
  return TRUE;
}
