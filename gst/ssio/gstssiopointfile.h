/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/gstssioiomode.h>
#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/**
 * GstSsioPointFile:
 *
 * An open file of points. Reference counted; the calls may come from any
 * thread, but batches are asked for from one thread at a time.
 *
 * Since: 0.1
 */
typedef struct _GstSsioPointFile GstSsioPointFile;

/**
 * GstSsioDamageFunc:
 * @file: the file
 * @user_data: what was given with the function
 *
 * Called, from any thread and at most once, when a batch is given back after
 * its consumer may have read zeros for bytes that the file had lost meanwhile.
 *
 * Since: 0.1
 */
typedef void (*GstSsioDamageFunc) (GstSsioPointFile *file, gpointer user_data);

#define GST_TYPE_SSIO_POINT_FILE (gst_ssio_point_file_get_type ())

GST_SSIO_API
GType gst_ssio_point_file_get_type (void);

GST_SSIO_API
GstSsioPointFile *gst_ssio_point_file_open (const gchar *path,
    const GstSsioLayout *layout, GstSsioIoMode io_mode, GError **error);

GST_SSIO_API
GstSsioPointFile *gst_ssio_point_file_open_element (const gchar *path,
    const GstSsioLayout *layout, const gchar *element, GstSsioIoMode io_mode,
    GError **error);

GST_SSIO_API
GstSsioPointFile *gst_ssio_point_file_open_labelled (const gchar *path,
    const GstSsioLayout *layout, const gchar *element, const gchar *labels,
    GstSsioIoMode io_mode, GError **error);

GST_SSIO_API
void gst_ssio_point_file_park (GstSsioPointFile *file);

GST_SSIO_API
GstSsioPointFile *gst_ssio_point_file_ref (GstSsioPointFile *file);

GST_SSIO_API
void gst_ssio_point_file_unref (GstSsioPointFile *file);

GST_SSIO_API
const gchar *gst_ssio_point_file_get_path (const GstSsioPointFile *file);

GST_SSIO_API
GstSsioLayout *gst_ssio_point_file_get_layout (const GstSsioPointFile *file);

GST_SSIO_API
guint64 gst_ssio_point_file_get_n_points (const GstSsioPointFile *file);

GST_SSIO_API
guint64 gst_ssio_point_file_get_data_offset (const GstSsioPointFile *file);

GST_SSIO_API
gboolean gst_ssio_point_file_get_minima (const GstSsioPointFile *file,
    gdouble minima[3]);

GST_SSIO_API
guint64 gst_ssio_point_file_get_version (const GstSsioPointFile *file);

GST_SSIO_API
const guint8 *
gst_ssio_point_file_get_mapped_points (const GstSsioPointFile *file);

GST_SSIO_API
GstMemory *gst_ssio_point_file_wrap_points (GstSsioPointFile *file,
    guint64 first_point, guint64 n_points, GError **error);

GST_SSIO_API
GstMemory *gst_ssio_point_file_wrap_absent_points (GstSsioPointFile *file,
    guint64 first_point, guint64 n_points);

GST_SSIO_API
gboolean gst_ssio_point_file_read_points (GstSsioPointFile *file,
    guint64 first_point, guint64 n_points, guint8 *points, GError **error);

GST_SSIO_API
gboolean gst_ssio_point_file_check (GstSsioPointFile *file, GError **error);

GST_SSIO_API
gboolean gst_ssio_point_file_is_damaged (GstSsioPointFile *file);

GST_SSIO_API
gboolean gst_ssio_point_file_tell_damage (GstSsioPointFile *file);

GST_SSIO_API
GstSsioPointFile *gst_ssio_memory_get_point_file (GstMemory *memory);

GST_SSIO_API
void gst_ssio_point_file_set_damage_func (GstSsioPointFile *file,
    GstSsioDamageFunc func, gpointer user_data, GDestroyNotify destroy);

GST_SSIO_API
void gst_ssio_point_file_release_cursor (GstSsioPointFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSsioPointFile, gst_ssio_point_file_unref)

G_END_DECLS
