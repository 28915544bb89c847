/* SPDX-License-Identifier: MIT */
/* Batches of all kinds, and a copier that brings them to a device. */
#pragma once

#include "cuda/copier.h"
#include "cudacheck.h"

G_BEGIN_DECLS

typedef enum {
  SSIO_SOURCE_FILE, /* a mapped file */
  SSIO_SOURCE_PLAIN,
  SSIO_SOURCE_SEVERAL, /* a buffer of two memories */
  SSIO_SOURCE_PINNED,
  SSIO_N_SOURCES
} SsioSource;

#define SSIO_N_STAGINGS (GST_SSIO_STAGING_PAGEABLE + 1)

typedef struct {
  GstSsioCudaContext *context;
  GstAllocator *pinned;
  GstSsioPointFile *file; /* of ssio_cuda_byte(), a byte a point */
  GstSsioCopier *copier;
} CopierScene;

gsize copier_page (void);

/* Without a copier, and with nothing current. */
void copier_begin_without (CopierScene *scene);

/* With a copier and its context current in this thread, as the copier wants
 * it. */
void copier_begin (CopierScene *scene, guint slots, GstSsioStaging staging);

void copier_end (CopierScene *scene);

/* The file's bytes from start on, which is where they lie in their pages. */
GstBuffer *copier_new_source (CopierScene *scene, SsioSource kind, gsize start,
    gsize size);

/* Begins to copy, and expects that that works. */
GstMemory *copier_copy (CopierScene *scene, GstBuffer *from);

/* The same of a source that nobody else has; adds one to *deaths when it is
 * released. */
GstMemory *copier_copy_new (CopierScene *scene, SsioSource kind, gsize start,
    gsize size, gint *deaths);

void copier_drain (CopierScene *scene);

/* Expects the source's bytes, and lets go of them. */
void copier_expect (GstMemory *to, gsize start, gsize size);

G_END_DECLS
