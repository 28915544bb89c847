/* SPDX-License-Identifier: MIT */
/* Tells when nothing has come for a while, by a pipeline's clock. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Called in a thread of the clock, at most once for each start. */
typedef void (*GstSsioSilenceFunc) (GstElement *element);

typedef struct {
  GstElement
      *element; /* that it is a part of, and keeps alive while it waits */
  GstSsioSilenceFunc func;
  GMutex lock;
  GstClock *clock; /* NULL unless started */
  GstClockID id;
  GstClockTime timeout;
  GstClockTime heard_at;
  gboolean is_busy;
} GstSsioSilence;

void gst_ssio_silence_init (GstSsioSilence *silence, GstElement *element,
    GstSsioSilenceFunc func);
void gst_ssio_silence_clear (GstSsioSilence *silence);

void gst_ssio_silence_start (GstSsioSilence *silence, GstClock *clock,
    GstClockTime timeout);
void gst_ssio_silence_stop (GstSsioSilence *silence);

/* Something has come: what it takes until done is called is no silence,
 * however long downstream blocks. It may turn out not to count. */
void gst_ssio_silence_break (GstSsioSilence *silence);
void gst_ssio_silence_done (GstSsioSilence *silence, gboolean counts);

G_END_DECLS
