/* SPDX-License-Identifier: MIT */
/* What a file of points says of them: its header, or the sidecar of one that
 * has none. */
#pragma once

#include "diskfile.h"
#include "formats/formats.h"
#include "pointfileio.h"

G_BEGIN_DECLS

/* read, which gets read_data, is for bytes that the header sends it to. FALSE
 * with error set; else clear info with gst_ssio_format_info_clear(). */
gboolean gst_ssio_file_header_read (const GstSsioDiskFile *file,
    const GstSsioPointFileOptions *options, GstSsioReadFunc read,
    gpointer read_data, GstSsioFormatInfo *info, GError **error);

G_END_DECLS
