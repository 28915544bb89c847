/* SPDX-License-Identifier: MIT */
/* Which fields of a point are a model's inputs. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* The indices (guint) in layout of the fields that features names, separated
 * by commas, or of all where it is NULL. NULL with error set where there is no
 * such field. */
GArray *gst_ssio_inputs_find (const GstSsioLayout *layout,
    const gchar *features, GError **error);

G_END_DECLS
