/* SPDX-License-Identifier: MIT */
/* The forward pass on the CPU: one sweep over the points, from records of any
 * layout to sums of the outputs, block by block in the first-level cache. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "model.h"

G_BEGIN_DECLS

typedef struct _GstSsioForward GstSsioForward;

/* fields has the index in layout of each of the model's inputs. */
GstSsioForward *gst_ssio_forward_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields);

void gst_ssio_forward_free (GstSsioForward *forward);

/* Name of the instruction set in use. */
const gchar *gst_ssio_forward_get_isa (const GstSsioForward *forward);

/* Another instruction set than the best, for tests and benchmarks; FALSE
 * where this machine or build does not have it. */
gboolean gst_ssio_forward_set_isa (GstSsioForward *forward, const gchar *name);

/* Working memory for one thread's gst_ssio_forward_run(); free with
 * gst_ssio_forward_free_scratch(). */
gpointer gst_ssio_forward_new_scratch (const GstSsioForward *forward);
void gst_ssio_forward_free_scratch (gpointer scratch);

/* What is made of the outputs of a block of points, which are columns, stride
 * floats from one output to the next. */
typedef struct {
  const gfloat *columns;
  guint stride;
  const guint8 *points; /* their records */
  guint n_points;
} GstSsioOutputs;

typedef void (*GstSsioOutputsFunc) (const GstSsioOutputs *outputs,
    gpointer user_data);

/* As gst_ssio_forward_run(), and calls func, unless it is NULL, for each block
 * while its outputs are in the cache. bias stands in for the first layer's,
 * unless it is NULL. */
void gst_ssio_forward_run_blocks (const GstSsioForward *forward,
    gpointer scratch, const gfloat *bias, const guint8 *points, gsize n_points,
    gdouble *sums, GstSsioOutputsFunc func, gpointer user_data);

/* The instruction set's own functions. */
const struct _GstSsioForwardKernel *
gst_ssio_forward_get_kernel (const GstSsioForward *forward);

/* Adds the outputs of n_points records to sums, one for each output. */
void gst_ssio_forward_run (const GstSsioForward *forward, gpointer scratch,
    const guint8 *points, gsize n_points, gdouble *sums);

G_END_DECLS
