/* SPDX-License-Identifier: MIT */
/* Writes a tile to a file. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Most points that a tile may have. */
#define TILE_FILE_MAX_POINTS (G_GUINT64_CONSTANT (1) << 40)

/* The path's extension, .bin or .npy, says the format. Nothing has that name
 * until the tile is whole. n_points is at least 1; n_threads of 0 means one
 * for each core, and changes nothing but the time. */
gboolean tile_file_write (const gchar *path, guint64 n_points, guint64 seed,
    guint n_threads, GError **error);

G_END_DECLS
