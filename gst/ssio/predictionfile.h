/* SPDX-License-Identifier: MIT */
/* Predicted classes of all points of a data set, in one file, as ssiolinear
 * writes them: a .npy array of one integer a point, in the order of the files.
 * They are joined to the points' records, as field prediction. */
#pragma once

#include "formats/formats.h"
#include "gstssiopointfile.h"

G_BEGIN_DECLS

/* NULL with error set where it cannot be opened or holds something else. */
GstSsioPointFile *gst_ssio_prediction_file_open (const gchar *path,
    GError **error);

/* Whether there is one for each of so many points. */
gboolean gst_ssio_prediction_file_check (GstSsioPointFile *predictions,
    guint64 n_points, GError **error);

/* Has info, which is of the file of points at path, be that of the joined
 * records: prediction first is that of its first point. FALSE leaves it as it
 * is. */
gboolean gst_ssio_prediction_file_join (GstSsioPointFile *predictions,
    guint64 first, const gchar *path, GstSsioFormatInfo *info, GError **error);

G_END_DECLS
