/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "model.h"

#define SECOND_NS G_GUINT64_CONSTANT (1000000000)
#define FASTEST_HZ 20
#define MAX_RETURNS 2

static const GstSsioVelodyneModel models[] = {
  /* VLP-16 User Manual, 63-9243 Rev. E: table 9-1 for angles and vertical
   * corrections, section 9.4 for times. The Puck LITE is the same. */
  {
      .name = "vlp16",
      .product_id = 0x22,
      .n_channels = 16,
      .firings_per_block = 2,
      .firing_ns = 55296,
      .channel_ns = 2304,
      .elevation
      = { -15, 1, -13, 3, -11, 5, -9, 7, -7, 9, -5, 11, -3, 13, -1, 15 },
      .height = { 11.2f, -0.7f, 9.7f, -2.2f, 8.1f, -3.7f, 6.6f, -5.1f, 5.1f,
          -6.6f, 3.7f, -8.1f, 2.2f, -9.7f, 0.7f, -11.2f },
  },
  /* HDL-32E User Manual, 63-9113: the tables of vertical angles by firing
   * order and of the lasers' timing. There are no vertical corrections. */
  {
      .name = "hdl32e",
      .product_id = 0x21,
      .n_channels = 32,
      .firings_per_block = 1,
      .firing_ns = 46080,
      .channel_ns = 1152,
      .elevation
      = { -30.67f, -9.33f, -29.33f, -8.00f, -28.00f, -6.67f, -26.67f, -5.33f,
          -25.33f, -4.00f, -24.00f, -2.67f, -22.67f, -1.33f, -21.33f, 0.00f,
          -20.00f, 1.33f, -18.67f, 2.67f, -17.33f, 4.00f, -16.00f, 5.33f,
          -14.67f, 6.67f, -13.33f, 8.00f, -12.00f, 9.33f, -10.67f, 10.67f },
  },
};

const GstSsioVelodyneModel *
gst_ssio_velodyne_model_find (const gchar *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (models); i++) {
    if (g_str_equal (models[i].name, name))
      return &models[i];
  }
  return NULL;
}

const GstSsioVelodyneModel *
gst_ssio_velodyne_model_identify (guint8 id)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (models); i++) {
    if (models[i].product_id == id)
      return &models[i];
  }
  return NULL;
}

guint
gst_ssio_velodyne_model_get_max_points (const GstSsioVelodyneModel *model)
{
  guint64 firings = GST_SSIO_VELODYNE_MAX_PERIOD / model->firing_ns;

  return firings * model->n_channels * MAX_RETURNS * 11 / 10;
}

gint
gst_ssio_velodyne_model_get_max_gap (const GstSsioVelodyneModel *model)
{
  guint64 block_ns = model->firings_per_block * model->firing_ns;

  return GST_SSIO_VELODYNE_TURN * FASTEST_HZ * block_ns * 3 / 2 / SECOND_NS;
}
