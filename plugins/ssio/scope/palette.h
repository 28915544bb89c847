/* SPDX-License-Identifier: MIT */
/* From the numbers of points to colours. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_SSIO_N_COLORS 256

typedef enum {
  GST_SSIO_PALETTE_AUTO, /* by what the number is */
  GST_SSIO_PALETTE_VIRIDIS,
  GST_SSIO_PALETTE_GRAY,
  GST_SSIO_PALETTE_CATEGORIES,
} GstSsioPalette;

typedef struct {
  guint8 red;
  guint8 green;
  guint8 blue;
} GstSsioColor;

/* Fills colors with one that is not auto: from the least number's to the
 * largest one's, or of categories 0 to 255. */
void gst_ssio_palette_fill (GstSsioPalette palette,
    GstSsioColor colors[GST_SSIO_N_COLORS]);

G_END_DECLS
