/* SPDX-License-Identifier: MIT */
/* Points that are lines of text, a number a word: what the text forms of
 * formats have in common. Blank lines are no lines. */
#pragma once

#include "formats.h"

G_BEGIN_DECLS

/* A word of a line that is not the value of a field. */
#define GST_SSIO_TEXT_SKIPPED (-1)

/* Where the points are and what their lines hold. */
typedef struct {
  const GstSsioLayout *layout; /* of the records that are made */
  guint64 offset;              /* of the first line in the file */
  guint64 line;                /* that line's number in the file, from 1 */
  gchar line_end;              /* '\n' or '\r', the last byte of each line */
  guint64 n_skipped_lines;     /* of any length, before the points */
  guint64 n_points;
  guint64 file_size;
  gboolean has_more; /* lines after the points, which others may use */
  const gint *words; /* of a line: a field's index, or the above */
  guint n_words;
} GstSsioTextPoints;

/* Everything is copied. NULL, with error set, where the file is too short for
 * what it should hold. */
GST_SSIO_API
GstSsioDecoder *gst_ssio_text_points_new (const gchar *path,
    const GstSsioTextPoints *points, GError **error);

G_END_DECLS
