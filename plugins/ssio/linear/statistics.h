/* SPDX-License-Identifier: MIT */
/* Mean and deviation of fields, in float64, over buffers of points. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "distributed/collective.h"
#include "normalization.h"

G_BEGIN_DECLS

typedef struct _GstSsioStatistics GstSsioStatistics;

/* fields has the indices in layout of n_fields fields, which are measured as
 * the model sees them. n_threads counts the calling one; 0 is one for each
 * core. */
GstSsioStatistics *gst_ssio_statistics_new (const GstSsioLayout *layout,
    const guint *fields, guint n_fields, guint n_threads);

void gst_ssio_statistics_free (GstSsioStatistics *statistics);

/* Starts on the points of buffer. FALSE with error set where it cannot be
 * read. */
gboolean gst_ssio_statistics_push (GstSsioStatistics *statistics,
    GstBuffer *buffer, GError **error);

/* Waits for the work in progress. What follows is of the points of all ranks.
 */
gboolean gst_ssio_statistics_add_up (GstSsioStatistics *statistics,
    GstSsioCollective *collective, GError **error);

/* Waits for the work in progress. The result does not depend on the number of
 * threads. NULL with error set where there were no points, or values that are
 * no finite numbers. */
GstSsioNormalization *
gst_ssio_statistics_finish (GstSsioStatistics *statistics, GError **error);

/* Begins anew. */
void gst_ssio_statistics_reset (GstSsioStatistics *statistics);

G_END_DECLS
