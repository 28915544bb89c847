/* SPDX-License-Identifier: MIT */
/* ssiovelodynedec in a harness, and the sensor whose packets it gets. */
#pragma once

#include <gst/check/gstharness.h>

#include "velodynecheck.h"

G_BEGIN_DECLS

typedef struct {
  GstHarness *harness;
  GstBus *bus;
  VelodyneCheck sensor;
} DecoderCheck;

/* With the sensor of velodyne_check_init(). */
DecoderCheck decoder_new (const gchar *properties);

void decoder_free (DecoderCheck *self);

/* Pushes a packet, the sensor's next n, one of so many bytes, or the end. */
void decoder_push (DecoderCheck *self, GstBuffer *packet);
void decoder_push_next (DecoderCheck *self, guint n);
void decoder_push_size (DecoderCheck *self, gsize size);
void decoder_push_eos (DecoderCheck *self);

guint64 decoder_get_stat (DecoderCheck *self, const gchar *name);

/* Takes the next warning, which must say that. */
void decoder_expect_warning (DecoderCheck *self, GQuark domain, gint code,
    const gchar *part);
void decoder_expect_no_warning (DecoderCheck *self);

/* The next buffer, of so many points. */
GstBuffer *decoder_pull (DecoderCheck *self, guint n_points);
void decoder_expect_points (DecoderCheck *self, guint n_points);
void decoder_expect_nothing (DecoderCheck *self);

/* The sensor's clock has microseconds. */
void decoder_expect_about (GstClockTime time, GstClockTime expected);

G_END_DECLS
