/* SPDX-License-Identifier: MIT */
/* The points that a stream is made of, and which of them are batch n of an
 * epoch. */
#pragma once

#include "gstssiopointfile.h"
#include "order.h"

G_BEGIN_DECLS

/* Epochs are cut into batches on a grid from their first point on, so that a
 * batch has one index wherever a stream starts. */
typedef struct {
  GstSsioPointFile *file; /* NULL while closed */
  gboolean is_mapped;
  guint point_size;
  guint batch_size;
  guint64 n_points; /* of an epoch; at least 1 */
} GstSsioDataset;

/* layout may be NULL. Sets errors to show to users, and then is closed. */
GST_SSIO_API
gboolean gst_ssio_dataset_open (GstSsioDataset *dataset, const gchar *location,
    const gchar *layout, GstSsioIoMode io_mode, guint batch_size,
    gboolean drop_last, GError **error);

/* Batches that are in use stay as they are. */
GST_SSIO_API
void gst_ssio_dataset_close (GstSsioDataset *dataset);

/* Bytes of the largest batch that really occurs. */
GST_SSIO_API
guint64 gst_ssio_dataset_get_batch_bytes (const GstSsioDataset *dataset);

/* The batch that holds the point at position of the epoch's order, or what of
 * it lies in [position, stop); FALSE where that is nothing. */
GST_SSIO_API
gboolean gst_ssio_dataset_get_batch (const GstSsioDataset *dataset,
    guint64 position, guint64 stop, GstSsioBatch *batch);

/* A new buffer whose memory is that of the mapped file, present or left as it
 * is, or NULL with error set. */
GST_SSIO_API
GstBuffer *gst_ssio_dataset_wrap_batch (const GstSsioDataset *dataset,
    const GstSsioBatch *batch, gboolean present, GError **error);

/* Copies a batch into buffer, which gets its size. */
GST_SSIO_API
gboolean gst_ssio_dataset_read_batch (const GstSsioDataset *dataset,
    const GstSsioBatch *batch, GstBuffer *buffer, GError **error);

G_END_DECLS
