/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "ranks.h"
#include "srcopen.h"

gboolean
gst_ssio_src_settings_find_shard (const GstSsioSrcSettings *settings,
    guint *shard, guint *n_shards, GError **error)
{
  *shard = (guint) settings->shard_index;
  *n_shards = (guint) settings->num_shards;
  /* one from the launcher and one from the user would not fit each other */
  if ((settings->shard_index < 0 || settings->num_shards < 0)
      && !gst_ssio_ranks_find (shard, n_shards, error))
    return FALSE;
  if (*shard < *n_shards)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "shard-index=%u of num-shards=%u: expected an index below the number; "
      "shards count from 0",
      *shard, *n_shards);
  return FALSE;
}

GstSsioDataset *
gst_ssio_src_settings_open (const GstSsioSrcSettings *settings, GError **error)
{
  GstSsioDatasetConfig config = {
    .location = settings->location,
    .layout = settings->layout,
    .element = settings->element,
    .labels = settings->labels,
    .predictions = settings->predictions,
    .origin = settings->origin,
    .io_mode = settings->io_mode,
    .order = {
      .batch_size = settings->batch_size,
      .drop_last = settings->drop_last,
      .shuffle = settings->shuffle != GST_SSIO_SHUFFLE_NONE,
      .seed = settings->seed,
      .even = settings->shard_policy == GST_SSIO_SHARD_POLICY_EVEN,
    },
    .mix_window = settings->shuffle == GST_SSIO_SHUFFLE_POINTS
                      ? settings->shuffle_window
                      : 0,
    .start_point = settings->start_point,
    .stop_point = settings->stop_point,
    .prefetch = settings->prefetch,
    .drop_behind = settings->drop_behind,
    .recover = settings->recover,
  };

  if (!gst_ssio_src_settings_find_shard (settings, &config.order.shard,
          &config.order.n_shards, error))
    return NULL;
  return gst_ssio_dataset_open (&config, error);
}

/* What needs to know all points, as text; NULL for nothing. */
static const gchar *
find_conflict (const GstSsioSrcSettings *settings)
{
  if (settings->shuffle != GST_SSIO_SHUFFLE_NONE)
    return "shuffle=none, and not another order";
  if (settings->num_shards != 1)
    return "num-shards=1, and not a part of the batches";
  if (settings->start_point != 0 || settings->stop_point != G_MAXUINT64)
    return "all points, without start-point and stop-point";
  if (settings->drop_last)
    return "drop-last=false, as batches are short where a writer is slow";
  if (settings->labels)
    return "no labels";
  if (settings->predictions)
    return "no predictions";
  if (settings->io_mode != GST_SSIO_IO_MODE_AUTO
      && settings->io_mode != GST_SSIO_IO_MODE_READ)
    return "io-mode=auto or read, as what is still written can only be copied";
  if (settings->rate > 0 && settings->rate_unit == GST_SSIO_RATE_UNIT_BATCHES)
    return "rate-unit=points or time, as batches are short where a writer is "
           "slow";
  return NULL;
}

GstSsioFollow *
gst_ssio_src_settings_open_follow (const GstSsioSrcSettings *settings,
    GError **error)
{
  const GstSsioFollowConfig config = {
    .location = settings->location,
    .layout = settings->layout,
    .origin = settings->origin,
    .timeout = settings->follow_timeout,
  };
  const gchar *conflict = find_conflict (settings);

  if (!conflict)
    return gst_ssio_follow_open (&config, error);
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "follow=true: expected %s; change that, or read the file once it is "
      "complete",
      conflict);
  return NULL;
}

gboolean
gst_ssio_src_settings_make_timeline (const GstSsioSrcSettings *settings,
    GstSsioDataset *dataset, const GstSsioLayout *layout,
    GstSsioTimeline **timeline, GError **error)
{
  const GstSsioTimelineConfig config
      = { settings->rate, settings->rate_unit, settings->time_field };

  *timeline = NULL;
  if (settings->rate == 0)
    return TRUE;
  if (settings->rate_unit == GST_SSIO_RATE_UNIT_TIME
      && settings->shuffle != GST_SSIO_SHUFFLE_NONE) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "rate-unit=time: expected points in the order that they were recorded "
        "in, found shuffle; set shuffle=none, or rate-unit=batches or points");
    return FALSE;
  }
  *timeline = gst_ssio_timeline_new (&config, layout, error);
  return *timeline
         && (!dataset
             || gst_ssio_timeline_set_dataset (*timeline, dataset, error));
}
