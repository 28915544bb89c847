/* SPDX-License-Identifier: MIT */
/* Moves of one field each, over points. */
#pragma once

#include "cast.h"

G_BEGIN_DECLS

/* Where points come from and go to. */
typedef struct {
  const guint8 *from;
  guint from_size; /* bytes from one point to the next */
  guint8 *to;
  guint to_size;
} GstSsioConvertPoints;

typedef struct _GstSsioConvertMove GstSsioConvertMove;

typedef void (*GstSsioConvertLoop) (const GstSsioConvertMove *move,
    const GstSsioConvertPoints *points, gsize n);

/* One field's way, or that of bytes that keep their order. */
struct _GstSsioConvertMove {
  GstSsioConvertLoop loop;
  guint from; /* bytes from the start of a point */
  guint to;
  guint size; /* bytes that are written of each point */
  gboolean is_copy;

  /* where it is none */
  GstSsioType from_type;
  GstSsioType to_type;
  guint64 mask; /* 0 for all */
  guint shift;
  GstSsioCast cast;
};

/* What runs move, whose other members are set. */
GstSsioConvertLoop gst_ssio_convert_find_loop (const GstSsioConvertMove *move);

G_END_DECLS
