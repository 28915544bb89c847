/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssioscope
 * @title: ssioscope
 * @short_description: makes pictures of points
 *
 * Draws batches of points into `video/x-raw` frames: all of them, the nearest
 * one of each pixel in sight. #GstSsioScope:view=top is a map, north (y) up;
 * `perspective` looks at the middle of what is shown from
 * #GstSsioScope:azimuth, #GstSsioScope:elevation and #GstSsioScope:distance.
 * Changes of these, and of palette, point size and shading, take effect with
 * the next picture that begins: a batch's, or an epoch's.
 *
 * ## Size and frames
 * The frame's size is downstream's, `video/x-raw,width=1920,height=1080` for
 * example, and 1024 x 768 where it has no wish. Pixels are square.
 *
 * #GstSsioScope:accumulate says what a frame shows: a batch, an epoch, or all
 * of an epoch so far. By default, batches with times (those of a stream in
 * %GST_FORMAT_TIME, as a sensor's sweeps) are a frame each, with their times;
 * those of files make one frame an epoch, at its end, and an empty epoch an
 * empty frame. Frames without times from upstream follow each other at the
 * frame rate of the caps (10 a second where downstream has no wish), and have
 * no times where that is 0. Where they are made slower than that, a sink that
 * shows them needs sync=false, or it drops those that come too late.
 *
 * ## What is shown
 * #GstSsioScope:range=auto fits the view to all points that have come since the
 * stream began, so that it grows and never jumps back. Where they are to be
 * drawn is known at the frame's end only: until then the points are kept, in 16
 * bytes each. Where they become more than 8 for each pixel of the frame, and 4
 * million, those are merged that are less than half a pixel apart, or more
 * where that leaves too many, so that memory is bounded. A range that is given, with `zmin,zmax` in perspective,
 * needs none of that: points go into the frame as they come, and a change of
 * the frame's size within an epoch loses those drawn before.
 *
 * Coordinates are those of the files: what #GstSsioSrc:origin subtracts does
 * not matter here. Points with a coordinate that is not finite are left out,
 * and counted in #GstSsioScope:stats.
 *
 * ## Colors
 * #GstSsioScope:color-by names a field, or `height` or `class`;
 * #GstSsioScope:color-range gives the palette's ends. Classes, instances and
 * predictions (fields `classification`, `sem_class`, `class`, `label`,
 * `ins_class` and `prediction`) have colors that differ, and one number the same
 * color in all of them: classes that #GstSsioLinear:class-map has renumbered
 * have others than their labels. #GstSsioSrc:predictions joins predictions to
 * points. A value that is NaN has the first color. Values become float32: GPS
 * times that count from 1980 have steps of 16 or 32 seconds then.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ssiosrc location=tile.las ! ssioscope ! pngenc ! \
 *     filesink location=tile.png
 * ]| Makes a picture of a tile, colored by height.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.las ! queue ! ssioscope \
 *     view=perspective color-by=class ! video/x-raw,width=1920,height=1080 ! \
 *     pngenc ! filesink location=tile.png
 * ]| The same from aside, colored by class, in another size.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.las predictions=out.npy ! queue ! \
 *     ssioscope color-by=prediction ! pngenc ! filesink location=tile.png
 * ]| The same tile, colored by the classes that a model has predicted.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.las ! queue ! ssioscope ! imagefreeze ! \
 *     videoconvert ! autovideosink
 * ]| Shows the picture until it is stopped.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.las batch-size=20000 ! queue ! \
 *     ssioscope accumulate=running ! videoconvert ! autovideosink
 * ]| Shows how the tile comes, 10 batches a second.
 * |[
 * gst-launch-1.0 ssiosrc location=scans layout=kitti batch-size=200000 ! \
 *     queue ! ssioscope accumulate=none view=perspective distance=60 \
 *     range=-50,50,-50,50,-3,5 ! videoconvert ! autovideosink
 * ]| Plays the scans of a folder, a frame each.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/origin.h>

