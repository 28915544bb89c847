/* SPDX-License-Identifier: MIT */
/* A thing on the ground, and what a laser pulse from above brings back of it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  THING_GROUND, /* stands for the bare ground; is never placed */
  THING_PAVED,
  THING_BUILDING,
  THING_CAR,
  THING_TRUCK,
  THING_BROADLEAF,
  THING_CONIFER,
  THING_POLE,
  THING_WIRE,
  THING_FENCE,
} ThingKind;

/* Every thing is known by the rectangle in which it catches pulses. Lengths
 * and widths are half of the whole. */
typedef struct {
  ThingKind kind;
  guint instance; /* 0 for none */
  gfloat x, y;    /* of the middle */
  gfloat ux, uy;  /* unit vector along its length */
  gfloat length, width;
  gfloat base;   /* where it stands; of a wire, its chord's middle */
  gfloat height; /* above base, to the eaves; of a wire, its end's over base */
  gfloat rise;   /* of a roof over the eaves; of a wire, its sag */
  gboolean hipped;
  gboolean on_roof; /* its walls end at base, not at the ground */
  gfloat tint;      /* factor to the strength that its kind returns */
} Thing;

/* A pulse, by where it would meet the ground. The chances are uniform in
 * [0, 1): they decide what it meets on its way there. */
typedef struct {
  gfloat x, y;
  gfloat ground;
  gfloat pass, depth, side;
} Pulse;

typedef struct {
  ThingKind kind;
  guint instance;
  gfloat x, y, z;
  gfloat tint;
} Echo;

/* Points the thing's length in the direction whose half angle has that
 * tangent: 0 is along x, 1 along y. */
void thing_turn (Thing *thing, gfloat half_tangent);

/* How far the thing reaches from its middle along x and y. */
void thing_reach (const Thing *thing, gfloat *x, gfloat *y);

/* FALSE where the pulse misses the thing or passes through it. */
gboolean thing_hit (const Thing *thing, const Pulse *pulse, Echo *echo);

G_END_DECLS
