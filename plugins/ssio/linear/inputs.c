/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "inputs.h"

/* property is what has the name. */
static gint
find_field (const GstSsioLayout *layout, const gchar *property,
    const gchar *value, const gchar *name, GError **error)
{
  gint field = gst_ssio_layout_find_field (layout, name);
  gchar *found;

  if (field >= 0)
    return field;
  found = gst_ssio_layout_to_string (layout);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s=\"%s\": expected names of fields, found no field \"%s\"; there are "
      "%s",
      property, value, name, found);
  g_free (found);
  return -1;
}

static gboolean
add_all (const GstSsioLayout *layout, gint label, GArray *fields,
    GError **error)
{
  const guint n = gst_ssio_layout_get_n_fields (layout);
  guint i;

  for (i = 0; i < n; i++) {
    if ((gint) i != label)
      g_array_append_val (fields, i);
  }
  if (fields->len > 0)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "label=\"%s\": expected other fields as inputs, found none",
      gst_ssio_layout_get_field (layout, label)->name);
  return FALSE;
}

static gboolean
add_named (const GstSsioLayout *layout, const gchar *features, gint label,
    GArray *fields, GError **error)
{
  /* g_strsplit() finds nothing in "", and one empty name in " " */
  gchar **names = g_strsplit (*features ? features : " ", ",", -1);
  gboolean ok = TRUE;
  guint i;

  for (i = 0; names[i] && ok; i++) {
    gint field = find_field (layout, "features", features,
        g_strstrip (names[i]), error);

    ok = field >= 0;
    if (ok && field == label) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "features=\"%s\": expected inputs, found the label, %s; leave it "
          "out",
          features, names[i]);
      ok = FALSE;
    }
    g_array_append_val (fields, field);
  }
  g_strfreev (names);
  return ok;
}

GArray *
gst_ssio_inputs_find (const GstSsioLayout *layout, const gchar *features,
    gint label, GError **error)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (guint));

  if (features ? !add_named (layout, features, label, fields, error)
               : !add_all (layout, label, fields, error))
    g_clear_pointer (&fields, g_array_unref);
  return fields;
}

gint
gst_ssio_inputs_find_label (const GstSsioLayout *layout, const gchar *name,
    GError **error)
{
  return find_field (layout, "label", name, name, error);
}
