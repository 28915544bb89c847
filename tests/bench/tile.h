/* SPDX-License-Identifier: MIT */
/* What the benchmarks stream, the model that they run over it, and the
 * pipelines that do so. */
#pragma once

#include <gst/ssio/ssio.h>

#include "linear/model.h"

G_BEGIN_DECLS

/* Points; the size that the aims are for. */
#define SSIO_TILE_BATCH 250000

/* The model 6-64-3 */
#define SSIO_TILE_INPUTS 6
#define SSIO_TILE_HIDDEN 64
#define SSIO_TILE_OUTPUTS 3
#define SSIO_TILE_FMAS_A_POINT \
  (SSIO_TILE_INPUTS * SSIO_TILE_HIDDEN + SSIO_TILE_HIDDEN * SSIO_TILE_OUTPUTS)

/* Epochs of a pipeline that count; one before them warms up. */
#define SSIO_TILE_EPOCHS 3

typedef struct {
  const gchar *path;
  const gchar *weights; /* a safetensors file, or NULL for random ones */
  GstSsioPointFile *file;
  const guint8 *points; /* mapped */
  gsize size;
  gsize n_points;
  guint point_size;
  GstSsioLayout *layout;
  GstSsioModel *model;
} SsioTile;

/* The field of each of the model's inputs. */
extern const guint ssio_tile_fields[SSIO_TILE_INPUTS];

/* A headerless file of the default layout. Ends the benchmark where it is no
 * such file, as all that follow do where they fail. The strings are kept. */
void ssio_tile_open (SsioTile *tile, const gchar *path, const gchar *weights);

void ssio_tile_close (SsioTile *tile);

/* The main pipeline, with some properties of ssiocudaupload and ssiolinear. */
gchar *ssio_tile_describe_pipeline (const SsioTile *tile, guint batch_size,
    const gchar *upload, const gchar *linear);

/* Runs such a pipeline and appends the seconds of each epoch that counts.
 * Returns the means of the outputs, an array of gdouble. */
GArray *ssio_tile_measure_pipeline (const SsioTile *tile, const gchar *text,
    GArray *seconds);

G_END_DECLS
