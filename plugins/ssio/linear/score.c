/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "arrays.h"
#include "score.h"

/* Classes that a line for people shows. */
#define SHOWN_CLASSES 20

GstSsioTally *
gst_ssio_tally_new (guint n_classes)
{
  GstSsioTally *tally = g_new0 (GstSsioTally, 1);

  tally->n_classes = n_classes;
  tally->confusion = g_new0 (guint64, (gsize) n_classes * n_classes);
  return tally;
}

void
gst_ssio_tally_clear (GstSsioTally *tally)
{
  memset (tally->confusion, 0,
      (gsize) tally->n_classes * tally->n_classes * sizeof (guint64));
  tally->n_ignored = 0;
  tally->loss = 0;
}

void
gst_ssio_tally_free (GstSsioTally *tally)
{
  g_free (tally->confusion);
  g_free (tally);
}

/* The points that are of a class and found to be, by those that are either. */
static gdouble
compute_iou (const GstSsioScore *score, guint class_index)
{
  const guint n = score->n_classes;
  guint64 either = 0;
  guint i;

  if ((gint) class_index == score->ignored_class)
    return NAN;
  for (i = 0; i < n; i++)
    either += score->confusion[class_index * n + i]
              + score->confusion[i * n + class_index];
  either -= score->confusion[class_index * n + class_index];
  return either > 0 ? (gdouble) score->confusion[class_index * n + class_index]
                          / either
                    : NAN;
}

static void
compute_means (GstSsioScore *score)
{
  guint64 n_right = 0;
  guint n_ious = 0;
  gdouble sum = 0;
  guint i;

  for (i = 0; i < score->n_classes; i++) {
    n_right += score->confusion[i * score->n_classes + i];
    score->iou[i] = compute_iou (score, i);
    if (!isnan (score->iou[i])) {
      sum += score->iou[i];
      n_ious++;
    }
  }
  score->accuracy
      = score->n_scored ? (gdouble) n_right / score->n_scored : NAN;
  score->miou = n_ious ? sum / n_ious : NAN;
}

GstSsioScore *
gst_ssio_score_new (const GstSsioTally *tally, gint ignored_class)
{
  GstSsioScore *score = g_new0 (GstSsioScore, 1);
  const gsize n = (gsize) tally->n_classes * tally->n_classes;
  gsize i;

  score->n_classes = tally->n_classes;
  score->ignored_class = ignored_class;
  score->confusion = g_memdup2 (tally->confusion, n * sizeof (guint64));
  for (i = 0; i < n; i++)
    score->n_scored += tally->confusion[i];
  score->n_ignored = tally->n_ignored;
  score->loss = score->n_scored ? tally->loss / score->n_scored : NAN;
  score->iou = g_new (gdouble, tally->n_classes);
  compute_means (score);
  return score;
}

void
gst_ssio_score_free (GstSsioScore *score)
{
  g_free (score->confusion);
  g_free (score->iou);
  g_free (score);
}

void
gst_ssio_score_append_to (const GstSsioScore *score, GString *text)
{
  guint i;

  g_string_append (text, ", loss ");
  gst_ssio_append_number (text, score->loss);
  g_string_append (text, ", accuracy ");
  gst_ssio_append_number (text, 100 * score->accuracy);
  g_string_append (text, " %, mIoU ");
  gst_ssio_append_number (text, score->miou);
  g_string_append (text, " (IoU");
  for (i = 0; i < MIN (score->n_classes, SHOWN_CLASSES); i++) {
    g_string_append (text, i ? ", " : " ");
    if (isnan (score->iou[i]))
      g_string_append_c (text, '-');
    else
      g_string_append_printf (text, "%.3f", score->iou[i]);
  }
  g_string_append (text, score->n_classes > SHOWN_CLASSES ? ", ...)" : ")");
  if (score->n_ignored > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " points ignored",
        score->n_ignored);
}

static void
add_confusion (const GstSsioScore *score, GstStructure *structure)
{
  const guint n = score->n_classes;
  GValue rows = G_VALUE_INIT;
  guint i, j;

  gst_value_array_init (&rows, n);
  for (i = 0; i < n; i++) {
    GValue row = G_VALUE_INIT;

    gst_value_array_init (&row, n);
    for (j = 0; j < n; j++) {
      GValue count = G_VALUE_INIT;

      g_value_init (&count, G_TYPE_UINT64);
      g_value_set_uint64 (&count, score->confusion[i * n + j]);
      gst_value_array_append_and_take_value (&row, &count);
    }
    gst_value_array_append_and_take_value (&rows, &row);
  }
  gst_structure_take_value (structure, "confusion", &rows);
}

void
gst_ssio_score_add_to (const GstSsioScore *score, GstStructure *structure)
{
  gst_structure_set (structure, "scored-points", G_TYPE_UINT64,
      score->n_scored, "ignored-points", G_TYPE_UINT64, score->n_ignored,
      "loss", G_TYPE_DOUBLE, score->loss, "accuracy", G_TYPE_DOUBLE,
      score->accuracy, "miou", G_TYPE_DOUBLE, score->miou, NULL);
  gst_ssio_structure_set_doubles (structure, "iou", score->iou,
      score->n_classes);
  add_confusion (score, structure);
}
