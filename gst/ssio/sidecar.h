/* SPDX-License-Identifier: MIT */
/* What headerless records do not say of themselves, as JSON in a file beside
 * them: sweep.bin has it in sweep.bin.json.
 *
 *   {
 *     "format": "ssio-points",
 *     "version": 1,
 *     "layout": "x:i4*0.01,y:i4*0.01,z:i4*0.01,intensity:u2",
 *     "point-size": 14,
 *     "points": 3000,
 *     "origin": [636000, 848900, 0]
 *   }
 *
 * "layout" and "point-size" are those of the caps; "points" is there once the
 * file is complete; "origin", where there is one, was subtracted from x, y and
 * z: what the layout says plus origin is the true value.
 *
 * A file that is being written is OUT.part, with OUT.part.json beside it. At
 * the end the sidecar becomes OUT.json first, then the data OUT. */
#pragma once

#include "gstssiolayout.h"

G_BEGIN_DECLS

/* How names of files end whose writing has not. */
#define GST_SSIO_PART_SUFFIX ".part"

#define GST_SSIO_SIDECAR_SUFFIX ".json"

typedef struct {
  GstSsioLayout *layout;
  gboolean has_n_points; /* the file is complete */
  guint64 n_points;
  gboolean has_origin;
  gdouble origin[3];
} GstSsioSidecar;

/* Whether path is that of a file whose writing has not ended. */
GST_SSIO_API
gboolean gst_ssio_path_is_part (const gchar *path);

/* Where the sidecar of the file is. Free with g_free(). */
GST_SSIO_API
gchar *gst_ssio_sidecar_get_path (const gchar *path);

/* Its text, with a newline at the end. Free with g_free(). */
GST_SSIO_API
gchar *gst_ssio_sidecar_print (const GstSsioSidecar *sidecar);

/* Reads any text; path is for messages. FALSE with error set where it is JSON
 * that cannot be used. JSON of somebody else's is left alone: its layout is
 * NULL. */
GST_SSIO_API
gboolean gst_ssio_sidecar_parse (GstSsioSidecar *sidecar, const gchar *path,
    const gchar *text, gsize length, GError **error);

/* Looks for the sidecar of the file. FALSE with error set where there is one
 * that cannot be read; where there is none, its layout is NULL. */
GST_SSIO_API
gboolean gst_ssio_sidecar_find (GstSsioSidecar *sidecar, const gchar *path,
    GError **error);

GST_SSIO_API
void gst_ssio_sidecar_clear (GstSsioSidecar *sidecar);

/* The layout with the origin added again: that of the file, whatever was
 * subtracted. NULL with error set where numbers are out of range. */
GST_SSIO_API
GstSsioLayout *gst_ssio_sidecar_get_file_layout (const GstSsioSidecar *sidecar,
    GError **error);

/* Whether a file of that size is what a sidecar with a number of points, or
 * without one, says. path is the file's. */
GST_SSIO_API
gboolean gst_ssio_sidecar_check_size (const GstSsioSidecar *sidecar,
    const gchar *path, guint64 file_size, GError **error);

G_END_DECLS
