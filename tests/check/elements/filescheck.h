/* SPDX-License-Identifier: MIT */
/* Many small files, and the points that ssiosrc streams of them. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

#define FILES_N_FILES 12
#define FILES_N_POINTS 78 /* 1 + 2 + ... + 12 */

typedef struct {
  GArray *ids;    /* of gfloat, as they came */
  GArray *starts; /* of guint: where batches start in them */
  guint n_wrong;  /* batches whose offsets are not theirs */
} FilesPoints;

/* A folder of tile1.bin to tile12.bin: tile n has n points of a float each,
 * which counts the points of all files. */
gchar *files_make_folder (void);

/* For the signal handoff of a fakesink. */
void files_take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    FilesPoints *points);

FilesPoints *files_points_new (void);
void files_points_free (FilesPoints *points);

/* All that comes until EOS, in batches of 4. */
FilesPoints *files_stream (const gchar *location, const gchar *properties);

guint files_get_id (const FilesPoints *points, guint i);

gboolean files_are_equal (const FilesPoints *one, const FilesPoints *other);

G_END_DECLS
