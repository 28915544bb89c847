/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "epochsums.h"

gboolean
gst_ssio_add_up_counts (GstSsioCollective *collective, GstSsioReport *report,
    GstSsioTally *tally, GError **error)
{
  guint64 *const places[] = {
    &report->epoch.batches,
    &report->epoch.points,
    &report->epoch.bytes,
    &report->dropped,
    &report->missed_batches,
    &report->missed_points,
  };
  guint64 counts[G_N_ELEMENTS (places)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (places); i++)
    counts[i] = *places[i];
  if (!gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, counts,
          G_N_ELEMENTS (counts), error))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (places); i++)
    *places[i] = counts[i];
  return !tally
         || gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S,
             tally->confusion, (gsize) tally->n_classes * tally->n_classes,
             error);
}

gboolean
gst_ssio_add_up_outcome (GstSsioCollective *collective, GstSsioTally *tally,
    gdouble *sums, guint n, GError **error)
{
  return gst_ssio_collective_sum (collective, GST_SSIO_SUM_DOUBLES, sums, n,
             error)
         && (!tally
             || (gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S,
                     &tally->n_ignored, 1, error)
                 && gst_ssio_collective_sum (collective, GST_SSIO_SUM_DOUBLES,
                     &tally->loss, 1, error)));
}
