/* SPDX-License-Identifier: MIT */
/* The files that the benchmark of data sets streams: the same points in many
 * formats, one large file, and many small ones. */
#pragma once

#include <stdio.h>

#include "tile.h"

G_BEGIN_DECLS

typedef struct {
  const gchar *name;
  const gchar *file; /* its name in the folder */
  gboolean raw;      /* its points are records in the file */
  guint one_in;      /* it holds this part of the tile, from its start */
  void (*write) (FILE *file, const SsioTile *tile, guint64 n_points);
} SsioPointFormat;

/* The first is the .bin. Ends with a name of NULL. */
extern const SsioPointFormat ssio_point_formats[];

/* The points of a tile in such a file, which is made in folder. */
void ssio_points_write (const SsioPointFormat *format, const SsioTile *tile,
    const gchar *folder);

guint64 ssio_points_count (const SsioPointFormat *format,
    const SsioTile *tile);

/* A .bin of at least so many bytes: the tile again and again. */
void ssio_points_write_large (const SsioTile *tile, const gchar *path,
    guint64 size);

/* So many .bin files of n_points points in a new folder. */
void ssio_points_write_many (const SsioTile *tile, const gchar *folder,
    guint n_files, guint n_points);

G_END_DECLS
