/* SPDX-License-Identifier: MIT */
/* Point file formats: bytes of a header in, what the file holds out. Parsers
 * do no I/O and know nothing of elements, so that a test or a fuzzer can call
 * them with any bytes. */
#pragma once

#include "../gstssiolayout.h"

G_BEGIN_DECLS

/* Bytes from the start of a file that parsers are shown: the longest header
 * that a format's parser can read. */
#define GST_SSIO_HEADER_BYTES (1 << 20)

/* What a parser is given. */
typedef struct {
  const gchar *path;   /* for messages and the extension only */
  const guint8 *bytes; /* the file's first bytes */
  gsize n_bytes;       /* at most GST_SSIO_HEADER_BYTES */
  guint64 file_size;
  const GstSsioLayout *layout; /* what the user asked for, or NULL */
} GstSsioFormatInput;

/* What a parser finds: n_points points from data_offset to the file's end. */
typedef struct {
  GstSsioLayout *layout;
  guint64 data_offset;
  guint64 n_points;
} GstSsioFormatInfo;

/* Picks the parser by content, then by the path's extension, and checks what
 * it found against the file's size. On success the caller owns info->layout. */
gboolean gst_ssio_format_parse (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

typedef gboolean (*GstSsioFormatParser) (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

gboolean gst_ssio_format_parse_raw (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);
gboolean gst_ssio_format_parse_npy (const GstSsioFormatInput *input,
    GstSsioFormatInfo *info, GError **error);

G_END_DECLS
