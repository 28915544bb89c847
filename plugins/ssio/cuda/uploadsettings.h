/* SPDX-License-Identifier: MIT */
/* ssiocudaupload's properties. */
#pragma once

#include "uploader.h"

G_BEGIN_DECLS

typedef struct {
  guint device_id;
  gboolean require_device;
  GstSsioUploaderConfig uploader;
} GstSsioUploadSettings;

void gst_ssio_upload_settings_init (GstSsioUploadSettings *settings);

void gst_ssio_upload_settings_install (GObjectClass *class);

/* FALSE where there is no such property. */
gboolean gst_ssio_upload_settings_set (GstSsioUploadSettings *settings,
    guint id, const GValue *value);
gboolean gst_ssio_upload_settings_get (const GstSsioUploadSettings *settings,
    guint id, GValue *value);

G_END_DECLS
