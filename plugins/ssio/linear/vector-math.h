/* SPDX-License-Identifier: MIT */
/* What a softmax is made of, in vectors. Exponential and logarithm are Cephes'
 * expf() and logf() (netlib.org/cephes, single), within 2 units in the last
 * place. Included after layer-kernel.h. */
#pragma once

typedef guint32 Unsigned
    __attribute__ ((vector_size (LANES * sizeof (guint32))));

/* ln 2 in two parts, of which the first has few bits */
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f

static inline Vector
choose (Integers condition, Vector yes, Vector no)
{
  return (Vector) ((condition & (Integers) yes)
                   | (~condition & (Integers) no));
}

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
  const Vector r = (x - n * LN2_HIGH) - n * LN2_LOW;
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

/* ln x for normal x > 0; NaN for NaN and infinity. */
static inline Vector
logarithm (Vector x)
{
  /* the exponent that leaves a mantissa between sqrt (1/2) and sqrt (2) */
  const Integers exponent = ((Integers) x - 0x3f3504f3) >> 23;
  const Vector e = __builtin_convertvector(exponent, Vector);
  const Vector f = (Vector) ((Integers) x - (exponent << 23)) - 1.0f;
  const Vector square = f * f;
  Vector y;

  y = f * 7.0376836292e-2f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * square;
  y += e * LN2_LOW;
  y -= square * 0.5f;
  return y + f + e * LN2_HIGH + (x - x);
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
