/* SPDX-License-Identifier: MIT */
/* The tile in a device's memory, and what the model takes to run over it. */
#pragma once

#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "tile.h"

G_BEGIN_DECLS

typedef struct _SsioCudaTile SsioCudaTile;

/* Uploads the tile. Ends the benchmark where the device fails, as all that
 * follow do. */
SsioCudaTile *ssio_cuda_tile_new (GstSsioCudaContext *context,
    const SsioTile *tile);

void ssio_cuda_tile_free (SsioCudaTile *self);

GstMemory *ssio_cuda_tile_get_memory (SsioCudaTile *self);

/* What computes, in a few words. Free with g_free(). */
gchar *ssio_cuda_tile_describe (SsioCudaTile *self);

/* The seconds of the model over all points, in one launch or in one for each
 * batch. means becomes those of the outputs. */
gdouble ssio_cuda_tile_measure (SsioCudaTile *self, gboolean in_batches,
    GArray *means);

G_END_DECLS
