/* SPDX-License-Identifier: MIT */
/* How well the orders of an epoch mix points, found from orders that were
 * streamed. */
#pragma once

#include "report.h"
#include "tile.h"

G_BEGIN_DECLS

/* Writes a file of the tile's classes to folder, those of a class together,
 * and streams it in all orders. */
void ssio_mixing_report (SsioReport *report, const SsioTile *tile,
    const gchar *folder);

G_END_DECLS
