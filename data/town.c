/* SPDX-License-Identifier: MIT */

#include "town-private.h"

#define VERGE 2.0f
#define BLOCKS_X (TOWN_STREETS_X + 1)
#define BLOCKS_Y (TOWN_STREETS_Y + 1)
#define N_INNER ((BLOCKS_X - 2) * (BLOCKS_Y - 2))

typedef enum {
  BLOCK_HOUSES,
  BLOCK_PARK,
  BLOCK_MARKET,
} BlockUse;

guint
town_new_instance (Town *town)
{
  return ++town->n_instances;
}

Thing *
town_add (Town *town, ThingKind kind, guint instance, gfloat x, gfloat y,
    gfloat length, gfloat width, gfloat height)
{
  Thing thing = {
    .kind = kind,
    .instance = instance,
    .x = x,
    .y = y,
    .ux = 1,
    .length = length,
    .width = width,
    .height = height,
    .base = terrain_height (town->terrain, x, y),
    .tint = random_range (&town->random, 0.8f, 1.2f),
  };

  g_array_append_val (town->things, thing);
  return &g_array_index (town->things, Thing, town->things->len - 1);
}

void
town_add_vehicle (Town *town, ThingKind kind, gfloat x, gfloat y,
    gfloat half_tangent)
{
  gfloat scale = random_range (&town->random, 0.9f, 1.1f);
  Thing *thing = town_add (town, kind, town_new_instance (town), x, y,
      scale * (kind == THING_CAR ? 2.3f : 4.2f),
      scale * (kind == THING_CAR ? 0.92f : 1.25f),
      scale * (kind == THING_CAR ? 1.5f : 3.4f));

  thing_turn (thing, half_tangent);
  thing->tint = random_range (&town->random, 0.4f, 1.5f);
}

static void
lay_street (Town *town, TownAxis street)
{
  const gfloat half = TILE_SIDE / 2.0f;
  Thing *thing
      = town_add (town, THING_PAVED, 0, street.along_y ? street.at : half,
          street.along_y ? half : street.at, half, TOWN_STREET_WIDTH, 0);

  thing_turn (thing, street.along_y);
  thing->tint = 1;
}

static void
lay_streets (Town *town, gfloat *places, guint n, gboolean along_y)
{
  const gfloat distance = (gfloat) TILE_SIDE / n;
  guint i;

  for (i = 0; i < n; i++) {
    places[i] = (i + 0.5f) * distance + random_range (&town->random, -15, 15);
    lay_street (town, (TownAxis){ along_y, places[i] });
  }
}

static void
furnish_streets (Town *town)
{
  guint i;

  for (i = 0; i < TOWN_STREETS_X; i++)
    town_furnish_street (town, (TownAxis){ TRUE, town->streets_x[i] });
  for (i = 0; i < TOWN_STREETS_Y; i++)
    town_furnish_street (town, (TownAxis){ FALSE, town->streets_y[i] });
  town_string_wires (town, (TownAxis){ TRUE, town->streets_x[1] - 7.5f });
  town_string_wires (town, (TownAxis){ FALSE, town->streets_y[2] + 7.5f });
}

/* The sides of block i of those that n streets part. */
static void
find_sides (const gfloat *streets, guint n, guint i, gfloat *from, gfloat *to)
{
  const gfloat margin = TOWN_STREET_WIDTH + VERGE;

  *from = i > 0 ? streets[i - 1] + margin : 0;
  *to = i < n ? streets[i] - margin : TILE_SIDE;
}

static TownBlock
find_block (const Town *town, guint i, guint j)
{
  TownBlock block = {
    .street_below = i > 0,
    .street_above = i < TOWN_STREETS_X,
  };

  find_sides (town->streets_x, TOWN_STREETS_X, i, &block.x0, &block.x1);
  find_sides (town->streets_y, TOWN_STREETS_Y, j, &block.y0, &block.y1);
  return block;
}

/* Of the blocks with streets all around, two are shops with a car park and
 * one is wood; those at the tile's edge are houses or wood. */
static void
choose_uses (Town *town, BlockUse uses[BLOCKS_Y][BLOCKS_X])
{
  BlockUse inner[N_INNER] = { BLOCK_MARKET, BLOCK_MARKET, BLOCK_PARK };
  guint n_left = N_INNER;
  guint i, j;

  for (j = 0; j < BLOCKS_Y; j++) {
    for (i = 0; i < BLOCKS_X; i++) {
      if (i % (BLOCKS_X - 1) == 0 || j % (BLOCKS_Y - 1) == 0) {
        uses[j][i]
            = random_chance (&town->random, 0.3f) ? BLOCK_PARK : BLOCK_HOUSES;
      } else {
        guint drawn = random_range (&town->random, 0, n_left - 0.01f);

        uses[j][i] = inner[drawn];
        inner[drawn] = inner[--n_left];
      }
    }
  }
}

static void
plan_block (Town *town, guint i, guint j, BlockUse use)
{
  TownBlock block = find_block (town, i, j);

  if (use == BLOCK_HOUSES)
    town_build_houses (town, &block);
  else if (use == BLOCK_MARKET)
    town_build_market (town, &block);
}

static void
plant_block (Town *town, guint i, guint j, BlockUse use)
{
  /* square metres for each tree that is tried */
  static const gfloat areas[]
      = { [BLOCK_HOUSES] = 60, [BLOCK_PARK] = 20, [BLOCK_MARKET] = 350 };
  TownBlock block = find_block (town, i, j);

  town_plant_trees (town, &block, areas[use]);
}

static void
plan_blocks (Town *town)
{
  BlockUse uses[BLOCKS_Y][BLOCKS_X];
  guint i, j;

  choose_uses (town, uses);
  for (j = 0; j < BLOCKS_Y; j++) {
    for (i = 0; i < BLOCKS_X; i++)
      plan_block (town, i, j, uses[j][i]);
  }
  town->n_hard = town->things->len;
  for (j = 0; j < BLOCKS_Y; j++) {
    for (i = 0; i < BLOCKS_X; i++)
      plant_block (town, i, j, uses[j][i]);
  }
}

GArray *
town_plan (guint64 seed, const Terrain *terrain)
{
  Town town = {
    .random = random_new (seed, 2),
    .terrain = terrain,
    .things = g_array_new (FALSE, FALSE, sizeof (Thing)),
  };

  lay_streets (&town, town.streets_x, TOWN_STREETS_X, TRUE);
  lay_streets (&town, town.streets_y, TOWN_STREETS_Y, FALSE);
  furnish_streets (&town);
  plan_blocks (&town);
  return town.things;
}
