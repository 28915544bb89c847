/* SPDX-License-Identifier: MIT */
/* Which points make up the batches of an epoch, and in which order: files are
 * cut into batches, batches are shuffled, and a shard takes its part of them.
 * It depends on the numbers here alone, and is the same on every machine. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

typedef struct {
  guint64 batch_size; /* most points in a batch, at least 1 */
  gboolean drop_last; /* leave out batches that are not full */
  gboolean shuffle;
  guint64 seed;
  guint n_shards; /* at least 1 */
  guint shard;    /* below n_shards */
  gboolean even;  /* every shard has as many batches: where they do not come
                   * out even, some come twice, or are left out with
                   * drop_last */
} GstSsioOrderConfig;

/* A batch, or what is asked for of it. */
typedef struct {
  guint64 index;       /* of the batch in its epoch, in this shard */
  guint64 position;    /* of the first point in the epoch's order */
  guint file;          /* index of the file */
  guint64 first_point; /* index in the file */
  guint64 n_points;
} GstSsioBatch;

typedef struct _GstSsioOrder GstSsioOrder;

/* Of files with so many points each. Batches do not span files. */
GST_SSIO_API
GstSsioOrder *gst_ssio_order_new (const GstSsioOrderConfig *config,
    const guint64 *n_points, guint n_files);

GST_SSIO_API
void gst_ssio_order_free (GstSsioOrder *order);

/* Another epoch, shuffled anew; 0 at first. */
GST_SSIO_API
void gst_ssio_order_set_epoch (GstSsioOrder *order, guint epoch);

/* Of an epoch of this shard. */
GST_SSIO_API
guint64 gst_ssio_order_get_n_batches (const GstSsioOrder *order);
GST_SSIO_API
guint64 gst_ssio_order_get_n_points (const GstSsioOrder *order);

/* Points of the largest batch that occurs. */
GST_SSIO_API
guint64 gst_ssio_order_get_max_points (const GstSsioOrder *order);

/* The whole batch of that index, which is one of this shard's. */
GST_SSIO_API
void gst_ssio_order_get_batch (const GstSsioOrder *order, guint64 index,
    GstSsioBatch *batch);

/* The whole batch that holds the point at position, which is below
 * gst_ssio_order_get_n_points(). */
GST_SSIO_API
void gst_ssio_order_find_batch (const GstSsioOrder *order, guint64 position,
    GstSsioBatch *batch);

G_END_DECLS
