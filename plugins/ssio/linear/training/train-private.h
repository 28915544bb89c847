/* SPDX-License-Identifier: MIT */
/* What training and its kernels for each instruction set share. */
#pragma once

#include "../forward-private.h"

G_BEGIN_DECLS

/* Outputs and inputs whose products a tile adds up at once; the most inputs
 * are the kernel's. */
#define GST_SSIO_TRAIN_TILE_OUTPUTS 3
#define GST_SSIO_TRAIN_MAX_LANES 16

/* A layer with what its gradient takes. Its bias is the weight of an input
 * that is always 1, so that its inputs are n_in + 1 columns. */
typedef struct {
  GstSsioForwardLayer forward;
  /* from the gradients of the outputs to those of the inputs; the first layer
   * has none */
  GstSsioForwardLayer backward;
  gsize inputs;   /* first column of its inputs in a block's columns */
  gsize gradient; /* first value of its tiles in a gradient */
} GstSsioTrainLayer;

typedef struct {
  guint n_layers;
  GstSsioTrainLayer *layers;
  guint n_outputs;
  gsize outputs;   /* first column of the last layer's outputs */
  gsize n_columns; /* that a block takes */
  gsize n_sums;    /* that a gradient takes */
} GstSsioTrainNet;

/* What a block's points are to learn, BLOCK of each. */
typedef struct {
  const gint32 *classes; /* negative where a point is not to count */
  const gfloat *weights; /* 0 where it is not to count */
  gint32 *predictions;   /* the output that is largest */
} GstSsioTrainTargets;

typedef struct {
  const gchar *name;
  guint block;       /* points; also the distance between two columns */
  guint lanes;       /* sums of a tile's products that lie side by side */
  guint tile_inputs; /* inputs of a tile */
  /* Runs the layers over the inputs that are in the first columns, n_points of
   * them and zeros, adds the gradients of the weights to gradient, in tiles,
   * and returns the sum of the points' weighted losses. The columns of ones
   * have been set. */
  gdouble (*run_block) (const GstSsioTrainNet *net, gfloat *columns,
      const GstSsioTrainTargets *targets, guint n_points, gdouble *gradient,
      GstSsioForwardAhead ahead);
} GstSsioTrainKernel;

extern const GstSsioTrainKernel gst_ssio_train_kernel_baseline;
extern const GstSsioTrainKernel gst_ssio_train_kernel_avx2;
extern const GstSsioTrainKernel gst_ssio_train_kernel_avx512;

G_END_DECLS
