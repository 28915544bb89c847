/* SPDX-License-Identifier: MIT */
/* Which fields of a point are a model's inputs. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* The indices (guint) in layout of the fields that features names, separated
 * by commas, or of all where it is NULL. The field label, unless it is
 * negative, is none of them. NULL with error set where there is no such field,
 * or none is left. */
GArray *gst_ssio_inputs_find (const GstSsioLayout *layout,
    const gchar *features, gint label, GError **error);

/* The index in layout of the field that is named as the label, or -1 with
 * error set where there is none. */
gint gst_ssio_inputs_find_label (const GstSsioLayout *layout,
    const gchar *name, GError **error);

G_END_DECLS
