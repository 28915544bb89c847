/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_CAPS_NAME:
 *
 * Media type of batches of points.
 *
 * Since: 0.1
 */
#define GST_SSIO_CAPS_NAME "pointcloud/x-raw"

/**
 * GST_SSIO_DEFAULT_LAYOUT:
 *
 * Layout of a headerless file whose layout nobody has given.
 *
 * Since: 0.1
 */
#define GST_SSIO_DEFAULT_LAYOUT \
  "x:f4,y:f4,z:f4,intensity:f4,sem_class:f4,ins_class:f4"

/**
 * GST_SSIO_LAYOUT_MAX_FIELDS:
 *
 * Most fields that a layout may have.
 *
 * Since: 0.1
 */
#define GST_SSIO_LAYOUT_MAX_FIELDS 1024

/**
 * GstSsioType:
 * @GST_SSIO_TYPE_F4: 32-bit IEEE 754 float
 * @GST_SSIO_TYPE_F8: 64-bit IEEE 754 float
 * @GST_SSIO_TYPE_I1: 8-bit signed integer
 * @GST_SSIO_TYPE_I2: 16-bit signed integer
 * @GST_SSIO_TYPE_I4: 32-bit signed integer
 * @GST_SSIO_TYPE_I8: 64-bit signed integer
 * @GST_SSIO_TYPE_U1: 8-bit unsigned integer
 * @GST_SSIO_TYPE_U2: 16-bit unsigned integer
 * @GST_SSIO_TYPE_U4: 32-bit unsigned integer
 * @GST_SSIO_TYPE_U8: 64-bit unsigned integer
 *
 * Types of a field, named after NumPy's codes; all are little endian.
 *
 * Since: 0.1
 */
typedef enum {
  GST_SSIO_TYPE_F4,
  GST_SSIO_TYPE_F8,
  GST_SSIO_TYPE_I1,
  GST_SSIO_TYPE_I2,
  GST_SSIO_TYPE_I4,
  GST_SSIO_TYPE_I8,
  GST_SSIO_TYPE_U1,
  GST_SSIO_TYPE_U2,
  GST_SSIO_TYPE_U4,
  GST_SSIO_TYPE_U8,
} GstSsioType;

/**
 * GstSsioField:
 * @name: the field's name, unique in its layout
 * @type: how the value is stored
 * @offset: bytes from the start of a point
 * @mask: bits of the stored integer that belong to the field; 0 for all
 * @shift: how far the masked bits are shifted right
 * @scale: factor to the value's unit
 * @origin: what is added after scaling
 *
 * One field of a point. Its value is
 * `((stored & mask) >> shift) * scale + origin`.
 *
 * Since: 0.1
 */
typedef struct {
  const gchar *name;
  GstSsioType type;
  guint offset;
  guint64 mask;
  guint shift;
  gdouble scale;
  gdouble origin;
} GstSsioField;

/**
 * GstSsioLayout:
 *
 * How the bytes of one point are to be read: an immutable list of fields and
 * the distance from one point to the next. The canonical text is described at
 * gst_ssio_layout_new_from_string().
 *
 * Since: 0.1
 */
typedef struct _GstSsioLayout GstSsioLayout;

#define GST_TYPE_SSIO_LAYOUT (gst_ssio_layout_get_type ())

GST_SSIO_API
GType gst_ssio_layout_get_type (void);

GST_SSIO_API
GstSsioLayout *gst_ssio_layout_new_from_string (const gchar *text,
    guint point_size, GError **error);

GST_SSIO_API
GstSsioLayout *gst_ssio_layout_new (const GstSsioField *fields, guint n_fields,
    guint point_size, GError **error);

GST_SSIO_API
GstSsioLayout *gst_ssio_layout_new_from_caps (const GstCaps *caps,
    guint *batch_size, GError **error);

GST_SSIO_API
GstSsioLayout *gst_ssio_layout_ref (GstSsioLayout *layout);

GST_SSIO_API
void gst_ssio_layout_unref (GstSsioLayout *layout);

GST_SSIO_API
gchar *gst_ssio_layout_to_string (const GstSsioLayout *layout);

GST_SSIO_API
GstCaps *gst_ssio_layout_to_caps (const GstSsioLayout *layout,
    guint batch_size);

GST_SSIO_API
gboolean gst_ssio_layout_is_equal (const GstSsioLayout *layout,
    const GstSsioLayout *other);

GST_SSIO_API
guint gst_ssio_layout_get_n_fields (const GstSsioLayout *layout);

GST_SSIO_API
const GstSsioField *gst_ssio_layout_get_field (const GstSsioLayout *layout,
    guint index);

GST_SSIO_API
gint gst_ssio_layout_find_field (const GstSsioLayout *layout,
    const gchar *name);

GST_SSIO_API
guint gst_ssio_layout_get_point_size (const GstSsioLayout *layout);

GST_SSIO_API
guint gst_ssio_type_get_size (GstSsioType type);

GST_SSIO_API
const gchar *gst_ssio_type_to_string (GstSsioType type);

GST_SSIO_API
gboolean gst_ssio_type_from_string (const gchar *code, GstSsioType *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSsioLayout, gst_ssio_layout_unref)

G_END_DECLS
