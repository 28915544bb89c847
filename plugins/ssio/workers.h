/* SPDX-License-Identifier: MIT */
/* A persistent pool of threads that works through chunks of batches. The
 * thread that pushes chunks works too whenever enough wait already, so that a
 * pool of n threads keeps n cores busy and nobody waits for a batch to end
 * before the next one starts. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gpointer owner; /* whatever the pool's owner wants to find there */
  const guint8 *points;
  gsize n_points;
} GstSsioChunk;

/* Works on a chunk, on thread number thread (0: the one that pushes). result
 * has room for the pool's results and is zeroed. */
typedef void (*GstSsioWorkFunc) (const GstSsioChunk *chunk, guint thread,
    gdouble *result, gpointer user_data);

typedef struct _GstSsioWorkers GstSsioWorkers;

/* n_results doubles, or none, come out of each chunk. */
GstSsioWorkers *gst_ssio_workers_new (guint n_threads, guint n_results,
    GstSsioWorkFunc func, gpointer user_data);

void gst_ssio_workers_free (GstSsioWorkers *workers);

/* To be called from one thread at a time, as all that follow. */
void gst_ssio_workers_push (GstSsioWorkers *workers,
    const GstSsioChunk *chunk);

/* Returns when every chunk is done. */
void gst_ssio_workers_drain (GstSsioWorkers *workers);

/* The sum of all chunks' results since the last reset, added in the order in
 * which they were pushed: it does not depend on the number of threads. Valid
 * once drained. */
const gdouble *gst_ssio_workers_get_totals (GstSsioWorkers *workers);

void gst_ssio_workers_reset_totals (GstSsioWorkers *workers);

G_END_DECLS
