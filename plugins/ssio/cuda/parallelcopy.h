/* SPDX-License-Identifier: MIT */
/* A memcpy() of several threads: one alone is slower than the bus to a
 * device. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstSsioParallelCopy GstSsioParallelCopy;

/* n_threads counts the calling one. */
GstSsioParallelCopy *gst_ssio_parallel_copy_new (guint n_threads);

void gst_ssio_parallel_copy_free (GstSsioParallelCopy *copy);

/* From one thread at a time; returns when all is copied. */
void gst_ssio_parallel_copy_run (GstSsioParallelCopy *copy, guint8 *to,
    const guint8 *from, gsize size);

G_END_DECLS