#include "elements.h"
#include "filtercaps.h"
#include "gstssioscope.h"
#include "scope/caps.h"
#include "scope/clock.h"
#include "scope/frame.h"
#include "scope/settings.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_scope_debug);
#define GST_CAT_DEFAULT ssio_scope_debug

enum {
  PROP_STATS = GST_SSIO_SCOPE_N_SETTINGS + 1,
};

typedef struct {
  guint64 frames;
  GstSsioRenderCounts counts;
} Stats;

struct _GstSsioScope {
  GstBaseTransform parent;

  /* under the object lock */
  GstSsioScopeSettings settings;
  Stats stats;

  /* of the streaming thread */
  GstSsioRenderer *renderer;
  GstCaps *caps; /* of batches; NULL before any, after an error */
  guint point_size;
  GstVideoInfo info;
  GstSsioPointFile *file; /* where the last batch was mapped from */
  gboolean has_failed;
  gboolean has_warned;

  GstSsioScopeClock clock;
  gboolean needs_frame; /* the end of an epoch is one: batches have come since
                         * the last, or there was none yet */
  gboolean has_begun;   /* a picture that further batches belong to */
  GstFlowReturn flow;   /* of the last epoch's frame, for the next batch */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SCOPE_FRAMES));

#define gst_ssio_scope_parent_class parent_class
G_DEFINE_TYPE (GstSsioScope, gst_ssio_scope, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (ssioscope, "ssioscope", GST_RANK_NONE,
    GST_TYPE_SSIO_SCOPE)

static void
gst_ssio_scope_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSsioScope *self = GST_SSIO_SCOPE (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ssio_scope_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
make_stats (const Stats *stats)
{
  return gst_structure_new ("ssio-scope-stats", "frames", G_TYPE_UINT64,
      stats->frames, "points", G_TYPE_UINT64, stats->counts.points,
      "not-finite", G_TYPE_UINT64, stats->counts.not_finite, "outside",
      G_TYPE_UINT64, stats->counts.outside, NULL);
}

static void
gst_ssio_scope_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioScope *self = GST_SSIO_SCOPE (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (&self->stats));
  else if (!gst_ssio_scope_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_scope_finalize (GObject *object)
{
  gst_ssio_scope_settings_clear (&GST_SSIO_SCOPE (object)->settings);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static gboolean
resolve_settings (GstSsioScope *self, GstSsioRenderSettings *resolved,
    GError **error)
{
  gboolean ok;

  GST_OBJECT_LOCK (self);
  ok = gst_ssio_scope_settings_resolve (&self->settings, resolved, error);
  GST_OBJECT_UNLOCK (self);
  return ok;
}

static gboolean
gst_ssio_scope_start (GstBaseTransform *transform)
{
  GstSsioScope *self = GST_SSIO_SCOPE (transform);
  GstSsioRenderSettings settings;
  GError *error = NULL;

  if (!resolve_settings (self, &settings, &error)) {
    gst_ssio_element_take_error (self, error);
    return FALSE;
  }
  self->renderer = gst_ssio_renderer_new ();
  self->has_failed = FALSE;
  self->has_warned = FALSE;
  self->clock = (GstSsioScopeClock){ 0 };
  self->needs_frame = TRUE;
  self->has_begun = FALSE;
  self->flow = GST_FLOW_OK;
  gst_video_info_init (&self->info);
  GST_OBJECT_LOCK (self);
  self->stats = (Stats){ 0 };
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_ssio_scope_stop (GstBaseTransform *transform)
{
  GstSsioScope *self = GST_SSIO_SCOPE (transform);

  g_clear_pointer (&self->renderer, gst_ssio_renderer_free);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  gst_clear_caps (&self->caps);
  return TRUE;
}

/* Until READY, batches are answered as if this were flushing: for another flow
 * upstream would post an error of its own, or send an EOS that looks like the
 * end of a complete epoch. error is NULL where the source posts it. */
static void
fail (GstSsioScope *self, GError *error)
{
  self->has_failed = TRUE;
  if (error)
    gst_ssio_element_take_error (self, error);
}

static GstCaps *
gst_ssio_scope_transform_caps (GstBaseTransform *transform,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstStaticPadTemplate *other
      = direction == GST_PAD_SINK ? &src_template : &sink_template;

  return gst_ssio_filter_caps (gst_static_pad_template_get_caps (other),
      filter);
}

static GstCaps *
gst_ssio_scope_fixate (GstBaseTransform *transform, GstPadDirection direction,
    GstCaps *caps, GstCaps *othercaps)
{
  if (direction == GST_PAD_SRC)
    return gst_caps_fixate (othercaps);
  /* where nothing is linked, they are the batches' */
  if (gst_caps_is_equal (caps, othercaps)) {
    gst_caps_unref (othercaps);
    othercaps = gst_static_pad_template_get_caps (&src_template);
  }
  return gst_ssio_scope_fixate_caps (caps, othercaps);
}

static gboolean
set_layout (GstSsioScope *self, GstCaps *caps, GError **error)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_caps (caps, NULL, error);
  gdouble origin[GST_SSIO_N_AXES] = { 0 };
  gchar *color_by;
  gboolean ok;

  if (!layout)
    return FALSE;
  GST_OBJECT_LOCK (self);
  color_by = g_strdup (self->settings.color_by);
  GST_OBJECT_UNLOCK (self);
  gst_ssio_origin_from_caps (caps, origin);
  self->point_size = gst_ssio_layout_get_point_size (layout);
  ok = gst_ssio_renderer_set_layout (self->renderer, layout, origin, color_by,
      error);
  g_free (color_by);
  gst_ssio_layout_unref (layout);
  return ok;
}

/* TRUE also for batches that cannot be drawn, as upstream would post an error
 * of its own. */
static gboolean
gst_ssio_scope_set_caps (GstBaseTransform *transform, GstCaps *in,
    GstCaps *out)
{
  GstSsioScope *self = GST_SSIO_SCOPE (transform);
  GError *error = NULL;

  if (self->has_failed)
    return TRUE;
  if (!gst_video_info_from_caps (&self->info, out))
    return FALSE;
  if (!gst_ssio_renderer_set_size (self->renderer, self->info.width,
          self->info.height)
      && self->has_begun)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
        ("The frame's size has changed within an epoch: it lacks what came "
         "before (range=auto would have kept it)"),
        (NULL));
  if (self->caps && gst_caps_is_equal (self->caps, in))
    return TRUE;
  if (!set_layout (self, in, &error)) {
    fail (self, error);
    return TRUE;
  }
  gst_caps_replace (&self->caps, in);
  return TRUE;
}

static gboolean
gst_ssio_scope_decide_allocation (GstBaseTransform *transform, GstQuery *query)
{
  gst_ssio_frame_decide_pool (query, &GST_SSIO_SCOPE (transform)->info);
  return TRUE;
}

static void
count (GstSsioScope *self, guint n_frames)
{
  GstSsioRenderCounts counts = gst_ssio_renderer_get_counts (self->renderer);

  GST_OBJECT_LOCK (self);
  self->stats.frames += n_frames;
  self->stats.counts = counts;
  GST_OBJECT_UNLOCK (self);
}

/* A range of other coordinates, say, which shows nothing at all. */
static void
warn_of_nothing (GstSsioScope *self)
{
  GstSsioRenderCounts counts = gst_ssio_renderer_get_counts (self->renderer);

  if (self->has_warned || counts.points == 0
      || counts.not_finite + counts.outside < counts.points)
    return;
  self->has_warned = TRUE;
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
      ("None of %" G_GUINT64_FORMAT
       " points is in the picture: %" G_GUINT64_FORMAT
       " are outside, %" G_GUINT64_FORMAT
       " have a coordinate that is not finite (range=auto and distance=0 "
       "show all)",
          counts.points, counts.outside, counts.not_finite),
      (NULL));
}

/* Has the frame show what was drawn. */
static GstFlowReturn
fill_frame (GstSsioScope *self, GstBuffer *frame)
{
  if (!gst_ssio_frame_paint (self->renderer, &self->info, frame)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, (NULL),
        ("cannot write into a frame of downstream's pool"));
    fail (self, NULL);
    return GST_FLOW_FLUSHING;
  }
  gst_ssio_scope_clock_stamp (&self->clock, frame, &self->info);
  self->needs_frame = FALSE;
  count (self, 1);
  warn_of_nothing (self);
  return GST_FLOW_OK;
}

/* The frame of a batch that was drawn. */
static GstFlowReturn
gst_ssio_scope_transform (GstBaseTransform *transform, GstBuffer *batch,
    GstBuffer *frame)
{
  return fill_frame (GST_SSIO_SCOPE (transform), frame);
}

static gboolean
begin_picture (GstSsioScope *self, GError **error)
{
  GstSsioRenderSettings settings;

  if (self->has_begun)
    return TRUE;
  if (!resolve_settings (self, &settings, error))
    return FALSE;
  gst_ssio_renderer_begin (self->renderer, &settings);
  self->has_begun = TRUE;
  return TRUE;
}

static gboolean
draw_points (GstSsioScope *self, const guint8 *points, gsize size,
    GError **error)
{
  if (size % self->point_size != 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "a batch has %" G_GSIZE_FORMAT " bytes: expected a multiple of %u, "
        "the point-size in its caps",
        size, self->point_size);
    return FALSE;
  }
  return gst_ssio_renderer_add (self->renderer, points,
      size / self->point_size, error);
}

