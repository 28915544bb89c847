/* SPDX-License-Identifier: MIT */
/* A set of cubes of a grid. Those side by side are side by side in memory,
 * so that points that come as a scanner sees them are looked up fast. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstSsioCubes GstSsioCubes;

GstSsioCubes *gst_ssio_cubes_new (void);
void gst_ssio_cubes_free (GstSsioCubes *cubes);

/* The largest x, y or z of a cube. */
#define GST_SSIO_CUBES_MAX ((1u << 21) - 1)

/* FALSE where the cube is in the set. */
gboolean gst_ssio_cubes_add (GstSsioCubes *cubes, guint x, guint y, guint z);

/* Whether a cube is among one in 2^shift, chosen as if at random. */
gboolean gst_ssio_cubes_is_sampled (guint x, guint y, guint z, guint shift);

G_END_DECLS
