/* SPDX-License-Identifier: MIT */
/* Where a stream stands, as a text, and going on from there. */
#pragma once

#include "srcsettings.h"

G_BEGIN_DECLS

/* What a stream is made of: all that must be the same where it goes on. */
GstStructure *gst_ssio_resume_describe (const GstSsioSrcSettings *settings,
    const GstSsioDataset *dataset);

/* The text for a stream of that description whose next batch this is. */
gchar *gst_ssio_resume_to_string (const GstStructure *description, guint epoch,
    guint64 batch);

/* Where a text is from, for errors. */
typedef enum {
  GST_SSIO_RESUME_PROPERTY,
  GST_SSIO_RESUME_CHECKPOINT, /* of a consumer */
} GstSsioResumeOrigin;

/* Reads such a text for a stream of that description. FALSE with error set
 * where it is none, or one of another stream. */
gboolean gst_ssio_resume_parse (const gchar *text, GstSsioResumeOrigin origin,
    const GstStructure *description, guint *epoch, guint64 *batch,
    GError **error);

G_END_DECLS
