/* SPDX-License-Identifier: MIT */
/* What in the points of a batch cannot be learned from. A NaN or an infinity
 * makes the gradients of the first layer's weights NaN, whatever the layers
 * make of it, so that nobody has to look for it before. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* The first point with an input that is no finite number, and what is wrong
 * with it; free that with g_free(). NULL, with nothing set, where all are.
 * fields has the index in layout of each of the n_fields inputs. */
gchar *gst_ssio_find_bad_input (const GstSsioLayout *layout,
    const guint *fields, guint n_fields, const guint8 *points, gsize n_points,
    gsize *point);

G_END_DECLS
