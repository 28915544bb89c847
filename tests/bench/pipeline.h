/* SPDX-License-Identifier: MIT */
/* Runs pipelines to their end, in this process or in one of their own. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What the epochs of a pipeline reported. */
typedef struct {
  GArray *seconds; /* gdouble; of each */
  GArray *losses;  /* gdouble; of each that has one */
  GArray *means;   /* gdouble; of the last one's outputs, if it has any */
  guint64 points;  /* of the last one */
} SsioEpochs;

/* A string as a value in a pipeline's text, whatever it holds. */
gchar *ssio_pipeline_quote (const gchar *value);

/* From gst-launch-1.0's language. Ends the benchmark where it cannot be made,
 * as the next two do where the pipeline fails. */
GstElement *ssio_pipeline_new (const gchar *text);

/* Plays a pipeline to its end and stops it. epochs may be NULL; what its
 * elements report is added to it. */
void ssio_pipeline_play (GstElement *pipeline, SsioEpochs *epochs);

void ssio_pipeline_run (const gchar *text, SsioEpochs *epochs);

void ssio_epochs_clear (SsioEpochs *epochs);

/* The most bytes that a process holds that runs this pipeline and nothing
 * else: this program, which must call ssio_pipeline_print_resident() where
 * its arguments are --child and the pipeline. */
gdouble ssio_pipeline_measure_resident (const gchar *text);

/* The most bytes that this process has held. */
gdouble ssio_pipeline_get_peak (void);

void ssio_pipeline_print_resident (const gchar *text);

G_END_DECLS
