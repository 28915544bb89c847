/* SPDX-License-Identifier: MIT */
/* Warnings of what comes and does not, which do not come in floods. */
#pragma once

#include "decoder.h"

G_BEGIN_DECLS

/* Things of a kind to warn of. */
typedef struct {
  guint64 n;        /* so far */
  guint64 n_warned; /* of which warnings told */
  gint64 warned_at; /* microseconds */
} GstSsioVelodyneConcern;

/* Zeroed at the start. */
typedef struct {
  GstSsioVelodyneConcern lost;
  GstSsioVelodyneConcern restarts;
  GstSsioVelodyneConcern other;
} GstSsioVelodyneWarnings;

/* Posts what there is to say after a packet of that kind and size. */
void gst_ssio_velodyne_warnings_packet (GstSsioVelodyneWarnings *warnings,
    GstElement *element, const GstSsioVelodyneDecoder *decoder,
    GstSsioVelodyneKind kind, gsize size);

/* The same at the end of the stream. */
void gst_ssio_velodyne_warnings_end (GstSsioVelodyneWarnings *warnings,
    GstElement *element, const GstSsioVelodyneDecoder *decoder);

G_END_DECLS
