/* SPDX-License-Identifier: MIT */

#include "scan.h"

#include <math.h>

#include "random.h"
#include "scene.h"
#include "terrain.h"

#define JITTER 0.6f       /* of the distance between points */
#define RANGE_NOISE 0.04f /* metres, at most */

/* What a kind of thing returns: the classes of the DALES data set, and a
 * strength of 0 to 255 with its scatter. */
static const struct {
  guint sem_class;
  gfloat strength, scatter;
} returns[] = {
  [THING_GROUND] = { 1, 96, 26 },
  [THING_PAVED] = { 1, 38, 14 },
  [THING_BROADLEAF] = { 2, 58, 34 },
  [THING_CONIFER] = { 2, 48, 30 },
  [THING_CAR] = { 3, 118, 70 },
  [THING_TRUCK] = { 4, 160, 50 },
  [THING_WIRE] = { 5, 18, 12 },
  [THING_FENCE] = { 6, 78, 30 },
  [THING_POLE] = { 7, 30, 16 },
  [THING_BUILDING] = { 8, 136, 24 },
};

struct _Scan {
  Scene *scene;
  guint64 key;
  /* Lines are as far apart as the points in them. The first n_long have a
   * point more than the others. */
  guint64 n_lines, n_long;
  guint64 line_points;
};

/* Where the scanner is: at which point of how many in which line. */
typedef struct {
  guint64 line, at, n;
} Sweep;

/* Small uniform numbers, all out of two hashes of the point's index. */
typedef struct {
  gfloat x, y;
  gfloat pass, depth, side;
  gfloat range, strength; /* -1 to 1, mostly near 0 */
} Chances;

Scan *
scan_new (guint64 seed, guint64 n_points)
{
  Scan *scan = g_new (Scan, 1);

  scan->scene = scene_new (seed);
  scan->key = random_new (seed, 3).state;
  scan->n_lines = sqrt ((gdouble) n_points);
  scan->line_points = n_points / scan->n_lines;
  scan->n_long = n_points % scan->n_lines;
  return scan;
}

void
scan_free (Scan *scan)
{
  scene_free (scan->scene);
  g_free (scan);
}

static Sweep
find_sweep (const Scan *scan, guint64 index)
{
  guint64 n_in_long = scan->n_long * (scan->line_points + 1);
  Sweep sweep = { 0, index, scan->line_points };

  if (index < n_in_long) {
    sweep.n++;
  } else {
    sweep.line = scan->n_long;
    sweep.at -= n_in_long;
  }
  sweep.line += sweep.at / sweep.n;
  sweep.at %= sweep.n;
  return sweep;
}

static void
advance (const Scan *scan, Sweep *sweep)
{
  if (++sweep->at < sweep->n)
    return;
  sweep->at = 0;
  sweep->line++;
  sweep->n = scan->line_points + (sweep->line < scan->n_long);
}

static gfloat
take_bits (guint64 *bits, guint n)
{
  gfloat taken = *bits & ((1u << n) - 1);

  *bits >>= n;
  return taken / (1u << n);
}

static Chances
draw_chances (const Scan *scan, guint64 index)
{
  guint64 first = random_hash (scan->key + index);
  guint64 second = random_hash (first);
  Chances chances;

  chances.x = take_bits (&first, 16);
  chances.y = take_bits (&first, 16);
  chances.pass = take_bits (&first, 16);
  chances.depth = take_bits (&first, 16);
  chances.side = take_bits (&second, 12);
  chances.range = take_bits (&second, 13);
  chances.range -= take_bits (&second, 13);
  chances.strength = take_bits (&second, 13);
  chances.strength -= take_bits (&second, 13);
  return chances;
}

/* Every other line goes back; the aircraft moves on meanwhile. */
static Pulse
aim (const Scan *scan, const Sweep *sweep, const Chances *chances)
{
  gfloat along = (sweep->at + 0.5f + JITTER * (chances->x - 0.5f)) / sweep->n;
  gfloat jitter = JITTER * (chances->y - 0.5f);
  gfloat y
      = (sweep->line + (gdouble) (along + jitter)) * TILE_SIDE / scan->n_lines;
  Pulse pulse = {
    .x = (sweep->line % 2 ? 1 - along : along) * TILE_SIDE,
    .y = CLAMP (y, 0, TILE_SIDE),
    .pass = chances->pass,
    .depth = chances->depth,
    .side = chances->side,
  };

  return pulse;
}

static ScanPoint
record (const Echo *echo, const Chances *chances)
{
  gfloat strength = returns[echo->kind].strength * echo->tint
                    + returns[echo->kind].scatter * chances->strength;
  ScanPoint point = {
    .x = CLAMP (echo->x, 0, TILE_SIDE),
    .y = CLAMP (echo->y, 0, TILE_SIDE),
    .z = echo->z + RANGE_NOISE * chances->range,
    .intensity = (gint) (CLAMP (strength, 0, 255) + 0.5f),
    .sem_class = returns[echo->kind].sem_class,
    .ins_class = echo->instance,
  };

  return point;
}

void
scan_fill (const Scan *scan, guint64 first, guint n, ScanPoint *points)
{
  Sweep sweep = find_sweep (scan, first);
  guint i;

  for (i = 0; i < n; i++, advance (scan, &sweep)) {
    Chances chances = draw_chances (scan, first + i);
    Pulse pulse = aim (scan, &sweep, &chances);
    Echo echo;

    scene_hit (scan->scene, &pulse, &echo);
    points[i] = record (&echo, &chances);
  }
}
