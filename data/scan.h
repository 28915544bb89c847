/* SPDX-License-Identifier: MIT */
/* The points of a tile, in the order in which a scanner in an aircraft that
 * flies along y and sweeps along x would record them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One record of a tile, GST_SSIO_DEFAULT_LAYOUT. */
typedef struct {
  gfloat x, y, z;
  gfloat intensity;
  gfloat sem_class;
  gfloat ins_class;
} ScanPoint;

typedef struct _Scan Scan;

Scan *scan_new (guint64 seed, guint64 n_points);

void scan_free (Scan *scan);

/* Makes the points [first, first + n). From any thread; how the points are
 * divided into calls changes nothing. */
void scan_fill (const Scan *scan, guint64 first, guint n, ScanPoint *points);

G_END_DECLS