static gboolean
draw_batch (GstSsioScope *self, GstBuffer *batch, GError **error)
{
  GstMapInfo map;
  gboolean ok;

  if (!begin_picture (self, error))
    return FALSE;
  if (!gst_buffer_map (batch, &map, GST_MAP_READ)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "a batch cannot be read");
    return FALSE;
  }
  ok = draw_points (self, map.data, map.size, error);
  gst_buffer_unmap (batch, &map);
  gst_ssio_scope_clock_take_batch (&self->clock, batch);
  self->needs_frame = TRUE;
  count (self, 0);
  return ok;
}

static GstSsioAccumulate
get_accumulate (GstSsioScope *self)
{
  GstSsioAccumulate accumulate;

  GST_OBJECT_LOCK (self);
  accumulate = self->settings.accumulate;
  GST_OBJECT_UNLOCK (self);
  if (accumulate != GST_SSIO_ACCUMULATE_AUTO)
    return accumulate;
  return self->clock.is_timed ? GST_SSIO_ACCUMULATE_NONE
                              : GST_SSIO_ACCUMULATE_EPOCH;
}

/* Draws a batch, of which transform() makes a frame unless the epoch does. */
static GstFlowReturn
gst_ssio_scope_generate_output (GstBaseTransform *transform, GstBuffer **out)
{
  GstSsioScope *self = GST_SSIO_SCOPE (transform);
  GstSsioAccumulate accumulate = get_accumulate (self);
  GstBuffer *batch = transform->queued_buf;
  GError *error = NULL;

  *out = NULL;
  if (batch && !self->has_failed) {
    gst_ssio_source_file_note (&self->file, batch);
    if (!draw_batch (self, batch, &error))
      fail (self, error);
  }
  if (!self->has_failed && accumulate != GST_SSIO_ACCUMULATE_EPOCH) {
    if (accumulate == GST_SSIO_ACCUMULATE_NONE)
      self->has_begun = FALSE;
    return GST_BASE_TRANSFORM_CLASS (parent_class)
        ->generate_output (transform, out);
  }
  gst_clear_buffer (&transform->queued_buf);
  return self->has_failed ? GST_FLOW_FLUSHING : self->flow;
}

