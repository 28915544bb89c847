/* SPDX-License-Identifier: MIT */

#include <math.h>

#include "evaluatecheck.h"

static void
append_numbers (const GValue *value, GArray *numbers)
{
  gdouble number;
  guint i;

  if (GST_VALUE_HOLDS_ARRAY (value)) {
    for (i = 0; i < gst_value_array_get_size (value); i++)
      append_numbers (gst_value_array_get_value (value, i), numbers);
    return;
  }
  if (G_VALUE_HOLDS_UINT64 (value))
    number = g_value_get_uint64 (value);
  else
    number = g_value_get_double (value);
  g_array_append_val (numbers, number);
}

gdouble *
evaluate_get_numbers (const GstStructure *structure, const gchar *field,
    guint n)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gdouble));
  const GValue *value = gst_structure_get_value (structure, field);

  fail_unless (value != NULL, "no field %s", field);
  append_numbers (value, numbers);
  fail_unless (numbers->len == n, "%s: expected %u numbers, found %u", field,
      n, numbers->len);
  return (gdouble *) g_array_free (numbers, FALSE);
}

void
evaluate_check_numbers (const GstStructure *structure, const gchar *field,
    const gdouble *expected, guint n, gdouble tolerance)
{
  gdouble *found = evaluate_get_numbers (structure, field, n);
  guint i;

  for (i = 0; i < n; i++) {
    if (isnan (expected[i]))
      fail_unless (isnan (found[i]), "%s %u: expected NaN, found %.9g", field,
          i, found[i]);
    else
      fail_unless (fabs (found[i] - expected[i])
                       <= tolerance * MAX (1, fabs (expected[i])),
          "%s %u: expected %.12g, found %.12g", field, i, expected[i],
          found[i]);
  }
  g_free (found);
}
