/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssioepoch
 * @title: GstSsioEpoch
 * @short_description: the event between two epochs
 *
 * EOS ends the last epoch of a stream. It cannot end those before, since
 * queues and sinks refuse what follows EOS until they are flushed; between two
 * epochs goes this serialized downstream event instead, followed by a new
 * SEGMENT.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstssioepoch.h"

/**
 * gst_ssio_epoch_to_structure:
 * @epoch: what the epoch held
 *
 * Returns: (transfer full): a structure named ssio-epoch with the fields epoch
 *   (uint), batches, points and bytes (uint64)
 *
 * Since: 0.1
 */
GstStructure *
gst_ssio_epoch_to_structure (const GstSsioEpoch *epoch)
{
  g_return_val_if_fail (epoch != NULL, NULL);

  return gst_structure_new (GST_SSIO_EPOCH_NAME, "epoch", G_TYPE_UINT,
      epoch->epoch, "batches", G_TYPE_UINT64, epoch->batches, "points",
      G_TYPE_UINT64, epoch->points, "bytes", G_TYPE_UINT64, epoch->bytes,
      NULL);
}

/**
 * gst_event_new_ssio_epoch:
 * @epoch: what the epoch held
 *
 * Returns: (transfer full): the serialized event that ends an epoch which
 *   another one follows
 *
 * Since: 0.1
 */
GstEvent *
gst_event_new_ssio_epoch (const GstSsioEpoch *epoch)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_ssio_epoch_to_structure (epoch));
}

/**
 * gst_event_parse_ssio_epoch:
 * @event: an event
 * @epoch: (out caller-allocates): what the epoch held
 *
 * Returns: whether @event ends an epoch; @epoch is set only then
 *
 * Since: 0.1
 */
gboolean
gst_event_parse_ssio_epoch (GstEvent *event, GstSsioEpoch *epoch)
{
  g_return_val_if_fail (GST_IS_EVENT (event), FALSE);
  g_return_val_if_fail (epoch != NULL, FALSE);

  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM
         && gst_event_has_name (event, GST_SSIO_EPOCH_NAME)
         && gst_structure_get (gst_event_get_structure (event), "epoch",
             G_TYPE_UINT, &epoch->epoch, "batches", G_TYPE_UINT64,
             &epoch->batches, "points", G_TYPE_UINT64, &epoch->points, "bytes",
             G_TYPE_UINT64, &epoch->bytes, NULL);
}

/**
 * gst_event_ends_ssio_epoch:
 * @event: any event
 *
 * Returns: whether @event is one of those that an epoch ends with: EOS,
 *   SEGMENT_DONE or `ssio-epoch`
 *
 * Since: 0.1
 */
gboolean
gst_event_ends_ssio_epoch (GstEvent *event)
{
  GstSsioEpoch epoch;

  g_return_val_if_fail (GST_IS_EVENT (event), FALSE);

  return GST_EVENT_TYPE (event) == GST_EVENT_EOS
         || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT_DONE
         || gst_event_parse_ssio_epoch (event, &epoch);
}
