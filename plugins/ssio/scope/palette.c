/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "palette.h"

/* Every fifth color of viridis, by Eric Firing, Nathaniel Smith and Stéfan van
 * der Walt, which they put into the public domain (CC0):
 * https://bids.github.io/colormap/. Lines between are less than one level of
 * 255 away from the others. */
#define VIRIDIS_STEP 5
static const GstSsioColor viridis[] = {
  { 68, 1, 84 },
  { 70, 8, 92 },
  { 71, 16, 99 },
  { 72, 23, 105 },
  { 72, 29, 111 },
  { 72, 36, 117 },
  { 71, 42, 122 },
  { 70, 48, 126 },
  { 69, 55, 129 },
  { 67, 61, 132 },
  { 65, 66, 135 },
  { 63, 72, 137 },
  { 61, 78, 138 },
  { 58, 83, 139 },
  { 56, 89, 140 },
  { 53, 94, 141 },
  { 51, 99, 141 },
  { 49, 104, 142 },
  { 46, 109, 142 },
  { 44, 113, 142 },
  { 42, 118, 142 },
  { 41, 123, 142 },
  { 39, 128, 142 },
  { 37, 132, 142 },
  { 35, 137, 142 },
  { 33, 142, 141 },
  { 32, 146, 140 },
  { 31, 151, 139 },
  { 30, 156, 137 },
  { 31, 161, 136 },
  { 33, 165, 133 },
  { 36, 170, 131 },
  { 40, 174, 128 },
  { 46, 179, 124 },
  { 53, 183, 121 },
  { 61, 188, 116 },
  { 70, 192, 111 },
  { 80, 196, 106 },
  { 90, 200, 100 },
  { 101, 203, 94 },
  { 112, 207, 87 },
  { 124, 210, 80 },
  { 137, 213, 72 },
  { 149, 216, 64 },
  { 162, 218, 55 },
  { 176, 221, 47 },
  { 189, 223, 38 },
  { 202, 225, 31 },
  { 216, 226, 25 },
  { 229, 228, 25 },
  { 241, 229, 29 },
  { 253, 231, 37 },
};

G_STATIC_ASSERT ((G_N_ELEMENTS (viridis) - 1) * VIRIDIS_STEP
                 == GST_SSIO_N_COLORS - 1);

static guint8
mix (guint8 from, guint8 to, guint part, guint whole)
{
  return (from * (whole - part) + to * part + whole / 2) / whole;
}

static GstSsioColor
mix_viridis (guint i)
{
  guint part = i % VIRIDIS_STEP;
  const GstSsioColor *from = &viridis[i / VIRIDIS_STEP];
  const GstSsioColor *to = part > 0 ? from + 1 : from;

  return (GstSsioColor){ mix (from->red, to->red, part, VIRIDIS_STEP),
    mix (from->green, to->green, part, VIRIDIS_STEP),
    mix (from->blue, to->blue, part, VIRIDIS_STEP) };
}

/* One of the three, of a color of that hue, 0 to 1, whose strongest one is 1
 * and whose weakest one is 1 - saturation. */
static gdouble
get_component (gdouble hue, gdouble saturation, gdouble peak)
{
  gdouble away = fabs (hue - peak);

  away = 6 * MIN (away, 1 - away);
  return 1 - saturation * CLAMP (away - 1, 0, 1);
}

/* What nobody has labelled, most often, and classes of a handful, which
 * should be told apart at a glance. */
static const GstSsioColor first_categories[] = {
  { 128, 128, 128 }, /* gray */
  { 190, 162, 118 }, /* sand */
  { 88, 170, 72 },   /* green */
  { 228, 64, 58 },   /* red */
  { 246, 150, 40 },  /* orange */
  { 250, 226, 84 },  /* yellow */
  { 168, 104, 204 }, /* violet */
  { 78, 206, 214 },  /* cyan */
  { 84, 130, 214 },  /* blue */
};

/* Further hues are a golden section of the circle apart, so that neighbours
 * differ, and paler and darker in turn. */
static GstSsioColor
get_category (guint i)
{
  static const gdouble saturations[] = { 0.55, 0.75 };
  static const gdouble values[] = { 235, 190 };
  gdouble hue = fmod (i * 0.6180339887498949, 1);
  gdouble saturation = saturations[i / 4 % G_N_ELEMENTS (saturations)];
  gdouble value = values[i / 8 % G_N_ELEMENTS (values)];

  if (i < G_N_ELEMENTS (first_categories))
    return first_categories[i];
  return (GstSsioColor){
    rint (value * get_component (hue, saturation, 0)),
    rint (value * get_component (hue, saturation, 1 / 3.0)),
    rint (value * get_component (hue, saturation, 2 / 3.0)),
  };
}

void
gst_ssio_palette_fill (GstSsioPalette palette,
    GstSsioColor colors[GST_SSIO_N_COLORS])
{
  guint i;

  for (i = 0; i < GST_SSIO_N_COLORS; i++) {
    if (palette == GST_SSIO_PALETTE_CATEGORIES)
      colors[i] = get_category (i);
    else if (palette == GST_SSIO_PALETTE_GRAY)
      colors[i] = (GstSsioColor){ i, i, i };
    else
      colors[i] = mix_viridis (i);
  }
}
