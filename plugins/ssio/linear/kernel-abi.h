/* SPDX-License-Identifier: MIT */
/* What the CUDA kernels and those who launch them agree on. Each kernel takes
 * one of these structs by value as its only parameter. */
#pragma once

#include <stdint.h>

#define SSIO_KERNEL_THREADS 128

/* Limits of the sweep over models of two layers. */
#define SSIO_PAIR_MAX_INPUTS 8
#define SSIO_PAIR_MAX_OUTPUTS 4
#define SSIO_PAIR_POINTS 8 /* that a thread works on at once */
#define SSIO_PAIR_TILE (SSIO_KERNEL_THREADS * SSIO_PAIR_POINTS)

/* A hidden unit's weights, its bias and its weights in the last layer, and
 * what fills the last 16 bytes. */
#define SSIO_PAIR_UNIT_FLOATS(n_in, n_out) (((n_in) + 1 + (n_out) + 3) / 4 * 4)

/* Limits and rhythm of the sweep over any number of layers: a thread computes
 * so many outputs of so many points at once. */
#define SSIO_LAYERS_MAX 64
#define SSIO_LAYERS_OUTPUTS 4
#define SSIO_LAYERS_POINTS 8

enum {
  SSIO_KERNEL_FLOAT,
  SSIO_KERNEL_SIGNED,
  SSIO_KERNEL_UNSIGNED,
};

/* One input of the model: how a record holds it. */
typedef struct {
  uint64_t mask; /* 0 for all bits */
  double scale;
  double origin;
  uint32_t offset;
  uint32_t shift;
  uint16_t kind;
  uint16_t size;
  uint32_t is_plain; /* neither scaled nor moved */
} SsioKernelField;

/* Records, and the way of a tile of them into shared memory: as they are to a
 * stage; and as float columns, which are converted from there or, without a
 * stage, from where the records are. To be converted they have one stage or
 * none, else one or two in turn. Offsets are bytes from the start of the
 * block's shared memory. */
typedef struct {
  const unsigned char *points;
  uint64_t n_points;
  const SsioKernelField *fields;
  uint32_t n_inputs;
  uint32_t point_size;
  uint32_t tile; /* points */
  uint32_t n_stages;
  uint32_t stages; /* offset */
  uint32_t stage_size;
  uint32_t columns; /* offset */
  uint32_t converts;
} SsioKernelRecords;

/* What all sweeps in shared memory have first. Each block adds to its own row
 * of partials. */
typedef struct {
  SsioKernelRecords records;
  const float *weights;
  double *partials; /* [blocks][n_outputs] */
  uint32_t n_weights;
} SsioSweep;

/* Two layers, the second of few outputs. Weights are those of the hidden
 * units, then 4 floats with the last layer's bias. The inputs of a tile's
 * point are input_stride bytes from the next one's, and each at its own offset
 * from the point's; the first point's are at the offset inputs in shared
 * memory. */
typedef struct {
  SsioSweep sweep;
  uint32_t n_hidden;
  uint32_t inputs;
  uint32_t input_stride;
  uint32_t input_offsets[SSIO_PAIR_MAX_INPUTS];
} SsioPairParams;

/* Any number of layers. Weights are in groups of SSIO_LAYERS_OUTPUTS outputs:
 * the bias of each, then for each input the weight of each. Activations are
 * columns of a tile, in two places in turn; the inputs are in the first. */
typedef struct {
  SsioSweep sweep;
  uint32_t n_layers;
  uint32_t activations[2]; /* offsets */
  uint32_t sums;           /* offset of a double for each output */
  uint32_t widths[SSIO_LAYERS_MAX + 1];
  float *rows; /* of outputs, for the kernel that keeps them */
} SsioLayersParams;

/* Records to a row of floats for each. */
typedef struct {
  SsioKernelRecords records;
  float *rows;
} SsioGatherParams;

/* Rows of outputs without their bias. */
typedef struct {
  float *rows;
  const float *bias;
  double *partials; /* [blocks in y][width] */
  uint64_t n_rows;
  uint32_t width;
} SsioRowsParams;

/* A label that the map does not have. */
#define SSIO_LABEL_ABSENT INT32_MIN

/* How a record holds its class: that of n_classes, which may come from a map.
 */
typedef struct {
  SsioKernelField field;
  int64_t ignored;
  const int32_t *map; /* class of first_mapped and those that follow */
  int64_t first_mapped;
  uint64_t n_mapped; /* 0 without a map */
  uint32_t n_classes;
} SsioKernelLabels;

/* Up to so many classes each block counts for itself first. */
#define SSIO_SHARED_CLASSES 64

/* Where points are counted. */
typedef struct {
  uint64_t *counts;     /* [label][prediction], and of ignored points */
  uint64_t *fault;      /* the first point without a class */
  uint64_t first_point; /* of these, counted since the start */
  uint32_t in_shared;   /* whether each block counts for itself first */
} SsioKernelCounts;

enum {
  SSIO_SCORE_NONE,
  SSIO_SCORE_U1,
  SSIO_SCORE_U2,
  SSIO_SCORE_PROBABILITIES,
};

/* Rows of outputs, a class each, and the records that they are of. */
typedef struct {
  const float *rows;
  const unsigned char *points;
  uint64_t n_points;
  uint32_t point_size;
  uint32_t n_outputs;

  /* without labels scores is 0, and what follows not used */
  uint32_t scores;
  SsioKernelLabels labels;
  SsioKernelCounts counts; /* in shared memory after a double for each
                            * thread */
  double *losses;          /* [blocks] */
  unsigned char *record;   /* of the first point without a class */

  uint32_t prediction; /* what a row of predictions is */
  void *predictions;
} SsioScoreParams;

/* Any number of layers, forward and backward. Weights are as those of
 * SsioLayersParams. Each place in shared memory is an offset: of the columns of
 * a tile that are each layer's inputs, and of the last one's outputs, in fours;
 * of a column of ones; of doubles, gradients in rows of a layer's inputs and
 * bias for each of its outputs; of two doubles for each thread; of counts. */
typedef struct {
  SsioSweep sweep; /* partials are [blocks][n_gradients + 2] */
  SsioKernelLabels labels;
  SsioKernelCounts counts;
  const float *class_weights;
  const float *normalization; /* mean and factor of each input; or NULL */
  uint32_t n_layers;
  uint32_t n_gradients;
  uint32_t widths[SSIO_LAYERS_MAX + 1];
  uint32_t columns[SSIO_LAYERS_MAX + 1];
  uint32_t ones;
  uint32_t gradients;
  uint32_t thread_sums; /* a weighted loss and a weight */
  uint32_t shared_counts;
} SsioTrainParams;

/* Adds up the rows of partials, and sets them to 0. */
typedef struct {
  double *partials;
  double *sums;
  uint32_t n_rows;
  uint32_t width;
} SsioCollectParams;
