/* SPDX-License-Identifier: MIT */

#include "scene.h"

#include "terrain.h"
#include "town.h"

#define CELL_SIDE 4
#define CELLS (TILE_SIDE / CELL_SIDE)

struct _Scene {
  Terrain *terrain;
  /* The things cell by cell, copied so that a cell's lie together; those of
   * cell i begin at starts[i] and end at starts[i + 1]. */
  guint starts[CELLS * CELLS + 1];
  Thing *things;
};

typedef void (*CellFunc) (Scene *scene, guint cell, const Thing *thing);

static gint
find_cell (gfloat place)
{
  return CLAMP ((gint) (place / CELL_SIDE), 0, CELLS - 1);
}

static void
visit_cells (Scene *scene, const Thing *thing, CellFunc visit)
{
  gfloat x, y;
  gint column, row;

  thing_reach (thing, &x, &y);
  for (row = find_cell (thing->y - y); row <= find_cell (thing->y + y);
       row++) {
    for (column = find_cell (thing->x - x); column <= find_cell (thing->x + x);
         column++)
      visit (scene, row * CELLS + column, thing);
  }
}

static void
count_thing (Scene *scene, guint cell, const Thing *thing)
{
  scene->starts[cell]++;
}

static void
put_thing (Scene *scene, guint cell, const Thing *thing)
{
  scene->things[--scene->starts[cell]] = *thing;
}

/* Counts what is in each cell, makes of the counts where each cell ends, and
 * fills the cells from their ends down to their starts. */
static void
fill_cells (Scene *scene, GArray *things)
{
  guint sum = 0;
  guint i;

  for (i = 0; i < things->len; i++)
    visit_cells (scene, &g_array_index (things, Thing, i), count_thing);
  for (i = 0; i <= CELLS * CELLS; i++) {
    sum += scene->starts[i];
    scene->starts[i] = sum;
  }
  scene->things = g_new (Thing, sum);
  for (i = 0; i < things->len; i++)
    visit_cells (scene, &g_array_index (things, Thing, i), put_thing);
}

Scene *
scene_new (guint64 seed)
{
  Scene *scene = g_new0 (Scene, 1);
  GArray *things;

  scene->terrain = terrain_new (seed);
  things = town_plan (seed, scene->terrain);
  fill_cells (scene, things);
  g_array_unref (things);
  return scene;
}

void
scene_free (Scene *scene)
{
  terrain_free (scene->terrain);
  g_free (scene->things);
  g_free (scene);
}

void
scene_hit (const Scene *scene, Pulse *pulse, Echo *echo)
{
  guint cell = find_cell (pulse->y) * CELLS + find_cell (pulse->x);
  Echo other;
  guint i;

  pulse->ground = terrain_height (scene->terrain, pulse->x, pulse->y);
  *echo = (Echo){
    .kind = THING_GROUND,
    .x = pulse->x,
    .y = pulse->y,
    .z = pulse->ground,
    .tint = 1,
  };
  for (i = scene->starts[cell]; i < scene->starts[cell + 1]; i++) {
    if (thing_hit (&scene->things[i], pulse, &other) && other.z >= echo->z)
      *echo = other;
  }
}
