/* SPDX-License-Identifier: MIT */
/* The data of a PCD file that is binary_compressed: all values of the first
 * field, then all of the second, and so on, as one block of LZF. */
#pragma once

#include "formats.h"

G_BEGIN_DECLS

/* A part of the record that is a column of its own. */
typedef struct {
  guint offset;
  guint size;
  gboolean is_padding;
} GstSsioPcdColumn;

/* Decompresses with the first points that are asked for, once, into a
 * temporary file that has no name. info holds the layout and the place of the
 * data. */
GstSsioDecoder *gst_ssio_pcd_lzf_new (const GstSsioFormatInput *input,
    const GstSsioFormatInfo *info, const GstSsioPcdColumn *columns,
    guint n_columns, GError **error);

/* Whether a file may end end bytes after its start, of which data_size are
 * data: PCL up to 1.8 leaves a page for the header, and what the header does
 * not take stands after the data. */
gboolean gst_ssio_pcd_is_end (const GstSsioFormatInput *input, guint64 end,
    guint64 data_size);

G_END_DECLS
