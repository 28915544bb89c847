/* SPDX-License-Identifier: MIT */
/* What ssiolinear says of an epoch with labels. */
#pragma once

#include "linearcheck.h"

G_BEGIN_DECLS

/* The numbers of a field of an epoch's message, one or an array or an array of
 * arrays; n is how many there must be. Free with g_free(). */
gdouble *evaluate_get_numbers (const GstStructure *structure,
    const gchar *field, guint n);

/* Expects these numbers up to tolerance, relative where they are above 1; NaN
 * is as NaN. */
void evaluate_check_numbers (const GstStructure *structure, const gchar *field,
    const gdouble *expected, guint n, gdouble tolerance);

G_END_DECLS
