/* SPDX-License-Identifier: MIT */
/* ssiosrc's properties that say which points to stream, in which order, how
 * often and when. */
#pragma once

#include <gst/ssio/dataset.h>

#include "timeline.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_SHUFFLE_NONE,
  GST_SSIO_SHUFFLE_BATCHES,
  GST_SSIO_SHUFFLE_POINTS,
} GstSsioShuffle;

typedef enum {
  GST_SSIO_SHARD_POLICY_EXACT,
  GST_SSIO_SHARD_POLICY_EVEN,
} GstSsioShardPolicy;

typedef struct {
  gchar *location;
  gchar *layout; /* NULL until somebody sets it */
  gchar *element;
  gchar *labels;
  gchar *predictions;
  gchar *origin; /* NULL for the default */
  guint batch_size;
  gboolean drop_last;
  GstSsioIoMode io_mode;
  guint prefetch;
  gboolean drop_behind;
  gboolean recover;
  GstSsioShuffle shuffle;
  guint shuffle_window;
  guint64 seed;
  gint num_shards;
  gint shard_index;
  GstSsioShardPolicy shard_policy;
  guint64 start_point;
  guint64 stop_point;
  gdouble rate;
  GstSsioRateUnit rate_unit;
  gchar *time_field;
  guint epochs; /* 0 without an end */
  gchar *resume_from;
  gboolean follow;
  guint64 follow_timeout; /* nanoseconds, 0 for none */
} GstSsioSrcSettings;

/* Property IDs are 1 to this; an element's own ones follow. */
#define GST_SSIO_SRC_N_SETTINGS 27

void gst_ssio_src_settings_init (GstSsioSrcSettings *settings);
void gst_ssio_src_settings_clear (GstSsioSrcSettings *settings);
void gst_ssio_src_settings_copy (const GstSsioSrcSettings *settings,
    GstSsioSrcSettings *copy);

void gst_ssio_src_settings_install (GObjectClass *class);

/* FALSE where there is no such property. */
gboolean gst_ssio_src_settings_set (GstSsioSrcSettings *settings, guint id,
    const GValue *value);
gboolean gst_ssio_src_settings_get (const GstSsioSrcSettings *settings,
    guint id, GValue *value);

G_END_DECLS
