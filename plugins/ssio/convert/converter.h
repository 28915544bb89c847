/* SPDX-License-Identifier: MIT */
/* Runs a plan over batches, in system memory or on the device they are on. */
#pragma once

#include "device.h"

G_BEGIN_DECLS

typedef struct {
  GstSsioConvertPlan *plan; /* NULL where there is none */
  guint batch_size;         /* points that an output buffer has room for */
  gboolean on_device;       /* where batches are */

  GMutex lock;
  /* under it */
  GstSsioConvertDevice *device; /* NULL until a batch has shown which */
  gboolean flushing;
} GstSsioConverter;

void gst_ssio_converter_init (GstSsioConverter *self);
void gst_ssio_converter_clear (GstSsioConverter *self);

/* Takes plan, or NULL, instead of the one before. */
void gst_ssio_converter_set_plan (GstSsioConverter *self,
    GstSsioConvertPlan *plan, guint batch_size, gboolean on_device);

/* From any thread: who waits for device memory must not do so while
 * flushing. */
void gst_ssio_converter_set_flushing (GstSsioConverter *self,
    gboolean flushing);

/* Room on the device for what in becomes: another flow than GST_FLOW_OK has
 * error set where it is GST_FLOW_ERROR. */
GstFlowReturn gst_ssio_converter_acquire (GstSsioConverter *self,
    GstBuffer *in, GstBuffer **out, GError **error);

/* Fills out, which on a device is from gst_ssio_converter_acquire(), and
 * elsewhere has room for as many points. FALSE with error set where in is not
 * what was promised, or memory fails. */
gboolean gst_ssio_converter_run (GstSsioConverter *self, GstBuffer *in,
    GstBuffer *out, GError **error);

G_END_DECLS
