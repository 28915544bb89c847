/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/numbers.h>
#include <math.h>

#include "settings.h"

#define DEFAULT_AZIMUTH 200
#define DEFAULT_ELEVATION 35
#define DEFAULT_COLOR_BY "height"
#define MAX_POINT_SIZE 32
#define AUTO "auto"

enum {
  PROP_0,
  PROP_ACCUMULATE,
  PROP_VIEW,
  PROP_AZIMUTH,
  PROP_ELEVATION,
  PROP_DISTANCE,
  PROP_RANGE,
  PROP_COLOR_BY,
  PROP_COLOR_RANGE,
  PROP_PALETTE,
  PROP_POINT_SIZE,
  PROP_SHADING,
  N_PROPS
};

G_STATIC_ASSERT (N_PROPS == GST_SSIO_SCOPE_N_SETTINGS + 1);

static GType
gst_ssio_accumulate_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_ACCUMULATE_AUTO,
        "As none where batches have times, as sweeps of a sensor do, else as "
        "epoch",
        "auto" },
    { GST_SSIO_ACCUMULATE_NONE, "A frame a batch, of its points", "none" },
    { GST_SSIO_ACCUMULATE_EPOCH,
        "A frame an epoch, of all its points, at its end", "epoch" },
    { GST_SSIO_ACCUMULATE_RUNNING,
        "A frame a batch, of all points of the epoch so far", "running" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioAccumulate", values));
  return type;
}

static GType
gst_ssio_view_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_VIEW_TOP, "From straight above, north (y) up, as maps are",
        "top" },
    { GST_SSIO_VIEW_PERSPECTIVE,
        "From where azimuth, elevation and distance say", "perspective" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstSsioView", values));
  return type;
}

static GType
gst_ssio_palette_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_PALETTE_AUTO,
        "categories for classes, instances and predictions, else viridis",
        "auto" },
    { GST_SSIO_PALETTE_VIRIDIS, "From dark violet over green to yellow",
        "viridis" },
    { GST_SSIO_PALETTE_GRAY, "From black to white", "gray" },
    { GST_SSIO_PALETTE_CATEGORIES,
        "Colors that differ, for whole numbers from 0, which is gray, to 255",
        "categories" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioPalette", values));
  return type;
}

void
gst_ssio_scope_settings_init (GstSsioScopeSettings *self)
{
  *self = (GstSsioScopeSettings){
    .camera = { GST_SSIO_VIEW_TOP, DEFAULT_AZIMUTH, DEFAULT_ELEVATION, 0 },
    .range = g_strdup (AUTO),
    .color_by = g_strdup (DEFAULT_COLOR_BY),
    .color_range = g_strdup (AUTO),
    .shading = TRUE,
  };
}

void
gst_ssio_scope_settings_clear (GstSsioScopeSettings *self)
{
  g_free (self->range);
  g_free (self->color_by);
  g_free (self->color_range);
}

static void
install_camera (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_VIEW,
      g_param_spec_enum ("view", "View", "From where points are seen",
          gst_ssio_view_get_type (), GST_SSIO_VIEW_TOP, flags));
  g_object_class_install_property (class, PROP_AZIMUTH,
      g_param_spec_double ("azimuth", "Azimuth",
          "Where the eye is, seen from the middle of what is shown, in "
          "degrees clockwise from north (y); view=perspective",
          -360, 360, DEFAULT_AZIMUTH, flags));
  g_object_class_install_property (class, PROP_ELEVATION,
      g_param_spec_double ("elevation", "Elevation",
          "How high the eye is above the horizon, in degrees; "
          "view=perspective",
          -90, 90, DEFAULT_ELEVATION, flags));
  g_object_class_install_property (class, PROP_DISTANCE,
      g_param_spec_double ("distance", "Distance",
          "How far the eye is from the middle of what is shown, in the unit "
          "of x, y and z (0 = so far that all of it is seen); "
          "view=perspective",
          0, G_MAXFLOAT, 0, flags));
}

static void
install_colors (GObjectClass *class, GParamFlags ready, GParamFlags playing)
{
  g_object_class_install_property (class, PROP_COLOR_BY,
      g_param_spec_string ("color-by", "Color by",
          "The field that colors points, by its name; height is z, class the "
          "first of classification, sem_class, class and label, and prediction "
          "what predictions of ssiosrc has joined",
          DEFAULT_COLOR_BY, ready));
  g_object_class_install_property (class, PROP_COLOR_RANGE,
      g_param_spec_string ("color-range", "Color range",
          "Values of the palette's ends, low,high; auto: those of each "
          "frame, but for one point in a hundred at either end",
          AUTO, ready));
  g_object_class_install_property (class, PROP_PALETTE,
      g_param_spec_enum ("palette", "Palette", "The colors of values",
          gst_ssio_palette_get_type (), GST_SSIO_PALETTE_AUTO, playing));
  g_object_class_install_property (class, PROP_SHADING,
      g_param_spec_boolean ("shading", "Shading",
          "Darken points that lie deeper than those around them, so that "
          "shapes are seen",
          TRUE, playing));
}

