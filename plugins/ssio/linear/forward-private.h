/* SPDX-License-Identifier: MIT */
/* What the forward pass and its kernels for each instruction set share. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Outputs that a tile computes at once; weights are packed in this rhythm. */
#define GST_SSIO_FORWARD_TILE_OUTPUTS 4
#define GST_SSIO_FORWARD_MAX_BLOCK 256
#define GST_SSIO_FORWARD_CACHE_LINE 64

/* What becomes of a layer's outputs. */
typedef enum {
  GST_SSIO_FORWARD_PLAIN,
  GST_SSIO_FORWARD_RELU,
  /* 0 where the place of the output held nothing above 0: the derivative of
   * the ReLU that left it there */
  GST_SSIO_FORWARD_GATED,
} GstSsioForwardEnd;

typedef struct {
  guint n_in;
  guint n_out;
  GstSsioForwardEnd end;
  gfloat *weight; /* for each group of outputs: [n_in][outputs of the group] */
  gfloat *bias;
} GstSsioForwardLayer;

/* Of each point of a block. */
typedef struct {
  gint32 classes[GST_SSIO_FORWARD_MAX_BLOCK]; /* the largest output's index */
  gfloat largest[GST_SSIO_FORWARD_MAX_BLOCK]; /* that output */
  /* the sum of exp (output - largest) over the other outputs */
  gfloat others[GST_SSIO_FORWARD_MAX_BLOCK];
} GstSsioSoftmax;

/* Memory that will be read soon. */
typedef struct {
  const guint8 *at;
  const guint8 *end;
} GstSsioForwardAhead;

typedef struct _GstSsioForwardKernel {
  const gchar *name;
  guint block; /* points; also the distance between two columns */
  /* Runs all layers over the block of inputs in activations[0], uses both
   * buffers, and adds the outputs of the first n_points to sums. Meanwhile
   * fetches what is ahead into the cache. Returns where the outputs are,
   * columns as the inputs were. */
  const gfloat *(*run_block) (const GstSsioForwardLayer *layers,
      guint n_layers, gfloat *activations[2], guint n_points, gdouble *sums,
      GstSsioForwardAhead ahead);
  /* exponentials, NULL or columns as outputs are, get exp (output - largest)
   * of each. Points up to the next vector's end are written. */
  void (*softmax) (const gfloat *outputs, guint n_outputs, guint n_points,
      GstSsioSoftmax *result, gfloat *exponentials);
} GstSsioForwardKernel;

/* A layer without weights yet. */
void gst_ssio_forward_layer_init (GstSsioForwardLayer *layer, guint n_in,
    guint n_out, GstSsioForwardEnd end);

/* Packs weights, of which the one from input i to output o is
 * weight[o * out_stride + i * in_stride]; without biases they are 0. */
void gst_ssio_forward_layer_pack (GstSsioForwardLayer *layer,
    const gfloat *weight, gsize out_stride, gsize in_stride,
    const gfloat *bias);

void gst_ssio_forward_layer_clear (GstSsioForwardLayer *layer);

extern const GstSsioForwardKernel gst_ssio_forward_kernel_baseline;
extern const GstSsioForwardKernel gst_ssio_forward_kernel_avx2;
extern const GstSsioForwardKernel gst_ssio_forward_kernel_avx512;

G_END_DECLS
