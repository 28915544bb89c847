/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "revolution.h"

static gdouble
wrap (gdouble azimuth)
{
  return azimuth < 0 ? azimuth + GST_SSIO_VELODYNE_TURN : azimuth;
}

/* A late packet's firing is behind the one before, or a measured azimuth. Where
 * the turn was lost but for a bit, it seems to be so too; the time tells. */
static gboolean
is_behind (const GstSsioVelodyneRevolution *revolution, guint64 time,
    gdouble moved, gdouble expected)
{
  return time < revolution->time
         || (moved > GST_SSIO_VELODYNE_TURN - GST_SSIO_VELODYNE_MAX_BACK
             && expected < GST_SSIO_VELODYNE_TURN / 2);
}

GstSsioVelodyneTurn
gst_ssio_velodyne_revolution_add (GstSsioVelodyneRevolution *revolution,
    gdouble azimuth, guint64 time, gdouble speed)
{
  gdouble turned = wrap (azimuth - revolution->cut);
  gdouble moved = wrap (turned - revolution->turned);
  gdouble expected = (time - revolution->time) * speed;
  gboolean is_first = !revolution->turns;
  gboolean begins = turned < revolution->turned;

  if (!is_first && is_behind (revolution, time, moved, expected))
    return GST_SSIO_VELODYNE_GOES_ON;
  revolution->turns = TRUE;
  revolution->turned = turned;
  revolution->time = time;
  if (is_first)
    return GST_SSIO_VELODYNE_GOES_ON;
  /* about a turn or more is not to be seen, however exact the speed is */
  if (expected - moved >= GST_SSIO_VELODYNE_TURN / 2)
    return GST_SSIO_VELODYNE_INTERRUPTS;
  return begins ? GST_SSIO_VELODYNE_BEGINS : GST_SSIO_VELODYNE_GOES_ON;
}
