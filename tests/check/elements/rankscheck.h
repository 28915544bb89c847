/* SPDX-License-Identifier: MIT */
/* Pipelines on several ranks, and what they report. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define RANKS_LAYOUT "x:f4,y:f4,class:f4"
#define RANKS_N_POINTS 5300

/* Float32, of sums in another order. */
#define RANKS_TOLERANCE 2e-6

/* Two inputs, each far from 0, and a class that depends on both. */
gfloat *ranks_make_points (void);

/* Takes the points. Free with g_free(). */
gchar *ranks_write_points (gfloat *points);

/* The last epoch of a rank in what launchrank printed. Free with
 * gst_structure_free(). */
GstStructure *ranks_find_epoch (const gchar *output, guint rank);

/* Expects that an epoch was the same but for the number of its batches. */
void ranks_check_same_epoch (const GstStructure *expected,
    const GstStructure *found);

/* Runs 4 ranks of which rank 1 does something else, and expects that the job
 * ends, and how many of them print the text. odd_pipeline, which is taken, may
 * be NULL. */
void ranks_check_wrong (const gchar *how, const gchar *pipeline,
    gchar *odd_pipeline, guint n, const gchar *text);

G_END_DECLS