void
gst_ssio_scope_settings_install (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ready = flags | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = flags | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (class, PROP_ACCUMULATE,
      g_param_spec_enum ("accumulate", "Accumulate",
          "Which points a frame shows", gst_ssio_accumulate_get_type (),
          GST_SSIO_ACCUMULATE_AUTO, ready));
  install_camera (class, playing);
  g_object_class_install_property (class, PROP_RANGE,
      g_param_spec_string ("range", "Range",
          "What is shown, as xmin,xmax,ymin,ymax or with ,zmin,zmax, in "
          "coordinates of the files; auto: all points that have come so far",
          AUTO, ready));
  install_colors (class, ready, playing);
  g_object_class_install_property (class, PROP_POINT_SIZE,
      g_param_spec_uint ("point-size", "Point size",
          "How many pixels a point is wide and high (0 = 1 to 5, so that "
          "surfaces have few gaps)",
          0, MAX_POINT_SIZE, 0, playing));
}

static void
set_string (gchar **string, const GValue *value, const gchar *unset)
{
  const gchar *text = g_value_get_string (value);

  g_free (*string);
  *string = g_strdup (text ? text : unset);
}

gboolean
gst_ssio_scope_settings_set (GstSsioScopeSettings *self, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_ACCUMULATE:
    self->accumulate = g_value_get_enum (value);
    return TRUE;
  case PROP_VIEW:
    self->camera.view = g_value_get_enum (value);
    return TRUE;
  case PROP_AZIMUTH:
    self->camera.azimuth = g_value_get_double (value);
    return TRUE;
  case PROP_ELEVATION:
    self->camera.elevation = g_value_get_double (value);
    return TRUE;
  case PROP_DISTANCE:
    self->camera.distance = g_value_get_double (value);
    return TRUE;
  case PROP_RANGE:
    set_string (&self->range, value, AUTO);
    return TRUE;
  case PROP_COLOR_BY:
    set_string (&self->color_by, value, DEFAULT_COLOR_BY);
    return TRUE;
  case PROP_COLOR_RANGE:
    set_string (&self->color_range, value, AUTO);
    return TRUE;
  case PROP_PALETTE:
    self->palette = g_value_get_enum (value);
    return TRUE;
  case PROP_POINT_SIZE:
    self->point_size = g_value_get_uint (value);
    return TRUE;
  case PROP_SHADING:
    self->shading = g_value_get_boolean (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_scope_settings_get (const GstSsioScopeSettings *self, guint id,
    GValue *value)
{
  switch (id) {
  case PROP_ACCUMULATE:
    g_value_set_enum (value, self->accumulate);
    return TRUE;
  case PROP_VIEW:
    g_value_set_enum (value, self->camera.view);
    return TRUE;
  case PROP_AZIMUTH:
    g_value_set_double (value, self->camera.azimuth);
    return TRUE;
  case PROP_ELEVATION:
    g_value_set_double (value, self->camera.elevation);
    return TRUE;
  case PROP_DISTANCE:
    g_value_set_double (value, self->camera.distance);
    return TRUE;
  case PROP_RANGE:
    g_value_set_string (value, self->range);
    return TRUE;
  case PROP_COLOR_BY:
    g_value_set_string (value, self->color_by);
    return TRUE;
  case PROP_COLOR_RANGE:
    g_value_set_string (value, self->color_range);
    return TRUE;
  case PROP_PALETTE:
    g_value_set_enum (value, self->palette);
    return TRUE;
  case PROP_POINT_SIZE:
    g_value_set_uint (value, self->point_size);
    return TRUE;
  case PROP_SHADING:
    g_value_set_boolean (value, self->shading);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
parse_range (const gchar *text, GstSsioRenderSettings *resolved,
    GError **error)
{
  gdouble numbers[2 * GST_SSIO_N_AXES];
  gboolean ok;
  guint n, axis;

  if (g_str_equal (text, AUTO))
    return TRUE;
  n = gst_ssio_numbers_parse (text, numbers, G_N_ELEMENTS (numbers));
  ok = n == 4 || n == 6;
  for (axis = 0; ok && axis < n / 2; axis++) {
    resolved->has_range[axis] = TRUE;
    resolved->range.min[axis] = numbers[2 * axis];
    resolved->range.max[axis] = numbers[2 * axis + 1];
    ok = numbers[2 * axis] < numbers[2 * axis + 1];
  }
  if (!ok)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "range=%s: expected auto, or four or six numbers with commas between, "
        "each minimum below its maximum: xmin,xmax,ymin,ymax,zmin,zmax",
        text);
  return ok;
}

static gboolean
parse_color_range (const gchar *text, GstSsioColorRange *range, GError **error)
{
  gdouble numbers[2];

  if (g_str_equal (text, AUTO))
    return TRUE;
  if (gst_ssio_numbers_parse (text, numbers, 2) == 2
      && numbers[0] < numbers[1]) {
    *range = (GstSsioColorRange){ TRUE, numbers[0], numbers[1] };
    return TRUE;
  }
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "color-range=%s: expected auto, or two numbers with a comma between, "
      "the smaller one first",
      text);
  return FALSE;
}

gboolean
gst_ssio_scope_settings_resolve (const GstSsioScopeSettings *self,
    GstSsioRenderSettings *resolved, GError **error)
{
  *resolved = (GstSsioRenderSettings){ .camera = self->camera,
    .palette = self->palette,
    .point_size = self->point_size,
    .shading = self->shading };
  return parse_range (self->range, resolved, error)
         && parse_color_range (self->color_range, &resolved->color_range,
             error);
}
