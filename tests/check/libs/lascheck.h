/* SPDX-License-Identifier: MIT */
/* LAS files in memory, to spoil. */
#pragma once

#include <gst/ssio/formats/formats.h>

#include "ssiocheck.h"

G_BEGIN_DECLS

/* Points of these files. */
#define LAS_N_POINTS 3

/* Version 1.minor with points of format 1 and nothing else. */
GByteArray *las_new (guint minor);

/* Version 1.2 with that many descriptors, of one byte each and named a, b,
 * ..., and 4 extra bytes a point. */
GByteArray *las_new_with_extra_bytes (guint n_descriptors);

/* Version 1.4 with an extended record of 8 bytes after the points. */
GByteArray *las_new_with_evlr (void);

/* Writes a number of size bytes. */
void las_put (GByteArray *las, guint at, guint size, guint64 value);

/* Puts a record of zeros before the points. */
void las_add_vlr (GByteArray *las, const gchar *user_id, guint record_id,
    guint size);

/* A GstSsioReadFunc of such a file. */
gboolean las_read (gpointer las, guint64 offset, guint8 *bytes, gsize size);

/* Parses it as "x.las". */
gboolean las_parse (GByteArray *las, const GstSsioLayout *layout,
    GstSsioFormatInfo *info, GError **error);

G_END_DECLS
