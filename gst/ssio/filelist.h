/* SPDX-License-Identifier: MIT */
/* From what a user names to files. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* The files that location names, in the natural order of their names, in which
 * tile2 comes before tile10, the same in every locale:
 *
 * - `@list.txt`: those in a text file, one a line, in its order; empty lines
 *   and lines that start with # say nothing; relative names are relative to
 *   the list's folder
 * - a folder: the files in it whose names end as those of point files do
 * - a pattern with *, ? or [...], unless there is a file of that name
 * - a file, whether it is there or not
 *
 * A GPtrArray of gchar *, never empty; NULL with error set. */
GST_SSIO_API
GPtrArray *gst_ssio_file_list_new (const gchar *location, GError **error);

G_END_DECLS
