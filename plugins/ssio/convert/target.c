/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "cast.h"
#include "target.h"

/* Takes cause, whose text is the layout's. */
static void
set_settings_error (GError **error, const gchar *property, const gchar *text,
    GError *cause)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s=%s: %s", property, text, cause->message);
  g_error_free (cause);
}

/* Has the layout's parser read name*scale+offset: all it lacks is a type. */
static gboolean
append_normalized (GString *layout, const gchar *token, GError **error)
{
  const gchar *star = strchr (token, '*');

  if (!star || strchr (token, ':')) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "\"%s\": expected a field, what its values are multiplied by and, if "
        "anything, what is added, as in intensity*0.0625-1",
        token);
    return FALSE;
  }
  if (layout->len > 0)
    g_string_append_c (layout, ',');
  g_string_append_len (layout, token, star - token);
  g_string_append (layout, ":f8");
  g_string_append (layout, star);
  return TRUE;
}

GstSsioLayout *
gst_ssio_convert_parse_normalize (const gchar *text, GError **error)
{
  gchar **tokens = g_strsplit (text, ",", -1);
  GString *written = g_string_new (NULL);
  GstSsioLayout *normalize = NULL;
  GError *cause = NULL;
  guint i;

  for (i = 0; tokens[i] && !cause; i++)
    append_normalized (written, g_strstrip (tokens[i]), &cause);
  if (!cause)
    normalize = gst_ssio_layout_new_from_string (written->str, 0, &cause);
  if (cause)
    set_settings_error (error, "normalize", text, cause);
  g_string_free (written, TRUE);
  g_strfreev (tokens);
  return normalize;
}

static GstSsioType
find_whole_type (const GstSsioField *bits)
{
  const guint64 maximum = gst_ssio_cast_get_maximum (bits);

  if (maximum <= G_MAXUINT8)
    return GST_SSIO_TYPE_U1;
  if (maximum <= G_MAXUINT16)
    return GST_SSIO_TYPE_U2;
  return maximum <= G_MAXUINT32 ? GST_SSIO_TYPE_U4 : GST_SSIO_TYPE_U8;
}

/* A float: the smaller one if it holds all that the field's values become. */
static GstSsioType
find_float_type (const GstSsioField *field, const GstSsioField *normalize)
{
  const GstSsioField f4
      = { .type = GST_SSIO_TYPE_F4, .scale = 1, .origin = 0 };
  const GstSsioCast cast = gst_ssio_cast_make (field, &f4, normalize);

  return gst_ssio_cast_is_lossy (&cast, field, &f4) ? GST_SSIO_TYPE_F8
                                                    : GST_SSIO_TYPE_F4;
}

/* What a field of the input becomes where only its name is given. */
static GstSsioField
make_field (const GstSsioField *field, const GstSsioLayout *normalize)
{
  const gint normalized
      = normalize ? gst_ssio_layout_find_field (normalize, field->name) : -1;
  GstSsioField whole = *field;

  whole.offset = 0;
  if (normalized >= 0) {
    whole.type = find_float_type (field,
        gst_ssio_layout_get_field (normalize, normalized));
    whole.scale = 1;
    whole.origin = 0;
  } else if (field->mask != 0) {
    whole.type = find_whole_type (field);
  }
  whole.mask = 0;
  whole.shift = 0;
  return whole;
}

static gboolean
append_field (GString *layout, const GstSsioField *field, GError **error)
{
  GstSsioLayout *alone = gst_ssio_layout_new (field, 1, 0, error);
  gchar *text;

  if (!alone)
    return FALSE;
  text = gst_ssio_layout_to_string (alone);
  g_string_append (layout, text);
  g_free (text);
  gst_ssio_layout_unref (alone);
  return TRUE;
}

static gboolean
append_name (GString *layout, const gchar *name, const GstSsioLayout *input,
    const GstSsioLayout *normalize, GError **error)
{
  gint index = gst_ssio_layout_find_field (input, name);
  GstSsioField field;
  gchar *found;

  if (index >= 0) {
    field = make_field (gst_ssio_layout_get_field (input, index), normalize);
    return append_field (layout, &field, error);
  }
  found = gst_ssio_layout_to_string (input);
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "the input has no field \"%s\": expected one of %s", name, found);
  g_free (found);
  return FALSE;
}

static gchar **
split_fields (const gchar *text, const GstSsioLayout *input)
{
  const guint n = gst_ssio_layout_get_n_fields (input);
  gchar **names;
  guint i;

  if (text)
    return g_strsplit (text, ",", -1);
  names = g_new0 (gchar *, n + 1);
  for (i = 0; i < n; i++)
    names[i] = g_strdup (gst_ssio_layout_get_field (input, i)->name);
  return names;
}

GstSsioLayout *
gst_ssio_convert_make_target (const gchar *text, const GstSsioLayout *input,
    const GstSsioLayout *normalize, GError **error)
{
  gchar **tokens = split_fields (text, input);
  GString *written = g_string_new (NULL);
  GstSsioLayout *target = NULL;
  GError *cause = NULL;
  guint i;

  for (i = 0; tokens[i] && !cause; i++) {
    const gchar *token = g_strstrip (tokens[i]);

    if (i > 0)
      g_string_append_c (written, ',');
    if (strchr (token, ':'))
      g_string_append (written, token);
    else
      append_name (written, token, input, normalize, &cause);
  }
  if (!cause)
    target = gst_ssio_layout_new_from_string (written->str, 0, &cause);
  if (cause)
    set_settings_error (error, "fields", text ? text : "(all)", cause);
  g_string_free (written, TRUE);
  g_strfreev (tokens);
  return target;
}
