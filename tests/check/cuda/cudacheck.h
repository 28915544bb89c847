/* SPDX-License-Identifier: MIT */
/* A device's memory with known bytes, and waiting for what others do. */
#pragma once

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/gstssiocudamemory.h>

#include "ssiocuda.h"

G_BEGIN_DECLS

/* A case whose tests begin with a stand-in that is as new, and end with
 * ssio_cuda_check_clean(). */
TCase *ssio_cuda_add_case (Suite *suite);

GstSsioCudaContext *ssio_cuda_new_context (void);

GstSsioCudaStream *ssio_cuda_new_stream (GstSsioCudaContext *context);

/* A stream of a context that it alone holds. */
GstSsioCudaStream *ssio_cuda_new_only_stream (void);

/* Byte number index of all that is filled here. */
guint8 ssio_cuda_byte (gsize index);

void ssio_cuda_fill_bytes (guint8 *bytes, gsize start, gsize size);

/* Expects the bytes that are filled from start on. */
void ssio_cuda_expect_bytes (const guint8 *bytes, gsize start, gsize size);

/* The same of what is mapped. */
void ssio_cuda_expect_memory (GstMemory *memory, gsize start, gsize size);

/* Memory whose bytes are not known. */
GstMemory *ssio_cuda_new_blank (GstSsioCudaStream *stream, gsize size);

/* Memory with a copy of bytes, as soon as the stream has made it. */
GstMemory *ssio_cuda_upload (GstSsioCudaStream *stream, gconstpointer bytes,
    gsize size);

/* Memory that is filled from 0 on, as soon as the stream has done so. */
GstMemory *ssio_cuda_new_filled (GstSsioCudaStream *stream, gsize size);

/* A consumer's work, which reads memory on stream, begins. */
void ssio_cuda_use (GstMemory *memory, GstSsioCudaStream *stream);

/* Twenty operations, which write scratch. */
void ssio_cuda_keep_busy (GstSsioCudaStream *stream, GstMemory *scratch);

/* Its context is current until it is popped. */
GstSsioCudaContext *ssio_cuda_push (GstSsioCudaStream *stream);

/* A function of the stand-in for a library that the environment names. */
gpointer ssio_cuda_find_fake (const gchar *variable, const gchar *name);

typedef gboolean (*SsioCudaAttempt) (gpointer data, GError **error);

/* Attempts over and over, where the first, second, ... use of call fails,
 * until none is left. Expects an error that names call each time, and at least
 * one. */
void ssio_cuda_expect_failures (const gchar *call, SsioCudaAttempt attempt,
    gpointer data);

/* The same, with what comes after each attempt, when all calls work again. */
void ssio_cuda_expect_failures_of (const gchar *call, SsioCudaAttempt attempt,
    void (*finish) (gpointer data), gpointer data);

void ssio_cuda_stats (FakecudaStats *stats);

/* Runs func in a thread while nothing is done on any stream, and expects that
 * it waits until streams go on. */
void ssio_cuda_expect_waits (GThreadFunc func, gpointer data);

G_END_DECLS
