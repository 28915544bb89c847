/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "report.h"

#define PAUSE_US (10 * G_USEC_PER_SEC)

GstStructure *
gst_ssio_velodyne_stats_to_structure (const GstSsioVelodyneStats *stats)
{
  return gst_structure_new ("ssio-velodyne-stats", "packets", G_TYPE_UINT64,
      stats->packets, "lost", G_TYPE_UINT64, stats->lost, "other",
      G_TYPE_UINT64, stats->other, "revolutions", G_TYPE_UINT64,
      stats->revolutions, "points", G_TYPE_UINT64, stats->points, NULL);
}

gboolean
gst_ssio_velodyne_concern_is_due (GstSsioVelodyneConcern *concern, gint64 now,
    gboolean is_end)
{
  if (concern->n == concern->n_warned)
    return FALSE;
  if (!is_end && concern->n_warned > 0 && now - concern->warned_at < PAUSE_US)
    return FALSE;
  concern->n_warned = concern->n;
  concern->warned_at = now;
  return TRUE;
}

gchar *
gst_ssio_velodyne_describe_other (GstSsioVelodyneKind kind, gsize size,
    guint8 product_id, const GstSsioVelodyneModel *model)
{
  switch (kind) {
  case GST_SSIO_VELODYNE_OTHER_SIZE:
    return g_strdup_printf (
        "expected packets of %u bytes, found one of %" G_GSIZE_FORMAT
        " bytes; check the port, that nothing else sends to it, and that "
        "recordings come through pcapparse",
        GST_SSIO_VELODYNE_PACKET_BYTES, size);
  case GST_SSIO_VELODYNE_OTHER_CONTENT:
    return g_strdup_printf (
        "found a packet of %u bytes in which no block begins with FF EE and "
        "an azimuth below 360 degrees; check that a Velodyne sends it",
        GST_SSIO_VELODYNE_PACKET_BYTES);
  case GST_SSIO_VELODYNE_OTHER_MODEL:
    if (model)
      return g_strdup_printf ("expected packets of model %s (product id "
                              "0x%02x), found one of product id 0x%02x; check "
                              "model, and that each sensor has a port of its "
                              "own",
          model->name, model->product_id, product_id);
    return g_strdup_printf (
        "found a packet of product id 0x%02x, which is not a VLP-16 (0x22) or "
        "HDL-32E (0x21); set model where it sends what one of them does",
        product_id);
  default:
    g_return_val_if_reached (NULL);
  }
}
