/* SPDX-License-Identifier: MIT */

#include "thing.h"

#include <math.h>

#define WALL_DEPTH 0.25f /* pulses that near an edge meet the wall below */
#define VEHICLE_SIDE 0.12f
#define TRUNK_RADIUS 0.4f /* where a trunk is met now and then */

/* Where a pulse is in the thing's own frame, from its middle. */
typedef struct {
  gfloat u, v;
  gfloat z;
} Spot;

void
thing_turn (Thing *thing, gfloat half_tangent)
{
  gfloat square = half_tangent * half_tangent;

  thing->ux = (1 - square) / (1 + square);
  thing->uy = 2 * half_tangent / (1 + square);
}

void
thing_reach (const Thing *thing, gfloat *x, gfloat *y)
{
  gfloat ux = fabsf (thing->ux);
  gfloat uy = fabsf (thing->uy);

  *x = ux * thing->length + uy * thing->width;
  *y = uy * thing->length + ux * thing->width;
}

static gfloat
mix (gfloat from, gfloat to, gfloat share)
{
  return from + (to - from) * share;
}

static gfloat
roof_height (const Thing *thing, const Spot *spot)
{
  gfloat slope = (thing->width - fabsf (spot->v)) / thing->width;

  if (thing->hipped)
    slope = MIN (slope, (thing->length - fabsf (spot->u)) / thing->width);
  return thing->base + thing->height + thing->rise * slope;
}

static gboolean
hit_building (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  gfloat to_end = thing->length - fabsf (spot->u);
  gfloat to_side = thing->width - fabsf (spot->v);

  spot->z = roof_height (thing, spot);
  if (MIN (to_end, to_side) < WALL_DEPTH && pulse->pass < 0.8f) {
    spot->z = mix (thing->on_roof ? thing->base : pulse->ground, spot->z,
        pulse->depth);
    if (to_end < to_side)
      spot->u = copysignf (thing->length, spot->u);
    else
      spot->v = copysignf (thing->width, spot->v);
  }
  return TRUE;
}

static gfloat
car_height (const Thing *thing, const Spot *spot)
{
  gfloat place = spot->u / thing->length;

  if (fabsf (spot->v) > 0.85f * thing->width || place > 0.45f)
    return 0.62f * thing->height;
  return place < -0.75f ? 0.7f * thing->height : thing->height;
}

static gfloat
truck_height (const Thing *thing, const Spot *spot)
{
  gfloat place = spot->u / thing->length;

  if (place > 0.68f)
    return 0.8f * thing->height;
  return place > 0.62f ? 0.3f * thing->height : thing->height;
}

static gboolean
hit_vehicle (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  gfloat top = thing->kind == THING_CAR ? car_height (thing, spot)
                                        : truck_height (thing, spot);
  gfloat edge
      = MIN (thing->length - fabsf (spot->u), thing->width - fabsf (spot->v));

  if (edge < VEHICLE_SIDE)
    top *= 0.2f + 0.8f * pulse->depth;
  spot->z = pulse->ground + top;
  return TRUE;
}

/* Crowns are fuzzy: the pulse goes in some way, or through. */
static gboolean
hit_tree (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  gfloat distance = sqrtf (spot->u * spot->u + spot->v * spot->v);
  gfloat place = distance / thing->length * (0.92f + 0.18f * pulse->side);
  gfloat top, bottom;

  if (place >= 1 || pulse->pass > 0.78f)
    return FALSE;
  if (distance < TRUNK_RADIUS && pulse->side < 0.3f) {
    top = 0.3f;
    bottom = 0;
  } else if (thing->kind == THING_CONIFER) {
    top = 1 - 0.85f * place;
    bottom = MIN (0.12f, top);
  } else {
    gfloat half = 0.38f * sqrtf (1 - place * place);

    top = 0.62f + half;
    bottom = 0.62f - half;
  }
  spot->z = thing->base
            + thing->height * mix (top, bottom, pulse->depth * pulse->depth);
  return TRUE;
}

static gboolean
hit_pole (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  if (spot->u * spot->u + spot->v * spot->v >= thing->length * thing->length)
    return FALSE;
  spot->u *= 0.3f;
  spot->v *= 0.3f;
  spot->z = thing->base + thing->height * pulse->depth;
  return TRUE;
}

/* A catenary as flat as these is a parabola to within a millimetre. */
static gboolean
hit_wire (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  gfloat place = spot->u / thing->length;

  if (pulse->pass > 0.7f)
    return FALSE;
  spot->v *= 0.1f;
  spot->z = thing->base + thing->height * place
            - thing->rise * (1 - place * place);
  return TRUE;
}

static gboolean
hit_fence (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  if (pulse->pass > 0.65f)
    return FALSE;
  spot->v *= 0.2f;
  spot->z = pulse->ground + thing->height * pulse->depth;
  return TRUE;
}

static gboolean
hit_kind (const Thing *thing, const Pulse *pulse, Spot *spot)
{
  switch (thing->kind) {
  case THING_BUILDING:
    return hit_building (thing, pulse, spot);
  case THING_CAR:
  case THING_TRUCK:
    return hit_vehicle (thing, pulse, spot);
  case THING_BROADLEAF:
  case THING_CONIFER:
    return hit_tree (thing, pulse, spot);
  case THING_POLE:
    return hit_pole (thing, pulse, spot);
  case THING_WIRE:
    return hit_wire (thing, pulse, spot);
  case THING_FENCE:
    return hit_fence (thing, pulse, spot);
  case THING_GROUND:
  case THING_PAVED:
    break;
  }
  spot->z = pulse->ground;
  return TRUE;
}

gboolean
thing_hit (const Thing *thing, const Pulse *pulse, Echo *echo)
{
  gfloat dx = pulse->x - thing->x;
  gfloat dy = pulse->y - thing->y;
  Spot spot;

  spot.u = dx * thing->ux + dy * thing->uy;
  spot.v = dy * thing->ux - dx * thing->uy;
  if (fabsf (spot.u) > thing->length || fabsf (spot.v) > thing->width
      || !hit_kind (thing, pulse, &spot))
    return FALSE;
  echo->kind = thing->kind;
  echo->instance = thing->instance;
  echo->tint = thing->tint;
  echo->x = thing->x + spot.u * thing->ux - spot.v * thing->uy;
  echo->y = thing->y + spot.u * thing->uy + spot.v * thing->ux;
  echo->z = spot.z;
  return TRUE;
}
