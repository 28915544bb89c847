/* SPDX-License-Identifier: MIT */
/* Numbers in the order of their size. */
#pragma once

#include <glib.h>
#include <stdlib.h>

G_BEGIN_DECLS

static inline gint
gst_ssio_floats_compare (gconstpointer a, gconstpointer b)
{
  gfloat left = *(const gfloat *) a;
  gfloat right = *(const gfloat *) b;

  return (left > right) - (left < right);
}

/* Sorts n numbers, none of which is NaN. */
static inline void
gst_ssio_floats_sort (gfloat *values, gsize n)
{
  qsort (values, n, sizeof (*values), gst_ssio_floats_compare);
}

G_END_DECLS
