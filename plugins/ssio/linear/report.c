/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "arrays.h"
#include "report.h"

/* Numbers that a line for people shows of many. */
#define SHOWN_NUMBERS 8

void
gst_ssio_report_set_outputs (GstSsioReport *report, const gdouble *sums,
    guint n)
{
  guint i;

  report->n_means = n;
  report->means = g_new (gdouble, n);
  for (i = 0; i < n; i++)
    report->means[i]
        = report->epoch.points ? sums[i] / report->epoch.points : NAN;
}

void
gst_ssio_report_set_training (GstSsioReport *report,
    const GstSsioOptimizer *optimizer)
{
  report->is_training = TRUE;
  report->step = optimizer->step;
  report->learning_rate = gst_ssio_optimizer_get_learning_rate (optimizer);
}

void
gst_ssio_report_clear (GstSsioReport *report)
{
  g_clear_pointer (&report->means, g_free);
  g_clear_pointer (&report->score, gst_ssio_score_free);
  g_clear_pointer (&report->measured, gst_ssio_normalization_free);
}

static gdouble
get_rate (const GstSsioReport *report)
{
  return report->seconds > 0 ? report->epoch.points / report->seconds : 0.0;
}

static void
append_numbers (GString *text, const gchar *name, const gdouble *numbers,
    guint n)
{
  guint i;

  g_string_append (text, name);
  for (i = 0; i < MIN (n, SHOWN_NUMBERS); i++) {
    g_string_append (text, i ? ", " : " ");
    gst_ssio_append_number (text, numbers[i]);
  }
  if (n > SHOWN_NUMBERS)
    g_string_append (text, ", ...");
}

/* Only where there is something to tell. */
static void
append_losses (const GstSsioReport *report, GString *text)
{
  if (report->dropped > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " batches dropped",
        report->dropped);
  if (report->missed_batches > 0)
    g_string_append_printf (text,
        ", %" G_GUINT64_FORMAT " points in %" G_GUINT64_FORMAT
        " batches missed",
        report->missed_points, report->missed_batches);
}

gchar *
gst_ssio_report_to_string (const GstSsioReport *report)
{
  const GstSsioEpoch *epoch = &report->epoch;
  const GstSsioNormalization *measured = report->measured;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
      "epoch %u: %" G_GUINT64_FORMAT " points in %" G_GUINT64_FORMAT
      " batches",
      epoch->epoch, epoch->points, epoch->batches);
  if (report->n_ranks > 0)
    g_string_append_printf (text, " of %u rank%s", report->n_ranks,
        report->n_ranks == 1 ? "" : "s");
  g_string_append_printf (text, ", %.1f MB in %.4f s, %.1f million points/s",
      epoch->bytes / 1e6, report->seconds, get_rate (report) / 1e6);
  append_losses (report, text);
  if (measured) {
    append_numbers (text, ", only measured: mean", measured->mean,
        measured->n);
    append_numbers (text, "; deviation", measured->deviation, measured->n);
  } else if (report->score) {
    if (report->is_training)
      g_string_append_printf (text, ", trained: step %" G_GUINT64_FORMAT,
          report->step);
    gst_ssio_score_append_to (report->score, text);
  } else {
    append_numbers (text, ", output mean", report->means, report->n_means);
  }
  return g_string_free (text, FALSE);
}

GstStructure *
gst_ssio_report_to_structure (const GstSsioReport *report)
{
  GstStructure *structure = gst_ssio_epoch_to_structure (&report->epoch);
  const GstSsioNormalization *measured = report->measured;

  gst_structure_set (structure, "seconds", G_TYPE_DOUBLE, report->seconds,
      "points-per-second", G_TYPE_DOUBLE, get_rate (report), "dropped",
      G_TYPE_UINT64, report->dropped, "missed-batches", G_TYPE_UINT64,
      report->missed_batches, "missed-points", G_TYPE_UINT64,
      report->missed_points, NULL);
  if (report->means)
    gst_ssio_structure_set_doubles (structure, "output-mean", report->means,
        report->n_means);
  if (report->is_training)
    gst_structure_set (structure, "step", G_TYPE_UINT64, report->step,
        "learning-rate", G_TYPE_DOUBLE, report->learning_rate, NULL);
  if (report->n_ranks > 0)
    gst_structure_set (structure, "ranks", G_TYPE_UINT, report->n_ranks, NULL);
  if (report->score)
    gst_ssio_score_add_to (report->score, structure);
  if (measured) {
    gst_ssio_structure_set_doubles (structure, "normalize-mean",
        measured->mean, measured->n);
    gst_ssio_structure_set_doubles (structure, "normalize-std",
        measured->deviation, measured->n);
  }
  return structure;
}