/* The frame of an epoch, which is empty where there were no points at all. */
static GstFlowReturn
push_epoch (GstSsioScope *self)
{
  GstBaseTransform *transform = GST_BASE_TRANSFORM (self);
  GstBufferPool *pool = gst_base_transform_get_buffer_pool (transform);
  GstFlowReturn flow = GST_FLOW_FLUSHING;
  GstBuffer *frame = NULL;

  if (pool && gst_buffer_pool_set_active (pool, TRUE))
    flow = gst_buffer_pool_acquire_buffer (pool, &frame, NULL);
  gst_clear_object (&pool);
  if (flow == GST_FLOW_OK)
    flow = fill_frame (self, frame);
  if (flow == GST_FLOW_OK)
    return gst_pad_push (GST_BASE_TRANSFORM_SRC_PAD (self), frame);
  gst_clear_buffer (&frame);
  return flow;
}

/* Upstream is told what became of a frame with its next batch only, and there
 * may be none. */
static void
report_flow (GstSsioScope *self)
{
  if (self->flow != GST_FLOW_NOT_LINKED && self->flow >= GST_FLOW_EOS)
    return;
  GST_ELEMENT_FLOW_ERROR (self, self->flow);
  fail (self, NULL);
}

/* FALSE where it must not end. */
static gboolean
end_epoch (GstSsioScope *self)
{
  GError *error = NULL;
  gboolean is_frame = self->caps && self->needs_frame
                      && get_accumulate (self) == GST_SSIO_ACCUMULATE_EPOCH;

  if (!self->has_failed
      && (!gst_ssio_source_file_is_intact (self->file, &error)
          || (is_frame && !begin_picture (self, &error))))
    fail (self, error);
  if (self->has_failed)
    return FALSE;
  if (is_frame) {
    self->flow = push_epoch (self);
    report_flow (self);
  }
  self->has_begun = FALSE;
  return !self->has_failed;
}

