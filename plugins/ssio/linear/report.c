/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "report.h"

/* Outputs that a line for people shows. */
#define SHOWN_OUTPUTS 8

void
gst_ssio_report_clear (GstSsioReport *report)
{
  g_clear_pointer (&report->means, g_free);
}

static gdouble
get_rate (const GstSsioReport *report)
{
  return report->seconds > 0 ? report->epoch.points / report->seconds : 0.0;
}

/* The sign of NaN says nothing, and printf() prints it. */
static void
append_mean (GString *text, gdouble mean)
{
  if (isnan (mean))
    g_string_append (text, "nan");
  else
    g_string_append_printf (text, "%.6g", mean);
}

gchar *
gst_ssio_report_to_string (const GstSsioReport *report)
{
  const GstSsioEpoch *epoch = &report->epoch;
  GString *text = g_string_new (NULL);
  guint i;

  g_string_append_printf (text,
      "epoch %u: %" G_GUINT64_FORMAT " points in %" G_GUINT64_FORMAT
      " batches, %.1f MB in %.4f s, %.1f million points/s, output mean",
      epoch->epoch, epoch->points, epoch->batches, epoch->bytes / 1e6,
      report->seconds, get_rate (report) / 1e6);
  for (i = 0; i < MIN (report->n_means, SHOWN_OUTPUTS); i++) {
    g_string_append (text, i ? ", " : " ");
    append_mean (text, report->means[i]);
  }
  if (report->n_means > SHOWN_OUTPUTS)
    g_string_append (text, ", ...");
  return g_string_free (text, FALSE);
}

GstStructure *
gst_ssio_report_to_structure (const GstSsioReport *report)
{
  GstStructure *structure = gst_ssio_epoch_to_structure (&report->epoch);
  GValue array = G_VALUE_INIT;
  GValue mean = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, report->n_means);
  g_value_init (&mean, G_TYPE_DOUBLE);
  for (i = 0; i < report->n_means; i++) {
    g_value_set_double (&mean, report->means[i]);
    gst_value_array_append_value (&array, &mean);
  }
  gst_structure_set (structure, "seconds", G_TYPE_DOUBLE, report->seconds,
      "points-per-second", G_TYPE_DOUBLE, get_rate (report), NULL);
  gst_structure_take_value (structure, "output-mean", &array);
  return structure;
}
