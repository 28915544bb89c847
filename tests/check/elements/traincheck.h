/* SPDX-License-Identifier: MIT */
/* Trainings of ssiolinear on generated points, and what they leave. */
#pragma once

#include "linearcheck.h"

G_BEGIN_DECLS

/* Points of two inputs and a class from 0 to 2. */
#define TRAIN_LAYOUT "x:f4,y:f4,label:f4"
#define TRAIN_N_COLUMNS 3
#define TRAIN_N_CLASSES 3
#define TRAIN_POINT_SIZE 12
#define TRAIN_BATCH 500
#define TRAIN_N_POINTS (11 * TRAIN_BATCH + 100)

#define TRAIN_PROPERTIES \
  "label=label layers=8,3 train=true learning-rate=0.01 threads=2"

/* Three clusters, around points of a circle. Free with g_free(). */
gfloat *train_make_points (guint n);

/* Files of such points, which the test's end deletes. Free with g_free(). */
gchar *train_write_points (const gfloat *points, guint n);
gchar *train_write_tile (void);

/* A pipeline that trains on a file, with properties of ssiosrc and ssiolinear,
 * which is called linear. */
GstElement *train_launch (const gchar *tile, const gchar *source,
    const gchar *linear);
void train_free_pipeline (GstElement *pipeline);

/* Runs such a pipeline to its end. */
void train_run (const gchar *tile, const gchar *source, const gchar *linear);

/* Fields of an element message, which must be there. */
gdouble train_get_double (GstMessage *message, const gchar *field);
guint64 train_get_uint64 (GstMessage *message, const gchar *field);

/* The next element message of that name, or NULL at EOS. */
GstMessage *train_pop_named (GstElement *element, const gchar *name);

GBytes *train_read_file (const gchar *path);
void train_check_same_file (const gchar *expected, const gchar *found);

/* Expects the floats of two safetensors files of one model to be the same, to
 * 1e-4 of their length. */
void train_check_close (GBytes *expected, GBytes *found);

/* format with path in place of PATH. Free with g_free(). */
gchar *train_with_path (const gchar *format, const gchar *path);

G_END_DECLS