/* Points that have come belong to a picture that is not wanted any more. */
static void
flush (GstSsioScope *self, GstEvent *event)
{
  gst_ssio_scope_clock_flush (&self->clock, event);
  self->has_begun = FALSE;
  self->needs_frame = TRUE;
  self->flow = GST_FLOW_OK;
}

static gboolean
gst_ssio_scope_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  GstSsioScope *self = GST_SSIO_SCOPE (transform);

  if (gst_event_ends_ssio_epoch (event) && !end_epoch (self)) {
    gst_event_unref (event);
    return TRUE;
  }
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_STOP:
    flush (self, event);
    break;
  case GST_EVENT_SEGMENT:
    event = gst_ssio_scope_clock_take_segment (&self->clock, event);
    break;
  case GST_EVENT_SEGMENT_DONE:
    event = gst_ssio_scope_clock_take_segment_done (&self->clock, event,
        &self->info);
    break;
  default:
    break;
  }
  if (!event)
    return TRUE;
  return GST_BASE_TRANSFORM_CLASS (parent_class)
      ->sink_event (transform, event);
}

static void
gst_ssio_scope_class_init (GstSsioScopeClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_scope_debug, "ssioscope", 0,
      "pictures of points");

  object_class->set_property = gst_ssio_scope_set_property;
  object_class->get_property = gst_ssio_scope_get_property;
  object_class->finalize = gst_ssio_scope_finalize;
  gst_ssio_scope_settings_install (object_class);
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Since the start: frames; points that came, and of them those with "
          "a coordinate that is not finite, and those outside the picture",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Pictures of points",
      "Visualization/PointCloud",
      "Draws batches of points into video frames, from above or in "
      "perspective",
      "The Spatial-StreamIO developers");

  transform_class->start = gst_ssio_scope_start;
  transform_class->stop = gst_ssio_scope_stop;
  transform_class->transform_caps = gst_ssio_scope_transform_caps;
  transform_class->fixate_caps = gst_ssio_scope_fixate;
  transform_class->set_caps = gst_ssio_scope_set_caps;
  transform_class->decide_allocation = gst_ssio_scope_decide_allocation;
  transform_class->sink_event = gst_ssio_scope_sink_event;
  transform_class->generate_output = gst_ssio_scope_generate_output;
  transform_class->transform = gst_ssio_scope_transform;
}

static void
gst_ssio_scope_init (GstSsioScope *self)
{
  gst_ssio_scope_settings_init (&self->settings);
}
