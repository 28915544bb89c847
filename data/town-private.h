/* SPDX-License-Identifier: MIT */
/* What the planners of a town share. */
#pragma once

#include "random.h"
#include "town.h"

G_BEGIN_DECLS

#define TOWN_STREETS_X 4 /* streets along y, each at an x */
#define TOWN_STREETS_Y 3
#define TOWN_STREET_WIDTH 5.0f /* half, in metres */

typedef struct {
  Random random;
  const Terrain *terrain;
  GArray *things;
  guint n_instances;
  guint n_hard; /* the first of things, which trees keep away from */
  gfloat streets_x[TOWN_STREETS_X];
  gfloat streets_y[TOWN_STREETS_Y];
} Town;

/* A line that things are placed along: a street, or a lot's way from it. */
typedef struct {
  gboolean along_y;
  gfloat at;
} TownAxis;

/* What lies between streets, or between them and the tile's edge. */
typedef struct {
  gfloat x0, y0, x1, y1;
  gboolean street_below, street_above; /* at x0 and x1 */
} TownBlock;

/* The thing is there to be changed until the next one is added. */
Thing *town_add (Town *town, ThingKind kind, guint instance, gfloat x,
    gfloat y, gfloat length, gfloat width, gfloat height);

guint town_new_instance (Town *town);

/* Adds a car or truck of a usual size. */
void town_add_vehicle (Town *town, ThingKind kind, gfloat x, gfloat y,
    gfloat half_tangent);

/* Things of a street: lamps, and vehicles parked and driving. */
void town_furnish_street (Town *town, TownAxis street);

/* A power line from edge to edge. */
void town_string_wires (Town *town, TownAxis line);

void town_build_houses (Town *town, const TownBlock *block);

void town_build_market (Town *town, const TownBlock *block);

/* Plants what finds a place among all that was added before. */
void town_plant_trees (Town *town, const TownBlock *block,
    gfloat area_for_each);

G_END_DECLS
