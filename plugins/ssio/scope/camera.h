/* SPDX-License-Identifier: MIT */
/* Where points of space are in a picture. x points east, y north and z up. */
#pragma once

#include "box.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_VIEW_TOP,
  GST_SSIO_VIEW_PERSPECTIVE,
} GstSsioView;

/* What the picture is high, in degrees, seen from the eye, or wide where that
 * is less. */
#define GST_SSIO_FIELD_OF_VIEW 40.0

typedef struct {
  GstSsioView view;
  gdouble azimuth;   /* from the box's centre to the eye, degrees clockwise
                      * from north */
  gdouble elevation; /* of the eye above the horizon, degrees */
  gdouble distance; /* of the eye from the centre; 0: all of the box is seen */
} GstSsioCamera;

/* A point's pixel is
 *   column = floor (width / 2 + scale * right / depth)
 *   row = floor (height / 2 - scale * up / depth)
 * where right, up and depth are distances from the eye along the camera's
 * axes. From the top, right and up are distances from the box's centre along
 * x and y, and depth is 1. */
typedef struct {
  GstSsioView view;
  guint width;
  guint height;
  gdouble scale;                   /* pixels */
  gdouble center[GST_SSIO_N_AXES]; /* what the camera looks at */
  gdouble right[GST_SSIO_N_AXES];
  gdouble up[GST_SSIO_N_AXES];
  gdouble forward[GST_SSIO_N_AXES];
  gdouble eye[GST_SSIO_N_AXES]; /* from the centre, along right, up, forward */
  gdouble near;                 /* points are not drawn that are not deeper */
} GstSsioProjection;

/* Has a picture of that size show the box. From the top, the outermost points
 * lie on the middles of the outermost pixels of that axis which is the longer
 * one for the picture. */
void gst_ssio_projection_init (GstSsioProjection *projection,
    const GstSsioCamera *camera, const GstSsioBox *box, guint width,
    guint height);

gboolean gst_ssio_projection_is_equal (const GstSsioProjection *projection,
    const GstSsioProjection *other);

/* How long a pixel is in space, at that point of the box where it is
 * shortest. */
gdouble
gst_ssio_projection_get_pixel_size (const GstSsioProjection *projection,
    const GstSsioBox *box);

G_END_DECLS
