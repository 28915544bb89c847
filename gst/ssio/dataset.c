/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "dataset.h"

void
gst_ssio_dataset_init (GstSsioDataset *dataset, const GstSsioPointFile *file,
    guint batch_size, gboolean drop_last)
{
  dataset->n_points = gst_ssio_point_file_get_n_points (file);
  dataset->batch_size = batch_size;
  if (drop_last)
    dataset->n_points -= dataset->n_points % batch_size;
}

guint64
gst_ssio_dataset_get_largest_batch (const GstSsioDataset *dataset)
{
  return MIN (dataset->batch_size, dataset->n_points);
}

gboolean
gst_ssio_dataset_get_batch (const GstSsioDataset *dataset, guint64 position,
    guint64 stop, GstSsioBatch *batch)
{
  guint64 end = MIN (stop, dataset->n_points);

  if (position >= end)
    return FALSE;
  batch->index = position / dataset->batch_size;
  batch->position = position;
  batch->file = 0;
  batch->first_point = position;
  batch->n_points = MIN (end - position,
      dataset->batch_size - position % dataset->batch_size);
  return TRUE;
}
