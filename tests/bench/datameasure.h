/* SPDX-License-Identifier: MIT */
/* What the benchmark of data sets measures in each round. */
#pragma once

#include "series.h"
#include "tile.h"

G_BEGIN_DECLS

/* Small files have so many points. */
#define SSIO_DATA_FILE_POINTS 100

typedef struct {
  SsioTile tile;
  const gchar *folder; /* of the formats' files */
  const gchar *cgroup; /* its folder, or NULL */
  gboolean with_fio;
  gchar *large; /* a file */
  gchar *small; /* a folder */
  guint n_small;
  gboolean can_drop; /* files can be taken out of the page cache */
  gdouble empty_peak;
  SsioSeries *series;
} SsioData;

/* round, from 0, says in which order. */
void ssio_data_measure (SsioData *data, guint round);

G_END_DECLS
