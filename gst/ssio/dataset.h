/* SPDX-License-Identifier: MIT */
/* Which points of which file are batch n of an epoch. */
#pragma once

#include "gstssiopointfile.h"

G_BEGIN_DECLS

typedef struct {
  guint64 index;       /* of the batch in its epoch */
  guint64 position;    /* of the first point in the epoch's order */
  guint file;          /* index of the file */
  guint64 first_point; /* index in the file */
  guint64 n_points;
} GstSsioBatch;

/* Epochs are cut into batches on a grid from their first point on, so that a
 * batch has one index wherever a stream starts. */
typedef struct {
  guint64 n_points; /* of an epoch; 0 where drop_last leaves none */
  guint batch_size;
} GstSsioDataset;

GST_SSIO_API
void gst_ssio_dataset_init (GstSsioDataset *dataset,
    const GstSsioPointFile *file, guint batch_size, gboolean drop_last);

/* Most points of a batch that really occur. */
GST_SSIO_API
guint64 gst_ssio_dataset_get_largest_batch (const GstSsioDataset *dataset);

/* The batch that holds the point at position of the epoch's order, or what of
 * it lies in [position, stop); FALSE where that is nothing. */
GST_SSIO_API
gboolean gst_ssio_dataset_get_batch (const GstSsioDataset *dataset,
    guint64 position, guint64 stop, GstSsioBatch *batch);

G_END_DECLS
