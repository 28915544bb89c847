/* SPDX-License-Identifier: MIT */
/* How the bytes of a point file come and go, for the library itself. */
#pragma once

#include "directread.h"
#include "gstssiopointfile.h"

G_BEGIN_DECLS

typedef struct {
  const GstSsioLayout *layout; /* or NULL, as the two that follow */
  const gchar *element;
  const gchar *labels;
  GstSsioPointFile *predictions; /* to join, or NULL: one for each point */
  guint64 first_prediction;      /* record of them of the first point */
  const gchar *column; /* what a plain .npy array of one number a point has, or
                        * NULL for a file of points */
  GstSsioIoMode io_mode;
  gboolean recover; /* what was not written to its end: its whole points */
} GstSsioPointFileOptions;

/* As gst_ssio_point_file_open_labelled(). */
GST_SSIO_API
GstSsioPointFile *gst_ssio_point_file_open_with (const gchar *path,
    const GstSsioPointFileOptions *options, GError **error);

/* Whether it was recorded with an origin subtracted from x, y and z, which its
 * layout has again. */
GST_SSIO_API
gboolean gst_ssio_point_file_get_recorded_origin (const GstSsioPointFile *file,
    gdouble origin[3]);

/* Points that will be asked for, in this order: the disk is to read them
 * ahead. Those that come in a row with others are left to the kernel where it
 * does so by itself. From one thread at a time with those that ask for
 * batches. */
void gst_ssio_point_file_announce (GstSsioPointFile *file, guint64 first_point,
    guint64 n_points, gboolean in_row);

/* Whether pages leave the page cache after use. Before the first batch. */
void gst_ssio_point_file_set_drop_behind (GstSsioPointFile *file,
    gboolean drop_behind);

/* Whether batches come in an order that jumps, so that what is around one will
 * not be asked for soon. Before the first batch. */
void gst_ssio_point_file_set_scattered (GstSsioPointFile *file,
    gboolean is_scattered);

/* Files that are read directly share what has reads in flight; it is not
 * used any more once the file is parked. Before the first batch. */
void gst_ssio_point_file_set_reader (GstSsioPointFile *file,
    GstSsioDirectReader *reader);

G_END_DECLS
