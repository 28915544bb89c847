/* SPDX-License-Identifier: MIT */
/* The softmax of a block of outputs, in the vectors of forward-kernel.h, which
 * is to be included before. */

/* exp (x) for x <= 0 to some 1e-7 of its value: 2^n times a polynomial for the
 * rest, which is at most ln (2) / 2. The coefficients are those of Cephes'
 * expf(). 0 where it would be a denormal; a NaN stays one. */
static inline Vector
exponential (Vector x)
{
  const Vector zero = { 0 };
  const Vector lowest = -87.0f - zero;
  const Vector rounding = 12582912.0f - zero; /* 1.5 * 2^23 */
  const Vector shifted = x * 1.44269504088896341f + rounding;
  const Vector n = shifted - rounding;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  /* the low bits of shifted are n, and those above go */
  const Vector power = (Vector) (((Unsigned) shifted + 127) << 23);
  Vector p = r * 1.9875691500e-4f + 1.3981999507e-3f;

  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return (Vector) ((Integers) (p * power) & ~(x < lowest));
}

/* The first of the largest outputs of LANES points; a NaN is larger than all,
 * as for PyTorch and NumPy. */
static inline void
find_largest (const gfloat *outputs, guint n_outputs, Vector *largest,
    Integers *classes)
{
  guint o;

  *largest = load (outputs);
  *classes = (Integers){ 0 };
  for (o = 1; o < n_outputs; o++) {
    const Vector output = load (outputs + (gsize) o * BLOCK);
    const Integers is_larger = ~(output <= *largest) & (*largest == *largest);

    *largest = (Vector) (((Integers) output & is_larger)
                         | ((Integers) *largest & ~is_larger));
    *classes = (((Integers){ 0 } + (gint32) o) & is_larger)
               | (*classes & ~is_larger);
  }
}

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
