/* SPDX-License-Identifier: MIT */
/* Mixes the points of some batches that follow each other in an epoch's order:
 * each of them gets as many points as it had, of any of them. */
#pragma once

#include "order.h"

G_BEGIN_DECLS

typedef struct _GstSsioMixer GstSsioMixer;

/* A memory with the points of a whole batch, or NULL with error set. */
typedef GstMemory *(*GstSsioLoadFunc) (gpointer user_data,
    const GstSsioBatch *batch, GError **error);

/* Mixes n_batches at a time of order, which is kept. */
GST_SSIO_API
GstSsioMixer *gst_ssio_mixer_new (const GstSsioOrder *order, guint point_size,
    guint n_batches, guint64 seed, GstSsioLoadFunc load, gpointer user_data);

GST_SSIO_API
void gst_ssio_mixer_free (GstSsioMixer *mixer);

/* Forgets the batches that it has loaded. */
GST_SSIO_API
void gst_ssio_mixer_release (GstSsioMixer *mixer);

/* Another epoch, mixed anew; 0 at first. The order is in it already. */
GST_SSIO_API
void gst_ssio_mixer_set_epoch (GstSsioMixer *mixer, guint epoch);

/* Copies the points at n_points places of the epoch's order, from position
 * on, which are those of one batch. */
GST_SSIO_API
gboolean gst_ssio_mixer_copy (GstSsioMixer *mixer, guint64 index,
    guint64 position, guint64 n_points, guint8 *points, GError **error);

G_END_DECLS
