/* SPDX-License-Identifier: MIT */
/* Runs pipelines to their end, in this process or in one of their own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the epochs of a pipeline reported. */
typedef struct {
  GArray *seconds; /* gdouble; of each */
  GArray *means;   /* gdouble; of the last one's outputs */
  guint64 points;  /* of the last one */
} SsioEpochs;

/* A string as a value in a pipeline's text, whatever it holds. */
gchar *ssio_pipeline_quote (const gchar *value);

/* Ends the benchmark where the pipeline fails. */
void ssio_pipeline_run (const gchar *text, SsioEpochs *epochs);

void ssio_epochs_clear (SsioEpochs *epochs);

/* The most bytes that a process holds that runs this pipeline and nothing
 * else: this program, which must call ssio_pipeline_print_resident() where
 * its arguments are --child and the pipeline. */
gdouble ssio_pipeline_measure_resident (const gchar *text);

void ssio_pipeline_print_resident (const gchar *text);

G_END_DECLS
