/* SPDX-License-Identifier: MIT */
/* The ground: smooth, rolling, without anything on it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Metres along each side of the tile. */
#define TILE_SIDE 500

typedef struct _Terrain Terrain;

Terrain *terrain_new (guint64 seed);

void terrain_free (Terrain *terrain);

/* Metres above zero at (x, y); beyond the tile, those at its edge. */
gfloat terrain_height (const Terrain *terrain, gfloat x, gfloat y);

G_END_DECLS
