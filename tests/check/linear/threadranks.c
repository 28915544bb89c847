/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "linear/distributed/leaving.h"
#include "threadranks.h"
#include "ssiocheck.h"

#define MAX_RANKS 8

/* Where threads meet. A rank is at most one meeting ahead of another, so that
 * there are two of them. */
typedef struct {
  GMutex lock;
  GCond changed;
  guint n_ranks;
  struct {
    guint n_here;
    GBytes *bytes[MAX_RANKS];
  } meetings[2];
} Room;

struct _GstSsioChannel {
  Room *room;
  guint rank;
  guint n_meetings; /* begun */
  gpointer all;     /* where bytes go, NULL while the channel opens */
};

typedef struct {
  Room *room;
  guint rank;
  ThreadRank function;
  gpointer data;
  GError *error;
} Thread;

/* The thread's own, for the channel that it opens. */
static GPrivate current;

static void
arrive (GstSsioChannel *channel, gconstpointer bytes, gsize size)
{
  Room *room = channel->room;
  guint m = channel->n_meetings++ % 2;

  g_mutex_lock (&room->lock);
  if (room->meetings[m].n_here == room->n_ranks)
    room->meetings[m].n_here = 0;
  room->meetings[m].n_here++;
  g_clear_pointer (&room->meetings[m].bytes[channel->rank], g_bytes_unref);
  room->meetings[m].bytes[channel->rank] = g_bytes_new (bytes, size);
  g_cond_broadcast (&room->changed);
  g_mutex_unlock (&room->lock);
}

static gboolean
are_all_here (GstSsioChannel *channel)
{
  Room *room = channel->room;

  return room->meetings[(channel->n_meetings - 1) % 2].n_here == room->n_ranks;
}

static gconstpointer
get_bytes (GstSsioChannel *channel, guint rank, gsize *size)
{
  guint m = (channel->n_meetings - 1) % 2;

  return g_bytes_get_data (channel->room->meetings[m].bytes[rank], size);
}

static GstSsioChannel *
open_channel (GError **error)
{
  GstSsioChannel *channel = g_new0 (GstSsioChannel, 1);
  Thread *thread = g_private_get (&current);

  channel->room = thread->room;
  channel->rank = thread->rank;
  arrive (channel, "", 1);
  return channel;
}

static void
close_channel (GstSsioChannel *channel)
{
  g_free (channel);
}

static gboolean
gather (GstSsioChannel *channel, gconstpointer mine, gpointer all, gsize size,
    GError **error)
{
  channel->all = all;
  arrive (channel, mine, size);
  return TRUE;
}

static gboolean
test (GstSsioChannel *channel, gboolean *is_done, GError **error)
{
  Room *room = channel->room;
  guint8 *at = channel->all;
  gsize size;
  guint r;

  g_mutex_lock (&room->lock);
  *is_done = are_all_here (channel);
  for (r = 0; *is_done && at && r < room->n_ranks; r++) {
    gconstpointer bytes = get_bytes (channel, r, &size);

    memcpy (at, bytes, size);
    at += size;
  }
  g_mutex_unlock (&room->lock);
  return TRUE;
}

static void
add (GstSsioSumType type, gpointer to, gconstpointer from, gsize n)
{
  gsize i;

  if (type == GST_SSIO_SUM_DOUBLES) {
    for (i = 0; i < n; i++)
      ((gdouble *) to)[i] += ((const gdouble *) from)[i];
  } else {
    for (i = 0; i < n; i++)
      ((guint64 *) to)[i] += ((const guint64 *) from)[i];
  }
}

static gboolean
sum (GstSsioChannel *channel, GstSsioSumType type, gpointer values,
    gsize n_values, GError **error)
{
  Room *room = channel->room;
  guint r;

  arrive (channel, values, n_values * sizeof (guint64));
  g_mutex_lock (&room->lock);
  while (!are_all_here (channel))
    g_cond_wait (&room->changed, &room->lock);
  memset (values, 0, n_values * sizeof (guint64));
  for (r = 0; r < room->n_ranks; r++) {
    gsize size;
    gconstpointer bytes = get_bytes (channel, r, &size);

    fail_unless_equals_uint64 (size, n_values * sizeof (guint64));
    add (type, values, bytes, n_values);
  }
  g_mutex_unlock (&room->lock);
  return TRUE;
}

static const GstSsioTransport transport = {
  .open = open_channel,
  .close = close_channel,
  .gather = gather,
  .test = test,
  .sum = sum,
};

static gpointer
run (gpointer data)
{
  Thread *thread = data;
  GstSsioCollective *collective;

  g_private_set (&current, thread);
  collective = gst_ssio_collective_new (&transport, thread->rank,
      thread->room->n_ranks, NULL);
  fail_unless (collective != NULL);
  thread->function (collective, thread->data, &thread->error);
  return NULL;
}

static void
clear_room (Room *room)
{
  guint m, r;

  for (m = 0; m < 2; m++) {
    for (r = 0; r < room->n_ranks; r++)
      g_clear_pointer (&room->meetings[m].bytes[r], g_bytes_unref);
  }
  g_mutex_clear (&room->lock);
  g_cond_clear (&room->changed);
}

void
thread_ranks_run (guint n_ranks, ThreadRank rank, gpointer data,
    GError **errors)
{
  Room room = { .n_ranks = n_ranks };
  Thread state[MAX_RANKS];
  GThread *threads[MAX_RANKS];
  guint r;

  g_mutex_init (&room.lock);
  g_cond_init (&room.changed);
  for (r = 0; r < n_ranks; r++) {
    state[r] = (Thread){ &room, r, rank, data, NULL };
    threads[r] = g_thread_new ("rank", run, &state[r]);
  }
  for (r = 0; r < n_ranks; r++) {
    g_thread_join (threads[r]);
    if (errors)
      errors[r] = state[r].error;
    else
      fail_unless (state[r].error == NULL, "rank %u: %s", r,
          state[r].error ? state[r].error->message : "");
  }
  fail_unless (gst_ssio_leaving_wait (60));
  clear_room (&room);
}
