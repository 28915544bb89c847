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
  /* what the last one is for; NULL while the channel opens */
  gpointer all;
  gpointer sums;
  GstSsioSumType type;
};

typedef struct {
  Room *room;
  guint rank;
  ThreadRank function;
  gpointer data;
  GError *error;
  GstSsioCollective *collective;
  guint n_turns; /* until it is interrupted; 0 where it is not */
} Thread;

/* The thread's own, for the channel that it opens. */
static GPrivate current;

/* Of the next run. */
static guint interrupted_rank;
static guint interrupted_turn;

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

/* A farewell is another thread's. */
static void
count_turn (void)
{
  Thread *thread = g_private_get (&current);

  if (thread && thread->n_turns > 0 && --thread->n_turns == 0)
    gst_ssio_collective_interrupt (thread->collective);
}

static gboolean
gather (GstSsioChannel *channel, gconstpointer mine, gpointer all, gsize size,
    GError **error)
{
  channel->all = all;
  arrive (channel, mine, size);
  count_turn ();
  return TRUE;
}

static gboolean
sum (GstSsioChannel *channel, GstSsioSumType type, gpointer values,
    gsize n_values, GError **error)
{
  channel->sums = values;
  channel->type = type;
  arrive (channel, values, n_values * sizeof (guint64));
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

/* What all have brought, in the order of ranks. */
static void
take (GstSsioChannel *channel)
{
  guint8 *at = channel->all;
  gsize size;
  guint r;

  for (r = 0; r < channel->room->n_ranks; r++) {
    gconstpointer bytes = get_bytes (channel, r, &size);

    if (channel->all)
      at = memcpy (at, bytes, size);
    if (channel->sums && r == 0)
      memset (channel->sums, 0, size);
    if (channel->sums)
      add (channel->type, channel->sums, bytes, size / sizeof (guint64));
    at = at ? at + size : NULL;
  }
  channel->all = channel->sums = NULL;
}

static gboolean
test (GstSsioChannel *channel, gboolean *is_done, GError **error)
{
  g_mutex_lock (&channel->room->lock);
  *is_done = are_all_here (channel);
  if (*is_done)
    take (channel);
  g_mutex_unlock (&channel->room->lock);
  return TRUE;
}

static const GstSsioTransport transport = {
  .open = open_channel,
  .close = close_channel,
  .gather = gather,
  .sum = sum,
  .test = test,
};

static gpointer
run (gpointer data)
{
  Thread *thread = data;

  g_private_set (&current, thread);
  thread->collective = gst_ssio_collective_new (&transport, thread->rank,
      thread->room->n_ranks, NULL);
  fail_unless (thread->collective != NULL);
  thread->function (thread->collective, thread->data, &thread->error);
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
}

void
thread_ranks_interrupt (guint rank, guint nth)
{
  interrupted_rank = rank;
  interrupted_turn = nth;
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
  for (r = 0; r < n_ranks; r++) {
    state[r] = (Thread){ &room, r, rank, data,
      .n_turns = r == interrupted_rank ? interrupted_turn : 0 };
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
  interrupted_turn = 0;
  fail_unless (gst_ssio_leaving_wait (60));
  clear_room (&room);
}
