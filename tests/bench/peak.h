/* SPDX-License-Identifier: MIT */
/* What the machine can do at best, measured by small loops. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fused multiply-adds a second of one thread with the widest vectors that isa
 * (a name of gst_ssio_forward_get_isa()) has. */
gdouble ssio_peak_measure_fma (const gchar *isa);

/* Bytes a second that the calling thread reads from memory, size bytes at
 * data. */
gdouble ssio_peak_measure_bandwidth (const guint8 *data, gsize size);

/* One byte of each cache line, added up: what touching means. */
guint64 ssio_peak_touch (const guint8 *data, gsize size);

G_END_DECLS
