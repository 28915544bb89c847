/* SPDX-License-Identifier: MIT */
/* What users ask for as text, as layouts. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* From "intensity*0.0000153,x*0.01-5": a layout of doubles, whose scale is
 * what values are multiplied by, and whose origin what is added then. NULL
 * with error set to GST_RESOURCE_ERROR_SETTINGS where text is not of that
 * form. */
GstSsioLayout *gst_ssio_convert_parse_normalize (const gchar *text,
    GError **error);

/* From "x,y,z,intensity:f4": a layout's text, in which a name alone is a field
 * of input as it is there. But bit fields become the smallest whole integers
 * that hold them, and what normalize, or NULL, changes becomes f4, or f8 where
 * an f4 may lose digits. text NULL stands for all fields of input.
 *
 * NULL with error set to GST_RESOURCE_ERROR_SETTINGS where text is not of that
 * form, or input has no such field. */
GstSsioLayout *gst_ssio_convert_make_target (const gchar *text,
    const GstSsioLayout *input, const GstSsioLayout *normalize,
    GError **error);

G_END_DECLS
