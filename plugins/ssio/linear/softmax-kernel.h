/* SPDX-License-Identifier: MIT */
/* The softmax of a block of outputs, in the vectors of forward-kernel.h, which
 * is to be included before. */

#include "vector-math.h"

static void
softmax (const gfloat *outputs, guint n_outputs, guint n_points,
    GstSsioSoftmax *result, gfloat *exponentials)
{
  guint o, p;

  for (p = 0; p < n_points; p += LANES) {
    Vector others = { 0 };
    Vector largest;
    Integers classes;

    find_largest (outputs + p, n_outputs, &largest, &classes);
    for (o = 0; o < n_outputs; o++) {
      const Integers is_other = classes != (gint32) o;
      const Vector power
          = exponential (load (outputs + (gsize) o * BLOCK + p) - largest);

      others += (Vector) ((Integers) power & is_other);
      if (exponentials)
        store (exponentials + (gsize) o * BLOCK + p, power);
    }
    memcpy (result->classes + p, &classes, sizeof (classes));
    store (result->largest + p, largest);
    store (result->others + p, others);
  }
}
