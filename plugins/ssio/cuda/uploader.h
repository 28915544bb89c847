/* SPDX-License-Identifier: MIT */
/* Batches in system memory to batches in a device's, some of which may be
 * there already. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

#include "staging.h"

G_BEGIN_DECLS

typedef struct {
  guint slots; /* batches on their way or in use */
  GstSsioStaging staging;
  gboolean has_cache;
  guint64 cache_size; /* bytes; 0 for half of what is free */
} GstSsioUploaderConfig;

typedef struct _GstSsioUploader GstSsioUploader;

/* NULL with error set where the device fails. */
GstSsioUploader *gst_ssio_uploader_new (GstSsioCudaContext *context,
    const GstSsioUploaderConfig *config, GError **error);

/* Waits for the copies under way. */
void gst_ssio_uploader_free (GstSsioUploader *uploader);

/* Allocates page-locked memory; owned by the uploader. */
GstAllocator *gst_ssio_uploader_get_allocator (GstSsioUploader *uploader);

/* A new buffer with the bytes and the metadata of in, which is kept until it
 * is copied. Waits only while all slots are taken. GST_FLOW_ERROR sets error,
 * GST_FLOW_FLUSHING does not. */
GstFlowReturn gst_ssio_uploader_upload (GstSsioUploader *uploader,
    GstBuffer *in, GstBuffer **out, GError **error);

/* From any thread: whether who waits for a slot must stop doing so. */
void gst_ssio_uploader_set_flushing (GstSsioUploader *uploader,
    gboolean flushing);

/* Waits for the copies under way. */
gboolean gst_ssio_uploader_drain (GstSsioUploader *uploader, GError **error);

/* All batches of an epoch were uploaded. */
void gst_ssio_uploader_end_epoch (GstSsioUploader *uploader);

/* Whether the bytes of batches to come are needed: not after an epoch whose
 * batches were all kept, as long as no other ones come. */
gboolean gst_ssio_uploader_needs_bytes (GstSsioUploader *uploader);

/* Forgets batches that are there already: others will have the same names. */
void gst_ssio_uploader_forget (GstSsioUploader *uploader);

G_END_DECLS
