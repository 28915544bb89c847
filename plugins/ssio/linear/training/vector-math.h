/* SPDX-License-Identifier: MIT */
/* Exponential and logarithm of vectors, after Cephes' expf() and logf()
 * (netlib.org/cephes, single): within 2 units in the last place. Included
 * after layer-kernel.h. */
#pragma once

/* ln 2 in two parts, of which the first has few bits */
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f

/* Added to a number of small size, it leaves the nearest integer in the lowest
 * bits of the sum. */
#define ROUNDER 12582912.0f
#define ROUNDER_BITS 0x4b400000

static inline Vector
choose (Integers condition, Vector yes, Vector no)
{
  return (Vector) ((condition & (Integers) yes)
                   | (~condition & (Integers) no));
}

/* e^x for x up to 0; 1e-38 below -87, and NaN for NaN. */
static inline Vector
exponential (Vector x)
{
  const Vector zero = { 0 };
  const Vector least = zero - 87.0f;
  Vector rounded, n, scale, y;

  x = choose (x < least, least, x);
  rounded = x * 1.44269504088896341f + ROUNDER;
  n = rounded - ROUNDER;
  scale = (Vector) (((Integers) rounded - ROUNDER_BITS + 127) << 23);
  x -= n * LN2_HIGH;
  x -= n * LN2_LOW;
  y = x * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * x + 8.3334519073e-3f;
  y = y * x + 4.1665795894e-2f;
  y = y * x + 1.6666665459e-1f;
  y = y * x + 5.0000001201e-1f;
  y = y * (x * x) + x + 1.0f;
  return y * scale;
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
