/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "dataset.h"

static gboolean
open_file (GstSsioDataset *dataset, const gchar *location,
    const gchar *layout_text, GstSsioIoMode io_mode, GError **error)
{
  GstSsioLayout *layout = NULL;

  if (!location || !*location) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no file to read: set the location property to a .las, .npy or .bin file");
    return FALSE;
  }
  if (layout_text
      && !(layout = gst_ssio_layout_new_from_string (layout_text, 0, error)))
    return FALSE;
  dataset->file = gst_ssio_point_file_open (location, layout, io_mode, error);
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return dataset->file != NULL;
}

static gboolean
check_batches (const GstSsioDataset *dataset, GError **error)
{
  const gchar *path = gst_ssio_point_file_get_path (dataset->file);
  guint64 batch_bytes = gst_ssio_dataset_get_batch_bytes (dataset);

  if (dataset->n_points == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: drop-last=true leaves no batch: expected at least batch-size=%u "
        "points, found %" G_GUINT64_FORMAT
        "; make batch-size smaller or drop-last false",
        path, dataset->batch_size,
        gst_ssio_point_file_get_n_points (dataset->file));
    return FALSE;
  }
  if (!dataset->is_mapped && batch_bytes > G_MAXUINT) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: a batch of %" G_GUINT64_FORMAT
        " bytes: expected less than 4 GiB where files are read and not "
        "mapped; make batch-size smaller",
        path, batch_bytes);
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_ssio_dataset_open (GstSsioDataset *dataset, const gchar *location,
    const gchar *layout, GstSsioIoMode io_mode, guint batch_size,
    gboolean drop_last, GError **error)
{
  if (!open_file (dataset, location, layout, io_mode, error))
    return FALSE;
  dataset->is_mapped
      = gst_ssio_point_file_get_mapped_points (dataset->file) != NULL;
  dataset->point_size = gst_ssio_layout_get_point_size (
      gst_ssio_point_file_get_layout (dataset->file));
  dataset->batch_size = batch_size;
  dataset->n_points = gst_ssio_point_file_get_n_points (dataset->file);
  if (drop_last)
    dataset->n_points -= dataset->n_points % batch_size;
  if (check_batches (dataset, error))
    return TRUE;
  gst_ssio_dataset_close (dataset);
  return FALSE;
}

void
gst_ssio_dataset_close (GstSsioDataset *dataset)
{
  if (!dataset->file)
    return;
  gst_ssio_point_file_set_damage_func (dataset->file, NULL, NULL);
  gst_ssio_point_file_release_cursor (dataset->file);
  g_clear_pointer (&dataset->file, gst_ssio_point_file_unref);
}

guint64
gst_ssio_dataset_get_batch_bytes (const GstSsioDataset *dataset)
{
  return MIN (dataset->batch_size, dataset->n_points) * dataset->point_size;
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

GstBuffer *
gst_ssio_dataset_wrap_batch (const GstSsioDataset *dataset,
    const GstSsioBatch *batch, gboolean present, GError **error)
{
  GstMemory *memory
      = present ? gst_ssio_point_file_wrap_points (dataset->file,
            batch->first_point, batch->n_points, error)
                : gst_ssio_point_file_wrap_absent_points (dataset->file,
                    batch->first_point, batch->n_points);
  GstBuffer *buffer;

  if (!memory)
    return NULL;
  buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

gboolean
gst_ssio_dataset_read_batch (const GstSsioDataset *dataset,
    const GstSsioBatch *batch, GstBuffer *buffer, GError **error)
{
  gsize size = batch->n_points * dataset->point_size;
  gsize room = gst_buffer_get_size (buffer);
  GstMapInfo map;
  gboolean ok;

  if (room < size || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "cannot use the pool that downstream offers: expected writable "
        "buffers of %" G_GSIZE_FORMAT " bytes, found %" G_GSIZE_FORMAT
        "; use io-mode=mmap",
        size, room);
    return FALSE;
  }
  ok = gst_ssio_point_file_read_points (dataset->file, batch->first_point,
      batch->n_points, map.data, error);
  gst_buffer_unmap (buffer, &map);
  if (ok)
    gst_buffer_set_size (buffer, size);
  return ok;
}
