/* SPDX-License-Identifier: MIT */
/* The fields of a LAS point record. */
#pragma once

#include "../gstssiolayout.h"

G_BEGIN_DECLS

/* The last of them, from 0. */
#define GST_SSIO_LAS_MAX_FORMAT 10

/* The way out of an Extra Bytes record that cannot be used. */
#define GST_SSIO_LAS_WITHOUT_NAMES \
  "; leave the extra bytes without names: `pdal translate " \
  "--readers.las.ignore_vlr=LASF_Spec/4 IN.las OUT.las`"

/* Bytes of a file, and where in it they begin. */
typedef struct {
  const gchar *path;
  const guint8 *bytes;
  gsize n_bytes;
  guint64 offset;
} GstSsioLasPart;

/* FALSE, with an error that names the file and the byte, at bytes into the
 * part. */
gboolean gst_ssio_las_fail (const GstSsioLasPart *part, guint64 at,
    GError **error, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

/* Reads an unsigned integer of up to 8 bytes, aligned or not; GStreamer's
 * macros for that are undefined behaviour where it is not. */
guint64 gst_ssio_las_read_uint (const guint8 *bytes, guint size);

/* Reads a double of the part that a layout can have as a scale or an origin;
 * what names it in the error of one that it cannot. */
gboolean gst_ssio_las_read_scale (const GstSsioLasPart *part, gsize at,
    const gchar *what, gdouble *scale, GError **error);
gboolean gst_ssio_las_read_origin (const GstSsioLasPart *part, gsize at,
    const gchar *what, gdouble *origin, GError **error);

/* An array of GstSsioField that owns their names. */
GST_SSIO_API
GArray *gst_ssio_las_fields_new (void);

/* Bytes that the fields of a point data record format take. */
GST_SSIO_API
guint gst_ssio_las_get_format_length (guint format);

/* Adds those fields, of which x, y and z come first and are not scaled. */
GST_SSIO_API
void gst_ssio_las_add_format (GArray *fields, guint format);

/* The number that a descriptor of extra bytes has for a type. */
GST_SSIO_API
guint8 gst_ssio_las_get_data_type (GstSsioType type);

/* Adds the fields that the payload of an Extra Bytes record describes: bytes
 * from length on of a record of record_length. */
gboolean gst_ssio_las_add_extra_bytes (GArray *fields,
    const GstSsioLasPart *payload, guint length, guint record_length,
    GError **error);

G_END_DECLS
