/* SPDX-License-Identifier: MIT */
/* A random order of n numbers that needs no memory: each place in it, and each
 * number's place, is computed when it is asked for. It depends on n, seed and
 * stream alone, on every machine. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

#define GST_SSIO_PERMUTATION_ROUNDS 8

typedef struct {
  guint64 n;
  guint left_bits;
  guint right_bits;
  guint64 keys[GST_SSIO_PERMUTATION_ROUNDS];
} GstSsioPermutation;

/* n is at least 1. */
GST_SSIO_API
void gst_ssio_permutation_init (GstSsioPermutation *permutation, guint64 n,
    guint64 seed, guint64 stream);

/* The number at a place below n. */
GST_SSIO_API
guint64 gst_ssio_permutation_get (const GstSsioPermutation *permutation,
    guint64 place);

/* The place of a number below n. */
GST_SSIO_API
guint64 gst_ssio_permutation_find (const GstSsioPermutation *permutation,
    guint64 number);

G_END_DECLS
