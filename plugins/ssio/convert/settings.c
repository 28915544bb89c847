/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "settings.h"
#include "target.h"

enum {
  PROP_0,
  PROP_FIELDS,
  PROP_NORMALIZE,
  PROP_LOSSY,
};

void
gst_ssio_convert_settings_clear (GstSsioConvertSettings *self)
{
  g_free (self->fields);
  g_free (self->normalize);
}

void
gst_ssio_convert_settings_install (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (class, PROP_FIELDS,
      g_param_spec_string ("fields", "Fields",
          "The fields of the output and their order, as a layout: "
          "x:f4,y:f4,z:f4,intensity; a name alone keeps its type (none = what "
          "follows asks for)",
          NULL, flags));
  g_object_class_install_property (class, PROP_NORMALIZE,
      g_param_spec_string ("normalize", "Normalize",
          "What values of fields are multiplied by, and what is added then: "
          "intensity*0.0000152590,x*0.01-5",
          NULL, flags));
  g_object_class_install_property (class, PROP_LOSSY,
      g_param_spec_boolean ("lossy", "Lossy",
          "Allow casts that may lose digits, or values that are out of range",
          FALSE, flags));
}

/* An empty text is none. */
static void
set_text (gchar **text, const GValue *value)
{
  g_free (*text);
  *text = g_value_dup_string (value);
  if (*text && !**text)
    g_clear_pointer (text, g_free);
}

gboolean
gst_ssio_convert_settings_set (GstSsioConvertSettings *self, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_FIELDS:
    set_text (&self->fields, value);
    return TRUE;
  case PROP_NORMALIZE:
    set_text (&self->normalize, value);
    return TRUE;
  case PROP_LOSSY:
    self->lossy = g_value_get_boolean (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_convert_settings_get (const GstSsioConvertSettings *self, guint id,
    GValue *value)
{
  switch (id) {
  case PROP_FIELDS:
    g_value_set_string (value, self->fields);
    return TRUE;
  case PROP_NORMALIZE:
    g_value_set_string (value, self->normalize);
    return TRUE;
  case PROP_LOSSY:
    g_value_set_boolean (value, self->lossy);
    return TRUE;
  default:
    return FALSE;
  }
}

GstSsioConvertWish
gst_ssio_convert_wish_read (const GstSsioConvertSettings *settings,
    GError **error)
{
  const gchar *normalize = settings->normalize;

  return (GstSsioConvertWish){
    .fields = g_strdup (settings->fields),
    .normalize
    = normalize ? gst_ssio_convert_parse_normalize (normalize, error) : NULL,
    .allow_lossy = settings->lossy,
  };
}

GstSsioConvertWish
gst_ssio_convert_wish_copy (const GstSsioConvertWish *wish)
{
  return (GstSsioConvertWish){
    .fields = g_strdup (wish->fields),
    .normalize
    = wish->normalize ? gst_ssio_layout_ref (wish->normalize) : NULL,
    .allow_lossy = wish->allow_lossy,
  };
}

void
gst_ssio_convert_wish_clear (GstSsioConvertWish *wish)
{
  g_clear_pointer (&wish->fields, g_free);
  g_clear_pointer (&wish->normalize, gst_ssio_layout_unref);
  wish->allow_lossy = FALSE;
}
