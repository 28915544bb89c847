/* SPDX-License-Identifier: MIT */
/* The files that a stream is made of, and the batches of its epochs. */
#pragma once

#include "gstssiopointfile.h"
#include "order.h"
#include "origin.h"

G_BEGIN_DECLS

typedef struct {
  const gchar *location;    /* as gst_ssio_file_list_new() has it */
  const gchar *layout;      /* of headerless files, or NULL */
  const gchar *element;     /* of PLY files, or NULL */
  const gchar *labels;      /* where each scan has them, or NULL */
  const gchar *predictions; /* path of those of all files, or NULL */
  const gchar *origin;      /* as gst_ssio_origin_parse() has it */
  GstSsioIoMode io_mode;
  gboolean recover; /* whole points of files that were not written to their
                     * end */
  GstSsioOrderConfig order;
  guint mix_window;     /* batches whose points are mixed, 0 to leave them */
  guint64 start_point;  /* of all files' points, in the files' order */
  guint64 stop_point;   /* one past the last, or more than there are */
  guint prefetch;       /* batches to read ahead; with io-mode=direct, reads */
  gboolean drop_behind; /* pages leave the page cache after use */
} GstSsioDatasetConfig;

typedef struct _GstSsioDataset GstSsioDataset;

/* Looks at all files' headers. Sets errors to show to users. */
GST_SSIO_API
GstSsioDataset *gst_ssio_dataset_open (const GstSsioDatasetConfig *config,
    GError **error);

/* Batches that are in use stay as they are. */
GST_SSIO_API
void gst_ssio_dataset_close (GstSsioDataset *dataset);

/* Called, from any thread, where a batch came from a file that was damaged. */
GST_SSIO_API
void gst_ssio_dataset_set_damage_func (GstSsioDataset *dataset,
    GstSsioDamageFunc func, gpointer user_data);

GST_SSIO_API
guint gst_ssio_dataset_get_n_files (const GstSsioDataset *dataset);

/* Names the files, and says how many points each has. */
GST_SSIO_API
GstEvent *gst_ssio_dataset_new_files_event (const GstSsioDataset *dataset);

/* With the origin subtracted. Owned by the data set. */
GST_SSIO_API
GstSsioLayout *gst_ssio_dataset_get_layout (const GstSsioDataset *dataset);

/* NULL where none is subtracted. Owned by the data set. */
GST_SSIO_API
const GstSsioOrigin *
gst_ssio_dataset_get_origin (const GstSsioDataset *dataset);

/* Whether batches can be files' own memory. */
GST_SSIO_API
gboolean gst_ssio_dataset_is_mapped (const GstSsioDataset *dataset);

/* Bytes of the largest batch that really occurs. */
GST_SSIO_API
guint64 gst_ssio_dataset_get_batch_bytes (const GstSsioDataset *dataset);

/* What follows is about that epoch; 0 at first. */
GST_SSIO_API
void gst_ssio_dataset_set_epoch (GstSsioDataset *dataset, guint epoch);

GST_SSIO_API
guint64 gst_ssio_dataset_get_n_points (const GstSsioDataset *dataset);

/* The batch that holds the point at position of the epoch's order, or what of
 * it lies in [position, stop); FALSE where that is nothing. */
GST_SSIO_API
gboolean gst_ssio_dataset_get_batch (const GstSsioDataset *dataset,
    guint64 position, guint64 stop, GstSsioBatch *batch);

/* A new buffer whose memory is that of the mapped file, present or left as it
 * is, or NULL with error set. */
GST_SSIO_API
GstBuffer *gst_ssio_dataset_wrap_batch (GstSsioDataset *dataset,
    const GstSsioBatch *batch, gboolean present, GError **error);

/* Copies a batch into buffer, which gets its size. */
GST_SSIO_API
gboolean gst_ssio_dataset_read_batch (GstSsioDataset *dataset,
    const GstSsioBatch *batch, GstBuffer *buffer, GError **error);

/* Maps a buffer of somebody's pool to write size bytes; FALSE with error set
 * where it is not fit for them. */
GST_SSIO_API
gboolean gst_ssio_dataset_map_batch (GstBuffer *buffer, gsize size,
    GstMapInfo *map, GError **error);

/* What identifies the content of a batch's file, 0 where it may change without
 * an error. */
GST_SSIO_API
guint64 gst_ssio_dataset_get_version (const GstSsioDataset *dataset,
    const GstSsioBatch *batch);

/* A text that data sets of the same files' names, sizes and layout have in
 * common, wherever they are. Free with g_free(). */
GST_SSIO_API
gchar *gst_ssio_dataset_get_fingerprint (const GstSsioDataset *dataset);

GST_SSIO_API
guint64 gst_ssio_dataset_get_n_batches (const GstSsioDataset *dataset);

/* Index of the batch that holds the point at position; their number at the
 * epoch's end. */
GST_SSIO_API
guint64 gst_ssio_dataset_find_batch (const GstSsioDataset *dataset,
    guint64 position);

/* Where the batch of that index starts in the epoch's order. */
GST_SSIO_API
guint64 gst_ssio_dataset_get_position (const GstSsioDataset *dataset,
    guint64 batch);

/* The end of an epoch, or a jump: lets go of what is kept for the next batch,
 * and checks that files are what they were. */
GST_SSIO_API
void gst_ssio_dataset_release_cursor (GstSsioDataset *dataset);
GST_SSIO_API
gboolean gst_ssio_dataset_check (GstSsioDataset *dataset, GError **error);

G_END_DECLS
