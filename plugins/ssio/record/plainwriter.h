/* SPDX-License-Identifier: MIT */
/* What .npy and PLY have in common: a text before the points that says how
 * many there are, and types without gaps where the format knows none. */
#pragma once

#include "transcoder.h"
#include "writer.h"

G_BEGIN_DECLS

typedef struct _GstSsioPlainWriter GstSsioPlainWriter;
struct _GstSsioPlainWriter {
  GstSsioWriter parent;
  GstSsioRecordPoints points;
  gboolean has_sidecar; /* the format does not say the fields' names */
  /* The header for a number of points, as long for any. */
  GString *(*make_header) (const GstSsioPlainWriter *writer, guint64 n_points);

  /* private */
  GstSsioTranscoder *transcoder; /* NULL where records stay as they are */
  guint8 *records;
};

/* Fields lie side by side, in their order. */
gboolean gst_ssio_layout_is_packed (const GstSsioLayout *layout);

/* Takes over writer, whose functions of its format are set, and begins its
 * file; packs records where is_packed. NULL with error set. */
GstSsioWriter *gst_ssio_plain_writer_begin (GstSsioPlainWriter *writer,
    const GstSsioRecordPoints *points, GstSsioRecordFile *file,
    gboolean is_packed, GError **error);

G_END_DECLS
