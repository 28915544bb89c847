/* SPDX-License-Identifier: MIT */
/* Streams a source into a sink that reads a byte of each cache line. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  GArray *seconds;    /* gdouble; of each epoch, the first with the start */
  gdouble first;      /* seconds to the first batch */
  gdouble start, end; /* on the monotonic clock */
  guint64 bytes;      /* of all epochs, as the next two */
  guint64 points;
  guint64 batches;
  guint n_files; /* most file descriptors that were open */
} SsioTouch;

/* Called for each batch, mapped, in the order of the stream. */
typedef void (*SsioTouchFunc) (const guint8 *data, gsize size,
    gpointer user_data);

/* source is the beginning of a pipeline. Where func is NULL, cache lines are
 * touched. */
void ssio_touch_run (const gchar *source, SsioTouchFunc func,
    gpointer user_data, SsioTouch *touch);

void ssio_touch_clear (SsioTouch *touch);

G_END_DECLS
