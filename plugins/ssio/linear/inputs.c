/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "inputs.h"

GArray *
gst_ssio_inputs_find (const GstSsioLayout *layout, const gchar *features,
    GError **error)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (guint));
  gchar **names;
  guint i;

  if (!features) {
    for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++)
      g_array_append_val (fields, i);
    return fields;
  }
  /* g_strsplit() finds nothing in "", and one empty name in " " */
  names = g_strsplit (*features ? features : " ", ",", -1);
  for (i = 0; names[i]; i++) {
    gint field = gst_ssio_layout_find_field (layout, g_strstrip (names[i]));

    if (field < 0) {
      gchar *found = gst_ssio_layout_to_string (layout);

      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "features=\"%s\": expected names of fields, found no field \"%s\"; "
          "there are %s",
          features, names[i], found);
      g_free (found);
      g_clear_pointer (&fields, g_array_unref);
      break;
    }
    g_array_append_val (fields, field);
  }
  g_strfreev (names);
  return fields;
}
