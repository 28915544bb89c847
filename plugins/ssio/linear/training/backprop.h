/* SPDX-License-Identifier: MIT */
/* Forward and backward on the CPU: one sweep over points, from records of any
 * layout to the loss and the gradients of all weights, block by block in the
 * cache. The loss is the cross-entropy of the softmax of the outputs,
 * PyTorch's nn.CrossEntropyLoss. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

#include "../model.h"

G_BEGIN_DECLS

typedef struct _GstSsioBackprop GstSsioBackprop;

/* What a sweep comes to. */
typedef struct {
  gdouble loss;   /* sum over points of weight times cross-entropy */
  gdouble weight; /* sum of the weights of the points' classes */
  guint64 n_points;
  guint64 n_counted; /* points that have a class */
  guint64 n_correct; /* those whose largest output is that of their class */
} GstSsioTrainSums;

/* fields has the index in layout of each of the model's inputs. class_weights
 * has the weight of each output's class, or is NULL where they are all 1. isa
 * names an instruction set other than the best, for tests and benchmarks; NULL
 * where this machine or build does not have it. */
GstSsioBackprop *gst_ssio_backprop_new (const GstSsioModel *model,
    const GstSsioLayout *layout, const guint *fields,
    const gfloat *class_weights, const gchar *isa);

void gst_ssio_backprop_free (GstSsioBackprop *backprop);

/* Name of the instruction set in use. */
const gchar *gst_ssio_backprop_get_isa (const GstSsioBackprop *backprop);

/* Takes the weights of a model of the same shape, which may have changed. */
void gst_ssio_backprop_set_weights (GstSsioBackprop *backprop,
    const GstSsioModel *model);

/* What is subtracted from each input, and what the rest is divided by; nothing
 * and 1 before this is called. */
void gst_ssio_backprop_set_normalization (GstSsioBackprop *backprop,
    const gdouble *mean, const gdouble *divisor);

/* Points that it takes at once; a run of a multiple of that wastes nothing. */
guint gst_ssio_backprop_get_block (const GstSsioBackprop *backprop);

/* Working memory for one thread's gst_ssio_backprop_run(); free with
 * gst_ssio_backprop_free_scratch(). */
gpointer gst_ssio_backprop_new_scratch (const GstSsioBackprop *backprop);
void gst_ssio_backprop_free_scratch (gpointer scratch);

/* Doubles in what follows: a gradient in an order of its own. */
gsize gst_ssio_backprop_get_n_sums (const GstSsioBackprop *backprop);

/* Adds n_points records to sums and gradient. classes has the output that
 * each point is to have largest, below 0 for one that does not count. The
 * predictions, where not NULL, are what they have. */
void gst_ssio_backprop_run (const GstSsioBackprop *backprop, gpointer scratch,
    const guint8 *points, gsize n_points, const gint32 *classes,
    gint32 *predictions, gdouble *gradient, GstSsioTrainSums *sums);

/* Sets gradients, of the model's shape, to gradient times scale. */
void gst_ssio_backprop_get_gradients (const GstSsioBackprop *backprop,
    const gdouble *gradient, gdouble scale, GstSsioModel *gradients);

G_END_DECLS
