/* SPDX-License-Identifier: MIT */
/* A stream into ssiolinear, which is in a harness, and the epochs that it
 * reports. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

/* Points of two floats, x and y. */
#define LINEAR_CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4\", point-size=(int)8, " \
  "batch-size=(int)100000"

/* What an epoch must have been. */
typedef struct {
  guint epoch;
  guint64 batches;
  guint64 points;
  guint64 bytes;
  gdouble means[2];
} LinearEpoch;

/* The element in a harness that has not sent anything yet. */
GstHarness *linear_new (const gchar *properties);

/* An element whose outputs are its two inputs, with a stream begun. */
GstHarness *linear_new_identity (const gchar *properties);

/* Expects an element with these properties to post that error of resources,
 * and no other, on its way to PAUSED. */
void linear_check_start_error (const gchar *properties, gint code,
    const gchar *part);

void linear_teardown (GstHarness *harness);

void linear_start_stream (GstHarness *harness, const gchar *caps);

void linear_push_segment (GstHarness *harness);

/* Whether the element takes the caps shows only in the next buffer's flow. */
void linear_push_caps (GstHarness *harness, const gchar *caps);

/* n points of (x, 1). */
GstBuffer *linear_new_points (guint n, gfloat x);

void linear_push_points (GstHarness *harness, guint n, gfloat x);

void linear_push_eos (GstHarness *harness);

/* Flushes, and begins a segment. */
void linear_flush (GstHarness *harness);

/* The next epoch's message on the bus of element, which may be a pipeline. */
GstMessage *linear_pop_epoch (GstElement *element);

/* That message's seconds. */
gdouble linear_pop_seconds (GstElement *element);

/* Expects that it is of that epoch. */
void linear_check_epoch (GstElement *element, LinearEpoch expected);

/* Expects neither an epoch nor an error. */
void linear_check_nothing_posted (GstElement *element);

/* Parts of an epoch's message. */
guint64 linear_get_uint64 (const GstStructure *structure, const gchar *field);
gdouble linear_get_mean (const GstStructure *structure, guint output);

G_END_DECLS
