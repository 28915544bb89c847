/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "epochsums.h"

gboolean
gst_ssio_epoch_add_up (GstSsioCollective *collective, GstSsioEpoch *epoch,
    GstSsioTally *tally, GError **error)
{
  guint64 counts[] = { epoch->batches, epoch->points, epoch->bytes };
  const gsize n_classes = tally->n_classes;

  if (!gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, counts,
          G_N_ELEMENTS (counts), error))
    return FALSE;
  epoch->batches = counts[0];
  epoch->points = counts[1];
  epoch->bytes = counts[2];
  return gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S,
      tally->confusion, n_classes * n_classes, error);
}
