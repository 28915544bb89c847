/* SPDX-License-Identifier: MIT */
/* What is known of a file's points: from its header, or the sidecar of one that
 * has none, and what other files have of them. */
#pragma once

#include "diskfile.h"
#include "formats/formats.h"
#include "pointfileio.h"

G_BEGIN_DECLS

/* read, which gets read_data, is for bytes that the header sends it to. FALSE
 * with error set, also where points cannot come as options->io_mode says; else
 * clear info with gst_ssio_format_info_clear(). */
gboolean gst_ssio_file_header_read (const GstSsioDiskFile *file,
    const GstSsioPointFileOptions *options, GstSsioReadFunc read,
    gpointer read_data, GstSsioFormatInfo *info, GError **error);

G_END_DECLS
