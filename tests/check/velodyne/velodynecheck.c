/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "velodynecheck.h"

#define N_BLOCKS 12
#define BLOCK_BYTES 100

void
velodyne_check_init (VelodyneCheck *sensor)
{
  *sensor = (VelodyneCheck){
    .product_id = VLP16,
    .return_mode = STRONGEST,
    .step = 40,
    .packet_ns = PACKET_NS,
    .distance = 2500,
  };
}

void
velodyne_check_put_azimuth (guint8 *bytes, guint block, guint azimuth)
{
  guint8 *at = bytes + block * BLOCK_BYTES;

  at[0] = 0xff;
  at[1] = 0xee;
  at[2] = azimuth;
  at[3] = azimuth >> 8;
}

void
velodyne_check_put (guint8 *bytes, guint block, guint channel,
    guint16 distance, guint8 reflectivity)
{
  guint8 *at = bytes + block * BLOCK_BYTES + 4 + channel * 3;

  at[0] = distance;
  at[1] = distance >> 8;
  at[2] = reflectivity;
}

/* To the next block, without those that a limited field of view leaves out. */
static void
turn (VelodyneCheck *sensor)
{
  guint n_blocks = sensor->return_mode == DUAL ? N_BLOCKS / 2 : N_BLOCKS;

  sensor->azimuth = (sensor->azimuth + sensor->step) % 36000;
  while (sensor->dark > 0 && sensor->azimuth >= sensor->dark) {
    sensor->azimuth = (sensor->azimuth + sensor->step) % 36000;
    sensor->time += sensor->packet_ns / n_blocks;
  }
}

static void
put_block (VelodyneCheck *sensor, guint8 *bytes, guint block)
{
  guint i;

  velodyne_check_put_azimuth (bytes, block, sensor->azimuth);
  for (i = 0; i < 32; i++)
    velodyne_check_put (bytes, block, i, sensor->distance, 7);
  if (sensor->return_mode != DUAL || block % 2 == 1)
    turn (sensor);
}

void
velodyne_check_fill (VelodyneCheck *sensor,
    guint8 bytes[GST_SSIO_VELODYNE_PACKET_BYTES])
{
  guint32 timestamp = sensor->time / 1000 % G_GUINT64_CONSTANT (3600000000);
  guint8 *end = bytes + N_BLOCKS * BLOCK_BYTES;
  guint i;

  for (i = 0; i < N_BLOCKS; i++)
    put_block (sensor, bytes, i);
  memcpy (end, &timestamp, sizeof (timestamp));
  end[4] = sensor->return_mode;
  end[5] = sensor->product_id;
  sensor->time += sensor->packet_ns;
}

GstBuffer *
velodyne_check_next (VelodyneCheck *sensor)
{
  guint8 *bytes = g_malloc (GST_SSIO_VELODYNE_PACKET_BYTES);
  GstBuffer *buffer
      = gst_buffer_new_wrapped (bytes, GST_SSIO_VELODYNE_PACKET_BYTES);

  GST_BUFFER_PTS (buffer) = sensor->time;
  velodyne_check_fill (sensor, bytes);
  return buffer;
}

void
velodyne_check_skip (VelodyneCheck *sensor, guint n)
{
  while (n-- > 0)
    gst_buffer_unref (velodyne_check_next (sensor));
}
