/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "points.h"

#define RADIANS_A_UNIT (2 * G_PI / GST_SSIO_VELODYNE_TURN)

G_STATIC_ASSERT (sizeof (GstSsioVelodynePoint) == 22);

static guint
count_lower (const GstSsioVelodyneModel *model, guint channel)
{
  guint n = 0;
  guint i;

  for (i = 0; i < model->n_channels; i++)
    n += model->elevation[i] < model->elevation[channel];
  return n;
}

static void
aim_channel (GstSsioVelodyneChannel *channel,
    const GstSsioVelodyneModel *model, guint index)
{
  gdouble elevation = model->elevation[index] * G_PI / 180;
  guint ns = index * model->channel_ns;

  channel->cosine = cos (elevation);
  channel->sine = sin (elevation);
  channel->height = model->height[index] / 1000;
  channel->turn = RADIANS_A_UNIT * ns / model->firing_ns;
  channel->seconds = ns / 1e9;
  channel->ring = count_lower (model, index);
}

/* A range of 1 m must not leave out a distance of 1 m. */
void
gst_ssio_velodyne_aim_init (GstSsioVelodyneAim *aim,
    const GstSsioVelodyneModel *model, gdouble min_range, gdouble max_range)
{
  const gdouble unit = GST_SSIO_VELODYNE_DISTANCE_UNIT;
  guint i;

  aim->n_channels = model->n_channels;
  aim->min_distance = MAX (ceil (min_range / unit - 1e-6), 1);
  aim->max_distance = floor (max_range / unit + 1e-6);
  for (i = 0; i < model->n_channels; i++)
    aim_channel (&aim->channels[i], model, i);
}

static guint
read_distance (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

/* The VLP-16's manual, section 9.2, has X to the right and Y forward; here x
 * is its Y, and y its -X. A channel's azimuth is the firing's and a small
 * angle, for whose sine and cosine the first terms of their series do: the
 * next are below 1e-8. */
static void
aim_point (const GstSsioVelodyneChannel *channel, gfloat cosine, gfloat sine,
    gfloat gap, GstSsioVelodynePoint *point, const guint8 *bytes)
{
  gfloat distance
      = read_distance (bytes) * (gfloat) GST_SSIO_VELODYNE_DISTANCE_UNIT;
  gfloat across = distance * channel->cosine;
  gfloat turn = gap * channel->turn;
  gfloat turn_cosine = 1 - turn * turn / 2;
  gfloat turn_sine = turn - turn * turn * turn / 6;

  point->x = across * (cosine * turn_cosine - sine * turn_sine);
  point->y = -across * (sine * turn_cosine + cosine * turn_sine);
  point->z = distance * channel->sine + channel->height;
  point->intensity = bytes[2];
  point->ring = channel->ring;
}

guint
gst_ssio_velodyne_aim_firing (const GstSsioVelodyneAim *aim,
    const GstSsioVelodyneFiring *firing, gfloat seconds,
    GstSsioVelodynePoint *points)
{
  const guint8 *returns[] = { firing->first, firing->second };
  guint n_returns = firing->second ? 2 : 1;
  gfloat cosine = cos (firing->azimuth * RADIANS_A_UNIT);
  gfloat sine = sin (firing->azimuth * RADIANS_A_UNIT);
  guint n = 0;
  guint i, k;

  for (i = 0; i < aim->n_channels; i++) {
    const GstSsioVelodyneChannel *channel = &aim->channels[i];
    guint at = i * GST_SSIO_VELODYNE_CHANNEL_BYTES;

    for (k = 0; k < n_returns; k++) {
      const guint8 *bytes = returns[k] + at;
      guint distance = read_distance (bytes);

      if (distance < aim->min_distance || distance > aim->max_distance
          || (k == 1
              && memcmp (bytes, returns[0] + at,
                     GST_SSIO_VELODYNE_CHANNEL_BYTES)
                     == 0))
        continue;
      aim_point (channel, cosine, sine, firing->gap, &points[n], bytes);
      points[n++].time = seconds + channel->seconds;
    }
  }
  return n;
}
