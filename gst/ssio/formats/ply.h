/* SPDX-License-Identifier: MIT */
/* What the sources of PLY share. */
#pragma once

#include "formats.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_PLY_UNKNOWN,
  GST_SSIO_PLY_ASCII,
  GST_SSIO_PLY_LITTLE_ENDIAN,
  GST_SSIO_PLY_BIG_ENDIAN,
} GstSsioPlyEncoding;

typedef struct {
  gchar *name;
  GstSsioType type; /* of each item, where it is a list */
  gboolean is_list;
  GstSsioType count_type;
} GstSsioPlyProperty;

typedef struct {
  gchar *name;
  guint64 count;
  GArray *properties; /* of GstSsioPlyProperty */
} GstSsioPlyElement;

typedef struct {
  GstSsioPlyEncoding encoding;
  GPtrArray *elements; /* of GstSsioPlyElement */
  gchar line_end;      /* the last byte of each line */
  guint64 n_lines;
  guint64 data_offset;
} GstSsioPlyHeader;

gboolean gst_ssio_ply_header_parse (const GstSsioFormatInput *input,
    GstSsioPlyHeader *header, GError **error);

void gst_ssio_ply_header_clear (GstSsioPlyHeader *header);

/* "PLACE: TEXT", where the text may quote the file's bytes. */
void gst_ssio_ply_set_error (GError **error, gint code, const gchar *place,
    const gchar *format, va_list args) G_GNUC_PRINTF (4, 0);

/* For big-endian points that info describes. */
GstSsioDecoder *
gst_ssio_ply_new_swapping_decoder (const GstSsioFormatInfo *info);

G_END_DECLS
