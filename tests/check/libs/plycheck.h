/* SPDX-License-Identifier: MIT */
/* What the tests of PLY have in common: files in memory, parsed and decoded
 * as the library does with those on disk. */
#pragma once

#include <gst/ssio/formats/formats.h>

#include "ssiocheck.h"

G_BEGIN_DECLS

typedef struct {
  gchar *bytes;
  gsize size;
  guint64 fails_from; /* reads of bytes from here on fail */
  gint fails_with;    /* with this errno */
  gsize largest_read;
  GstSsioFormatInfo info; /* of the last parse that went well */
} PlyCheckFile;

/* Takes bytes over. */
PlyCheckFile *ply_check_new (gchar *bytes, gsize size);

/* One of the oracle's files. */
PlyCheckFile *ply_check_load (const gchar *name);

void ply_check_free (PlyCheckFile *file);

/* Parses the file; element may be NULL, and layout. */
gboolean ply_check_parse (PlyCheckFile *file, const gchar *element,
    const gchar *layout, GError **error);

/* Has points, decoded where they need that. */
gboolean ply_check_decode (PlyCheckFile *file, guint64 first_point,
    guint64 n_points, guint8 *points, GError **error);

G_END_DECLS
