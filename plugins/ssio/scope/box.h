/* SPDX-License-Identifier: MIT */
/* A part of space along the axes, both ends included. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_SSIO_N_AXES 3

typedef struct {
  gdouble min[GST_SSIO_N_AXES]; /* above max where the box is empty */
  gdouble max[GST_SSIO_N_AXES];
} GstSsioBox;

/* Holds nothing, so that any box can be added. */
void gst_ssio_box_clear (GstSsioBox *box);

gboolean gst_ssio_box_is_empty (const GstSsioBox *box);

/* Grows it to also hold n values of one axis, all finite. */
void gst_ssio_box_add_values (GstSsioBox *box, guint axis,
    const gfloat *values, gsize n);

G_END_DECLS
