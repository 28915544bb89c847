/* SPDX-License-Identifier: MIT */
/* Several processes, the ranks, that share work. They meet in turns, each
 * of which begins with every rank telling all what it came for, and goes on
 * only where that fits together. So a rank that is at its end takes part with
 * nothing until the others are, and one that fails or is stopped says so in
 * place of its next turn: no rank waits for one that never comes. Where a
 * process dies, mpirun ends the others.
 *
 * All but gst_ssio_collective_interrupt() is for one thread at a time. */
#pragma once

#include "transport.h"

G_BEGIN_DECLS

/* Bytes of a text that all ranks compare, or that says why one has failed,
 * with its end; the rest is left out. */
#define GST_SSIO_COLLECTIVE_MAX_TEXT 1024

typedef struct _GstSsioCollective GstSsioCollective;

/* With MPI, which it initializes where nobody has. That waits until all
 * processes do so, and ends at the process's exit. All ranks must open their
 * collectives in the same order. */
GstSsioCollective *gst_ssio_collective_open (GError **error);

/* The same with another transport, for tests. */
GstSsioCollective *gst_ssio_collective_new (const GstSsioTransport *transport,
    guint rank, guint n_ranks, GError **error);

guint gst_ssio_collective_get_rank (const GstSsioCollective *collective);
guint gst_ssio_collective_get_n_ranks (const GstSsioCollective *collective);

/* Frees it without a wait. message is NULL where nothing is wrong here; else
 * it says what, and is what the other ranks' next turn fails with. That fails
 * as well where they have not come to leave, too. */
void gst_ssio_collective_leave (GstSsioCollective *collective,
    const gchar *message);

/* From another thread: lets what waits for other ranks, now or later, return
 * FALSE without an error. Only gst_ssio_collective_leave() may come next, as
 * after an error of those that follow. */
void gst_ssio_collective_interrupt (GstSsioCollective *collective);

/* Whether it was, or leaves; for adders. */
gboolean
gst_ssio_collective_is_interrupted (const GstSsioCollective *collective);

/* What adds up in place of the transport. */
typedef struct {
  /* Adds up the values of all ranks where all are here, as
   * gst_ssio_collective_sum() does. */
  gboolean (*add_up) (gpointer data, gdouble *values, gsize n_values,
      GError **error);

  /* Frees data, as soon as add_up has failed or all ranks have come to
   * leave. Only where all_leave do all ranks do so at once. */
  void (*close) (gpointer data, gboolean all_leave);
} GstSsioAdder;

/* Has what is added up in steps from now on be added up by adder, on all ranks
 * at once. */
void gst_ssio_collective_set_adder (GstSsioCollective *collective,
    const GstSsioAdder *adder, gpointer data);

/* Whether all ranks have the same text, a list as "seed 1, layers 2"; what
 * names it in the error. */
gboolean gst_ssio_collective_agree (GstSsioCollective *collective,
    const gchar *what, const gchar *text, GError **error);

/* Sets values to the sums of all ranks'; all must have as many. */
gboolean gst_ssio_collective_sum (GstSsioCollective *collective,
    GstSsioSumType type, gpointer values, gsize n_values, GError **error);

/* The n numbers of each rank, in the order of ranks; NULL where a sum fails. Free
 * with g_free(). */
guint64 *gst_ssio_collective_gather (GstSsioCollective *collective,
    const guint64 *numbers, gsize n, GError **error);

/* The sums of doubles, for a step in a loop that is not as long on all ranks.
 */
gboolean gst_ssio_collective_step (GstSsioCollective *collective,
    gdouble *values, gsize n_values, GError **error);

/* For a rank that has no more steps. Where others have, *all_ended is FALSE
 * and values are the sums of theirs in this step; values may be NULL. */
gboolean gst_ssio_collective_end (GstSsioCollective *collective,
    gdouble *values, gsize n_values, gboolean *all_ended, GError **error);

G_END_DECLS
