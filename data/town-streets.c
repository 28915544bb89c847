/* SPDX-License-Identifier: MIT */

#include "town-private.h"

#define MARGIN 8.0f
#define LAMP_DISTANCE 30.0f
#define POLE_DISTANCE 42.0f
#define POLE_HEIGHT 10.5f
#define N_WIRES 3
#define CATCH 0.45f /* metres around a pole that the scanner sees it in */

static gfloat
get_x (TownAxis axis, gfloat along, gfloat across)
{
  return axis.along_y ? axis.at + across : along;
}

static gfloat
get_y (TownAxis axis, gfloat along, gfloat across)
{
  return axis.along_y ? along : axis.at + across;
}

static gboolean
is_crossing (const Town *town, TownAxis street, gfloat along)
{
  const gfloat *crossed = street.along_y ? town->streets_y : town->streets_x;
  guint n = street.along_y ? TOWN_STREETS_Y : TOWN_STREETS_X;
  guint i;

  for (i = 0; i < n; i++) {
    if (ABS (along - crossed[i]) < 14)
      return TRUE;
  }
  return FALSE;
}

static gfloat
add_pole (Town *town, TownAxis axis, gfloat along, gfloat across,
    gfloat height)
{
  Thing *pole = town_add (town, THING_POLE, town_new_instance (town),
      get_x (axis, along, across), get_y (axis, along, across), CATCH, CATCH,
      height);

  return pole->base + height;
}

static void
add_lamps (Town *town, TownAxis street)
{
  gfloat across = TOWN_STREET_WIDTH + 0.9f;
  gfloat along;

  for (along = MARGIN; along < TILE_SIDE - MARGIN; along += LAMP_DISTANCE) {
    if (!is_crossing (town, street, along))
      add_pole (town, street, along, across, 8);
    across = -across;
  }
}

/* Vehicles on both sides of the street, headed as traffic keeps right. */
static void
add_vehicles (Town *town, TownAxis street, ThingKind kind, gfloat across,
    gfloat distance, gfloat share)
{
  gfloat along, side;

  for (side = -1; side <= 1; side += 2) {
    for (along = MARGIN; along < TILE_SIDE - MARGIN; along += distance) {
      gfloat heading = street.along_y ? side : (side > 0 ? 1000 : 0);
      gfloat place = along + random_range (&town->random, -1, 1);

      if (!random_chance (&town->random, share)
          || is_crossing (town, street, along))
        continue;
      town_add_vehicle (town, kind, get_x (street, place, side * across),
          get_y (street, place, side * across), heading);
    }
  }
}

void
town_furnish_street (Town *town, TownAxis street)
{
  add_lamps (town, street);
  add_vehicles (town, street, THING_CAR, 3.9f, 8, 0.22f);
  add_vehicles (town, street, THING_CAR, 1.6f, 35, 0.3f);
  add_vehicles (town, street, THING_TRUCK, 1.6f, 47, 0.14f);
}

/* One conductor's part between two poles, whose tops are at heights. */
static void
add_span (Town *town, TownAxis line, guint instance, gfloat along,
    gfloat across, const gfloat heights[2])
{
  gfloat middle = along + POLE_DISTANCE / 2;
  Thing *wire = town_add (town, THING_WIRE, instance,
      get_x (line, middle, across), get_y (line, middle, across),
      POLE_DISTANCE / 2, 0.2f, (heights[1] - heights[0]) / 2);

  thing_turn (wire, line.along_y);
  wire->base = (heights[0] + heights[1]) / 2;
  wire->rise = 1.1f;
}

void
town_string_wires (Town *town, TownAxis line)
{
  gfloat along = -random_range (&town->random, 2, POLE_DISTANCE);
  gfloat heights[2];
  guint wires[N_WIRES];
  guint i;

  for (i = 0; i < N_WIRES; i++)
    wires[i] = town_new_instance (town);
  heights[0] = add_pole (town, line, along, 0, POLE_HEIGHT);
  for (; along < TILE_SIDE; along += POLE_DISTANCE) {
    heights[1] = add_pole (town, line, along + POLE_DISTANCE, 0, POLE_HEIGHT);
    for (i = 0; i < N_WIRES; i++)
      add_span (town, line, wires[i], along, i - 1.0f, heights);
    heights[0] = heights[1];
  }
}
