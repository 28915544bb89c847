/* SPDX-License-Identifier: MIT */
/* What a collective moves bytes between ranks with: MPI, and in tests the
 * threads of one process. Its functions are called from any thread, those of
 * one channel from one at a time. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_SUM_DOUBLES,
  GST_SSIO_SUM_UINT64S,
} GstSsioSumType;

/* MPI has an int for their number. */
#define GST_SSIO_TRANSPORT_MAX_VALUES ((gsize) 1 << 28)

/* What ranks meet on. */
typedef struct _GstSsioChannel GstSsioChannel;

typedef struct {
  /* Once in a process. before_finalize is called where ranks can be met for
   * the last time. */
  gboolean (*init) (void (*before_finalize) (void), guint *rank,
      guint *n_ranks, GError **error);

  /* Ends the processes of all ranks. */
  void (*abort) (void);

  /* Starts to open a channel, which all ranks do in the same order. */
  GstSsioChannel *(*open) (GError **error);

  /* Closes one with nothing in flight. */
  void (*close) (GstSsioChannel *channel);

  /* One thing at a time may be in flight on a channel: its opening, or one of
   * these two. */

  /* Starts to bring size bytes of each rank to all, in the order of ranks. */
  gboolean (*gather) (GstSsioChannel *channel, gconstpointer mine,
      gpointer all, gsize size, GError **error);

  /* Starts to set values to the sums of all ranks': the same bits on all, and
   * every time. There are no more than GST_SSIO_TRANSPORT_MAX_VALUES. */
  gboolean (*sum) (GstSsioChannel *channel, GstSsioSumType type,
      gpointer values, gsize n_values, GError **error);

  /* Sets *is_done to whether what was started is done, which it takes calls of
   * this to become. */
  gboolean (*test) (GstSsioChannel *channel, gboolean *is_done,
      GError **error);
} GstSsioTransport;

/* The module that has a transport exports it by this name. */
#define GST_SSIO_TRANSPORT_SYMBOL "gst_ssio_transport"

G_END_DECLS
