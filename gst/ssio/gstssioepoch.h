/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_EPOCH_NAME:
 *
 * Name of the structure in the event that ends an epoch and in the message
 * that reports one.
 *
 * Since: 0.1
 */
#define GST_SSIO_EPOCH_NAME "ssio-epoch"

/**
 * GstSsioEpoch:
 * @epoch: the epoch, from 0
 * @batches: batches in it
 * @points: points in it
 * @bytes: bytes in it
 *
 * What an epoch held.
 *
 * Since: 0.1
 */
typedef struct {
  guint epoch;
  guint64 batches;
  guint64 points;
  guint64 bytes;
} GstSsioEpoch;

GST_SSIO_API
GstStructure *gst_ssio_epoch_to_structure (const GstSsioEpoch *epoch);

GST_SSIO_API
GstEvent *gst_event_new_ssio_epoch (const GstSsioEpoch *epoch);

GST_SSIO_API
gboolean gst_event_parse_ssio_epoch (GstEvent *event, GstSsioEpoch *epoch);

GST_SSIO_API
gboolean gst_event_ends_ssio_epoch (GstEvent *event);

G_END_DECLS
