/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "targets.h"

/* Integers up to here are exact in a double. */
#define MAX_LABEL 9007199254740992.0

struct _GstSsioTargets {
  GstSsioField field; /* with a name of its own */
  gchar *name;
  guint point_size;
  const GstSsioClassMap *map;
  gint ignore_label;
  guint n_classes;
};

GstSsioTargets *
gst_ssio_targets_new (const GstSsioLayout *layout, guint field,
    const GstSsioClassMap *map, gint ignore_label, guint n_classes)
{
  GstSsioTargets *self = g_new0 (GstSsioTargets, 1);

  self->field = *gst_ssio_layout_get_field (layout, field);
  self->name = g_strdup (self->field.name);
  self->field.name = self->name;
  self->point_size = gst_ssio_layout_get_point_size (layout);
  self->map = map;
  self->ignore_label = ignore_label;
  self->n_classes = n_classes;
  return self;
}

void
gst_ssio_targets_free (GstSsioTargets *self)
{
  g_free (self->name);
  g_free (self);
}

#define READ_FLOAT(ctype) \
  { \
    ctype stored; \
    memcpy (&stored, at, sizeof (stored)); \
    value = stored; \
    break; \
  }

#define READ_INTEGER(ctype) \
  { \
    ctype stored; \
    memcpy (&stored, at, sizeof (stored)); \
    if (field->mask != 0) \
      value = ((guint64) stored & field->mask) >> field->shift; \
    else \
      value = stored; \
    break; \
  }

static inline gdouble
read_label (const GstSsioField *field, const guint8 *point)
{
  const guint8 *at = point + field->offset;
  gdouble value = 0;

  switch (field->type) {
  case GST_SSIO_TYPE_F4:
    READ_FLOAT (gfloat);
  case GST_SSIO_TYPE_F8:
    READ_FLOAT (gdouble);
  case GST_SSIO_TYPE_I1:
    READ_INTEGER (gint8);
  case GST_SSIO_TYPE_I2:
    READ_INTEGER (gint16);
  case GST_SSIO_TYPE_I4:
    READ_INTEGER (gint32);
  case GST_SSIO_TYPE_I8:
    READ_INTEGER (gint64);
  case GST_SSIO_TYPE_U1:
    READ_INTEGER (guint8);
  case GST_SSIO_TYPE_U2:
    READ_INTEGER (guint16);
  case GST_SSIO_TYPE_U4:
    READ_INTEGER (guint32);
  case GST_SSIO_TYPE_U8:
    READ_INTEGER (guint64);
  }
  return value * field->scale + field->origin;
}

/* FALSE for NaN as well. */
static inline gboolean
to_integer (gdouble value, gint64 *label)
{
  if (!(value >= -MAX_LABEL && value <= MAX_LABEL))
    return FALSE;
  *label = (gint64) value;
  return *label == value;
}

static inline gboolean
find_class (const GstSsioTargets *self, gdouble value, gint32 *class_index)
{
  gint64 label;
  gint mapped;

  if (!to_integer (value, &label))
    return FALSE;
  if (self->map) {
    if (!gst_ssio_class_map_find (self->map, label, &mapped))
      return FALSE;
    label = mapped;
  }
  if (label == self->ignore_label) {
    *class_index = GST_SSIO_TARGET_IGNORED;
    return TRUE;
  }
  *class_index = label;
  return label >= 0 && label < self->n_classes;
}

gsize
gst_ssio_targets_read (const GstSsioTargets *self, const guint8 *points,
    gsize n_points, gint32 *classes)
{
  gsize i;

  for (i = 0; i < n_points; i++) {
    if (!find_class (self, read_label (&self->field, points), &classes[i]))
      break;
    points += self->point_size;
  }
  return i;
}

gchar *
gst_ssio_targets_explain (const GstSsioTargets *self, const guint8 *point)
{
  const gdouble value = read_label (&self->field, point);
  gint64 label;
  gint mapped;

  if (!to_integer (value, &label))
    return g_strdup_printf ("the label %s is %.9g: expected an integer; name "
                            "the field that holds classes",
        self->name, value);
  if (self->map && !gst_ssio_class_map_find (self->map, label, &mapped))
    return g_strdup_printf ("the label %s is %" G_GINT64_FORMAT
                            ", which class-map does not have: expected a "
                            "class for each label; add %" G_GINT64_FORMAT
                            ":%d to it to ignore such points",
        self->name, label, label, self->ignore_label);
  if (self->map)
    return g_strdup_printf ("the label %s is %" G_GINT64_FORMAT
                            ", which class-map makes %d: expected a class of "
                            "0 to %u, as many as the last of layers says, or "
                            "ignore-label, %d",
        self->name, label, mapped, self->n_classes - 1, self->ignore_label);
  return g_strdup_printf (
      "the label %s is %" G_GINT64_FORMAT
      ": expected a class of 0 to %u, as many as the last of layers says, or "
      "ignore-label, %d; class-map turns other labels into classes",
      self->name, label, self->n_classes - 1, self->ignore_label);
}

const GstSsioField *
gst_ssio_targets_get_field (const GstSsioTargets *self)
{
  return &self->field;
}

const GstSsioClassMap *
gst_ssio_targets_get_map (const GstSsioTargets *self)
{
  return self->map;
}

gint
gst_ssio_targets_get_ignore_label (const GstSsioTargets *self)
{
  return self->ignore_label;
}

guint
gst_ssio_targets_get_point_size (const GstSsioTargets *self)
{
  return self->point_size;
}

gint
gst_ssio_targets_get_ignored (const GstSsioTargets *self)
{
  if (self->ignore_label >= 0 && (guint) self->ignore_label < self->n_classes)
    return self->ignore_label;
  return GST_SSIO_TARGET_IGNORED;
}
