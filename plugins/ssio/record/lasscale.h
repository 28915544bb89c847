/* SPDX-License-Identifier: MIT */
/* A scale and an offset for coordinates that are floats, so that the integers
 * of LAS have them as they are. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* Sets those of to, the largest scale of 0.001, 0.01, 0.0001 and finer with
 * which all values of from come back as they are. FALSE with error set where
 * there is none. */
gboolean gst_ssio_las_scale_choose (const GstSsioField *from,
    const guint8 *points, gsize n_points, guint point_size, GstSsioField *to,
    GError **error);

G_END_DECLS
