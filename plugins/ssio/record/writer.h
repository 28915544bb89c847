/* SPDX-License-Identifier: MIT */
/* Formats of recorded files: one writer a format, which is there for one
 * file. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "recordfile.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_RECORD_FORMAT_AUTO,
  GST_SSIO_RECORD_FORMAT_BIN,
  GST_SSIO_RECORD_FORMAT_NPY,
  GST_SSIO_RECORD_FORMAT_PLY,
  GST_SSIO_RECORD_FORMAT_LAS,
} GstSsioRecordFormat;

GType gst_ssio_record_format_get_type (void);

/* That of the path's extension for AUTO. FALSE with error set where it has
 * none of a format. */
gboolean gst_ssio_record_format_find (GstSsioRecordFormat *format,
    const gchar *path, GError **error);

/* What comes, as the caps say it. */
typedef struct {
  GstSsioLayout *layout;
  gboolean has_origin;
  gdouble origin[3]; /* was subtracted from x, y and z */
  gchar *element;    /* what PLY calls the points */
} GstSsioRecordPoints;

typedef struct _GstSsioWriter GstSsioWriter;
struct _GstSsioWriter {
  GstSsioRecordFile *file;
  guint point_size;  /* of what comes */
  guint record_size; /* of a point in the file */
  guint64 n_points;  /* in the file */

  /* FALSE with error set, of whole points. */
  gboolean (*write) (GstSsioWriter *writer, const guint8 *points,
      gsize n_points, GError **error);
  /* Sets counts in the header, or the sidecar, for the points so far. */
  gboolean (*finish) (GstSsioWriter *writer, GError **error);
  void (*free) (GstSsioWriter *writer);
};

/* Begins a file with what the format has before the points; with append, goes
 * on after those that are there, which must be of the same kind. The file stays
 * the caller's. NULL with error set. */
GstSsioWriter *gst_ssio_writer_new (GstSsioRecordFormat format,
    const GstSsioRecordPoints *points, GstSsioRecordFile *file,
    gboolean append, GError **error);

/* These also count. */
gboolean gst_ssio_writer_write (GstSsioWriter *writer, const guint8 *points,
    gsize n_points, GError **error);
gboolean gst_ssio_writer_finish (GstSsioWriter *writer, GError **error);
void gst_ssio_writer_free (GstSsioWriter *writer);

/* For the writers themselves. */

GstSsioWriter *gst_ssio_bin_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, gboolean append, GError **error);
GstSsioWriter *gst_ssio_npy_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error);
GstSsioWriter *gst_ssio_ply_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error);
GstSsioWriter *gst_ssio_las_writer_new (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, GError **error);

/* The layout with the origin added again. NULL with error set. */
GstSsioLayout *
gst_ssio_record_points_get_layout (const GstSsioRecordPoints *points,
    GError **error);

/* Whether all of its values are stored as they are: formats that say a type
 * and no more can have no others. format is its name. */
gboolean gst_ssio_record_points_check_plain (const GstSsioRecordPoints *points,
    const gchar *path, const gchar *format, GError **error);

/* Writes the sidecar of the file, with a number of points or without. */
gboolean
gst_ssio_record_points_write_sidecar (const GstSsioRecordPoints *points,
    GstSsioRecordFile *file, const guint64 *n_points, GError **error);

/* "PATH: " and a STREAM error of the FORMAT kind. */
gboolean gst_ssio_writer_fail (const GstSsioRecordFile *file, GError **error,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);

void gst_ssio_record_points_copy (const GstSsioRecordPoints *points,
    GstSsioRecordPoints *copy);
void gst_ssio_record_points_clear (GstSsioRecordPoints *points);

G_END_DECLS
