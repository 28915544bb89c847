/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include <gst/ssio/gather.h>

#include "badinput.h"

/* The first of a point's values that is no finite number, or n. */
static guint
find_bad (const gfloat *values, guint n)
{
  guint i = 0;

  while (i < n && isfinite (values[i]))
    i++;
  return i;
}

/* x86's own NaN has a sign, which says nothing. */
static gchar *
describe (const GstSsioLayout *layout, guint field, gfloat value)
{
  return g_strdup_printf ("the feature %s is %g: expected a finite float32; "
                          "the weights are as they were before; leave the "
                          "point out of the files, or the field out of "
                          "features",
      gst_ssio_layout_get_field (layout, field)->name,
      isnan (value) ? NAN : value);
}

gchar *
gst_ssio_find_bad_input (const GstSsioLayout *layout, const guint *fields,
    guint n_fields, const guint8 *points, gsize n_points, gsize *point)
{
  const guint point_size = gst_ssio_layout_get_point_size (layout);
  GstSsioGather *gather = gst_ssio_gather_new (layout, fields, n_fields);
  gfloat *values = g_new (gfloat, n_fields);
  gchar *text = NULL;
  gsize p;
  guint bad;

  for (p = 0; p < n_points && !text; p++) {
    gst_ssio_gather_columns (gather, points + p * point_size, 1, values, 1);
    bad = find_bad (values, n_fields);
    if (bad < n_fields) {
      text = describe (layout, fields[bad], values[bad]);
      *point = p;
    }
  }
  g_free (values);
  gst_ssio_gather_free (gather);
  return text;
}
