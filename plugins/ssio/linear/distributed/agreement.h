/* SPDX-License-Identifier: MIT */
/* What ranks must have in common: else each would compute something of its
 * own, and nobody would see it. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "../classmap.h"
#include "../normalization.h"
#include "collective.h"

G_BEGIN_DECLS

typedef struct {
  gboolean train;
  const GstSsioModel *model;
  GstSsioNormalize normalize;
  const GstSsioNormalization *normalization; /* NULL while there is none */
  const GstSsioLayout *layout;
  const guint *fields; /* of each of the model's inputs */
  const gchar *label;  /* NULL without, as what follows */
  gint ignore_label;
  const GstSsioClassMap *class_map;
} GstSsioTask;

/* Before the first batch. */
gboolean gst_ssio_agree_on_task (GstSsioCollective *collective,
    const GstSsioTask *task, GError **error);

/* Whether all ranks have the same weights, bit for bit. */
gboolean gst_ssio_agree_on_weights (GstSsioCollective *collective,
    const GstSsioModel *model, GError **error);

/* Sets *number to the largest of all ranks. */
gboolean gst_ssio_agree_on_largest (GstSsioCollective *collective,
    guint64 *number, GError **error);

/* The first two ranks that stream the same points, the same one twice where all
 * differ. stream is the state of this rank's ssiosrc, NULL where it is not
 * known. */
gboolean gst_ssio_find_same_streams (GstSsioCollective *collective,
    const gchar *stream, guint *rank, guint *other, GError **error);

G_END_DECLS
