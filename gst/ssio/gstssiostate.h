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

GST_SSIO_API
GstQuery *gst_query_new_ssio_state (void);

GST_SSIO_API
gboolean gst_query_is_ssio_state (GstQuery *query);

GST_SSIO_API
void gst_query_set_ssio_state (GstQuery *query, const gchar *state,
    guint epochs, guint64 batches);

GST_SSIO_API
void gst_query_parse_ssio_state (GstQuery *query, gchar **state, guint *epochs,
    guint64 *batches);

G_END_DECLS
