/* SPDX-License-Identifier: MIT */
/* What ssiosrc's settings say to open. */
#pragma once

#include <gst/ssio/follow.h>

#include "srcsettings.h"

G_BEGIN_DECLS

/* Which shard this is. FALSE with error set where it is none. */
gboolean gst_ssio_src_settings_find_shard (const GstSsioSrcSettings *settings,
    guint *shard, guint *n_shards, GError **error);

/* NULL with error set. */
GstSsioDataset *gst_ssio_src_settings_open (const GstSsioSrcSettings *settings,
    GError **error);

/* The same of a file that is still written. */
GstSsioFollow *
gst_ssio_src_settings_open_follow (const GstSsioSrcSettings *settings,
    GError **error);

/* Sets the timeline of the data set that was opened with these settings, or,
 * where that is NULL, of points of that layout that are followed; NULL where
 * they ask for none. FALSE with error set where there cannot be one. */
gboolean
gst_ssio_src_settings_make_timeline (const GstSsioSrcSettings *settings,
    GstSsioDataset *dataset, const GstSsioLayout *layout,
    GstSsioTimeline **timeline, GError **error);

G_END_DECLS
