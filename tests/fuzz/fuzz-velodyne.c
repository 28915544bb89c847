/* SPDX-License-Identifier: MIT */
/* Any bytes as UDP packets of a sensor, one after the other: points that are
 * numbers, and times that are in order. */

#include <math.h>

#include "fuzz.h"
#include "velodyne/points.h"
#include "velodyne/revolution.h"
#include "velodyne/timeline.h"

/* The longest that packets of a known model can be off the axis. */
#define MAX_PLACE 132

typedef struct {
  GstSsioVelodyneParser parser;
  GstSsioVelodyneAim aim;
  GstSsioVelodyneTimeline timeline;
  GstSsioVelodyneRevolution revolution;
} Sensor;

static void
check_point (const GstSsioVelodynePoint *point, guint n_channels)
{
  g_assert (fabsf (point->x) < MAX_PLACE && fabsf (point->y) < MAX_PLACE
            && fabsf (point->z) < MAX_PLACE);
  g_assert (point->intensity >= 0 && point->intensity <= 255);
  g_assert (point->ring < n_channels);
  g_assert (point->time >= 0 && point->time < 1);
}

static void
take_firing (Sensor *sensor, const GstSsioVelodyneFiring *firing, guint64 time)
{
  GstSsioVelodynePoint points[GST_SSIO_VELODYNE_MAX_FIRING_POINTS];
  gdouble speed = firing->gap / sensor->parser.model->firing_ns;
  guint n, i;

  g_assert (firing->azimuth >= 0 && firing->azimuth < 36000);
  gst_ssio_velodyne_revolution_add (&sensor->revolution, firing->azimuth, time,
      speed);
  n = gst_ssio_velodyne_aim_firing (&sensor->aim, firing, 0, points);
  g_assert (n <= G_N_ELEMENTS (points));
  for (i = 0; i < n; i++)
    check_point (&points[i], sensor->aim.n_channels);
}

static void
take_packet (Sensor *sensor, const GstSsioVelodynePacket *packet)
{
  guint64 before = sensor->timeline.time;
  guint64 time;
  guint n_lost, i;

  g_assert (packet->n_firings <= GST_SSIO_VELODYNE_MAX_FIRINGS);
  if (gst_ssio_velodyne_timeline_add (&sensor->timeline, packet, &time,
          &n_lost)
      != GST_SSIO_VELODYNE_LATE)
    g_assert (time >= before);
  gst_ssio_velodyne_aim_init (&sensor->aim, sensor->parser.model, 0,
      GST_SSIO_VELODYNE_MAX_DISTANCE);
  for (i = 0; i < packet->n_firings; i++)
    take_firing (sensor, &packet->firings[i],
        time + packet->firings[i].offset_ns + packet->firings[i].dark_ns);
}

static void
take_all (Sensor *sensor, const guint8 *data, gsize size)
{
  GstSsioVelodynePacket packet;

  while (size > 0) {
    gsize n = MIN (size, GST_SSIO_VELODYNE_PACKET_BYTES);

    if (gst_ssio_velodyne_parse (&sensor->parser, data, n, &packet)
        == GST_SSIO_VELODYNE_DATA)
      take_packet (sensor, &packet);
    data += n;
    size -= n;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  Sensor any = { .parser = { 0 } };
  Sensor given = { .revolution = { .cut = 18000 } };

  given.parser.model = gst_ssio_velodyne_model_find ("hdl32e");
  given.parser.is_given = TRUE;
  take_all (&any, data, size);
  take_all (&given, data, size);
  return 0;
}
