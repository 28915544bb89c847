/* SPDX-License-Identifier: MIT */
/* Numbers in what is reported. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sets a GstValueArray of doubles, which are copied. */
void gst_ssio_structure_set_doubles (GstStructure *structure,
    const gchar *field, const gdouble *values, guint n);

/* Six digits; "nan" without a sign, which says nothing. */
void gst_ssio_append_number (GString *text, gdouble number);

G_END_DECLS
