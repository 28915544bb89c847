/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/gstssiobatchmeta.h>

G_BEGIN_DECLS

/**
 * GST_SSIO_STATE_NAME:
 *
 * Name of the structure whose text says where a stream stands.
 *
 * Since: 0.1
 */
#define GST_SSIO_STATE_NAME "ssio-state"

GST_SSIO_API
gchar *gst_ssio_state_after_batch (const gchar *state,
    const GstSsioBatchMeta *batch);

G_END_DECLS
