/* SPDX-License-Identifier: MIT */
/* Headerless records of a file that another process is still writing, from its
 * start to where its writer ends. They are copied, since a mapping of a file
 * that may be truncated is not safe. */
#pragma once

#include "gstssiolayout.h"
#include "origin.h"

G_BEGIN_DECLS

typedef struct {
  const gchar *location; /* OUT: that of OUT.part where there is one */
  const gchar *layout;   /* NULL for the sidecar's, or else the default one */
  const gchar *origin;   /* NULL, "auto" or "none" */
  GstClockTime timeout;  /* without growth until the end, 0 for never */
} GstSsioFollowConfig;

typedef struct _GstSsioFollow GstSsioFollow;

/* NULL with error set. */
GST_SSIO_API
GstSsioFollow *gst_ssio_follow_open (const GstSsioFollowConfig *config,
    GError **error);
GST_SSIO_API
void gst_ssio_follow_free (GstSsioFollow *follow);

/* Of the file that was found; owned by follow. */
GST_SSIO_API
const gchar *gst_ssio_follow_get_path (const GstSsioFollow *follow);
GST_SSIO_API
GstSsioLayout *gst_ssio_follow_get_layout (const GstSsioFollow *follow);

/* What was subtracted, or NULL. Owned by follow. */
GST_SSIO_API
const GstSsioOrigin *gst_ssio_follow_get_origin (const GstSsioFollow *follow);

/* Waits for the next points, max_points of them or, where the writer is
 * slower, what is there a tenth of a second after the first of them was seen.
 *
 * OK sets n_points, which are at least 1; EOS is where the file was renamed or
 * has not grown in time; FLUSHING where flushing was set; ERROR sets error. */
GST_SSIO_API
GstFlowReturn gst_ssio_follow_wait (GstSsioFollow *follow, guint64 max_points,
    guint64 *n_points, GError **error);

/* Copies n_points, as many as were waited for or fewer, and goes on after
 * them. */
GST_SSIO_API
gboolean gst_ssio_follow_read (GstSsioFollow *follow, guint64 n_points,
    guint8 *points, GError **error);

/* After EOS: why that may not be all, or NULL. Free with g_free(). */
GST_SSIO_API
gchar *gst_ssio_follow_get_warning (const GstSsioFollow *follow);

/* From any thread: has who waits return. */
GST_SSIO_API
void gst_ssio_follow_set_flushing (GstSsioFollow *follow, gboolean flushing);

G_END_DECLS
