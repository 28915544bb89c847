/* SPDX-License-Identifier: MIT */
/* A .npy file with a row for each point, written by a thread of its own:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_PREDICTIONS_ARGMAX,
  GST_SSIO_PREDICTIONS_LOGITS,
  GST_SSIO_PREDICTIONS_PROBABILITIES,
} GstSsioPredictionsType;

/* Most classes whose index, and the one that stands for none, fit in a row. */
#define GST_SSIO_PREDICTIONS_MAX_CLASSES G_MAXUINT16

/* Bytes of a row: argmax is u1 for up to 255 classes, else u2; the others are
 * an f4 for each class. */
guint gst_ssio_predictions_type_get_row_size (GstSsioPredictionsType type,
    guint n_classes);

typedef struct _GstSsioPredictions GstSsioPredictions;

/* Nothing is written yet. */
GstSsioPredictions *gst_ssio_predictions_new (const gchar *path,
    GstSsioPredictionsType type, guint n_classes);

/* Without gst_ssio_predictions_finish(), nothing is left of an epoch. */
void gst_ssio_predictions_free (GstSsioPredictions *predictions);

/* Begins an epoch over a data set of so many points, with a file of another
 * name in the same folder; one that was begun and not finished goes. FALSE
 * with error set, as below. */
gboolean gst_ssio_predictions_begin (GstSsioPredictions *predictions,
    guint64 n_points, GError **error);

/* Whether an epoch has begun. */
gboolean gst_ssio_predictions_is_open (const GstSsioPredictions *predictions);

/* Has rows, which are taken, written at that place, in any order and from any
 * thread. Waits only where tens of megabytes wait already. */
void gst_ssio_predictions_write (GstSsioPredictions *predictions,
    guint64 first_row, gsize n_rows, gpointer rows);

/* Whether all went well so far. */
gboolean gst_ssio_predictions_check (GstSsioPredictions *predictions,
    GError **error);

/* Waits until all is written, and gives the file its name: whoever opens it
 * finds the file of this epoch or of one before, and all of it. Rows that were
 * not written are 255 or 65535 with argmax, else NaN. */
gboolean gst_ssio_predictions_finish (GstSsioPredictions *predictions,
    GError **error);

/* Forgets the epoch that was begun, if one was. */
void gst_ssio_predictions_discard (GstSsioPredictions *predictions);

G_END_DECLS
