/* SPDX-License-Identifier: MIT */
/* Works through buffers of points on several threads, in chunks. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A part of a buffer, which is held until all its chunks are done. */
typedef struct {
  gpointer batch; /* what the buffer was pushed with */
  gsize first;    /* point of the buffer */
  gsize n_points;
  gpointer rows; /* room for what comes out, or NULL; done() may take it */

  /* private */
  GstBuffer *buffer;
  GstMapInfo map;
  gint chunks_left; /* atomic */
} GstSsioSweepPart;

typedef struct {
  GstSsioSweepPart *part;
  gsize first; /* point of the part */
  const guint8 *points;
  gsize n_points;
} GstSsioSweepChunk;

typedef struct {
  guint n_threads; /* with the pushing one */
  guint point_size;
  guint row_size;  /* bytes for each point of a part's rows, or 0 */
  guint n_results; /* doubles that come out of each chunk */
  /* Works on a chunk on thread number thread, 0 being the one that pushes;
   * result is zeroed. */
  void (*work) (const GstSsioSweepChunk *chunk, guint thread, gdouble *result,
      gpointer user_data);
  /* All chunks of a part are done; on any thread. May be NULL. */
  void (*done) (GstSsioSweepPart *part, gpointer user_data);
  gpointer user_data;
} GstSsioBufferSweepConfig;

typedef struct _GstSsioBufferSweep GstSsioBufferSweep;

GstSsioBufferSweep *
gst_ssio_buffer_sweep_new (const GstSsioBufferSweepConfig *config);

/* Waits for the work in progress. */
void gst_ssio_buffer_sweep_free (GstSsioBufferSweep *sweep);

/* Starts on the points of buffer, in any memory that can be mapped. batch,
 * which is taken, is NULL or from g_atomic_rc_box_new(), and goes with the
 * buffer's last part. FALSE with error set where the buffer cannot be read or
 * holds no whole number of points. */
gboolean gst_ssio_buffer_sweep_push (GstSsioBufferSweep *sweep,
    GstBuffer *buffer, gpointer batch, GError **error);

/* Returns when all is done. */
void gst_ssio_buffer_sweep_drain (GstSsioBufferSweep *sweep);

/* Drains, adds the sums of the chunks' results since the last call to sums,
 * in the order of the points whatever the number of threads, and starts again
 * at 0. */
void gst_ssio_buffer_sweep_collect (GstSsioBufferSweep *sweep, gdouble *sums);

G_END_DECLS
