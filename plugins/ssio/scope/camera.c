/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "camera.h"

/* What is nearer to the eye than this part of its distance is not drawn. */
#define NEAR_PART 0.001

/* Nothing that is to be seen is nearer than this part of the eye's distance. */
#define LEAST_PART 1e-6

#define N_CORNERS 8

/* More would not change a double. */
#define N_HALVINGS 53

typedef gdouble Vector[GST_SSIO_N_AXES];

static gdouble
dot (const Vector a, const Vector b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* From the centre of the box to one of its corners. */
static void
find_corner (const GstSsioBox *box, guint corner, Vector from_center)
{
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    gdouble half = (box->max[axis] - box->min[axis]) / 2;

    from_center[axis] = corner & (1 << axis) ? half : -half;
  }
}

/* Pixels for a length of 1, so that the outermost points are half a pixel from
 * the edges. */
static gdouble
fit (const GstSsioBox *box, guint axis, guint n_pixels)
{
  gdouble length = box->max[axis] - box->min[axis];

  return length > 0 ? (n_pixels - 1) / length : INFINITY;
}

static void
look_from_top (GstSsioProjection *self, const GstSsioBox *box)
{
  self->scale = MIN (fit (box, 0, self->width), fit (box, 1, self->height));
  if (isinf (self->scale))
    self->scale = 1;
}

static void
turn_axes (GstSsioProjection *self, const GstSsioCamera *camera)
{
  gdouble azimuth = camera->azimuth * G_PI / 180;
  gdouble elevation = camera->elevation * G_PI / 180;
  const Vector right = { -cos (azimuth), sin (azimuth), 0 };
  const Vector forward = { -sin (azimuth) * cos (elevation),
    -cos (azimuth) * cos (elevation), -sin (elevation) };
  const Vector up = { -sin (azimuth) * sin (elevation),
    -cos (azimuth) * sin (elevation), cos (elevation) };
  guint axis;

  for (axis = 0; axis < GST_SSIO_N_AXES; axis++) {
    self->right[axis] = right[axis];
    self->forward[axis] = forward[axis];
    self->up[axis] = up[axis];
  }
}

/* The eye sees a corner where |right - eye right| is at most tan * (forward -
 * eye forward), and the same for up. Has all just be seen along one axis of
 * the picture. Returns where the eye is along that axis, and sets the nearest
 * place where it may be along forward. */
static gdouble
see_corners (const GstSsioBox *box, const Vector axis, const Vector forward,
    gdouble tan, gdouble *nearest)
{
  gdouble low = -INFINITY;
  gdouble high = INFINITY;
  guint i;

  for (i = 0; i < N_CORNERS; i++) {
    Vector corner;

    find_corner (box, i, corner);
    low = MAX (low, dot (corner, axis) - tan * dot (corner, forward));
    high = MIN (high, dot (corner, axis) + tan * dot (corner, forward));
  }
  *nearest = (high - low) / (2 * tan);
  return (low + high) / 2;
}

/* The same from farther away, with as much room at both ends: as if the
 * picture were so much smaller that there is none. */
static gdouble
see_corners_from (const GstSsioBox *box, const Vector axis,
    const Vector forward, gdouble tan, gdouble eye_forward)
{
  gdouble least = 0;
  gdouble most = tan;
  gdouble nearest;
  guint i;

  for (i = 0; i < N_HALVINGS; i++) {
    gdouble middle = (least + most) / 2;

    see_corners (box, axis, forward, middle, &nearest);
    if (nearest < eye_forward)
      least = middle;
    else
      most = middle;
  }
  return see_corners (box, axis, forward, most, &nearest);
}

/* How deep that corner lies which is nearest to the eye. */
static gdouble
find_nearest_depth (const GstSsioProjection *self, const GstSsioBox *box)
{
  gdouble depth = INFINITY;
  guint i;

  for (i = 0; i < N_CORNERS; i++) {
    Vector corner;

    find_corner (box, i, corner);
    depth = MIN (depth, dot (corner, self->forward) - self->eye[2]);
  }
  return depth;
}

/* Has the box fill the picture, but for half a pixel at each edge. */
static void
move_eye (GstSsioProjection *self, const GstSsioBox *box)
{
  /* a single pixel has no other edges than the picture's */
  gdouble tan_x = MAX (self->width - 1, 0.5) / 2 / self->scale;
  gdouble tan_y = MAX (self->height - 1, 0.5) / 2 / self->scale;
  gdouble nearest_x, nearest_y;

  see_corners (box, self->right, self->forward, tan_x, &nearest_x);
  see_corners (box, self->up, self->forward, tan_y, &nearest_y);
  self->eye[2] = MIN (nearest_x, nearest_y);
  /* a line that is seen from its end begins in the eye */
  if (find_nearest_depth (self, box) < LEAST_PART * -self->eye[2])
    self->eye[2] *= 1 + LEAST_PART;
  if (self->eye[2] >= 0) { /* a single point */
    self->eye[2] = -1;
    return;
  }
  self->eye[0] = see_corners_from (box, self->right, self->forward, tan_x,
      self->eye[2]);
  self->eye[1]
      = see_corners_from (box, self->up, self->forward, tan_y, self->eye[2]);
}

static void
look_from_aside (GstSsioProjection *self, const GstSsioCamera *camera,
    const GstSsioBox *box)
{
  turn_axes (self, camera);
  self->scale = MIN (self->width, self->height) / 2.0
                / tan (GST_SSIO_FIELD_OF_VIEW / 2 * G_PI / 180);
  if (camera->distance > 0)
    self->eye[2] = -camera->distance;
  else
    move_eye (self, box);
  self->near = NEAR_PART * -self->eye[2];
  if (camera->distance == 0) /* all of the box is drawn */
    self->near = MIN (self->near, find_nearest_depth (self, box) / 2);
}

void
gst_ssio_projection_init (GstSsioProjection *self, const GstSsioCamera *camera,
    const GstSsioBox *box, guint width, guint height)
{
  guint axis;

  *self = (GstSsioProjection){
    .view = camera->view, .width = width, .height = height
  };
  for (axis = 0; axis < GST_SSIO_N_AXES; axis++)
    self->center[axis] = box->min[axis] / 2 + box->max[axis] / 2;
  if (self->view == GST_SSIO_VIEW_TOP)
    look_from_top (self, box);
  else
    look_from_aside (self, camera, box);
}

static gboolean
are_equal (const Vector a, const Vector b)
{
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

gboolean
gst_ssio_projection_is_equal (const GstSsioProjection *self,
    const GstSsioProjection *other)
{
  return self->view == other->view && self->width == other->width
         && self->height == other->height && self->scale == other->scale
         && self->near == other->near && are_equal (self->eye, other->eye)
         && are_equal (self->center, other->center)
         && are_equal (self->right, other->right)
         && are_equal (self->up, other->up)
         && are_equal (self->forward, other->forward);
}

gdouble
gst_ssio_projection_get_pixel_size (const GstSsioProjection *self,
    const GstSsioBox *box)
{
  if (self->view == GST_SSIO_VIEW_TOP)
    return 1 / self->scale;
  return MAX (find_nearest_depth (self, box), self->near) / self->scale;
}
