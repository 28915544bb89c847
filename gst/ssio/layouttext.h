/* SPDX-License-Identifier: MIT */
/* The text of one field of a layout:
 * name:type[@offset][&mask[>>shift]][*scale][+origin] */
#pragma once

#include "gstssiolayout.h"

G_BEGIN_DECLS

/* Cuts the token at its colon: the field's name points into it. Without @offset
 * the field keeps the one that it has. */
gboolean gst_ssio_layout_text_parse_field (gchar *token, GstSsioField *field,
    GError **error);

/* Appends the canonical text of a field; its offset only where it is not the
 * expected one. */
void gst_ssio_layout_text_append_field (GString *text,
    const GstSsioField *field, guint expected_offset);

G_END_DECLS
