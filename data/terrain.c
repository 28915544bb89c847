/* SPDX-License-Identifier: MIT */

#include "terrain.h"

#include "random.h"

#define NODES (TILE_SIDE + 1)
#define MEAN_HEIGHT 60.0f

/* Cubic splines over random heights at corners that are some metres apart. */
static const struct {
  gfloat spacing;
  gfloat amplitude;
} octaves[] = { { 160, 14 }, { 55, 2.5f }, { 17, 0.4f } };

#define MAX_CORNERS (TILE_SIDE / 17 + 4)

struct _Terrain {
  gfloat heights[NODES][NODES]; /* every metre, [y][x] */
};

/* Weights of the four corners around a place t of the way from the second to
 * the third. */
static void
weigh_corners (gfloat t, gfloat weights[4])
{
  gfloat t2 = t * t;
  gfloat t3 = t2 * t;
  gfloat s = 1 - t;

  weights[0] = s * s * s / 6;
  weights[1] = (3 * t3 - 6 * t2 + 4) / 6;
  weights[2] = (3 * t + 3 * t2 - 3 * t3 + 1) / 6;
  weights[3] = t3 / 6;
}

static gfloat
interpolate (gfloat corners[MAX_CORNERS][MAX_CORNERS], gfloat x, gfloat y)
{
  guint column = x, row = y;
  gfloat across[4], along[4];
  gfloat height = 0;
  guint i, j;

  weigh_corners (x - column, across);
  weigh_corners (y - row, along);
  for (j = 0; j < 4; j++) {
    gfloat sum = 0;

    for (i = 0; i < 4; i++)
      sum += across[i] * corners[row + j][column + i];
    height += along[j] * sum;
  }
  return height;
}

static void
add_octave (Terrain *terrain, Random *random, gfloat spacing, gfloat amplitude)
{
  gfloat corners[MAX_CORNERS][MAX_CORNERS];
  guint x, y;

  for (y = 0; y < MAX_CORNERS; y++) {
    for (x = 0; x < MAX_CORNERS; x++)
      corners[y][x] = random_range (random, -amplitude, amplitude);
  }
  for (y = 0; y < NODES; y++) {
    for (x = 0; x < NODES; x++)
      terrain->heights[y][x]
          += interpolate (corners, x / spacing, y / spacing);
  }
}

Terrain *
terrain_new (guint64 seed)
{
  Terrain *terrain = g_new (Terrain, 1);
  Random random = random_new (seed, 1);
  guint i;

  for (i = 0; i < NODES * NODES; i++)
    terrain->heights[i / NODES][i % NODES] = MEAN_HEIGHT;
  for (i = 0; i < G_N_ELEMENTS (octaves); i++)
    add_octave (terrain, &random, octaves[i].spacing, octaves[i].amplitude);
  return terrain;
}

void
terrain_free (Terrain *terrain)
{
  g_free (terrain);
}

gfloat
terrain_height (const Terrain *terrain, gfloat x, gfloat y)
{
  guint column, row;
  gfloat near, far;

  x = CLAMP (x, 0, TILE_SIDE);
  y = CLAMP (y, 0, TILE_SIDE);
  column = MIN ((guint) x, TILE_SIDE - 1);
  row = MIN ((guint) y, TILE_SIDE - 1);
  x -= column;
  y -= row;
  near = terrain->heights[row][column]
         + x
               * (terrain->heights[row][column + 1]
                   - terrain->heights[row][column]);
  far = terrain->heights[row + 1][column]
        + x
              * (terrain->heights[row + 1][column + 1]
                  - terrain->heights[row + 1][column]);
  return near + y * (far - near);
}
