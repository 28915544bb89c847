/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "box.h"

void
gst_ssio_box_clear (GstSsioBox *box)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    box->min[axis] = INFINITY;
    box->max[axis] = -INFINITY;
  }
}

gboolean
gst_ssio_box_is_empty (const GstSsioBox *box)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    if (box->min[axis] > box->max[axis])
      return TRUE;
  }
  return FALSE;
}

void
gst_ssio_box_add_values (GstSsioBox *box, guint axis, const gfloat *values,
    gsize n)
{
  gfloat min = INFINITY;
  gfloat max = -INFINITY;
  gsize i;

  for (i = 0; i < n; i++) {
    min = MIN (min, values[i]);
    max = MAX (max, values[i]);
  }
  box->min[axis] = MIN (box->min[axis], min);
  box->max[axis] = MAX (box->max[axis], max);
}
