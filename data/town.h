/* SPDX-License-Identifier: MIT */
/* Where things stand: a town of streets and the blocks between them. */
#pragma once

#include "terrain.h"
#include "thing.h"

G_BEGIN_DECLS

/* Free with g_array_unref(). */
GArray *town_plan (guint64 seed, const Terrain *terrain);

G_END_DECLS
