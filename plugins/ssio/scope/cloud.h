/* SPDX-License-Identifier: MIT */
/* Points that wait until it is known where they are to be drawn: where the
 * view is fitted to all points of an epoch, that is at its end. */
#pragma once

#include "pointreader.h"

G_BEGIN_DECLS

typedef struct {
  gfloat *columns[GST_SSIO_N_COLUMNS];
  gsize n;
  gsize n_allocated;
} GstSsioCloud;

void gst_ssio_cloud_clear (GstSsioCloud *cloud);

/* Takes out all points, but keeps the memory for others. */
void gst_ssio_cloud_wipe (GstSsioCloud *cloud);

void gst_ssio_cloud_append (GstSsioCloud *cloud, const GstSsioChunk *chunk);

/* Keeps of the points in a cube of that size the first one, and of larger
 * cubes where more than n_most would stay. Returns the size of the cubes. */
gdouble gst_ssio_cloud_thin (GstSsioCloud *cloud, const GstSsioBox *box,
    gdouble size, gsize n_most);

G_END_DECLS
