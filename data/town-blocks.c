/* SPDX-License-Identifier: MIT */

#include "town-private.h"

#include <math.h>

#define SETBACK 14.0f /* from the verge to a house's middle */
#define LOT_DEPTH 48.0f
#define SHALLOWEST_LOT 26.0f
#define SHALLOWEST_LOT_WITH_SHED 36.0f
#define CAR_SPACE 2.9f

/* A house's ground: it lies at the street at x, and goes from there in the
 * direction inward, -1 or 1. */
typedef struct {
  gfloat x, y;
  gfloat inward;
  gfloat width, depth;
} Lot;

static void
raise_roof (Town *town, Thing *house)
{
  gfloat kind = random_range (&town->random, 0, 1);

  if (kind < 0.2f)
    return;
  house->hipped = kind < 0.4f;
  house->rise = house->width * random_range (&town->random, 0.35f, 0.7f);
}

static void
build_house (Town *town, const Lot *lot)
{
  gfloat length = random_range (&town->random, 6.5f, 9.5f);
  gfloat width = random_range (&town->random, 4.5f, 6.5f);
  gfloat height = random_range (&town->random, 3, 6.5f);
  gfloat turn = random_range (&town->random, -0.02f, 0.02f);
  Thing *house = town_add (town, THING_BUILDING, town_new_instance (town),
      lot->x + lot->inward * SETBACK, lot->y - 2.5f, length, width, height);

  thing_turn (house, turn + random_chance (&town->random, 0.5f));
  raise_roof (town, house);
}

static void
pave_driveway (Town *town, const Lot *lot)
{
  gfloat y = lot->y + lot->width / 2 - 2.4f;

  town_add (town, THING_PAVED, 0, lot->x + lot->inward * 6, y, 8, 1.6f, 0)
      ->tint
      = 1.9f;
  if (random_chance (&town->random, 0.6f))
    town_add_vehicle (town, THING_CAR, lot->x + lot->inward * 5, y, 0);
}

/* Around the garden: its end, and one of its sides, the other being the next
 * lot's. */
static void
fence_garden (Town *town, const Lot *lot)
{
  gfloat height = random_range (&town->random, 1.2f, 1.9f);
  guint instance = town_new_instance (town);
  gfloat side = (lot->depth - SETBACK) / 2;
  Thing *fence;

  fence = town_add (town, THING_FENCE, instance,
      lot->x + lot->inward * lot->depth, lot->y, lot->width / 2, 0.18f,
      height);
  thing_turn (fence, 1);
  town_add (town, THING_FENCE, instance,
      lot->x + lot->inward * (lot->depth - side), lot->y - lot->width / 2,
      side, 0.18f, height);
}

static void
build_shed (Town *town, const Lot *lot)
{
  gfloat side = random_range (&town->random, -0.4f, 0.4f);
  gfloat height = random_range (&town->random, 2.2f, 2.8f);

  if (lot->depth < SHALLOWEST_LOT_WITH_SHED)
    return;
  town_add (town, THING_BUILDING, town_new_instance (town),
      lot->x + lot->inward * (lot->depth - 5), lot->y + side * lot->width,
      2.2f, 1.7f, height)
      ->rise
      = 0.8f;
}

static void
build_row (Town *town, const TownBlock *block, gfloat x, gfloat inward)
{
  Lot lot = {
    .x = x,
    .inward = inward,
    .depth = MIN (LOT_DEPTH, (block->x1 - block->x0) / 2 - 0.5f),
  };
  gfloat y = block->y0;

  if (lot.depth < SHALLOWEST_LOT)
    return;
  while (y + 25 < block->y1) {
    lot.width = random_range (&town->random, 25, 30);
    lot.y = y + lot.width / 2;
    y += lot.width;
    if (y > block->y1)
      return;
    build_house (town, &lot);
    pave_driveway (town, &lot);
    if (random_chance (&town->random, 0.75f))
      fence_garden (town, &lot);
    if (random_chance (&town->random, 0.5f))
      build_shed (town, &lot);
  }
}

void
town_build_houses (Town *town, const TownBlock *block)
{
  if (block->street_below)
    build_row (town, block, block->x0, 1);
  if (block->street_above)
    build_row (town, block, block->x1, -1);
}

/* The highest ground under a corner of what is that large. */
static gfloat
find_high_corner (const Town *town, gfloat x, gfloat y, gfloat length,
    gfloat width)
{
  gfloat highest = 0;
  guint i;

  for (i = 0; i < 4; i++) {
    gfloat ground = terrain_height (town->terrain,
        i % 2 ? x + length : x - length, i / 2 ? y + width : y - width);

    highest = MAX (highest, ground);
  }
  return highest;
}

