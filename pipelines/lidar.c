/* SPDX-License-Identifier: MIT */

#include <math.h>

#include "lidar.h"

#define HEIGHT 1.8 /* of the sensor above the ground */
#define YARD 30.0  /* from the sensor to each wall */
#define LOWEST (-25 * G_PI / 180)
#define HIGHEST (15 * G_PI / 180)
#define CAR_DISTANCE 12.0
#define CAR_RADIUS 1.5
#define CAR_HEIGHT 1.5
#define CAR_SPEED 0.3 /* radians a second around the sensor */

#define GROUND_INTENSITY 40
#define WALL_INTENSITY 120
#define CAR_INTENSITY 220

/* How far a ray goes over the ground before it meets the car, a cylinder;
 * infinity where it does not. */
static gdouble
distance_to_car (gdouble x, gdouble y, gdouble car_angle)
{
  gdouble along = CAR_DISTANCE * (x * cos (car_angle) + y * sin (car_angle));
  gdouble across = CAR_DISTANCE * (x * sin (car_angle) - y * cos (car_angle));
  gdouble rest = CAR_RADIUS * CAR_RADIUS - across * across;

  return along > 0 && rest > 0 ? along - sqrt (rest) : INFINITY;
}

/* What a ray in the direction x, y, which climbs so much a metre, meets first:
 * its distance over the ground. */
static gdouble
cast_ray (gdouble x, gdouble y, gdouble climb, gdouble car_angle,
    gfloat *intensity)
{
  gdouble wall = YARD / MAX (fabs (x), fabs (y));
  gdouble ground = climb < 0 ? -HEIGHT / climb : INFINITY;
  gdouble car = distance_to_car (x, y, car_angle);
  gdouble distance = MIN (wall, ground);

  *intensity = ground < wall ? GROUND_INTENSITY : WALL_INTENSITY;
  if (car < distance && car * climb < CAR_HEIGHT - HEIGHT) {
    *intensity = CAR_INTENSITY;
    distance = car;
  }
  return distance;
}

void
lidar_sweep (guint64 sweep, LidarPoint *points)
{
  guint column, ring;

  for (column = 0; column < LIDAR_COLUMNS; column++) {
    gdouble time = (gdouble) column / LIDAR_COLUMNS / LIDAR_SWEEPS_PER_SECOND;
    gdouble now = (gdouble) sweep / LIDAR_SWEEPS_PER_SECOND + time;
    gdouble angle = 2 * G_PI * column / LIDAR_COLUMNS;
    gdouble x = cos (angle), y = sin (angle);

    for (ring = 0; ring < LIDAR_RINGS; ring++, points++) {
      gdouble up = LOWEST + (HIGHEST - LOWEST) * ring / (LIDAR_RINGS - 1);
      gdouble climb = tan (up);
      gfloat intensity;
      gdouble distance = cast_ray (x, y, climb, CAR_SPEED * now, &intensity);

      *points = (LidarPoint){ distance * x, distance * y, distance * climb,
        intensity, ring, time };
    }
  }
}
