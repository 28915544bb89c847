/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "arrays.h"

void
gst_ssio_structure_set_doubles (GstStructure *structure, const gchar *field,
    const gdouble *values, guint n)
{
  GValue array = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, n);
  for (i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_DOUBLE);
    g_value_set_double (&value, values[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (structure, field, &array);
}

void
gst_ssio_append_number (GString *text, gdouble number)
{
  if (isnan (number))
    g_string_append (text, "nan");
  else
    g_string_append_printf (text, "%.6g", number);
}
