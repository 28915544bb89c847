/* SPDX-License-Identifier: MIT */
/* How bytes get from system memory to a device, and which way is faster. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_STAGING_AUTO,
  GST_SSIO_STAGING_PINNED,
  GST_SSIO_STAGING_REGISTER,
  GST_SSIO_STAGING_PAGEABLE,
} GstSsioStaging;

#define GST_TYPE_SSIO_STAGING (gst_ssio_staging_get_type ())
GType gst_ssio_staging_get_type (void);

/* What page-locking a mapped file costs depends on kernel, driver and file
 * system as much as what a copy costs depends on the processor, so that both
 * are tried on the first batches. Zeroed at first. */
typedef struct {
  guint n_tried;
  gdouble least; /* microseconds a byte */
} GstSsioStagingCost;

typedef struct {
  GstSsioStagingCost pinned;
  GstSsioStagingCost registered;
  GstSsioStaging choice; /* AUTO until it is known */
} GstSsioStagingTrial;

/* PINNED or REGISTER, for the next batch. */
GstSsioStaging gst_ssio_staging_trial_choose (GstSsioStagingTrial *trial);

/* A batch took the CPU so many microseconds. */
void gst_ssio_staging_trial_add (GstSsioStagingTrial *trial,
    GstSsioStaging how, gsize size, gint64 microseconds);

G_END_DECLS
