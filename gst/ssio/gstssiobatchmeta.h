/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GstSsioBatchMeta:
 * @meta: parent
 * @epoch: the epoch the batch belongs to, from 0
 * @batch: index of the batch in its epoch, from 0
 * @first_point: index in the file of the batch's first point, from 0;
 *   %G_MAXUINT64 where the points come from several places
 * @n_points: points in the batch
 * @file: index of the file in the data set, from 0; %G_MAXUINT where the points
 *   come from several places, as those of shuffle=points do
 * @version: identifies the content of that file, as
 *   gst_ssio_point_file_get_version() does; 0 where it is not known
 *
 * Says where a batch of points comes from. It stays with a buffer through
 * queues, copies and uploads; a copy of a part of the buffer loses it, since
 * it would no longer be true.
 *
 * Since: 0.1
 */
typedef struct {
  GstMeta meta;

  guint epoch;
  guint64 batch;
  guint64 first_point;
  guint64 n_points;
  guint file;
  guint64 version;
} GstSsioBatchMeta;

#define GST_SSIO_BATCH_META_API_TYPE (gst_ssio_batch_meta_api_get_type ())
#define GST_SSIO_BATCH_META_INFO (gst_ssio_batch_meta_get_info ())

GST_SSIO_API
GType gst_ssio_batch_meta_api_get_type (void);

GST_SSIO_API
const GstMetaInfo *gst_ssio_batch_meta_get_info (void);

GST_SSIO_API
GstSsioBatchMeta *gst_buffer_add_ssio_batch_meta (GstBuffer *buffer,
    guint epoch, guint64 batch, guint file, guint64 first_point,
    guint64 n_points);

GST_SSIO_API
GstSsioBatchMeta *gst_buffer_get_ssio_batch_meta (GstBuffer *buffer);

G_END_DECLS
