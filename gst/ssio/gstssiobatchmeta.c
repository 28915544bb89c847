/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiobatchmeta
 * @title: GstSsioBatchMeta
 * @short_description: where a batch of points comes from
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstssiobatchmeta.h"

/**
 * gst_ssio_batch_meta_api_get_type: (skip)
 *
 * Returns: the type of the meta's API
 *
 * Since: 0.1
 */
GType
gst_ssio_batch_meta_api_get_type (void)
{
  static gsize type = 0;
  static const gchar *tags[] = { NULL };

  if (g_once_init_enter (&type)) {
    GType registered
        = gst_meta_api_type_register ("GstSsioBatchMetaAPI", tags);
    g_once_init_leave (&type, registered);
  }
  return type;
}

static gboolean
batch_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  GstSsioBatchMeta *batch = (GstSsioBatchMeta *) meta;

  batch->epoch = 0;
  batch->batch = 0;
  batch->first_point = 0;
  batch->n_points = 0;
  batch->file = 0;
  batch->version = 0;
  return TRUE;
}

static gboolean
batch_meta_transform (GstBuffer *dest, GstMeta *meta, GstBuffer *buffer,
    GQuark type, gpointer data)
{
  const GstSsioBatchMeta *batch = (GstSsioBatchMeta *) meta;

  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  if (!((GstMetaTransformCopy *) data)->region)
    gst_buffer_add_ssio_batch_meta (dest, batch->epoch, batch->batch,
        batch->file, batch->first_point, batch->n_points)
        ->version
        = batch->version;
  return TRUE;
}

/**
 * gst_ssio_batch_meta_get_info: (skip)
 *
 * Returns: how the meta is registered
 *
 * Since: 0.1
 */
const GstMetaInfo *
gst_ssio_batch_meta_get_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter ((GstMetaInfo **) &info)) {
    const GstMetaInfo *registered
        = gst_meta_register (GST_SSIO_BATCH_META_API_TYPE, "GstSsioBatchMeta",
            sizeof (GstSsioBatchMeta), batch_meta_init, NULL,
            batch_meta_transform);
    g_once_init_leave ((GstMetaInfo **) &info, (GstMetaInfo *) registered);
  }
  return info;
}

/**
 * gst_buffer_add_ssio_batch_meta:
 * @buffer: a writable buffer
 * @epoch: the epoch, from 0
 * @batch: index of the batch in the epoch, from 0
 * @file: index of the file in the data set, from 0
 * @first_point: index in the file of the first point, from 0
 * @n_points: number of points
 *
 * Returns: (transfer none): the meta, owned by @buffer; its version is 0
 *
 * Since: 0.1
 */
GstSsioBatchMeta *
gst_buffer_add_ssio_batch_meta (GstBuffer *buffer, guint epoch, guint64 batch,
    guint file, guint64 first_point, guint64 n_points)
{
  GstSsioBatchMeta *meta;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);

  meta = (GstSsioBatchMeta *) gst_buffer_add_meta (buffer,
      GST_SSIO_BATCH_META_INFO, NULL);
  meta->epoch = epoch;
  meta->batch = batch;
  meta->file = file;
  meta->first_point = first_point;
  meta->n_points = n_points;
  return meta;
}

/**
 * gst_buffer_get_ssio_batch_meta:
 * @buffer: a buffer
 *
 * Returns: (transfer none) (nullable): the meta of @buffer, or %NULL
 *
 * Since: 0.1
 */
GstSsioBatchMeta *
gst_buffer_get_ssio_batch_meta (GstBuffer *buffer)
{
  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);

  return (GstSsioBatchMeta *) gst_buffer_get_meta (buffer,
      GST_SSIO_BATCH_META_API_TYPE);
}
