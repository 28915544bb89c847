/* SPDX-License-Identifier: MIT */
/* The end of an epoch. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "distributed/epochsums.h"
#include "session-private.h"
#include "sourcefile.h"

static void
reset_epoch (GstSsioSession *self, guint epoch)
{
  self->epoch = (GstSsioEpoch){ .epoch = epoch };
  memset (self->sums, 0, self->n_outputs * sizeof (*self->sums));
  if (self->tally)
    gst_ssio_tally_clear (self->tally);
}

/* An epoch that has only measured: the next one computes. */
static gboolean
finish_statistics (GstSsioSession *self, GstSsioReport *report, GError **error)
{
  if (self->collective
      && !gst_ssio_statistics_add_up (self->statistics, self->collective,
          error))
    return FALSE;
  self->normalization.stats
      = gst_ssio_statistics_finish (self->statistics, error);
  if (!self->normalization.stats)
    return FALSE;
  gst_ssio_session_close_computers (self);
  self->has_measured = TRUE;
  report->measured = gst_ssio_normalization_copy (self->normalization.stats);
  return TRUE;
}

/* When the epoch is complete on all ranks. One without points has a file as
 * well: those of all are put together, and one of another run would be among
 * them. */
static gboolean
finish_predictions (GstSsioSession *self, GError **error)
{
  if (self->collective && !gst_ssio_session_open_predictions (self, error))
    return FALSE;
  return !self->predictions
         || !gst_ssio_predictions_is_open (self->predictions)
         || gst_ssio_predictions_finish (self->predictions, error);
}

/* What the epoch leaves behind. */
static gboolean
finish_epoch (GstSsioSession *self, GstSsioReport *report, GError **error)
{
  if (self->statistics)
    return finish_statistics (self, report, error);
  return !self->is_training
         || gst_ssio_training_end_epoch (self->training, self->tally, error);
}

/* What others do with their first batch, where this rank has had none. */
static gboolean
join_ranks (GstSsioSession *self, GError **error)
{
  return !self->collective
         || (gst_ssio_session_meet_ranks (self, error)
             && gst_ssio_session_begin (self, NULL, error));
}

/* So that all ranks report the same. */
static gboolean
add_up_ranks (GstSsioSession *self, GstSsioReport *report, GError **error)
{
  if (!self->collective)
    return TRUE;
  return gst_ssio_add_up_counts (self->collective, report, self->tally, error)
         && (self->training
             || gst_ssio_add_up_outcome (self->collective, self->tally,
                 self->sums, self->n_outputs, error));
}

/* Those of this rank. */
static void
report_counts (const GstSsioSession *self, const GstSsioArrivals *arrivals,
    GstSsioReport *report)
{
  report->epoch = self->epoch;
  report->n_ranks = self->collective
                        ? gst_ssio_collective_get_n_ranks (self->collective)
                        : 0;
  report->dropped = arrivals->batches - self->epoch.batches;
  report->missed_batches = arrivals->missed_batches;
  report->missed_points = arrivals->missed_points;
}

static void
report_outcome (const GstSsioSession *self, GstSsioReport *report)
{
  if (self->tally)
    report->score = gst_ssio_score_new (self->tally,
        gst_ssio_targets_get_ignored (self->targets));
  if (self->training)
    gst_ssio_report_set_training (report,
        gst_ssio_training_get_optimizer (self->training));
  else
    gst_ssio_report_set_outputs (report, self->sums, self->n_outputs);
}

gboolean
gst_ssio_session_end_epoch (GstSsioSession *self,
    const GstSsioArrivals *arrivals, GstSsioReport *report, GError **error)
{
  *report = (GstSsioReport){ 0 };
  if (!gst_ssio_session_collect (self, error)
      || !gst_ssio_source_file_is_intact (self->file, error))
    return FALSE;
  if (!self->model)
    return TRUE;
  report_counts (self, arrivals, report);
  if (!join_ranks (self, error) || !finish_epoch (self, report, error)
      || !add_up_ranks (self, report, error)
      || (!report->measured && !finish_predictions (self, error))) {
    gst_ssio_report_clear (report);
    return FALSE;
  }
  if (!report->measured)
    report_outcome (self, report);
  reset_epoch (self, self->epoch.epoch + 1);
  return TRUE;
}

gboolean
gst_ssio_session_throw_away (GstSsioSession *self, GError **error)
{
  if (!gst_ssio_session_collect (self, error))
    return FALSE;
  if (self->statistics)
    gst_ssio_statistics_reset (self->statistics);
  if (self->predictions)
    gst_ssio_predictions_discard (self->predictions);
  reset_epoch (self, self->epoch.epoch);
  return TRUE;
}
