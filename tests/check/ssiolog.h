/* SPDX-License-Identifier: MIT */
/* What passes a pad, written down in the streaming thread and judged in the
 * test's: batches of ssio_check_write_tile()'s points, and the events that
 * divide them. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

typedef enum {
  SSIO_LOG_SEGMENT,
  SSIO_LOG_BATCH,
  SSIO_LOG_EPOCH, /* the event between two epochs */
  SSIO_LOG_SEGMENT_DONE,
  SSIO_LOG_EOS,
  SSIO_LOG_FLUSH,
} SsioLogKind;

typedef struct {
  SsioLogKind kind;
  guint64 start;         /* first point of a batch, a segment's start */
  guint64 end;           /* one past a batch's last point, a segment's stop */
  guint64 base;          /* a segment's running time */
  GstSsioEpoch epoch;    /* what an epoch's event says */
  GstSsioBatchMeta meta; /* a batch's */
  gboolean intact; /* a batch's offsets, size, meta and values are right */
} SsioLogEntry;

typedef struct _SsioLog SsioLog;

/* Writes down what passes the pad called pad_name of element, which is a
 * pipeline's element called element_name, from now on. n_fields is the
 * tile's. */
SsioLog *ssio_log_new (GstElement *pipeline, const gchar *element_name,
    const gchar *pad_name, guint n_fields);

void ssio_log_free (SsioLog *log);

/* Waits until an entry of that kind was written since the last call of
 * ssio_log_take(): messages can be ahead of what they tell of. */
void ssio_log_wait (SsioLog *log, SsioLogKind kind);

/* What was written since the last call. Free with g_array_unref(). */
GArray *ssio_log_take (SsioLog *log);

/* Expects at *at, which moves on, the batches of the points start to stop, in
 * order, each once, cut on the grid of batch_size. */
void ssio_log_expect_points (const GArray *entries, guint *at, guint64 start,
    guint64 stop, guint batch_size);

/* Expects an entry of that kind at *at, which moves on. */
const SsioLogEntry *ssio_log_expect (const GArray *entries, guint *at,
    SsioLogKind kind);

/* Expects an entry of that kind at at, and nothing after it; frees entries. */
void ssio_log_finish (GArray *entries, guint at, SsioLogKind kind);

G_END_DECLS