static void
add_roof_machine (Town *town, const Thing *hall)
{
  gfloat x
      = hall->x + random_range (&town->random, -0.85f, 0.85f) * hall->length;
  gfloat y
      = hall->y + random_range (&town->random, -0.85f, 0.85f) * hall->width;
  gfloat size = random_range (&town->random, 0.8f, 2);
  Thing *machine = town_add (town, THING_BUILDING, hall->instance, x, y, size,
      0.7f * size, 0.8f * size);

  machine->base = hall->base + hall->height;
  machine->on_roof = TRUE;
}

static void
build_hall (Town *town, gfloat x, gfloat y, gfloat length, gfloat width)
{
  gfloat height = random_range (&town->random, 6, 10);
  Thing *hall = town_add (town, THING_BUILDING, town_new_instance (town), x, y,
      length, width, height);
  Thing copy;
  guint i;

  hall->base = find_high_corner (town, x, y, length, width);
  copy = *hall;
  for (i = 0; i < 7; i++)
    add_roof_machine (town, &copy);
}

/* Rows of spaces along x, a lane after each second one. */
static void
park_cars (Town *town, gfloat x, gfloat y, gfloat length, gfloat width)
{
  gfloat row, place;
  guint n = 0;

  town_add (town, THING_PAVED, 0, x, y, length, width, 0)->tint = 1.1f;
  for (row = y - width + 3.5f; row < y + width - 3;
       row += n++ % 2 ? 12 : 5.5f) {
    for (place = x - length + 3; place < x + length - 3; place += CAR_SPACE) {
      gfloat heading = random_chance (&town->random, 0.5f) ? 1 : -1;

      if (random_chance (&town->random, 0.45f))
        town_add_vehicle (town, THING_CAR, place, row, heading);
    }
  }
}

static void
dock_trucks (Town *town, gfloat x, gfloat y, gfloat length)
{
  gfloat place;

  town_add (town, THING_PAVED, 0, x, y, length, 5.5f, 0)->tint = 1.3f;
  for (place = x - length + 4; place < x + length - 4; place += 6) {
    if (random_chance (&town->random, 0.4f))
      town_add_vehicle (town, THING_TRUCK, place, y, -1);
  }
}

void
town_build_market (Town *town, const TownBlock *block)
{
  gfloat x = (block->x0 + block->x1) / 2;
  gfloat length = (block->x1 - block->x0) * 0.42f;
  gfloat depth = block->y1 - block->y0;
  gfloat front = block->y0 + depth * 0.52f;

  park_cars (town, x, block->y0 + depth * 0.22f, length, depth * 0.19f);
  dock_trucks (town, x, front - 5.5f, length);
  build_hall (town, x, front + depth * 0.21f, length, depth * 0.2f);
}

/* Whether trees may grow at the place. */
static gboolean
is_free (const Town *town, gfloat x, gfloat y, gfloat margin)
{
  guint i;

  for (i = 0; i < town->n_hard; i++) {
    const Thing *thing = &g_array_index (town->things, Thing, i);
    gfloat dx, dy;

    thing_reach (thing, &dx, &dy);
    if (fabsf (x - thing->x) < dx + margin
        && fabsf (y - thing->y) < dy + margin)
      return FALSE;
  }
  return TRUE;
}

static void
plant_tree (Town *town, gfloat x, gfloat y)
{
  ThingKind kind
      = random_chance (&town->random, 0.25f) ? THING_CONIFER : THING_BROADLEAF;
  gfloat radius = random_range (&town->random, 1.8f, 5);
  gfloat slimness = random_range (&town->random, 2.6f, 4);

  if (kind == THING_CONIFER) {
    radius *= 0.65f;
    slimness *= 1.5f;
  }
  town_add (town, kind, town_new_instance (town), x, y, radius, radius,
      radius * slimness);
}

static void
plant_bush (Town *town, gfloat x, gfloat y)
{
  gfloat radius = random_range (&town->random, 0.5f, 1.3f);

  town_add (town, THING_BROADLEAF, town_new_instance (town), x, y, radius,
      radius, radius * 1.1f);
}

void
town_plant_trees (Town *town, const TownBlock *block, gfloat area_for_each)
{
  gfloat area = (block->x1 - block->x0) * (block->y1 - block->y0);
  guint n_tries = area / area_for_each;
  guint i;

  for (i = 0; i < n_tries; i++) {
    gfloat x = random_range (&town->random, block->x0, block->x1);
    gfloat y = random_range (&town->random, block->y0, block->y1);

    if (random_chance (&town->random, 0.3f)) {
      if (is_free (town, x, y, 1))
        plant_bush (town, x, y);
    } else if (is_free (town, x, y, 2.5f)) {
      plant_tree (town, x, y);
    }
  }
}
